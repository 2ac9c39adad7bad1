"""Single cells of a list, as people and programs write them: numbers of parties, days, amounts."""

import math
import re
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

from shared.ocds.dates import read_date
from shared.vocabulary.identifiers import Bin, personal_number

ALMATY: Final = timezone(timedelta(hours=5))
NUMBER_LENGTH: Final = 12  # digits of a BIN or IIN
SHORTEST_NUMBER: Final = 7  # digits of a BIN that lost its zeros: 0000… is of the year 2000
LONGEST_TEXT: Final = 500  # characters kept of a cell
SERIALS: Final = range(20_000, 80_000)  # days a workbook counts: the years 1954 to 2119
FIRST_SERIAL: Final = date(1899, 12, 30)  # so that day 60 is the 29th of February that never was
NOTHING: Final = frozenset({"", "-", "–", "—", "null", "none", "нет", "жоқ", "n/a"})
YES: Final = frozenset({"1", "true", "yes", "да", "иә", "y"})
NO: Final = frozenset({"0", "false", "no", "нет", "жоқ", "n"})

_QUOTED: Final = re.compile(r'="([^"]*)"')
_SCIENTIFIC: Final = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_SLASHED: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: .*)?", re.ASCII)
_FORMULA: Final = "=+-@\t\r\n "


class Flaw(Exception):  # noqa: N818 - "raise Flaw(code, reason)" is what it says
    """A row that cannot be used: a stable code and a reason that quotes nothing personal."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Number(NamedTuple):
    """The number of a party; `mended`: it had lost leading zeros; `valid`: a BIN or an IIN."""

    digits: str
    mended: bool
    valid: bool

    @property
    def is_person(self) -> bool:
        """Whether it is a natural person's, of whatever century its digit says."""
        return self.valid and personal_number(self.digits) is not None


def plain(value: Any) -> str:
    """Write a cell as text: a whole number without its point, ="0123" without its wrapping."""
    if value is None:
        return ""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    written = str(value).strip().strip("\ufeff\u00a0'")
    quoted = _QUOTED.fullmatch(written)
    return (quoted[1] if quoted else written).strip()


def is_empty(value: Any) -> bool:
    """Tell whether a cell says nothing."""
    return plain(value).casefold() in NOTHING


def party_number(value: Any) -> Number | None:
    """Read the number of a party, with the zeros a spreadsheet took; None where there is none.

    Raises Flaw where digits are lost for good.
    """
    written = plain(value).replace(" ", "").replace("\u00a0", "")
    if written.casefold() in NOTHING or not written.strip("0"):
        return None
    if _SCIENTIFIC.fullmatch(written):
        raise Flaw("register_number_rounded", "The number was rounded (1.4E+11): format as text")
    digits = written
    short = written.isascii() and written.isdigit() and len(written) < NUMBER_LENGTH
    if short and len(written) >= SHORTEST_NUMBER:
        digits = written.zfill(NUMBER_LENGTH)
    if Bin.parse(digits) is not None or personal_number(digits) is not None:
        return Number(digits[-NUMBER_LENGTH:], mended=digits != written, valid=True)
    return Number(written, mended=False, valid=False)


def day(value: Any) -> date | None:
    """Read a day in Kazakhstan, also a workbook's count of days; raises Flaw where it is none."""
    if isinstance(value, datetime):
        return (value.astimezone(ALMATY) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    written = plain(value)
    if written.casefold() in NOTHING:
        return None
    if written.isascii() and written.isdigit() and int(written[:6]) in SERIALS:
        return FIRST_SERIAL + timedelta(days=int(written))
    return _written_day(written)


def _written_day(written: str) -> date:
    slashed = _SLASHED.fullmatch(written)
    if slashed:
        written = f"{slashed[3]}-{slashed[2]:>02}-{slashed[1]:>02}"
    text = read_date(written, ALMATY).text
    if text is None:
        raise Flaw("register_date_unreadable", f"No day of the calendar: {shown(written)}")
    return datetime.fromisoformat(text).astimezone(ALMATY).date()


def number(value: Any) -> int | float | None:
    """Read an amount, "1 234 567,89" also; raises Flaw where it is none."""
    if isinstance(value, bool):
        raise Flaw("register_number_unreadable", "An amount is expected, not yes or no")
    written = re.sub(r"[\s\u00a0\u202f]", "", plain(value))
    if written.casefold() in NOTHING:
        return None
    if "," in written and "." in written:  # 1,234.50 or 1.234,50: the last one is the point
        thousands = "," if written.rindex(",") < written.rindex(".") else "."
        written = written.replace(thousands, "")
    try:
        read = float(written.replace(",", "."))
    except ValueError:
        read = math.nan
    if not math.isfinite(read):
        raise Flaw("register_number_unreadable", f"No amount: {shown(written)}")
    return int(read) if read == int(read) else read


def text(value: Any) -> str | None:
    """Read a text so that no spreadsheet will ever run it: it does not begin as a formula does."""
    written = " ".join(plain(value).split())
    if written.casefold() in NOTHING:
        return None
    harmless = "".join(c for c in written if c.isprintable()).lstrip(_FORMULA)
    return harmless[:LONGEST_TEXT] or None


def flag(value: Any) -> bool | None:
    """Read a yes or no; raises Flaw."""
    written = plain(value).casefold()
    if written in YES:
        return True
    if written in NO:
        return False
    if written in NOTHING:
        return None
    raise Flaw("register_flag_unreadable", "Neither yes nor no")


def shown(written: str) -> str:
    """Quote a value in a reason only where it cannot name anybody: no letters, no long number."""
    harmless = not any(c.isalpha() for c in written) and len(written) < NUMBER_LENGTH
    return repr(written) if harmless else f"a text of {len(written)} characters"
