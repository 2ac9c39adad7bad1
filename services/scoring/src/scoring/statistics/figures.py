"""The figures of profiles and networks explained, as a tile of its own."""

from functools import cache
from typing import Final, Literal

from scoring.indicator import Text
from scoring.statistics.declaration import parts
from scoring.statistics.tile import column, said
from shared.contracts.statistics import Tile

ID: Final = "profile-figures"

TITLE: Final = Text(
    kk="Профильдердегі көрсеткіштер", ru="Показатели профилей", en="Figures of profiles"
)
DEFINITION: Final = Text(
    kk="Тапсырыс беруші, өнім беруші мен өңір профильдерінің және байланыстардың бөліктері не "
    "білдіретіні, нені есепке алмайтыны.",
    ru="Что означают части профилей заказчика, поставщика и региона и связей, и что в них не "
    "учтено.",
    en="What the parts of the profiles of buyers, suppliers and regions and of networks mean, and "
    "what they leave out.",
)
COLUMNS: Final = ("document", "part", "kk", "ru", "en")


@cache
def figures() -> Tile:
    """Return the tile; it changes with the code only."""
    documents: tuple[Literal["profiles", "networks"], ...] = ("profiles", "networks")
    return Tile(
        id=ID,
        title=said(TITLE),
        definition=said(DEFINITION),
        columns=[column(name) for name in COLUMNS],
        available=True,
        reason=None,
        rows=[
            {
                "document": document,
                "part": part.id,
                "kk": part.definition.kk,
                "ru": part.definition.ru,
                "en": part.definition.en,
            }
            for document in documents
            for part in parts(document).values()
        ],
        left_out=[],
        data_date=None,
        data_seq=0,
    )
