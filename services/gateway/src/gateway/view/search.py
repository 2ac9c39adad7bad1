"""Finding purchases by words: one folded form for the stored text and for the question.

Kazakh and Russian spellings of one word meet (Құрылыс, Курылыс), and so do letters that only look
alike (Latin "i" and Kazakh "і"). Folded text is for matching and is never shown.
"""

import unicodedata
from typing import Final

LONGEST_SEARCH_TEXT: Final = 2_000
"""Characters of titles and names kept for searching a process."""

_RUSSIAN_SPELLING: Final = {
    "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и",
    "ё": "е",
}  # fmt: skip
_LOOK_ALIKES: Final = {
    "a": "а", "c": "с", "e": "е", "i": "и", "ı": "и", "o": "о", "p": "р", "x": "х", "y": "у",
    "h": "х", "k": "к", "m": "м", "t": "т", "b": "в", "ə": "а",
}  # fmt: skip
_FOLD: Final = str.maketrans(_RUSSIAN_SPELLING | _LOOK_ALIKES)


def folded(text: str) -> str:
    """Bring a text to the form in which it is matched: NFKC, one case, letters folded."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(normal.translate(_FOLD).split())


def search_text(*texts: str | None) -> str:
    """Fold what a process can be found by into one line."""
    return folded(" ".join(text for text in texts if text))[:LONGEST_SEARCH_TEXT]


def patterns(question: str) -> list[str]:
    """Turn a question into one LIKE pattern per word, all of which must be found."""
    return [f"%{_escaped(word)}%" for word in dict.fromkeys(folded(question).split())]


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
