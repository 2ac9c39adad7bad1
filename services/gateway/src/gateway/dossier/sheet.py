"""A dossier as it stands on its two pages: texts already cut, worded and in their order.

Everything here is text that is shown as it is. What there is no room for stands in the signed JSON.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from gateway.dossier.documents import DossierContent, Figure, FlaggedLine, Record
from gateway.dossier.sealing import KEYS
from gateway.dossier.words import TITLE, WORDS
from shared.vocabulary.text import Language

Row = tuple[str, str]

LONG: Final = 300
SHORT: Final = 110
MOST: Final = 40
NAMED: Final = 3
CUT: Final = "…"
DOT: Final = " · "


class Sign(Struct, frozen=True):
    """A sign: its heading, what was measured, and short texts with their titles."""

    heading: str
    measured: str
    meaning: str
    rows: list[Row]


class Told(Struct, frozen=True):
    """A source record: its number on the page, and what is known of it."""

    number: str
    name: str
    lines: list[str]


class Sheet(Struct, frozen=True):
    """The two pages; `more` says how many are left out, `{count}` standing for the number."""

    language: Language
    title: str
    notice: str
    disclaimer: str
    head: list[Row]
    score: list[Row]
    signs_title: str
    no_signs: str
    signs: list[Sign]
    more: str
    others: str
    figures_title: str
    figures_head: list[str]
    figures: list[list[str]]
    records_title: str
    records: list[Told]
    replies_title: str
    replies: list[str]
    check: list[str]
    foot: str


def sheet(told: DossierContent) -> Sheet:
    """Lay a dossier out."""
    language = told.language
    numbers = {record.process: str(place) for place, record in enumerate(told.records, 1)}
    return Sheet(
        language=language,
        title=TITLE.in_(language),
        notice=told.notice,
        disclaimer=told.disclaimer,
        head=_head(told),
        score=_score(told),
        signs_title=_word("signs", language),
        no_signs=_word("none", language),
        signs=[_sign(line, language) for line in told.flagged[:MOST]],
        more=_word("more", language),
        others=_others(told),
        figures_title=_word("figures", language),
        figures_head=[_word(n, language) for n in ("sign", "place", "figure", "record")],
        figures=[_figure(line, each, numbers) for line in told.flagged for each in line.figures][
            :MOST
        ],
        records_title=_word("records", language),
        records=[_record(one, numbers, language) for one in told.records[:MOST]],
        replies_title=_word("replies", language),
        replies=_replies(told),
        check=_check(told),
        foot=f"{told.issuer} · {told.id} · {_moment(told.made_at)}",
    )


def _word(name: str, language: Language) -> str:
    return WORDS[name].in_(language)


def _head(told: DossierContent) -> list[Row]:
    language, bought = told.language, told.purchase
    known = {
        "number": told.id,
        "purchase": _cut(bought.title, LONG),
        "id": f"{bought.ocid} · {bought.source}",
        "buyer": _parties(bought.buyers, language),
        "supplier": _parties(bought.suppliers, language),
        "value": f"{_plain(bought.value.amount)} {bought.value.currency}" if bought.value else "",
        "published": _moment(bought.published) if bought.published else "",
        "alert": f"{told.alert.id} · {_moment(told.alert.raised_at)}" if told.alert else "",
        "made": _moment(told.made_at),
        "as_of": f"{_moment(told.as_of)} · {told.seq}",
    }
    return [(_word(name, language), _cut(text, LONG)) for name, text in known.items() if text]


def _parties(parties: Sequence[Any], language: Language) -> str:
    names = [_cut(each.name, SHORT) or _word("person", language) for each in parties[:NAMED]]
    more = f" (+{len(parties) - NAMED})" if len(parties) > NAMED else ""
    return "; ".join(names) + more


def _score(told: DossierContent) -> list[Row]:
    language, judged = told.language, told.judgement
    band = judged.band_label or _word("no_band", language)
    known, share = judged.score, f"{judged.coverage:.0%}"
    bounds = f"({_plain(known.lower)}–{_plain(known.upper)}) / 100"
    computed = f"{_word('computed', language)} {_moment(judged.computed_at)}"
    said = [f"{_plain(known.expected)} {bounds}", f"{_word('band', language)}: {band}"]
    said.append(f"{_word('coverage', language)}: {share}")
    return [
        (_word("score", language), DOT.join(said)),
        (_word("method", language), DOT.join([judged.method_version, judged.profile, computed])),
    ]


def _sign(line: FlaggedLine, language: Language) -> Sign:
    measured = f"{_word('measured', language)}: {_plain(line.value)}"
    if line.threshold is not None:
        measured += f" · {_word('threshold', language)}: {_plain(line.threshold)}"
    measured += f" · {_word('points', language)}: {_plain(line.counted)}"
    texts = {
        "law": "; ".join(line.legal_basis),
        "innocent": line.innocent_explanations,
        "clear": line.what_would_clear_it,
    }
    return Sign(
        heading=f"{line.code} ({line.version or '–'}) {_cut(line.title, SHORT)}",
        measured=measured,
        meaning=_cut(line.meaning, LONG),
        rows=[(_word(name, language), _cut(text, LONG)) for name, text in texts.items() if text],
    )


def _others(told: DossierContent) -> str:
    states = Counter(line.state for line in told.others)
    said = "; ".join(f"{state} – {count}" for state, count in states.most_common())
    found = f"{_word('others', told.language)}: {said}." if said else ""
    if told.withheld:
        withheld = _word("withheld", told.language).format(count=told.withheld.lines)
        found = f"{found} {withheld}".strip()
    return found


def _figure(line: FlaggedLine, figure: Figure, numbers: dict[str, str]) -> list[str]:
    number = numbers.get(figure.record or "", "–")
    return [line.code, _cut(figure.path, SHORT), _cut(_plain(figure.value), SHORT), number]


def _record(record: Record, numbers: dict[str, str], language: Language) -> Told:
    where = record.source_url or _word("unknown", language)
    return Told(
        number=numbers[record.process],
        name=_cut(f"{record.ocid} · {record.publisher or record.source}", SHORT),
        lines=[
            f"{_word('address', language)}: {_cut(where, LONG)}",
            f"{_word('received', language)} {_moment(record.received_at)} · {record.link}",
            f"SHA-256 {record.sha256}",
        ],
    )


def _replies(told: DossierContent) -> list[str]:
    said = [
        f"{_cut(one.name, SHORT) or one.party}, {_moment(one.at)}: {_cut(one.text, 2 * LONG)}"
        for one in reversed(told.replies)
    ]
    return said or [_word("no_replies", told.language)]


def _check(told: DossierContent) -> list[str]:
    language = told.language
    return [
        f"{_word('as_then', language)}: {told.permalinks['score']} · {told.judgement.revision}",
        f"{_word('check', language)} {told.issuer}{KEYS}",
    ]


def _cut(text: str | None, longest: int) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= longest else text[: longest - 1] + CUT


def _plain(value: Any) -> str:
    """Write a figure in full, as no spreadsheet would."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "–" if value is None else str(value)
    exact = format(Decimal(repr(value)) if isinstance(value, float) else Decimal(value), "f")
    return exact.rstrip("0").removesuffix(".") if "." in exact else exact


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
