"""The region of an address: the first two digits of its KATO code, read off a code or a text."""

import re
from typing import Final

from shared.vocabulary import kato

# Stems that stand in addresses, Russian and Kazakh, for the 17 regions and 3 cities since 2022.
STEMS: Final = {
    "10": "область абай|обл. абай|абайская обл|абай обл",
    "11": "акмолинск|ақмола",
    "15": "актюбинск|ақтөбе",
    "19": "алматинская обл|алматинской обл|алматы обл",
    "23": "атырауск|атырау",
    "27": "западно-казахстанск|батыс қазақстан",
    "31": "жамбылская обл|жамбылской обл|жамбыл обл",
    "33": "жетісу|жетысу",
    "35": "карагандинск|қарағанды",
    "39": "костанайск|қостанай",
    "43": "кызылординск|қызылорда",
    "47": "мангистауск|маңғыстау",
    "55": "павлодарск|павлодар",
    "59": "северо-казахстанск|солтүстік қазақстан",
    "61": "туркестанск|түркістан",
    "62": "улытау|ұлытау",
    "63": "восточно-казахстанск|шығыс қазақстан",
    "71": "астана|нур-султан|нұр-сұлтан",
    "75": "г. алматы|г.алматы|город алматы|алматы қ|алматы г",
    "79": "шымкент",
}

_CODE: Final = re.compile(r"\d{9}", re.ASCII)
_ANY: Final = re.compile(
    "|".join(f"(?P<r{code}>{stems.replace('.', '[.]')})" for code, stems in STEMS.items())
)


def region(address: str) -> str | None:
    """Return the region named first in an address; None where none is recognised."""
    code = _CODE.fullmatch(address.strip())
    if code:
        return kato.region_of(code[0])
    found = _ANY.search(" ".join(address.casefold().split()))
    return found.lastgroup[1:] if found and found.lastgroup else None
