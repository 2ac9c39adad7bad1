"""Dossiers: what is known of a purchase or an alert, with its sources, as one signed file."""

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import Depends, Request, Response
from msgspec import Struct
from pydantic import Field, model_validator

from gateway.api import example_dossiers as examples
from gateway.api.administering import Id
from gateway.api.asking import HEADERS, send, send_list
from gateway.api.commanding import ONCE, REFUSALS, Made, carry_out, send_one
from gateway.api.describing import answers, lists
from gateway.api.exports import Exporting
from gateway.api.metering import charge_in
from gateway.dossier import store
from gateway.dossier.content import Wanted
from gateway.dossier.documents import Dossier, FileName
from gateway.dossier.sealing import KEYS
from gateway.memory import Answer
from gateway.reads.answering import encode, listing
from gateway.state import Gateway
from gateway.usage import QuotaSpent
from gateway.who.doing import Doing
from gateway.who.signing import jwk
from gateway.withheld import PARTNER, sees_all
from shared.bodies import Body
from shared.errors import CursorInvalid, NotFound, ScopeMissing, ValidationFailed, responses
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.security import Caller

router = Router(tags=["exports"])

NEEDS: Final = ("processes:read", "scores:read")
OF_ALERTS: Final = "alerts:read"
_NEVER_CHANGES: Final = 1


async def _reading(caller: Exporting) -> Caller:
    for scope in NEEDS:
        if scope not in caller.scopes:
            raise ScopeMissing(f"Dossiers need the scope {scope}.")
    return caller


Reading = Annotated[Caller, Depends(_reading)]


class DossierBody(Body):
    """Of a purchase or of an alert, and in which language: one of both."""

    process: str | None = Field(None, max_length=100, examples=["prc_…"])
    alert: str | None = Field(None, max_length=100, examples=["alr_…"])
    language: Literal["kk", "ru", "en"] = "kk"

    @model_validator(mode="after")
    def _one_of_both(self) -> "DossierBody":
        if (self.process is None) == (self.alert is None):
            raise ValueError("name a process or an alert, and not both")
        return self


class DossierKey(Struct, frozen=True, kw_only=True):
    """A public key (JWK, RFC 8037); one that was ended signed nothing after `trusted_until`."""

    kty: str
    crv: str
    use: str
    alg: str
    kid: str
    x: str
    trusted_until: datetime | None


class DossierKeys(Struct, frozen=True):
    """Every key that ever signed a dossier, the oldest first: a JWK Set."""

    keys: list[DossierKey]


