"""Who buys and who sells: organisations and sole traders that exist nowhere.

A party is a pure function of the seed and its index, so that a world of a hundred thousand
suppliers keeps only those that it has lately met.
"""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from deploy.sandbox.world import numbers, places
from deploy.sandbox.world.catalogue import SECTORS
from deploy.sandbox.world.workdays import NEVER, PORTAL, at, date_of, text

COMPANY, PERSON, TRADER = 1, 2, 3
"""`typeSupplier` of the portal."""

BUYERS: Final = (
    ("{kz} ауданының {n} жалпы білім беретін мектебі", "Школа № {n} {ru}ского района", "КГУ", "ММ"),
    ("{kz} ауданының білім бөлімі", "Отдел образования {ru}ского района", "ГУ", "ММ"),
    ("{kz} көпсалалы ауруханасы", "{ru}ская многопрофильная больница", "ГКП на ПХВ", "ШЖҚ МКК"),
    ("{kz} ауылдық округі әкімінің аппараты", "Аппарат акима {ru}ского сельского округа",
     "ГУ", "ММ"),
    ("{kz} қаласының жолдар басқармасы", "Управление дорог города {ru}", "КГУ", "КММ"),
    ("{kz} жұмыспен қамту орталығы", "Центр занятости {ru}ского района", "КГУ", "КММ"),
    ("{kz} колледжі", "{ru}ский колледж", "ГККП", "МКҚК"),
    ("{kz} мәдениет үйі", "{ru}ский дом культуры", "ГККП", "МКҚК"),
)  # fmt: skip
RURAL, INSTITUTIONS = 3, ("ГУ", "КГУ")
COMPANIES: Final = (
    ("{kz}", "{ru}"), ("{kz} Құрылыс", "{ru} Строй"), ("{kz} Сауда", "{ru} Торг"),
    ("{kz} Group", "{ru} Group"), ("{kz} Сервис", "{ru} Сервис"),
)  # fmt: skip
STREETS: Final = ("Тәуелсіздік", "Достық", "Бейбітшілік", "Жастар")
TRADERS_SHARE, PAYERS_SHARE, TRADER_PAYERS_SHARE = 0.38, 0.55, 0.06


@dataclass(slots=True)
class Party:
    """A customer or a supplier; days count from 1970, `vat` is the interval of VAT registration."""

    pid: int
    number: str
    kind: int
    name_kz: str
    name_ru: str
    kopf: str
    place: places.Place
    phone: str
    email: str
    address: str
    head: str
    head_iin: str
    founded: int
    sector: int
    buyer: bool = False
    gu: bool = False
    rural: bool = False
    state: bool = False
    monopoly: bool = False
    vat: tuple[int, int | None] | None = None

    def pays_vat(self, day: int) -> bool:
        """Whether the party is registered for VAT on a day."""
        return (
            self.vat is not None
            and self.vat[0] <= day
            and (self.vat[1] is None or day <= self.vat[1])
        )

    @property
    def biin(self) -> str:
        """The BIN, or a trader's IIN."""
        return self.number


def make_buyer(rng: Random, pid: int, index: int, today: int, region: int | None = None) -> Party:
    """A customer: a school, a hospital, an akim's office ..., in a region if it is given."""
    kind = rng.randrange(len(BUYERS))
    kazakh, russian, kopf, kopf_kz = BUYERS[kind]
    kz, ru = numbers.name(rng)
    ordinal = rng.randint(1, 90)
    founded = today - rng.randint(2_000, 9_000)
    party = _party(rng, pid, numbers.bin_number(index), COMPANY, founded, region=region)
    party.name_ru = f'{kopf} "{russian.format(ru=ru, n=ordinal)}"'
    party.name_kz = f'"{kazakh.format(kz=kz, n=ordinal)}" {kopf_kz}'
    party.kopf, party.gu = kopf, kopf in INSTITUTIONS
    party.buyer, party.rural = True, kind == RURAL
    return party


