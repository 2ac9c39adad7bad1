"""Examples of who calls: an invented organisation, its people, keys and what takes two of them."""

from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from gateway.who.approvals import ACTS
from gateway.who.documents import (
    Approval,
    AuditEntry,
    Checkpoint,
    Credential,
    Device,
    Invitation,
    Me,
    Member,
    MemberToken,
    OwnOrganisation,
)

_MADE: Final = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)
_LATER: Final = datetime(2026, 3, 9, 6, 5, tzinfo=UTC)
_OWN: Final = "own_3f1c9a7e5b2d4c60"
_MEMBER: Final = "mem_8a4b1c2d3e4f5061"
_ID: Final = "aaaaaaaaaaaaaaaa"
_SECRET: Final = "b" * 32
_READS: Final = ["alerts:read", "scores:read"]
_JWT: Final = "eyJhbGciOiJFZERTQSIsImtpZCI6Ijk…"


def _page(*documents: Struct) -> dict[str, Any]:
    return {
        "data": to_builtins(list(documents)),
        "page": {"next_cursor": None, "has_more": False},
        "as_of": "2026-03-02T06:05:00Z",
        "seq": 42,
    }


ME: Final = to_builtins(
    Me(
        id=_ID,
        credential="key",
        mode="live",
        organisation=_OWN,
        member=None,
        role="reader",
        region="75",
        scopes=_READS,
        per_minute=600,
        expires_at=None,
    )
)
ORGANISATION: Final = to_builtins(
    OwnOrganisation(
        id=_OWN,
        name="Үлгі қоры",
        kind="partner",
        region="75",
        tier="standard",
        speaks_for=[],
        created_at=_MADE,
        revision=1,
    )
)
_member = Member(
    id=_MEMBER, name="Айгүл", role="editor", reference="7", created_at=_MADE, revision=1
)
MEMBER: Final = to_builtins(_member)
MEMBER_PAGE: Final = _page(_member)
MEMBER_TOKEN: Final = to_builtins(
    MemberToken(
        access_token=_JWT,
        token_type="Bearer",  # noqa: S106 (a word)
        expires_in=600,
        scope="alerts:read",
        member=_MEMBER,
    )
)
_invitation = Invitation(
    id=_ID,
    role="monitor",
    state="open",
    token=None,
    member=None,
    created_at=_MADE,
    expires_at=_LATER,
    revision=1,
)
INVITATION: Final = to_builtins(replace(_invitation, token=f"qdg_invite_{_ID}_{_SECRET}"))
INVITATION_PAGE: Final = _page(_invitation)

_key = Credential(
    id=_ID,
    name="nightly import",
    member=None,
    mode="live",
    scopes=_READS,
    networks=["192.0.2.0/24", "2001:db8::/32"],
    origins=["https://example.kz"],
    per_minute=None,
    created_at=_MADE,
    expires_at=None,
    last_used_at=None,
    revision=1,
)
_client = replace(_key, name="alerts of the agency", origins=[])
CREDENTIALS: Final[dict[str, tuple[Any, Any]]] = {
    kind: (to_builtins(replace(shown, secret=f"qdg_{word}_{_ID}_{_SECRET}")), _page(shown))
    for kind, word, shown in (("key", "live", _key), ("client", "client", _client))
}


def _approval(act: str, object_: str, **details: Any) -> Approval:
    return Approval(
        id="apr_0c1d2e3f4a5b6c7d",
        organisation=_OWN,
        act=act,
        level=ACTS[act].level,
        object=object_,
        details=details,
        state="waiting",
        asked_by=_MEMBER,
        asked_at=_MADE,
        expires_at=_LATER,
        needed=ACTS[act].needed,
        approved_by=[],
        revision=1,
    )


_promotion = _approval("grant_role", _MEMBER, role="admin")
PROMOTION: Final = to_builtins(_promotion)
APPROVED: Final = to_builtins(
    replace(_promotion, state="done", approved_by=["mem_1122334455667788"], revision=3)
)
APPROVAL_PAGE: Final = _page(_promotion)
DELETION: Final = to_builtins(_approval("delete_organisation", _OWN))
VERIFICATION: Final = to_builtins(
    _approval("verify_speaker", "authority:example", document="Order 12 of 2026-02-20, by post")
)
DEVICE: Final = to_builtins(
    Device(
        id=_ID,
        token=f"qdg_dev_{_ID}_{_SECRET}",
        scopes=["scores:read"],
        per_minute=60,
    )
)
ACCESS_TOKEN: Final = {
    "access_token": _JWT,
    "token_type": "Bearer",
    "expires_in": 600,
    "scope": "alerts:read",
}
SCOPE_REFUSED: Final = {
    "error": "invalid_scope",
    "error_description": "more than the client may",
}
CLIENT_REFUSED: Final = {
    "error": "invalid_client",
    "error_description": "id and secret are not valid",
}
KEY_SET: Final = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": "EdDSA",
            "kid": "9f86d081884c7d659a2feaa0",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }
    ]
}
SERVER_METADATA: Final = {
    "issuer": "https://api.example.kz",
    "token_endpoint": "https://api.example.kz/oauth/token",
    "jwks_uri": "https://api.example.kz/.well-known/jwks.json",
    "grant_types_supported": ["client_credentials"],
    "response_types_supported": [],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
}
AUDIT_PAGE: Final = _page(
    AuditEntry(
        seq=4711,
        at=_MADE,
        actor=_MEMBER,
        credential=_ID,
        act="key.added",
        object="cccccccccccccccc",
        details={"scopes": _READS, "member": None},
        request_id="3f1c9a7e5b2d4c60",
        mac="5e" * 32,
    )
)
_checkpoint = Checkpoint(
    day=_MADE.date(),
    made_at=_MADE,
    audit={"seq": 4711, "mac": "5e" * 32},
    scores={"count": 2, "root": "0f" * 32},
    before=None,
    kid="9f86d081884c7d659a2feaa0",
    key=KEY_SET["keys"][0],
    signed="eyJhbGciOiJFZERTQSIsInR5cCI6ImNoZWNrcG9pbnQrandzIn0…",
    list="/v1/transparency/checkpoints/2026-03-02/scores",
)
CHECKPOINT: Final = to_builtins(_checkpoint)
CHECKPOINT_PAGE: Final = _page(_checkpoint)
SCORE_LINES: Final = "process/prc_aaaaaaaaaaaaaaaaaaaaaaaaaa 5d41402abc4b2a76 " + "ab" * 32 + "\n"