@router.post(
    "/v1/dossiers",
    operation_id="make_dossier",
    summary="Make a dossier",
    response_model=None,
    status_code=201,
    responses=answers(
        Dossier, examples.DOSSIER, *REFUSALS, *ONCE, NotFound, QuotaSpent, status=201
    ),
)
async def make_dossier(
    request: Request,
    body: DossierBody,
    caller: Reading,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Have what is known put into one signed file (JSON) and on two pages (PDF), as of now.

    Each figure has its place in a source record, each record its address, when it was fetched and
    its SHA-256. It takes the scopes of what it holds.
    """
    if body.alert is not None and OF_ALERTS not in caller.scopes:
        raise ScopeMissing(f"Dossiers of alerts need the scope {OF_ALERTS}.")
    wanted = Wanted(body.process, body.alert, body.language, sees_all(caller))
    key = await gateway.signer.current()

    async def work(do: Doing) -> Made:
        await charge_in(do.connection, request, gateway, "dossiers")
        issuer = gateway.settings.public_url
        made = await store.make(do, gateway.database, wanted, key=key, issuer=issuer)
        return Made(made, 201, f"/v1/dossiers/{made.id}")

    async with gateway.typesetting:
        return await carry_out(request, gateway, idempotency_key, work)


@router.get(
    "/v1/dossiers",
    operation_id="list_dossiers",
    summary="List dossiers",
    response_model=None,
    responses=lists(Dossier, examples.DOSSIER_PAGE, *REFUSALS, CursorInvalid, ValidationFailed),
)
async def list_dossiers(
    caller: Reading, gateway: Gateway, cursor: After = None, limit: Limit = 50
) -> Response:
    """List the dossiers of your organisation, the newest first."""
    bound = {"list": "dossiers", "of": caller.organisation}
    after = gateway.cursor.decode(cursor, question=bound) if cursor else [None, None]
    moment = datetime.fromisoformat(str(after[0])) if after[0] else None
    async with gateway.database.connection() as connection:
        rows = await connection.fetch(store.LIST, caller.organisation, moment, after[1], limit + 1)
    mark = None
    if len(rows) > limit:
        last = rows[limit - 1]
        mark = gateway.cursor.encode([last["made_at"].isoformat(), last["id"]], question=bound)
    documents = [encode(store.document(row)) for row in rows[:limit]]
    return send_list(listing(documents, next_cursor=mark, **gateway.as_of()))


@router.get(
    "/v1/dossiers/{dossier_id}",
    operation_id="read_dossier",
    summary="Read a dossier",
    response_model=None,
    responses=answers(
        Dossier, examples.DOSSIER, *REFUSALS, NotFound, ValidationFailed, conditional=True
    ),
)
async def read_dossier(
    request: Request, dossier_id: Id, caller: Reading, gateway: Gateway
) -> Response:
    """Read what a dossier is of, and the SHA-256 of its files."""
    async with gateway.database.connection() as connection:
        row = await store.one(connection, caller.organisation, dossier_id)
    return send_one(request, store.document(row), _NEVER_CHANGES)


@router.get(
    "/v1/dossiers/{dossier_id}/files/{name}",
    operation_id="download_dossier",
    summary="Fetch a file of a dossier",
    response_model=None,
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {
                "application/json": {"schema": {}, "example": examples.SIGNED},
                "application/pdf": {
                    "schema": {"type": "string", "format": "binary"},
                    "example": "%PDF-1.7",
                },
            },
        },
        304: {"description": "You have it (If-None-Match)."},
        **responses(*REFUSALS, NotFound, ValidationFailed),
    },
)
async def download_dossier(
    request: Request,
    dossier_id: Id,
    name: FileName,
    caller: Reading,
    gateway: Gateway,
) -> Response:
    """Fetch the signed JSON or the PDF whose SHA-256 it holds; neither ever changes.

    `signature.jws` is a detached JWS (RFC 7797) over `dossier` and `pdf` as RFC 8785 writes them.
    """
    async with gateway.database.connection() as connection:
        row = await store.one(connection, caller.organisation, dossier_id)
        if row["partner"] and not sees_all(caller):
            raise ScopeMissing(f"This dossier needs the scope {PARTNER}.")
        body = await store.body(connection, dossier_id, name)
    column, media_type = store.FILES[name]
    told = {
        **HEADERS,
        "Content-Disposition": f'attachment; filename="{dossier_id}.{name.partition(".")[2]}"',
        "X-Content-Type-Options": "nosniff",
    }
    tag = f'"{row[f"{column}_sha256"]}"'.encode()
    return send(request, Answer(body, tag), told, media_type=media_type)


@router.get(
    KEYS,
    operation_id="read_dossier_keys",
    summary="Read the keys of dossiers",
    response_model=None,
    responses=answers(DossierKeys, examples.DOSSIER_KEYS),
)
async def read_dossier_keys(gateway: Gateway) -> Response:
    """Read every key that ever signed a dossier; today's are in the JWK Set of tokens too."""
    await gateway.signer.current()
    async with gateway.database.connection() as connection:
        rows = await store.keys(connection)
    found = [
        DossierKey(**jwk(row["kid"], row["public"]), trusted_until=row["trusted_until"])
        for row in rows
    ]
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(encode(DossierKeys(found)), media_type="application/json", headers=headers)
