"""E-mail addresses and phone numbers in the texts of a release: masked, whoever they belong to.

Kazakh numbers in every usual spelling, and international ones behind a plus. BINs, sums, numbers of
lots and contracts, codes of goods, dates and web addresses look alike and stay as they are.
"""

import re
from typing import Final

MASK: Final = "[…]"

# What is no phone number: sums, and parts of longer numbers of contracts and goods.
_SUM: Final = r"(?![.,]\d|\s*(?:тенге|теңге|тг|тыс|млн|млрд|kzt|₸|руб|usd|\$|€|%))"
_BETWEEN: Final = r"[ \u00a0\-–]"
_PHONES: Final = re.compile(
    # +7 (701) 123-45-67, +998901234567
    rf"(?<![\d+])\+\d(?:[ \u00a0\-–()]{{0,2}}\d){{9,14}}(?!\d){_SUM}"
    # 87011234567 and 77011234567 without a separator: not beside №, / or another number
    rf"|(?<![\w/№#])(?<![№#] )(?<!\d[.,\-])[78]7\d{{9}}(?![\w/]|-\w){_SUM}"
    # 8 (701) 123 45 67, 8-7172-55-66-77, 8(7172)556677: eleven digits
    rf"|(?<![\w№#])(?<!\d[.,/\-])[78]{_BETWEEN}?(?:\(7\d{{2,4}}\)|7\d{{2,4}}{_BETWEEN})"
    rf"{_BETWEEN}?\d(?:{_BETWEEN}?\d){{4,6}}(?!\w|-\w){_SUM}"
    # (7172) 55-66-77, 701 123-45-67
    rf"|(?<![\w№#])(?<!\d[.,/ \-])(?:\(7\d{{2,4}}\){_BETWEEN}?\d(?:{_BETWEEN}?\d){{4,6}}"
    rf"|7\d\d{_BETWEEN}\d{{3}}{_BETWEEN}\d\d{_BETWEEN}\d\d)(?!\w|-\w){_SUM}"
    # тел. 7011234567
    r"|(?<=[лбтn]\. |[лбтнel]: )7\d{9}(?!\d)",
    re.IGNORECASE,
)
_NATIONAL: Final = (10, 11)  # digits of a Kazakh number without and with its first 7 or 8
_EMAIL: Final = re.compile(r"(?<![\w.+%\-])[\w.+%\-]+ ?@ ?[\w\-]+(?:\.[\w\-]+)*\.[^\W\d_]{2,}")
_WEB: Final = re.compile(r"(\b[a-z]{2,6}://\S+)", re.IGNORECASE)
# Every Kazakh number has this in it, and most texts do not; others have a plus.
MAYBE_PHONE: Final = re.compile(r"7\d\d[\d \u00a0()\-–]{6}")


def mask_contacts(text: str) -> str:
    """Mask e-mail addresses and phone numbers outside web addresses; twice changes nothing."""
    if "@" not in text and "+" not in text and MAYBE_PHONE.search(text) is None:
        return text
    while (masked := "".join(_mask_part(part) for part in _WEB.split(text))) != text:
        text = masked
    return text


def _mask_part(part: str) -> str:
    if _WEB.fullmatch(part):
        return part
    if "@" in part:
        part = _EMAIL.sub(MASK, part)
    return _PHONES.sub(_mask_phone, part)


def _mask_phone(found: re.Match[str]) -> str:
    digits = sum(map(str.isdigit, found[0]))
    return MASK if found[0][0] == "+" or digits in _NATIONAL else found[0]
