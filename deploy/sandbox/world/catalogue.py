"""What is bought: sectors, the things in them, and product codes that look like the state's own.

A position is one line of the catalogue: the same thing in every world, with a code in the form of
the unified nomenclature (ENSTRU) and a price around which honest offers lie.
"""

from functools import lru_cache
from math import exp
from random import Random
from typing import Final, NamedTuple

GOODS, WORKS, SERVICES = 1, 2, 3


class Sector(NamedTuple):
    """A kind of purchase: subject type, two-digit division, unit, things as (kk, ru, price)."""

    subject: int
    division: str
    unit: str
    kind: str
    things: tuple[tuple[str, str, int], ...]


PIECE, PACK, KILO, LITRE, WORK, SERVICE = "796", "778", "166", "112", "5113", "5114"
UNITS: Final = {
    PIECE: ("Дана", "Штука"),
    PACK: ("Орама", "Упаковка"),
    KILO: ("Килограмм", "Килограмм"),
    LITRE: ("Литр", "Литр (куб. дм.)"),
    WORK: ("Жұмыс", "Одна работа"),
    SERVICE: ("Қызмет", "Одна услуга"),
}

SECTORS: Final = (
    Sector(GOODS, "17", PACK, "other", (
        ("Кеңсе қағазы", "Бумага офисная", 2_100), ("Папка", "Папка", 900),
        ("Журнал", "Журнал регистрации", 1_400), ("Конверт", "Конверт почтовый", 600))),
    Sector(GOODS, "26", PIECE, "other", (
        ("Ноутбук", "Ноутбук", 420_000), ("Монитор", "Монитор", 95_000),
        ("Принтер", "Принтер", 160_000), ("Бейнекамера", "Видеокамера", 78_000))),
    Sector(GOODS, "31", PIECE, "other", (
        ("Оқушы үстелі", "Парта ученическая", 38_000), ("Шкаф", "Шкаф офисный", 72_000),
        ("Орындық", "Стул", 16_000), ("Диван", "Диван", 140_000))),
    Sector(GOODS, "10", KILO, "other", (
        ("Сиыр еті", "Мясо говядина", 3_200), ("Күріш", "Крупа рисовая", 620),
        ("Май", "Масло сливочное", 3_900), ("Ірімшік", "Сыр", 4_300))),
    Sector(GOODS, "19", LITRE, "other", (
        ("Бензин", "Бензин", 245), ("Дизель отыны", "Топливо дизельное", 330),
        ("Майлау майы", "Масло моторное", 2_700))),
    Sector(GOODS, "21", PACK, "other", (
        ("Дәрілік зат", "Лекарственное средство", 4_800), ("Реагент", "Реагент", 26_000),
        ("Таңу құралы", "Средство перевязочное", 750))),
    Sector(GOODS, "20", PIECE, "other", (
        ("Жуу құралы", "Средство моющее", 950), ("Бояу", "Краска", 2_900),
        ("Дезинфекциялау құралы", "Средство дезинфицирующее", 3_400))),
    Sector(GOODS, "25", PIECE, "other", (
        ("Құлып", "Замок", 6_500), ("Балалар алаңының жабдығы", "Оборудование площадки", 310_000),
        ("Жылыту радиаторы", "Радиатор отопления", 24_000))),
    Sector(WORKS, "41", WORK, "construction", (
        ("Мектеп салу", "Работы по строительству школы", 900_000_000),
        ("Ғимаратты күрделі жөндеу", "Работы по капитальному ремонту здания", 90_000_000),
        ("Су құбырын салу", "Работы по строительству водопровода", 120_000_000))),
    Sector(WORKS, "42", WORK, "road", (
        ("Жолды орташа жөндеу", "Работы по среднему ремонту дорог", 110_000_000),
        ("Көпірді жөндеу", "Работы по ремонту моста", 80_000_000))),
    Sector(WORKS, "43", WORK, "repair", (
        ("Ғимаратты ағымдағы жөндеу", "Работы по текущему ремонту здания", 9_000_000),
        ("Шатырды жөндеу", "Работы по ремонту кровли", 12_000_000),
        ("Электр желісін жөндеу", "Работы по ремонту электросети", 5_000_000))),
    Sector(SERVICES, "62", SERVICE, "other", (
        ("Ақпараттық жүйені сүйемелдеу", "Услуги по сопровождению системы", 4_000_000),
        ("Техниканы жөндеу", "Услуги по ремонту техники", 600_000))),
    Sector(SERVICES, "81", SERVICE, "other", (
        ("Гүлзарларды күту", "Услуги по уходу за цветниками", 5_000_000),
        ("Ғимаратты тазалау", "Услуги по уборке помещений", 3_000_000))),
    Sector(SERVICES, "80", SERVICE, "other", (
        ("Күзет қызметі", "Услуги охраны", 4_500_000),
        ("Өрт дабылын күту", "Услуги по обслуживанию сигнализации", 700_000))),
    Sector(SERVICES, "49", SERVICE, "other", (
        ("Оқушыларды тасымалдау", "Услуги по подвозу учащихся", 6_000_000),
        ("Жүк тасымалы", "Услуги по перевозке грузов", 1_500_000))),
    Sector(SERVICES, "71", SERVICE, "design", (
        ("Жобалау", "Услуги по проектированию", 9_000_000),
        ("Техникалық қадағалау", "Услуги технического надзора", 6_000_000))),
    Sector(SERVICES, "85", SERVICE, "other", (
        ("Біліктілікті арттыру", "Услуги по повышению квалификации", 900_000),
        ("Семинар өткізу", "Услуги по проведению семинара", 700_000))),
    Sector(SERVICES, "18", SERVICE, "other", (
        ("Баспа қызметі", "Услуги полиграфические", 800_000),)),
    Sector(SERVICES, "35", SERVICE, "utility", (
        ("Жылумен жабдықтау", "Услуги теплоснабжения", 5_000_000),
        ("Электрмен жабдықтау", "Услуги электроснабжения", 4_000_000),
        ("Сумен жабдықтау", "Услуги водоснабжения", 1_500_000))),
    Sector(SERVICES, "61", SERVICE, "telecom", (
        ("Телефон байланысы", "Услуги телефонной связи", 400_000),
        ("Интернетке қосу", "Услуги доступа к интернету", 900_000))),
    Sector(SERVICES, "68", SERVICE, "rent", (
        ("Үй-жайды жалдау", "Услуги по аренде помещения", 2_500_000),)),
)  # fmt: skip

