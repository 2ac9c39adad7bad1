"""Pages for people, open to everybody: the landing page, the documentation, kinds of problems."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from gateway.portal.pages import home, problem_page, wants_page
from gateway.state import Gateway
from shared.errors import NotFound, Problem
from shared.late import Router

router = Router(include_in_schema=False)

_STATIC: Final = files("fastapi_offline") / "static"
_PROGRAMS: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon.png": "image/png",
}
_FOR_A_DAY: Final = {"Cache-Control": "public, max-age=86400"}

# Everything comes from here; the page's styles set by its own program count as inline.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Qadaga: how to ask</title>
<link rel="icon" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START: Final = (
    'SwaggerUIBundle({url: "/openapi.json", dom_id: "#docs", deepLinking: true,'
    " presets: [SwaggerUIBundle.presets.apis], validatorUrl: null});\n"
)
_WELCOME: Final = {
    "name": "Qadaga",
    "what": "Public procurement of Kazakhstan: open data in, explained signs of risk out.",
    "documentation": "/docs",
    "openapi": "/openapi.json",
    "key": "Send Authorization: Bearer <key> with everything under /v1.",
    "first": ["/v1/processes?band=high", "/v1/indicators", "/v1/meta/freshness"],
    "notice": {
        "kk": "Бұл – белгі, айыптау емес.",
        "ru": "Признак, а не обвинение.",
        "en": "A sign, not an accusation.",
    },
}


@router.get("/")
async def welcome(request: Request, gateway: Gateway) -> Any:
    """Say what this is and where to read on: a page to people, a document to programs."""
    if wants_page(request):
        return home(request, gateway.settings.public_url)
    return JSONResponse(_WELCOME, headers={"Vary": "Accept"})


@router.get("/docs")
async def documentation() -> Response:
    """Show the OpenAPI document as a page, without anything from elsewhere."""
    return Response(
        _PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY, **_FOR_A_DAY}
    )


@router.get("/docs/start.js")
async def start() -> Response:
    """Start the documentation's program."""
    return Response(_START, media_type="text/javascript", headers=_FOR_A_DAY)


@router.get("/docs/{name}")
async def program(name: str) -> Response:
    """Serve the documentation's own files."""
    if name not in _PROGRAMS:
        raise NotFound("There is no such file.")
    content = (_STATIC / name).read_bytes()
    return Response(content, media_type=_PROGRAMS[name], headers=_FOR_A_DAY)


@router.get("/problems/{code}")
async def problem(request: Request, code: str) -> Any:
    """Say what a kind of problem means: the page its `type` points at."""
    for kind in _kinds(Problem):
        if kind.code == code:
            title = {"kk": kind.title.kk, "ru": kind.title.ru, "en": kind.title.en}
            about = (kind.__doc__ or "").strip()
            if wants_page(request):
                return problem_page(request, code, kind.status, kind.title, about)
            return {"code": code, "status": kind.status, "title": title, "about": about}
    raise NotFound("There is no such kind of problem.")


def _kinds(parent: type[Problem]) -> Iterator[type[Problem]]:
    for kind in parent.__subclasses__():
        yield kind
        yield from _kinds(kind)
