"""Answers about tips as the documentation shows them to senders."""

from datetime import date
from typing import Any, Final

from msgspec import to_builtins

from shared.contracts.casework.tips_of_senders import (
    OpenKey,
    OwnTip,
    PlainTaken,
    ReceiptRule,
    Recipients,
    SenderPiece,
    TipChannels,
    TipSession,
    TipTaken,
    WayIn,
    WorkRule,
)

_DAY: Final = date(2026, 3, 2)
_POINT: Final = (
    "BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU="
)
_KEY: Final = OpenKey(
    "tky_0123456789abcdef0123456789", "Айнұр", _POINT, "3f5a1c0e9b7d24680f1e2d3c4b5a6978", _DAY
)


def _shown(document: Any) -> Any:
    return to_builtins(document)


CHANNELS: Final = _shown(
    TipChannels(
        format="qadaga-tip/1",
        sizes=[1024, 4096, 16_384, 65_536],
        chunk=262_144,
        receipt=ReceiptRule(
            "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 20, "c2FsdHNhbHRzYWx0c2FsdA==", 65_536, 3, 1
        ),
        work=WorkRule("Y2hhbGxlbmdlb2Z0b2RheQ==", 7, 1024, 1),
        channels=[
            WayIn(
                "web",
                {"kk": "Веб-бет", "ru": "Веб-страница", "en": "Web page"},
                "sender",
                {"kk": "…", "ru": "…", "en": "…"},
            )
        ],
        organisations=[Recipients("own_0123456789abcdef", "Үлгі қоры", "75", [_KEY])],
    )
)
TAKEN: Final = _shown(TipTaken("received", _DAY))
PLAIN: Final = _shown(PlainTaken("received", _DAY, "581AG-2M058-1AG2M-058PS"))
SESSION: Final = _shown(TipSession("c2VhbGVk", 30, _POINT, "d3JhcHBlZA=="))
WITHDRAWN: Final = _shown(TipTaken("withdrawn", _DAY))
OWN: Final = _shown(
    OwnTip(
        status="needs_info",
        received_on=_DAY,
        channel="web",
        organisations=["own_0123456789abcdef"],
        recipients=[_KEY],
        messages=[
            SenderPiece(
                number=2, by="own_0123456789abcdef", on=_DAY, content="c2VhbGVk", key="a2V5"
            )
        ],
        more=False,
    )
)
