"""The twenty regions by their KATO codes, and invented districts and settlements below them."""

from functools import lru_cache
from random import Random
from typing import Any, Final, NamedTuple

from deploy.sandbox.world.numbers import name

REGIONS: Final = (
    ("10", "Абай облысы", "область Абай", 3),
    ("11", "Ақмола облысы", "Акмолинская область", 4),
    ("15", "Ақтөбе облысы", "Актюбинская область", 4),
    ("19", "Алматы облысы", "Алматинская область", 6),
    ("23", "Атырау облысы", "Атырауская область", 4),
    ("27", "Батыс Қазақстан облысы", "Западно-Казахстанская область", 4),
    ("31", "Жамбыл облысы", "Жамбылская область", 5),
    ("33", "Жетісу облысы", "область Жетісу", 3),
    ("35", "Қарағанды облысы", "Карагандинская область", 6),
    ("39", "Қостанай облысы", "Костанайская область", 5),
    ("43", "Қызылорда облысы", "Кызылординская область", 4),
    ("47", "Маңғыстау облысы", "Мангистауская область", 4),
    ("55", "Павлодар облысы", "Павлодарская область", 4),
    ("59", "Солтүстік Қазақстан облысы", "Северо-Казахстанская область", 4),
    ("61", "Түркістан облысы", "Туркестанская область", 8),
    ("62", "Ұлытау облысы", "область Ұлытау", 2),
    ("63", "Шығыс Қазақстан облысы", "Восточно-Казахстанская область", 5),
    ("71", "Астана қаласы", "город Астана", 10),
    ("75", "Алматы қаласы", "город Алматы", 10),
    ("79", "Шымкент қаласы", "город Шымкент", 5),
)
"""Prefix, names, and a weight by how much is bought there."""

WEIGHTS: Final = [weight for *_, weight in REGIONS]

DISTRICTS, SETTLEMENTS = 5, 4


class Place(NamedTuple):
    """A settlement: its code, its names, its full names down from the region."""

    kato: str
    name_kz: str
    name_ru: str
    full_kz: str
    full_ru: str


def _row(code: str, level: int, parent: str, short: tuple[str, str], full: tuple[str, str]) -> Any:
    parts = {"ab": code[:2], "cd": code[2:4], "ef": code[4:6], "hij": code[6:]}
    names = {
        "name_kz": short[0],
        "name_ru": short[1],
        "full_name_kz": full[0],
        "full_name_ru": full[1],
    }
    return {"code": code, "level_": level, "parent_code": parent, "k": 1, **parts, **names}


@lru_cache(maxsize=1)
def settlements() -> tuple[tuple[Place, ...], ...]:
    """Settlements by region, in the order of `REGIONS`; the names are the same in every world."""
    rng = Random(7)  # noqa: S311 (names of places are no secret)
    found = []
    for prefix, region_kz, region_ru, _ in REGIONS:
        places = []
        for district in range(DISTRICTS):
            kz, ru = name(rng)
            for settlement in range(SETTLEMENTS):
                own_kz, own_ru = name(rng)
                code = f"{prefix}{32 + 4 * district}{10 + 10 * settlement}100"
                full_kz = f"{region_kz}, {kz} ауданы, {own_kz} а."
                full_ru = f"{region_ru}, {ru}ский район, с.{own_ru}"
                places.append(Place(code, f"{own_kz} а.", f"с.{own_ru}", full_kz, full_ru))
        found.append(tuple(places))
    return tuple(found)


@lru_cache(maxsize=1)
def dictionary() -> list[dict[str, Any]]:
    """`ref_kato`: regions, districts and settlements of the world."""
    rows = []
    for (prefix, kz, ru, _), places in zip(REGIONS, settlements(), strict=True):
        region = f"{prefix}0000000"
        rows.append(_row(region, 1, "", (kz, ru), (kz, ru)))
        for district in sorted({place.kato[:4] for place in places}):
            first = next(place for place in places if place.kato.startswith(district))
            full = (first.full_kz.rpartition(", ")[0], first.full_ru.rpartition(", ")[0])
            names = (full[0].rpartition(", ")[2], full[1].rpartition(", ")[2])
            rows.append(_row(f"{district}00000", 2, region, names, full))
        rows.extend(
            _row(p.kato, 5, f"{p.kato[:4]}00000", (p.name_kz, p.name_ru), (p.full_kz, p.full_ru))
            for p in places
        )
    return rows


def pick(rng: Random, region: int | None = None) -> Place:
    """Some settlement, in the big regions more often, unless the region is given."""
    if region is None:
        region = rng.choices(range(len(REGIONS)), WEIGHTS)[0]
    return rng.choice(settlements()[region])
