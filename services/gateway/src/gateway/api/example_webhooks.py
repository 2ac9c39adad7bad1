"""Examples of webhooks: an invented endpoint, and what was sent to it."""

from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from gateway.push.documents import Attempt, Delivery, Endpoint, Replay

_MADE: Final = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)


def _page(*documents: Struct) -> dict[str, Any]:
    return {
        "data": to_builtins(list(documents)),
        "page": {"next_cursor": None, "has_more": False},
        "as_of": "2026-03-02T06:05:00Z",
        "seq": 42,
    }


_endpoint = Endpoint(
    id="whk_3f1c9a7e5b2d4c60",
    url="https://hooks.example.org/qadaga",
    description="Newsroom",
    contact="desk@example.org",
    types=["alert.created", "alert.corrected"],
    signing="v1",
    secret=None,
    public_key=None,
    rotates_until=None,
    enabled=True,
    disabled_for=None,
    spared_until=None,
    public_seq=1042,
    own_seq=3,
    pending=0,
    created_at=_MADE,
    revision=1,
)
ENDPOINT: Final = to_builtins(_endpoint)
NEW_ENDPOINT: Final = to_builtins(
    replace(_endpoint, secret="whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")  # noqa: S106
)
ENDPOINT_PAGE: Final = _page(_endpoint)
_attempt = Attempt(at=_MADE, milliseconds=84, status=204, fault=None, reply="")
_delivery = Delivery(
    id="msg_00b1c2d3e4f5a6b7c8d9e0f1a2b3c4",
    endpoint=_endpoint.id,
    stream="public",
    seq=1042,
    type="alert.created",
    state="delivered",
    tries=1,
    due_at=None,
    created_at=_MADE,
    attempts=[_attempt],
)
DELIVERY: Final = to_builtins(_delivery)
DELIVERY_PAGE: Final = _page(_delivery)
PING: Final = to_builtins(
    replace(
        _delivery,
        stream="test",
        seq=0,
        type="ping",
        state="pending",
        tries=0,
        due_at=_MADE,
        attempts=[],
    )
)
REPLAY: Final = to_builtins(Replay(queued=40, last_seq=1042))
