"""Natural persons at the portal: none leaves the translation but as a keyed pseudonym.

Sole traders (IIN in place of a BIN, participants of type 2 and 3, "ИП …") keep a pseudonymous id
and no name; in texts their names are hidden too, also without "ИП" and shortened to initials. Heads
of organisations and shared telephone numbers and e-mails become keyed marks, so that two purchases
can be seen to share one without anybody seeing whose it is.
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from msgspec.json import encode

from ingestor.sources.goszakup.payloads_subjects import Employee, Subject
from ingestor.sources.goszakup.values import NUMBER_LENGTH, business_number, text
from shared.ocds.persons import SOLE_TRADER, UNNAMED, Veil, bare_name, shortened
from shared.vocabulary.identifiers import person_numbers_in, person_pseudonym

SOURCE: Final = "goszakup"
PERSON_TYPES: Final = frozenset({"2", "3"})  # type_supplier: person, sole trader
SHORTEST_NAME: Final = 6  # characters; a shorter name may be any word
MARK_LENGTH: Final = 26
ENOUGH: Final = 20  # bytes that make so many letters, and a multiple of five
CONTROL: Final = b"\\u00"  # how JSON begins a character that nobody writes
DAY_TENS: Final = "0123"  # fifth digit of an IIN, which begins with a birth date

_TWELVE_DIGITS: Final = re.compile(r"\d{12}", re.ASCII)
_MAYBE_IIN: Final = re.compile(rb"\d\d[01]\d[0-3]\d[0-6]\d{5}")
_DIGITS: Final = bytes(one if chr(one) in "0123456789" else ord(" ") for one in range(256))
"""What leaves of a text its digits."""
_HEAD: Final = ("руковод", "директор", "басшы", "head")


@dataclass(slots=True)
class Curtain:
    """Hides the persons of one process. `key` is secret: a number of twelve digits is guessed."""

    key: bytes
    hidden: dict[str, str] = field(default_factory=dict)

    def pseudonym(self, number: str, *names: object) -> str:
        """Return the pseudonym of a person, and remember what may not be seen."""
        made = self.hidden.get(number) or _pseudonym(number, self.key)
        self.hidden[number] = made
        for name in map(text, names):
            if name and len(name) >= SHORTEST_NAME and " " in name:
                self.hidden[name] = made
        return made

    def mark(self, kind: str, value: object) -> str | None:
        """Return a keyed mark of a telephone number or an e-mail address."""
        written = text(value)
        if written is None:
            return None
        return _mark(self.key, kind, "".join(written.casefold().split()))

    def head(self, employees: list[Employee] | None) -> str | None:
        """Return the pseudonym of who heads an organisation, where the register says so."""
        for one in employees or ():
            role, iin = (text(one.role_name) or "").casefold(), business_number(one.iin)
            if iin and any(word in role for word in _HEAD):
                return self.pseudonym(iin)
        return None

    def draw(self, release: dict[str, Any]) -> dict[str, Any]:
        """Return the release with every person in it hidden, also inside texts."""
        if not self._may_show(release):
            return release
        written = "\n".join(_texts(release)).casefold()
        found = {number: self.pseudonym(number) for number in person_numbers_in(written)}
        hidden = self._short_names(written) | self.hidden
        shown = {text: made for text, made in hidden.items() if text.casefold() in written}
        if not found and not shown:
            return release
        veiled: dict[str, Any] = Veil(found | shown).anything(release)
        return veiled

    def _short_names(self, written: str) -> dict[str, str]:
        """Return names as texts shorten them; what two persons may be called names neither."""
        short: dict[str, str] = {}
        met = (name for name in self.hidden if any(w.casefold() in written for w in _telling(name)))
        for name in met:
            made = self.hidden[name]
            for form in shortened(name):
                short[form] = made if short.get(form, made) == made else UNNAMED
        return short

    def _may_show(self, release: dict[str, Any]) -> bool:
        """Tell whether a person may be in it: as JSON it is looked through in a fifth of the time.

        There every text stands as it is, but for what JSON escapes in it and in what is looked for.
        The digits of an escaped control character may hide where a person's number begins.
        """
        written = encode(release)
        runs = {run for run in written.translate(_DIGITS).split() if len(run) >= NUMBER_LENGTH}
        if CONTROL in written or any(map(_MAYBE_IIN.fullmatch, runs)):
            return True
        long = b" ".join(runs)
        numbers = [text.encode() for text in self.hidden if text.isdecimal()]
        if any(number in (long if _is_long(number) else written) for number in numbers):
            return True
        names = [word for text in self.hidden if not text.isdecimal() for word in _telling(text)]
        folded = written.decode().casefold() if names else ""
        return any(encode(name)[1:-1].decode().casefold() in folded for name in names)


def _telling(name: str) -> tuple[str, ...]:
    """Return words of which a text has one wherever it has a name, shortened or not."""
    words = (bare_name(name) or "").split()
    return (words[0], words[-1]) if words else (name,)


def _is_long(number: bytes) -> bool:
    return len(number) >= NUMBER_LENGTH and number.isdigit()


def is_person_id(number: str | None) -> bool:
    """Tell whether a business number is a natural person's: its fifth digit is of a birth day."""
    return (
        number is not None
        and _TWELVE_DIGITS.fullmatch(number) is not None
        and number[4] in DAY_TENS
    )


def is_person(number: str | None, subject: Subject | None, name: str | None = None) -> bool:
    """Tell whether a participant is a natural person, by number, register entry and name."""
    if is_person_id(number):
        return True
    if subject is not None and text(subject.type_supplier) in PERSON_TYPES:
        return True
    if subject is not None and business_number(subject.iin) and not business_number(subject.bin):
        return is_person_id(business_number(subject.iin)) or number is None
    return not _is_bin(number) and name is not None and SOLE_TRADER.fullmatch(name) is not None


def _is_bin(number: str | None) -> bool:
    return (number is not None and _TWELVE_DIGITS.fullmatch(number) is not None) and number[
        4
    ] not in DAY_TENS


# The same few thousand organisations, and those who head them, are met again and again.
@lru_cache(maxsize=16384)
def _pseudonym(number: str, key: bytes) -> str:
    return person_pseudonym(SOURCE, number, key)


@lru_cache(maxsize=16384)
def _mark(key: bytes, kind: str, plain: str) -> str:
    digest = hmac.digest(key, f"{kind}\0{plain}".encode(), "sha256")
    return f"{kind}_{b32encode(digest[:ENOUGH]).decode()[:MARK_LENGTH].lower()}"


def _texts(value: Any) -> list[str]:
    found: list[str] = []
    stack = [value]
    while stack:
        one = stack.pop()
        kind = type(one)
        if kind is str:
            found.append(one)
        elif kind is dict:
            stack.extend(one.values())
        elif kind is list:
            stack.extend(one)
    return found
