"""The portal's routes: open to everybody, in three languages, HTML and one style."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from fastapi import Request, Response
from msgspec import convert

from gateway.portal import render
from gateway.portal.render import PROSE
from gateway.reads import freshness
from gateway.reads.scores import known_catalogue
from gateway.state import Gateway, State, state_of
from gateway.stream.catalogue import EVENTS
from gateway.who import trials
from gateway.who.networks import address_of
from shared.contracts.catalogue import Indicator
from shared.errors import NotFound
from shared.late import Router
from shared.vocabulary.text import LANGUAGES, Language, Text, negotiate

router = Router(include_in_schema=False)

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {"Content-Security-Policy": _POLICY, "Cache-Control": "public, max-age=60"}
_FOR_A_DAY: Final = {"Cache-Control": "public, max-age=86400"}
_TOLD: Final = (
    *("meaning", "why_it_matters", "innocent_explanations"),
    *("how_to_check", "what_would_clear_it"),
)
_STYLE: Final = (files("gateway.portal") / "files" / "portal.css").read_bytes()


def wants_page(request: Request) -> bool:
    """Whether somebody with a browser asks, rather than a program."""
    return "text/html" in request.headers.get("accept", "")


def page_of(html: str, **headers: str) -> Response:
    """Answer with a page."""
    return Response(html, media_type="text/html", headers={**_HEADERS, **headers})


def home(request: Request, address: str) -> Response:
    """Answer with the home page in the language the reader prefers."""
    language = negotiate(request.headers.get("accept-language"))
    html = render.prose("", language, address=address)
    return page_of(html, Vary="Accept, Accept-Language", **{"Content-Language": language})


def problem_page(request: Request, code: str, status: int, title: Text, about: str) -> Response:
    """Answer with the page on a kind of problem."""
    language = negotiate(request.headers.get("accept-language"))
    html = render.render(
        "problem.html",
        "",
        language,
        code=code,
        status=status,
        heading=title.in_(language),
        about=about,
    )
    return page_of(html, Vary="Accept, Accept-Language", **{"Content-Language": language})


@router.get("/portal.css")
async def style() -> Response:
    """Serve the one style of all pages."""
    return Response(_STYLE, media_type="text/css; charset=utf-8", headers=_FOR_A_DAY)


def _pages_in(language: Language) -> Router:
    """Return the routes of all pages in one language."""
    router = Router(prefix=f"/{language}", include_in_schema=False)

    @router.get("/")
    async def read_home(gateway: Gateway) -> Response:
        return page_of(render.prose("", language, address=gateway.settings.public_url))

    @router.get("/indicators/{code}")
    async def read_indicator(code: str, gateway: Gateway) -> Response:
        found = (await known_catalogue(gateway))[0].get(code)
        if found is None:
            raise NotFound("There is no such indicator.")
        page = f"indicators/{code}"
        one = convert(found, Indicator)
        return page_of(render.render("indicator.html", page, language, one=one, fields=_TOLD))

    @router.get("/key")
    async def read_key(gateway: Gateway) -> Response:
        return _key_page(language, gateway, None)

    @router.post("/key")
    async def take_key(request: Request, gateway: Gateway) -> Response:
        made = await trials.begin(gateway, address_of(request.scope, gateway.proxies))
        return _key_page(language, gateway, made.key)

    @router.get("/{page}")
    async def read_page(request: Request, page: str, gateway: Gateway) -> Response:
        if page in PROSE:
            return page_of(render.prose(page, language, address=gateway.settings.public_url))
        if page not in _TABLES:
            raise NotFound("There is no such page.")
        template, told = _TABLES[page]
        return page_of(render.render(template, page, language, **await told(request)))

    return router


def _key_page(language: Language, gateway: State, key: str | None) -> Response:
    settings = gateway.settings
    told = {"key": key, "open": settings.mode == "test", "address": settings.public_url}
    html = render.render("key.html", "key", language, **told)
    return page_of(html, **({"Cache-Control": "no-store"} if key else {}))


async def _indicators(request: Request) -> Mapping[str, Any]:
    catalogue, _ = await known_catalogue(state_of(request))
    return {"indicators": [convert(each, Indicator) for each in catalogue.values()]}


async def _fresh(request: Request) -> Mapping[str, Any]:
    gateway = state_of(request)
    counts, now = await gateway.held.counts(), gateway.clock.now()
    async with gateway.database.transaction() as connection:
        return {"fresh": await freshness.read(connection, counts, now=now, **gateway.as_of())}


async def _events(request: Request) -> Mapping[str, Any]:
    del request
    return {"events": list(EVENTS.values())}


async def _changes(request: Request) -> Mapping[str, Any]:
    return {"changes": list(reversed(request.app.state.changes))}


_TABLES: Final = {
    "indicators": ("indicators.html", _indicators),
    "events": ("events.html", _events),
    "status": ("status.html", _fresh),
    "changes": ("changes.html", _changes),
}
ROUTERS: Final = [router, *map(_pages_in, LANGUAGES)]
