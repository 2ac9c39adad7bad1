"""Texts for people: every one of them in Kazakh, Russian and English, side by side."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

Language = Literal["kk", "ru", "en"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT_LANGUAGE: Final[Language] = "en"
"""Spoken to a caller that states no preference, or none that we have: programs read it first."""

_LONGEST_HEADER = 200
"""No honest preference is longer; the rest of a longer header is left unread."""


@dataclass(frozen=True, slots=True)
class Text:
    """One statement in the three languages of the platform."""

    kk: str
    ru: str
    en: str

    def in_(self, language: Language) -> str:
        """Return the wording in one language."""
        wording: str = getattr(self, language)
        return wording


@lru_cache(maxsize=512)
def negotiate(accept_language: str | None) -> Language:
    """Return our language that the `Accept-Language` header prefers (RFC 9110, 12.5.4).

    A region is ignored (`ru-KZ` is `ru`), `q=0` refuses a language, what cannot be read has no
    say. Of equal weights the first named wins; `*` stands for the default.
    """
    preferences = [
        _preference(item) for item in (accept_language or "")[:_LONGEST_HEADER].split(",")
    ]
    weights: dict[Language, float] = {}
    for language, weight in preferences:
        if language is not None:
            weights.setdefault(language, weight)
    best = max(weights, key=weights.__getitem__, default=DEFAULT_LANGUAGE)
    return best if weights.get(best, 0) > 0 else DEFAULT_LANGUAGE


def _preference(item: str) -> tuple[Language | None, float]:
    tag, _, parameter = item.strip().lower().partition(";")
    primary = tag.strip().partition("-")[0]
    if primary == "*":
        return DEFAULT_LANGUAGE, _weight(parameter)
    found = next((language for language in LANGUAGES if language == primary), None)
    return found, _weight(parameter)


def _weight(parameter: str) -> float:
    if not parameter:
        return 1.0
    name, _, value = parameter.strip().partition("=")
    try:
        weight = float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