GRADES: Final = 40
"""How many varieties each thing comes in; every variety has a product code of its own."""

SPREAD: Final = 0.35
"""How far the prices of the varieties of a thing lie apart (sigma of the logarithm)."""


class Position(NamedTuple):
    """A line of the catalogue: code, names, description, unit, and the usual price of one."""

    code: str
    sector: int
    subject: int
    name_kz: str
    name_ru: str
    desc_kz: str
    desc_ru: str
    unit: str
    price: float

    @property
    def kind(self) -> str:
        """Which dumping floor and which customs apply: construction, road, repair, design ..."""
        return SECTORS[self.sector].kind


def code_of(division: str, thing: int, grade: int) -> str:
    """A product code; varieties differ in the first two groups, so they are not one item."""
    return f"{division}{11 + thing}{10 + grade // 10}.{100 + 20 * (grade % 10)}.{grade + 1:06}"


@lru_cache(maxsize=1)
def positions() -> tuple[tuple[Position, ...], ...]:
    """The catalogue by sector, the same in every world."""
    rng = Random(11)  # noqa: S311 (prices of a toy catalogue are no secret)
    return tuple(
        tuple(
            _position(rng, number, sector, thing, grade)
            for grade in range(GRADES)
            for thing in range(len(sector.things))
        )
        for number, sector in enumerate(SECTORS)
    )


def _position(rng: Random, number: int, sector: Sector, thing: int, grade: int) -> Position:
    kz, ru, price = sector.things[thing]
    return Position(
        code=code_of(sector.division, thing, grade),
        sector=number,
        subject=sector.subject,
        name_kz=kz,
        name_ru=ru,
        desc_kz=f"{grade + 1}-түр",
        desc_ru=f"вид {grade + 1}",
        unit=sector.unit,
        price=round(price * exp(rng.gauss(0, SPREAD)), 2),
    )


def sectors_of(*kinds: str, subject: int = 0) -> tuple[int, ...]:
    """Numbers of the sectors of some kinds, of one subject type if it is given."""
    return tuple(
        number
        for number, sector in enumerate(SECTORS)
        if sector.kind in kinds and subject in (0, sector.subject)
    )


FREE_DIVISIONS: Final = ("13", "14", "15", "16", "22", "23", "24", "27", "28", "29", "30", "32")

OWN_MARKETS: Final = tuple(
    Position(
        f"{division}5013.100.000001", 5, GOODS, "Аппарат", "Аппарат", f"{division}-түр",
        f"вид {division}", PIECE, 1_450_000,
    )
    for division in FREE_DIVISIONS
)  # fmt: skip
"""Things of divisions that nobody else buys from: the market of each is one story's alone."""

HONEST_GRADES: Final = 34
"""Varieties that ordinary purchases use; the others are left to planted stories."""


def reserved(sectors: tuple[int, ...], order: int) -> Position:
    """The order-th position that no ordinary purchase uses."""
    sector = sectors[order % len(sectors)]
    lines = positions()[sector][HONEST_GRADES * len(SECTORS[sector].things) :]
    return lines[order // len(sectors) % len(lines)]


def turn_of(sectors: tuple[int, ...], turn: int) -> Position:
    """The turn-th position of some sectors.

    A customer who goes on in turn repeats no item until the whole range is through, and all
    customers begin with the same items, so that there are prices to compare.
    """
    sector = sectors[turn % len(sectors)]
    lines = positions()[sector][: HONEST_GRADES * len(SECTORS[sector].things)]
    return lines[turn // len(sectors) % len(lines)]
