"""The kinds of value a release is made of: id, text, code word, number, date, yes or no.

Each kind says when a value is fine as it is (the common case, and cheap) and how it is mended
otherwise. A mended value is fine: mending twice changes nothing.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache
from typing import Any, Final, NamedTuple
from unicodedata import is_normalized, normalize

from shared.ocds.contacts import MAYBE_PHONE, mask_contacts
from shared.ocds.dates import from_milliseconds, is_canonical, read_date, spelling
from shared.ocds.notes import Note, short
from shared.vocabulary.identifiers import person_number_of, person_numbers_in
from shared.vocabulary.money import ABSURD

ABSENT: Final = object()  # what is mended to nothing at all
LARGEST: Final = float(ABSURD)
ID_LENGTH: Final = 500
SHORT: Final = 100  # characters; longer texts are seldom met twice
SHORTEST_PHONE: Final = 10  # characters; no shorter number is told from a sum

# MongoDB's and other stores' wrappings of a single value, as publishers leave them in.
WRAPPED_NUMBERS: Final = ("$numberLong", "$numberInt", "$numberDouble", "$numberDecimal")
WRAPPED_IDS: Final = ("$oid", *WRAPPED_NUMBERS, "id", "lotId")

# "12.5", "-3", "1e6"; and as forms have it: "1 234 567,50", "12,5", "1.234.567,50", "1,234.50".
# A lone comma before three digits may be either kind of separator, so "1,234" is not read at all.
_PLAIN: Final = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED: Final = (
    (re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d{1,3}(?:\.\d{3}){2,}", re.ASCII), "."),
    (re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}", re.ASCII), ","),
    (re.compile(r"[+-]?\d+,\d{1,2}", re.ASCII), ""),
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# The digit stands before the look behind it: so the search leaps from digit to digit.
_MAYBE_IIN: Final = re.compile(r"\d(?<!\d\d)\d[01]\d[0-3]\d[0-6]\d{5}(?!\d)", re.ASCII)


# Its zone is no phone number: "2026-06-12T14:37:21+05:00".
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d", re.ASCII)


@dataclass(slots=True)
class Mending:
    """The work on one release: the zone its dates are read in, its notes, the persons seen."""

    zone: tzinfo
    notes: list[Note] = field(default_factory=list)
    spellings: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    removed: int = 0
    release: dict[str, Any] = field(default_factory=dict)
    organisations: frozenset[str] | None = None  # ids, once somebody asks for them

    def note(self, path: str, code: str, received: Any, mended: Any = None) -> None:
        """Add a note. Dates that only changed their spelling share one note per spelling."""
        if code == "date_in_utc" and isinstance(received, str):
            self.spellings.add(spelling(received))
        else:
            self.notes.append(Note(path, code, _short(received), _short(mended)))


class Mended(NamedTuple):
    """A mended value, or ABSENT, and the note's code; no code where nothing changed."""

    value: Any
    code: str | None


class Leaf(NamedTuple):
    """A kind of value."""

    fine: Callable[[Any], bool]
    mend: Callable[[Any, Mending], Mended]


def fine_text(value: Any) -> bool:
    """Tell whether a text needs no second look.

    Composed (NFC), printable, and without anything that looks like a person's number.
    """
    return (
        type(value) is str
        and value.isprintable()
        and (value.isascii() or is_normalized("NFC", value))
        and (len(value) < 12 or _MAYBE_IIN.search(value) is None)  # noqa: PLR2004 - an IIN's length
    )


def fine_prose(value: Any) -> bool:
    """Tell whether a free text needs no second look: fine, and without a phone or an e-mail."""
    return type(value) is str and (_known if len(value) <= SHORT else _fine_prose)(value)


def _fine_prose(value: str) -> bool:
    return (
        value.isprintable()
        and (value.isascii() or is_normalized("NFC", value))
        and "@" not in value
        and (
            len(value) < SHORTEST_PHONE
            or (
                "+" not in value
                and _MAYBE_IIN.search(value) is None
                and ("7" not in value or MAYBE_PHONE.search(value) is None)
            )
        )
    )


# Names, codes and places are the same in purchase after purchase.
_known = lru_cache(maxsize=16384)(_fine_prose)


def clean_already(text: str, *, free: bool) -> bool:
    """Tell whether cleaning leaves a text as it is and finds no person in it.

    A free text may not hold a contact; a reference, or a number alone, is not looked through.
    """
    if not free or text.isdecimal():
        return fine_text(text)
    if fine_prose(text) or _MOMENT.fullmatch(text):
        return True
    return fine_text(text) and mask_contacts(text) == text


def _short(value: Any) -> Any:
    return short(mask_contacts(value) if isinstance(value, str) else value)


def clean_text(text: str, mending: Mending) -> Mended:
    """Mend a text: no control characters but line breaks and tabs, no half characters, composed."""
    mending.numbers |= person_numbers_in(text)
    clean = normalize("NFC", _SURROGATE.sub("\ufffd", _CONTROL.sub("", text)))
    return Mended(clean, None if clean == text else "text_cleaned")


