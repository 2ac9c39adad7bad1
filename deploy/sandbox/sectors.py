"""What is bought in the invented world: sectors, their goods and works, and what these cost.

`division` begins every classification code of the sector (two digits, as in the state's
catalogue of goods, works and services); prices are what a whole purchase costs, from and to.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sector:
    """One kind of purchase: subjects as (Kazakh, Russian, English), unit, range of prices."""

    division: str
    category: str
    unit: str
    price: tuple[int, int]
    subjects: tuple[tuple[str, str, str], ...]


SECTORS = (
    Sector(
        "42",
        "works",
        "работа",
        (8_000_000, 400_000_000),
        (
            ("Көшелерді орташа жөндеу", "Средний ремонт улиц", "Medium repair of streets"),
            ("Көпірді қайта жаңарту", "Реконструкция моста", "Reconstruction of a bridge"),
            ("Су құбырын салу", "Строительство водопровода", "Building of a water main"),
        ),
    ),
    Sector(
        "41",
        "works",
        "работа",
        (15_000_000, 900_000_000),
        (
            ("Мектеп ғимаратын салу", "Строительство здания школы", "Building of a school"),
            (
                "Балабақшаны күрделі жөндеу",
                "Капитальный ремонт детского сада",
                "Kindergarten overhaul",
            ),
            ("Шатырды жөндеу", "Ремонт кровли", "Repair of a roof"),
        ),
    ),
    Sector(
        "26",
        "goods",
        "штука",
        (900_000, 60_000_000),
        (
            ("Ноутбуктер", "Ноутбуки", "Laptops"),
            ("Интерактивті тақталар", "Интерактивные панели", "Interactive boards"),
            ("Бейнебақылау камералары", "Камеры видеонаблюдения", "Surveillance cameras"),
        ),
    ),
    Sector(
        "21",
        "goods",
        "упаковка",
        (300_000, 90_000_000),
        (
            ("Дәрілік заттар", "Лекарственные средства", "Medicines"),
            ("Вакциналар", "Вакцины", "Vaccines"),
            ("Реагенттер", "Реагенты", "Reagents"),
        ),
    ),
    Sector(
        "10",
        "goods",
        "килограмм",
        (400_000, 25_000_000),
        (
            ("Мектепке ет жеткізу", "Поставка мяса для школ", "Meat for schools"),
            ("Сүт өнімдері", "Молочная продукция", "Dairy products"),
            ("Нан және тоқаш", "Хлеб и хлебобулочные изделия", "Bread and bakery"),
        ),
    ),
    Sector(
        "19",
        "goods",
        "литр",
        (500_000, 40_000_000),
        (
            ("Дизель отыны", "Дизельное топливо", "Diesel fuel"),
            ("АИ-92 бензині", "Бензин АИ-92", "Petrol AI-92"),
        ),
    ),
    Sector(
        "31",
        "goods",
        "штука",
        (300_000, 30_000_000),
        (
            ("Мектеп жиһазы", "Школьная мебель", "School furniture"),
            ("Кеңсе үстелдері", "Офисные столы", "Office desks"),
        ),
    ),
    Sector(
        "62",
        "services",
        "услуга",
        (600_000, 70_000_000),
        (
            (
                "Ақпараттық жүйені сүйемелдеу",
                "Сопровождение информационной системы",
                "System upkeep",
            ),
            ("Сайт әзірлеу", "Разработка сайта", "Development of a web site"),
        ),
    ),
    Sector(
        "81",
        "services",
        "услуга",
        (400_000, 35_000_000),
        (
            ("Аумақты абаттандыру", "Благоустройство территории", "Landscaping"),
            ("Гүлзарларды күту", "Уход за цветниками", "Care of flower beds"),
            ("Ғимаратты тазалау", "Уборка зданий", "Cleaning of buildings"),
        ),
    ),
    Sector(
        "80",
        "services",
        "услуга",
        (500_000, 24_000_000),
        (
            ("Күзет қызметі", "Услуги охраны", "Guarding"),
            (
                "Өрт дабылына қызмет көрсету",
                "Обслуживание пожарной сигнализации",
                "Fire alarm upkeep",
            ),
        ),
    ),
    Sector(
        "49",
        "services",
        "услуга",
        (300_000, 40_000_000),
        (
            ("Оқушыларды тасымалдау", "Подвоз учащихся", "Transport of pupils"),
            ("Жүк тасымалы", "Грузовые перевозки", "Haulage"),
        ),
    ),
    Sector(
        "71",
        "services",
        "услуга",
        (700_000, 60_000_000),
        (
            ("Жобалау құжаттамасы", "Проектная документация", "Design documentation"),
            ("Техникалық қадағалау", "Технический надзор", "Technical supervision"),
        ),
    ),
)
