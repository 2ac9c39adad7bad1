"""What people hold in hand of a purchase (numbers, links), brought to the keys it is found by.

Numbers of the portal: notice 17379679-1; lot 87361886-ЗЦП2, that is plan point, method, attempt;
contract 970140002674/260023/00, that is customer, serial, amendment. Lots are often typed with
Latin letters or a 3 for З. Source: the portal's own numbers and addresses.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from shared.vocabulary.identifiers import Bin, is_person_number, party_id

LONGEST_KEY: Final = 100
OWN_ID: Final = re.compile(r"(?:prc|lot|ctr|pln|org)_[a-z2-7]{26}")

_PORTAL: Final = re.compile(
    r"(?:https?://)?(?:[a-z0-9-]+\.)*goszakup\.gov\.kz(?::\d+)?/(?P<path>\S*)",
    re.ASCII | re.IGNORECASE,
)
_ADDRESSES: Final = (
    (re.compile(r"subpriceoffer/\w+/(?P<notice>\d+)/(?P<lot>\d+)"), ("notice", "lot")),
    (re.compile(r"announce/\w+/(?P<notice>\d+)"), ("notice",)),
    (re.compile(r"egzcontract/(?:\w+/)+?(?P<contract>\d+)"), ("contract",)),
    (re.compile(r"lots?/(?:\w+/)*?(?P<lot>\d+)"), ("lot",)),
    (re.compile(r"plans?/(?:\w+/)*?(?P<plan>\d+)"), ("plan",)),
)
_CONTRACT: Final = re.compile(r"(?P<serial>\d{12}/\d{1,9})(?:/\d{1,4})?", re.ASCII)
_NOTICE: Final = re.compile(r"\d{4,12}-\d{1,3}", re.ASCII)
_LOT: Final = re.compile(r"(?P<root>\d{4,12})-(?P<united>ОЛ-)?[А-ЯЁ]+\d{0,3}")
_BARE: Final = re.compile(r"\d{4,11}", re.ASCII)
_BAR: Final = re.compile(r"\d{12}", re.ASCII)

_CYRILLIC: Final = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
_DASHES: Final = str.maketrans("‐‑‒–—−", "------")
_THREE: Final = re.compile(r"(?<=-)3(?=[А-ЯЁ])")


class Named(NamedTuple):
    """What a text may name: keys of numbers, one of our ids, an organisation, or an ocid."""

    keys: tuple[str, ...] = ()
    own: str | None = None
    organisation: str | None = None
    ocid: str | None = None


def named(text: str) -> Named:
    """Say what a text may name; a number of a natural person names nobody."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if link := _PORTAL.fullmatch(plain):
        return Named(_in_address(link["path"]))
    if own := OWN_ID.search(plain):
        return Named(own=own[0], organisation=own[0] if own[0].startswith("org_") else None)
    if _BAR.fullmatch(plain):
        return _of_bar_number(plain)
    return Named(_of_number(folded_number(plain)), ocid=text.strip() or None)


def folded_number(number: str) -> str:
    """Bring a number to one spelling: upper case, Cyrillic letters, plain dashes, no spaces."""
    plain = unicodedata.normalize("NFKC", number).replace("№", "").translate(_DASHES)
    plain = "".join(plain.removeprefix("No").split()).upper().translate(_CYRILLIC)
    return _THREE.sub("З", plain)[:LONGEST_KEY]


def contract_keys(number: str) -> tuple[str, ...]:
    """Return the keys of a contract's number; its amendments share the one of the contract."""
    folded = folded_number(number)
    found = _CONTRACT.fullmatch(folded)
    return (f"contract:{found['serial'] if found else folded}",) if folded else ()


def _of_bar_number(digits: str) -> Named:
    number = Bin.parse(digits)
    if number is None or is_person_number(digits):
        return Named()
    return Named(organisation=party_id("", number, "").id)


def _in_address(path: str) -> tuple[str, ...]:
    for pattern, kinds in _ADDRESSES:
        if found := pattern.search(path.lower()):
            return tuple(f"{kind}:{found[kind]}" for kind in kinds)
    return ()


def _of_number(folded: str) -> tuple[str, ...]:
    if _BARE.fullmatch(folded):
        return tuple(f"{kind}:{folded}" for kind in ("notice", "lot", "contract", "plan"))
    if found := _LOT.fullmatch(folded):
        root = () if found["united"] else (f"plan:{found['root']}",)
        return (f"lot:{folded}", *root, *contract_keys(folded))
    notice = (f"notice:{folded}",) if _NOTICE.fullmatch(folded) else ()
    return notice + contract_keys(folded)
