"""Who is who: BIN and IIN of Kazakhstan, and the public ids of processes and parties.

BIN and IIN share one form, twelve digits with a control digit. The fifth digit tells them apart:
an IIN begins with a birth date, so its fifth digit is 0-3 (tens of the day); a BIN begins with the
year and month of registration and has 4 (resident), 5 (non-resident) or 6 (joint entrepreneurs).
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple, Self

# Rules for the control digit: the sum of digit times weight, modulo 11. A 10 in the first round
# calls for the second; a number that gives 10 again is never issued.
CONTROL_WEIGHTS: Final = (
    (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2),
)
NO_DIGIT: Final = 10

# Seventh digit of an IIN: century of birth (odd male, even female); 0 is given to foreigners.
CENTURIES: Final = {
    "0": (1900, 2000),
    "1": (1800,),
    "2": (1800,),
    "3": (1900,),
    "4": (1900,),
    "5": (2000,),
    "6": (2000,),
}

# Schemes under which a publisher names a natural person, beside numbers that tell by themselves.
PERSON_SCHEMES: Final = frozenset(
    {"KZ-IIN", "IIN", "ИИН", "ЖСН", "MX-CURP", "CURP", "CO-CC", "RU-SNILS", "BR-CPF"}
)

DAY_TENS: Final = "0123"  # fifth digit of an IIN, which begins with a birth date

LEAP_YEAR: Final = 2000  # in which every date that there is exists

TOKEN_LENGTH: Final = 26  # base 32 characters, 130 bits: no collision in any number of processes
TOKEN_BYTES: Final = 20  # that make so many characters, and a multiple of five
PSEUDONYM: Final = re.compile(r"prs_[a-z2-7]{26}")

_ROW_NUMBER: Final = re.compile(r"\d{0,3}", re.ASCII)
_TWELVE_DIGITS: Final = re.compile(r"(?<!\d)\d{12}(?!\d)", re.ASCII)
_TRAILING_NUMBER: Final = re.compile(r"(?:.*\D)?(\d{12})", re.ASCII | re.DOTALL)
_OTHER_COUNTRY: Final = re.compile(r"(?!KZ)[A-Z]{2}-[A-Z0-9]+-")


def control_digit(digits: str) -> int | None:
    """Return the twelfth digit for the first eleven; None if no number with them is issued."""
    for weights in CONTROL_WEIGHTS:
        rest = sum(w * int(d) for w, d in zip(weights, digits, strict=False)) % 11
        if rest != NO_DIGIT:
            return rest
    return None


def _number_in(text: str) -> str | None:
    """Find the twelve digits that end a publisher's id: "KZ-BIN-991240999991", "БИН 991240999991".

    A prefix of an org-id.guide list of another country says that the number is no BIN or IIN.
    """
    if len(text) < len("991240999991") or _OTHER_COUNTRY.match(text):
        return None
    found = _TRAILING_NUMBER.fullmatch(text.strip())
    if found is None or control_digit(found[1]) != int(found[1][-1]):
        return None
    return found[1]


# The same few thousand organisations are named in purchase after purchase.
@lru_cache(maxsize=65536)
def _bin_in(text: str) -> str | None:
    number = _number_in(text)
    if number is None or number[4] not in "456" or int(number[2:4]) not in range(1, 13):
        return None
    return number


@lru_cache(maxsize=65536)
def _iin_in(text: str) -> str | None:
    number = _number_in(text)
    return number if number is not None and _is_birth_date(number) else None


def _is_birth_date(number: str) -> bool:
    year, month, day = int(number[:2]), int(number[2:4]), int(number[4:6])
    return any(_is_date(century + year, month, day) for century in CENTURIES.get(number[6], ()))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


class Bin(str):
    """Business identification number of an organisation: public."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read the BIN at the end of a publisher's id, whatever its prefix; None if it is none."""
        number = _bin_in(text)
        return None if number is None else cls(number)


class Iin(str):
    """Individual identification number of a natural person: never leaves by any public door."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read the IIN at the end of a publisher's id, whatever its prefix; None if it is none."""
        number = _iin_in(text)
        return None if number is None else cls(number)


def is_person_number(text: str) -> bool:
    """Tell whether an id is a natural person's number: birth date, century and control digit."""
    return _iin_in(text) is not None


def personal_number(text: str) -> str | None:
    """Find a number in the form of an IIN, of whatever century its digit says; else None."""
    number = _number_in(text)
    if number is None or number[4] not in DAY_TENS:
        return None
    month, day = int(number[2:4]), int(number[4:6])
    return number if _is_date(LEAP_YEAR, month, day) else None


def person_numbers_in(text: str) -> set[str]:
    """Find every IIN standing anywhere in a text."""
    return {found for found in _TWELVE_DIGITS.findall(text) if is_person_number(found)}


def person_number_of(number: float) -> str | None:
    """Return the IIN that a bare number stands for, with the zeros it lost; None if it is none."""
    if not 10**9 <= number < 10**12 or number != int(number):
        return None
    padded = f"{int(number):012d}"
    return padded if is_person_number(padded) else None


def part_id(kind: str, process: str, local_id: str) -> str:
    """Return the public id of a part of a process; kind is lot, ctr (contract) or pln (plan)."""
    return f"{kind}_{_token(kind, process, local_id)}"


class PartyId(NamedTuple):
    """The public id of a party, and whether it rests on a name alone."""

    id: str
    weak: bool


def process_id(source: str, ocid: str) -> str:
    """Return the public id of a contracting process: stable over rebuilds, safe in a URL."""
    return "prc_" + _token("process", source, ocid)


@lru_cache(maxsize=16384)
def party_id(source: str, local_id: str, name: str) -> PartyId:
    """Return the public id of an organisation.

    A valid BIN gives the same id in every source; any other id counts within its source only;
    without an id the normalised name stands in, marked weak. A pseudonym stays what it is. An id
    like "1" counts the parties of one process and names nobody, so it is as good as none.
    Raises ValueError if there is neither an id nor a name.
    """
    if PSEUDONYM.fullmatch(local_id):
        return PartyId(local_id, weak=False)
    number = Bin.parse(local_id)
    if number is not None:
        return PartyId("org_" + _token("bin", number), weak=False)
    counted = _ROW_NUMBER.fullmatch(local_id.strip()) is not None
    if local_id.strip() and not (counted and name.strip()):
        return PartyId("org_" + _token("party", source, local_id.strip()), weak=counted)
    if name.strip():
        return PartyId("org_" + _token("name", source, normal_name(name)), weak=True)
    raise ValueError("A party needs an id or a name")


def normal_name(name: str) -> str:
    """Bring a name to the form in which two spellings are the same: NFKC, one case, one space."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def person_pseudonym(source: str, local_id: str, key: bytes) -> str:
    """Return the keyed pseudonym of a natural person: the same for one IIN in every source.

    So has a number in the form of an IIN whose century nobody can have.
    """
    number = Iin.parse(local_id) or personal_number(local_id)
    words = ("iin", number) if number else ("person", source, local_id.strip())
    mac = hmac.new(key, "\0".join(words).encode("utf-8", "surrogatepass"), hashlib.sha256)
    return "prs_" + _base32(mac.digest())


def _token(*words: str) -> str:
    return _base32(
        hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).digest(),
    )


def _base32(digest: bytes) -> str:
    return base64.b32encode(digest[:TOKEN_BYTES]).decode("ascii")[:TOKEN_LENGTH].lower()
