"""Every citation names a passage that the acts have, and the passage says the number.

The acts lie beside the repository. A number is looked for in digits and in the words in which
acts write numbers.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scoring.law import law
from scoring.law.kinds import Floor, Limit, Term
from shared.law.citations import Citation, acts
from shared.law.entries import Period
from tests.support.ocds import REAL_RELEASES

LAW = REAL_RELEASES.parent / "law"
FILES = {
    "106-VIII": "law-106-viii-public-procurement.ru.json",
    "47-VII": "law-47-vii-quasi-state-procurement.ru.json",
    "687": "rules-687-procurement.ru.json",
    "646": "rules-646-registers.ru.json",
}

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not LAW.is_dir(), reason=f"the acts are not at {LAW}"),
]

WORDS = {
    0: "ниже стоимости|ниже ставки",
    0.5: "половины",
    1: "одного|одному|один|первого",
    2: "двух|два",
    3: "трех|три",
    5: "пяти|пять",
    6: "шестикратный|шестикратного",
    7: "семи",
    9: "девяти",
    10: "десяти|десять",
    15: "пятнадцать|пятнадцати",
    20: "двадцать",
    24: "двадцати четырех",
    25: "двадцати пяти|двадцать пять",
    30: "тридцати|тридцать",
    50: "пятьдесят|пятидесяти",
    60: "шестидесяти",
    80: "восемьдесят",
    100: "ста|стократного",
    500: "пятисоткратного|пятисоткратный",
    1000: "тысячекратного|тысячекратный",
    4000: "четырехтысячекратного|четыретысячекратный",
    8000: "восьмитысячекратного|восьмитысячекратный",
    20000: "двадцатитысячекратный",
    25000: "двадцатипятитысячекратный",
    32000: "тридцатидвухтысячекратного",
    50000: "пятидесятитысячекратный",
    100000: "стотысячекратный",
    150000: "стопятидесятитысячекратный",
    200000: "двухсоттысячекратный",
    300000: "трехсоттысячекратного",
    400000: "четырестатысячекратного",
    1500000: "полутора миллионократного",
    3200000: "трех миллионов двухстатысячакратного",
}
"""How the acts write a number."""

FRACTIONS = {0.3333: "одной третьей", 0.0667: "одной пятнадцатой", 0.5: "одной второй"}


def held(cited: Citation) -> bool:
    """Tell whether the text of the act is among those beside the repository."""
    return cited.act in FILES


@cache
def act(key: str) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = json.loads((LAW / FILES[key]).read_text("utf-8"))
    return parts


def passage(cited: Citation) -> str | None:
    """Find the text of the article, paragraph or annex, down to the paragraph or subparagraph."""
    if cited.annex is not None:
        return annex(cited)
    if acts()[cited.act].kind == "law":
        return article(cited)
    text = paragraph("\n".join(parts_of(cited)), cited.number or "")
    return subparagraph(text, cited.paragraph)


def parts_of(cited: Citation) -> Iterator[str]:
    number = int((cited.number or "").split("-")[0])
    for part in act(cited.act):
        first, last = part.get("punkt_range") or (1, 0)
        if first <= number <= last and "Прил" not in part["article_title"]:
            yield part["text"]


def article(cited: Citation) -> str | None:
    found = [part["text"] for part in act(cited.act) if str(part["article_num"]) == cited.number]
    if not found or cited.paragraph is None:
        return found[0] if found else None
    text = paragraph(found[0], cited.paragraph)
    return subparagraph(text, cited.sub)


def annex(cited: Citation) -> str | None:
    whose = {"A": "к правилам", "KD": "к конкурсной документации"}[cited.annex or ""]
    for part in act(cited.act):
        title = " ".join(part["article_title"].split()).casefold()
        if title.startswith(f"приложение {cited.number}. {whose}"):
            text: str = part["text"]
            return text if cited.point is None else paragraph(text, cited.point)
    return None


def paragraph(text: str, number: str) -> str | None:
    """Cut out a numbered paragraph with all its parts."""
    dot = r"\.?" if "." in number else r"\."
    found = re.search(
        rf"(?ms)^\s*{re.escape(number)}{dot} .*?(?=^\s*\d+(?:-\d+)?(?:\.\d+)*\. |\Z)", text
    )
    return found.group() if found else None


def subparagraph(text: str | None, number: str | None) -> str | None:
    if text is None or number is None:
        return text
    found = re.search(rf"(?ms)^\s*{re.escape(number)}\) .*?(?=^\s*\d+(?:-\d+)?\) |\Z)", text)
    return found.group() if found else None


CITED = sorted(
    {
        (str(one), file, key)
        for file, table in law().tables().items()
        for key, period in table.periods()
        for one in period.cite
        if held(one)
    }
)


def test_the_acts_are_cited_hundreds_of_times() -> None:
    assert len({written for written, _, _ in CITED}) > 200


def test_every_citation_names_a_passage_that_is_there() -> None:
    by_name = {
        str(one): one
        for table in law().tables().values()
        for _, period in table.periods()
        for one in period.cite
    }

    lost = [place for place in CITED if passage(by_name[place[0]]) is None]

    assert lost == []


def numbers() -> Iterator[tuple[str, float, Period[Any]]]:
    """Give the numbers of the tables that their passages state."""
    for file, table in law().tables().items():
        for key, period in table.periods():
            if (
                period.confidence in {"stated", "ambiguous"}
                and acts()[period.cite[0].act].kind != "outside"
            ):
                for number in said(period.value):
                    yield f"{file} {key}", number, period


def said(value: Any) -> list[float]:
    match value:
        case Limit():
            return [value.mci]
        case Term():
            return [value.number]
        case Floor():
            return [value.percent]
        case int() | float():
            return [value]
        case _:
            return []


def written(number: float) -> str:
    """The pattern of a number, as digits or as a word."""
    digits = f"{number:g}".replace(".", ",")
    words = [WORDS.get(number), FRACTIONS.get(round(number, 4)), rf"(?<![\d,.]){digits}"]
    return rf"\b(?:{'|'.join(word for word in words if word)})\b"


def test_the_passages_say_the_numbers() -> None:
    silent = [
        f"{name}: {number:g} is not in {', '.join(map(str, period.cite))}"
        for name, number, period in numbers()
        if not any(
            re.search(written(number), passage(one) or "", re.IGNORECASE)
            for one in period.cite
            if held(one)
        )
    ]

    assert silent == []


def test_a_wrong_number_would_be_noticed() -> None:
    window = law().terms.as_of("bid_window.auction", period_day())

    text = passage(window.cite[0]) or ""

    assert re.search(written(5), text)
    assert not re.search(written(4), text)


def period_day() -> Any:
    return next(law().terms.periods())[1].valid_from


def test_grounds_are_the_passages_their_keys_name() -> None:
    wrong = [
        key
        for key, period in law().grounds.periods()
        if period.value.law == "106-VIII" and str(period.cite[0]) != f"106-VIII {key}"
    ]

    assert wrong == []


def test_the_acts_lie_where_the_test_looks() -> None:
    assert sorted(FILES.values()) == sorted(path.name for path in Path(LAW).glob("*.json"))
