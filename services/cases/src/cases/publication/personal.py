"""What tells of a natural person in a text: numbers, addresses, accounts and names.

A number is told by its own control digits where it has them, a name by its form, its title of
office or its initials. What is found is shown by its end, never again as a whole.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from cases.publication.reading import digits, readable
from shared.vocabulary.identifiers import personal_number


class Harm(NamedTuple):
    """Something that keeps a text from being published; `found` is not what it hides."""

    check: str
    place: str
    found: str


def personal(text: str, place: str) -> Iterator[Harm]:
    """Return the numbers and addresses by which a natural person is reached or known."""
    plain = readable(text)
    for number in TWELVE.findall(plain):
        if personal_number(digits(number)) is not None:
            yield Harm("iin", place, hidden(digits(number)))
    for number in _TELEPHONE.findall(plain):
        yield Harm("telephone", place, hidden(digits(number)))
    for _ in _MAIL.findall(plain):
        yield Harm("mail_address", place, "@")
    for number in _CARD.findall(plain):
        if _is_card(digits(number)):
            yield Harm("bank_card", place, hidden(digits(number)))
    for number in _ACCOUNT.findall(plain):
        if _is_account(number):
            yield Harm("bank_account", place, hidden(number))
    for said in _HOME.findall(plain):
        yield Harm("home_address", place, hidden(said))


def persons(text: str) -> Iterator[str]:
    """Return the names of natural persons in a text, each by its end."""
    plain = readable(text)
    taken: list[tuple[int, int]] = []
    for form in _NAMES:
        for found in form.finditer(plain):
            start, end = found.span()
            if _is_none(plain, start, end):
                continue
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                yield hidden(found[0])


def hidden(text: str) -> str:
    """Show where to look without telling it again."""
    return f"…{text[-2:]}"


def _is_card(number: str) -> bool:
    """Tell by the control digit of Luhn.

    >>> _is_card("4242424242424242"), _is_card("4242424242424241")
    (True, False)
    """
    odd, even = number[-1::-2], number[-2::-2]
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in even)
    return (sum(int(digit) for digit in odd) + doubled) % 10 == 0


def _is_account(number: str) -> bool:
    """Tell an IBAN: its letters as numbers, country and control digits last, 1 modulo 97."""
    bare = re.sub(r"[ -]", "", number).upper()
    return int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1


def _is_none(text: str, start: int, end: int) -> bool:
    """Tell what only looks like a name: a lettered lot, a street named after somebody."""
    before = text[:start][-_NEAR:]
    around = [*before.rsplit(maxsplit=1)[-1:], text[start:end].split(maxsplit=1)[0]]
    if any(word.strip('.,«»"') in _NO_NAMES for word in around):
        return True
    return bool(_BEFORE_PLACE.search(before) or _AFTER_PLACE.match(text[end:]))


TWELVE: Final = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){11}(?!\d)")
_TELEPHONE: Final = re.compile(
    r"(?<!\d)(?:\+?7|8)[ \-.()]*[67]\d{2}(?:[ \-.()]*\d){7}(?!\d)|\+\d(?:[ \-.()]*\d){8,13}(?!\d)"
)
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]+\.\w")
_CARD: Final = re.compile(
    r"(?<![\w/])(?:[2-6]\d{12,18}|[2-6]\d{3}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?"
    r"|3[47]\d\d[ -]\d{6}[ -]\d{5})(?![\w/])",
    re.ASCII,
)
_ACCOUNT: Final = re.compile(
    r"(?<!\w)(?:KZ\d{2}(?:[ -]?[A-Z0-9]){16}|[A-Z]{2}\d{2}[A-Z0-9]{11,30})(?!\w)",
    re.ASCII | re.IGNORECASE,
)
_HOME: Final = re.compile(
    r"\b(?:кв\.?|квартир[аыеу]|пәтер|apt\.?|apartment|flat)\s*(?:№|no\.?|#)?\s*\d+"
    r"|\b\d+\s*-\s*пәтер\w*|\bүй\W{1,3}\d+\s+пәтер\w*"
    r"|\b(?:домашн\w+ адрес\w*|прожива\w+ (?:по адресу|на улице|на ул\.|в доме|в квартире)"
    r"|прописан\w* (?:по|в|на)\b|тұрғылықты мекенжай\w*|үй мекенжай\w*|мекенжай\w* бойынша тұрады"
    r"|home address|lives at|resides at)",
    re.IGNORECASE,
)

_CAPITAL: Final = "A-ZА-ЯЁӘҒҚҢӨҰҮҺІ"
_LETTER: Final = "a-zа-яёәғқңөұүһі"
_WORD: Final = rf"[{_CAPITAL}][{_LETTER}]{{2,}}(?:-[{_CAPITAL}][{_LETTER}]+)?"
_OF_FAMILY: Final = (
    rf"[{_CAPITAL}][{_LETTER}]+(?:(?:[оеё]в|[иы]н)(?:а|у|ым|ой|е|ы|ых)?|ұлы|қызы|тегі"
    r"|(?:бек|бай|хан|гали|ғали)(?:а|у|ом)?|енко|чук|швили|дзе|[oe]va?|yeva?|skaya|uly|kyzy)"
    r"(?:қа|ке|ға|ге|[дтн][ыі]ң|[дтн][ыі])?"
)
_OFFICE: Final = (
    r"(?:директор(?!ат)|бухгалтер|руководител|начальник|председател|заведующ|аким(?!ат)|министр(?!л)"
    r"|заместител|учредител|владел(?:ец|ьц)|собственник|предпринимател|инспектор|чиновник|менеджер"
    r"|басшы|басты[ғқ]|төра[ғқ]а|әкім(?![дш])|құрылтайшы|есепші|кәсіпкер|director|accountant|manager"
    r"|head|chairman|chief|owner|founder|mayor|minister|deputy|official|officer)"
)
_NAMES: Final = (
    re.compile(
        rf"[{_CAPITAL}][{_LETTER}]{{2,}}(?:ұлы|қызы|ович|евич|овна|евна|[ои]вич)(?:а|у|ем)?\b"
    ),
    re.compile(rf"\b[{_CAPITAL}]\. ?(?:[{_CAPITAL}]\. ?)?{_WORD}"),
    re.compile(rf"\b{_WORD} [{_CAPITAL}]\. ?(?:[{_CAPITAL}]\.)?"),
    re.compile(rf"\b{_WORD} {_WORD}(?=,? (?:\w+ ){{0,2}}(?i:{_OFFICE}))"),
    re.compile(
        rf"(?i:\b\w*{_OFFICE})\w*\W{{1,3}}(?:[\w№«»\"]+ ){{0,3}}?(?:{_WORD} )?{_OF_FAMILY}\b"
    ),
    re.compile(rf"\b{_WORD} [{_CAPITAL}][{_LETTER}]+(?:[оеё]ва?|[oe]va?|yeva?)\b"),
)
"""A patronymic; a surname with initials; two names with an office; an office with a surname; two
names of which the second is a surname."""

_OTHERS: Final = (
    "Приложение Таблица Класс Категория Пункт Раздел Часть Вариант Форма Блок Корпус Литер Группа "
    "Тип Лот Компания Поставщик Заказчик Участник Подрядчик Дом Отдел Союз Реестр Парк Центр "
    "Дворец Палата Совет Фонд Департамент Управление Министерство Комитет Институт Агентство "
    "Служба Зал Қосымша Кесте Бөлім Ұйым Жеткізуші Комитеті Министрлігі Annex Appendix Table Class "
    "Section Block Type Part Group Schedule Lot Form Category Company Supplier Buyer Bidder "
    "Contractor Plan"
)
_NO_NAMES: Final = frozenset(_OTHERS.split())
"""What stands before a letter that is no initial, and before a word of many that is no surname."""

_NEAR: Final = 30
"""Letters within which it is told what is named after somebody."""

_BEFORE_PLACE: Final = re.compile(
    r"(?:\bул\.|\bулиц\w*|\bпр\.|\bпроспект\w*|\bим\.|\bимени|\bплощад\w*|\bпарк\w*|\bсело|\bсел[ае]|"
    r"\bаул\w*|\bстанци\w+|\bnamed after)\s+$",
    re.IGNORECASE,
)
_AFTER_PLACE: Final = re.compile(
    r"\s+(?:көше|даңғыл|атындағы|ауыл|алаңы|street|avenue|school|square|village)", re.IGNORECASE
)