def clean_prose(text: str, mending: Mending) -> Mended:
    """Mend a free text, and mask the phones and e-mail addresses in it."""
    clean, code = clean_text(text, mending)
    masked = mask_contacts(clean)
    return Mended(masked, code if masked == clean else "contact_masked")


def _mend_text(value: Any, mending: Mending) -> Mended:
    if isinstance(value, str):
        return clean_prose(value, mending)
    if isinstance(value, bool | int | float):
        return Mended(clean_prose(_number_text(value), mending).value, "number_as_text")
    return Mended(ABSENT, "text_expected")


def _number_text(value: float) -> str:
    """Write a number as the text it was meant to be; a person's number regains its zeros."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not value.is_integer():
        return str(value)
    return person_number_of(value) or str(int(value))


def _fine_id(value: Any) -> bool:
    return fine_text(value) and 0 < len(value) <= ID_LENGTH and value == value.strip()


def _mend_id(received: Any, mending: Mending) -> Mended:
    value = _unwrap(received, WRAPPED_IDS)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return Mended(ABSENT, "id_expected")
    if isinstance(value, float) and not math.isfinite(value):
        return Mended(ABSENT, "id_expected")
    text = clean_text(value if isinstance(value, str) else _number_text(value), mending).value
    text = text.strip()
    if not text:
        return Mended(ABSENT, "id_empty")
    if len(text) > ID_LENGTH:
        return Mended(ABSENT, "id_too_long")
    return Mended(text, "id_as_text" if text != received else None)


def _unwrap(value: Any, keys: Iterable[str]) -> Any:
    if isinstance(value, dict):
        return next((value[key] for key in keys if key in value), value)
    return value


def code(words: Iterable[str]) -> Leaf:
    """Make the kind of a code word: known words regain their case, others stay as they are."""
    known = frozenset(str(word) for word in words)
    by_case = {word.casefold(): word for word in known}

    def mend(value: Any, mending: Mending) -> Mended:
        if not isinstance(value, str):
            return Mended(ABSENT, "text_expected")
        text = clean_text(value, mending).value.strip()
        text = by_case.get(text.casefold(), text)
        return Mended(text or ABSENT, "code_respelled" if text != value else None)

    return Leaf(lambda value: type(value) is str and value in known, mend)


def number(*, lowest: float = -LARGEST, highest: float = LARGEST, whole: bool = False) -> Leaf:
    """Make the kind of a number within bounds; what lies outside is absent."""
    types = (int,) if whole else (int, float)

    def fine(value: Any) -> bool:
        return type(value) in types and lowest <= value <= highest

    def mend(value: Any, _: Mending) -> Mended:
        parsed = _read_number(_unwrap(value, WRAPPED_NUMBERS))
        if parsed is None:
            return Mended(ABSENT, "number_expected" if value != "" else "number_empty")
        if isinstance(parsed, float) and not math.isfinite(parsed):
            return Mended(ABSENT, "number_not_finite")
        if parsed < 0 <= lowest:
            return Mended(ABSENT, "negative")
        if not lowest <= parsed <= highest:
            return Mended(ABSENT, "number_out_of_range")
        if whole and parsed != int(parsed):
            return Mended(ABSENT, "whole_number_expected")
        return Mended(int(parsed) if whole else parsed, "number_read")

    return Leaf(fine, mend)


def _read_number(value: Any) -> float | None:
    """Read a number, or a text that can only mean one number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str):
        return None
    text = "".join(value.split())
    for pattern, separator in _GROUPED:
        if pattern.fullmatch(text):
            text = (text.replace(separator, "") if separator else text).replace(",", ".")
            break
    if not _PLAIN.fullmatch(text):
        return None
    parsed = float(text)
    return int(parsed) if parsed.is_integer() and abs(parsed) < 2**53 else parsed


def _fine_date(value: Any) -> bool:
    return type(value) is str and is_canonical(value)


def _mend_date(received: Any, mending: Mending) -> Mended:
    value = _unwrap(received, ("$date",))
    if value is not received and isinstance(inner := _read_number(value), int):
        text, note = from_milliseconds(inner)
    elif isinstance(value, str):
        text, note = read_date(value, mending.zone)
    else:
        return Mended(ABSENT, "date_unreadable")
    return Mended(ABSENT if text is None else text, note)


YES_NO: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def _mend_flag(value: Any, _: Mending) -> Mended:
    read = YES_NO.get(str(value).strip().casefold()) if isinstance(value, str | int) else None
    return Mended(ABSENT, "yes_or_no_expected") if read is None else Mended(read, "flag_read")


ID: Final = Leaf(_fine_id, _mend_id)
TEXT: Final = Leaf(fine_prose, _mend_text)
DATE: Final = Leaf(_fine_date, _mend_date)
FLAG: Final = Leaf(lambda value: type(value) is bool, _mend_flag)
AMOUNT: Final = number(lowest=0)
SIGNED: Final = number()
COUNT: Final = number(lowest=0, highest=10**9, whole=True)