def make_supplier(
    rng: Random, pid: int, index: int, today: int, *, company: bool = False, sector: int = 0
) -> Party:
    """A supplier: a company, or a sole trader."""
    if not company and rng.random() < TRADERS_SHARE:
        return _trader(rng, pid, today, sector)
    party = _party(rng, pid, numbers.bin_number(index), COMPANY, today - rng.randint(1_200, 6_000))
    kz, ru = numbers.name(rng)
    kazakh, russian = rng.choice(COMPANIES)
    party.name_ru = f'ТОО "{russian.format(ru=ru)}"'
    party.name_kz = f'"{kazakh.format(kz=kz)}" ЖШС'
    party.sector = sector
    if rng.random() < PAYERS_SHARE:
        party.vat = (party.founded + rng.randint(30, 900), None)
    return party


def _trader(rng: Random, pid: int, today: int, sector: int) -> Party:
    party = _party(rng, pid, numbers.iin_number(rng), TRADER, today - rng.randint(1_200, 4_000))
    party.head_iin = party.number
    party.name_ru, party.name_kz = f'ИП "{party.head}"', f'"{party.head}" ЖК'
    party.kopf, party.sector = "ИНД", sector
    if rng.random() < TRADER_PAYERS_SHARE:
        party.vat = (party.founded + rng.randint(30, 900), None)
    return party


def _party(
    rng: Random, pid: int, number: str, kind: int, founded: int, *, region: int | None = None
) -> Party:
    place = places.pick(rng, region)
    return Party(
        pid=pid,
        number=number,
        kind=kind,
        name_kz="",
        name_ru="",
        kopf="ТОО",
        place=place,
        phone=numbers.phone(rng),
        email=f"post{pid}@sandbox.invalid",
        address=f"{place.full_ru}, ул. {rng.choice(STREETS)}, дом {rng.randint(1, 190)}",
        head=numbers.person(rng),
        head_iin=numbers.iin_number(rng),
        founded=founded,
        sector=0,
    )


def subject_row(party: Party, entered: int) -> dict[str, Any]:
    """The party as the register of participants shows it; `entered` is the moment it came there."""
    organisation = party.kind == COMPANY
    when = text(entered)
    row = dict.fromkeys(
        ("inn", "unp", "numberReg", "series", "website", "parentSubject", "parentNameKz",
         "parentNameRu", "fullName", "name"),
    )  # fmt: skip
    row.update(dict.fromkeys(MARKS, 0))
    row.update(
        pid=party.pid, bin=party.number if organisation else None,
        iin=None if organisation else party.number, regdate=text(at(party.founded, 9)),
        crdate=entered - PORTAL_OFFSET, indexDate=when, lastUpdateDate=when, nameRu=party.name_ru,
        nameKz=party.name_kz, fullNameRu=party.name_ru, fullNameKz=party.name_kz,
        email=party.email, phone=party.phone, countryCode="398", katoList=[party.place.kato],
        customer=int(party.buyer), organizer=int(party.buyer), refKopfCode=party.kopf,
        year=date_of(party.founded).year, markResident=1, systemId=3, supplier=int(not party.buyer),
        typeSupplier=party.kind, krpCode=105, branches=[], kseCode=1 if party.gu else 7,
        okedList=int(SECTORS[party.sector].division + "000") if not party.buyer else 84_111,
        markNaturalMonopoly=int(party.monopoly), markStateMonopoly=int(party.state),
        Address=[_address(party, when)], Employees=[_head(party, when)], Admins=[],
    )  # fmt: skip
    return row


PORTAL_OFFSET: Final = int(PORTAL.utcoffset(None).total_seconds())
MARKS: Final = (
    "qvazi", "markNationalCompany", "markAssocWithDisab", "markWorldCompany",
    "markPatronymicProducer", "markPatronymicSupplyer", "markSmallEmployer", "isSingleOrg",
)  # fmt: skip


def _address(party: Party, when: str) -> dict[str, Any]:
    return {
        "id": party.pid * 2, "pid": party.pid, "refSourceCode": 1, "addressType": 1,
        "address": party.address, "katoCode": party.place.kato, "phone": party.phone,
        "countryCode": 398, "dateCreate": when, "editDate": when, "systemId": 3,
        "indexDate": when,
    }  # fmt: skip


def _head(party: Party, when: str) -> dict[str, Any]:
    return {
        "id": str(party.pid * 2), "personId": party.pid + 5_000_000, "pid": party.pid,
        "iin": party.head_iin, "resident": 1, "fio": party.head, "disabled": 0, "role": 1,
        "roleName": "Первый руководитель", "startDate": when, "editDate": when,
        "endDate": NEVER, "systemId": 3, "indexDate": when,
    }  # fmt: skip
