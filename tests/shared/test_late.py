"""A route that is read late answers and is described as one that is read at once."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query

from shared.errors import UnknownParameter
from shared.late import LateRoute, Router
from shared.routes import Routes


def who() -> str:
    return "somebody"


def application(router: APIRouter) -> FastAPI:
    @router.get("/things/{number}", operation_id="read_thing")
    async def read(
        number: int,
        caller: Annotated[str, Depends(who)],
        words: Annotated[list[str], Query(max_length=2)] = [],  # noqa: B006 (FastAPI copies it)
    ) -> dict[str, object]:
        return {"number": number, "caller": caller, "words": words}

    app = FastAPI()
    app.router.routes.extend(router.routes)
    return app


async def test_a_route_is_read_when_it_is_asked_for_and_only_then() -> None:
    late, at_once = application(Router(prefix="/v1")), application(APIRouter(prefix="/v1"))
    [route] = [each for each in late.routes if isinstance(each, LateRoute)]
    transport = httpx.ASGITransport(late)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        assert (await client.post("/v1/things/7")).status_code == 405
        assert (await client.get("/v1/thing")).status_code == 404
        assert "dependant" not in vars(route)

        good = await client.get("/v1/things/7?words=a&words=b")
        bad = await client.get("/v1/things/seven")

    assert good.json() == {"number": 7, "caller": "somebody", "words": ["a", "b"]}
    assert bad.status_code == 422
    assert "dependant" in vars(route)
    assert late.openapi() == at_once.openapi()
    with pytest.raises(AttributeError):
        _ = route.nothing


def test_a_question_is_checked_by_reading_the_one_operation_that_it_meets() -> None:
    router = Router(prefix="/v1")
    router.add_api_route("/others/{number}", who, operation_id="read_other", methods=["GET"])
    app = application(router)
    routes = Routes(app)

    routes.check_query("GET", "/v1/things/7", ["words", "words"])
    with pytest.raises(UnknownParameter):
        routes.check_query("GET", "/v1/things/7", ["word"])
    routes.check_query("POST", "/v1/things/7", ["word"])  # no such operation: 405 says more

    read = [vars(each) for each in app.routes if isinstance(each, LateRoute)]
    assert ["dependant" in each for each in read] == [False, True]
