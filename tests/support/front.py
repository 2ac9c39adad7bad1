"""A small service behind the common front, for tests of what all services have in common."""

from typing import Annotated, Any

import httpx
from fastapi import APIRouter, FastAPI, Query, Response
from starlette.types import ASGIApp

from shared.app import create_app
from shared.bodies import Body, Int32
from shared.errors import NotFound, responses
from shared.paging import After, Limit
from shared.settings import Settings

CANARY = "ak_live_c4naryc4naryc4nary"

router = APIRouter(prefix="/v1")


class Lookup(Body):
    """A body as these tests send it."""

    ids: list[str]
    amount: float = 0
    count: Int32 = 0


@router.get("/processes")
async def _list(
    limit: Limit = 50, cursor: After = None, buyer: Annotated[list[str] | None, Query()] = None
) -> list[str]:
    return [f"{limit} {cursor} {buyer}"]


@router.get("/processes/{process_id}", responses=responses(NotFound))
async def _one(process_id: str) -> dict[str, str]:
    if process_id == "prc_gone":
        raise NotFound("There is no process prc_gone.")
    return {"id": process_id}


@router.post("/scores:lookup")
async def _look_up(lookup: Lookup) -> Lookup:
    return lookup


@router.get("/fault")
async def _fault() -> None:
    raise RuntimeError(f"no use for {CANARY}")


@router.get("/away")
async def _away() -> None:
    raise ConnectionRefusedError(f"postgresql://scoring:{CANARY}@db is not there")


@router.get("/page")
async def _page() -> Response:
    return Response("<p>docs</p>", media_type="text/html", headers={"X-Own": "1"})


def front(**options: Any) -> FastAPI:
    given = options.pop("settings", None) or settings()
    return create_app(
        service="gateway", settings=given, title="Qadaga", routers=[router], **options
    )


def settings(**changes: Any) -> Settings:
    given: dict[str, Any] = {"database_url": "postgresql://unused", "internal_key": "k" * 32}
    return Settings(**given | {"log_level": "WARNING"} | changes)


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["type"] == f"/problems/{document['code']}"
    assert document["request_id"] == answer.headers["X-Request-Id"]
    return answer.status_code, document["code"]


def pointers(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
