"""The page that tips are sent from: everything is sealed in the browser before it leaves it.

Three languages, no cookie, nothing from elsewhere, nothing kept by the browser, and one address for
all that is done there. Its programs are served here, as they are: `sealing.js` and
`pictures.js` are the client's.
"""

from importlib.resources import files
from typing import Final

from fastapi import Request, Response

from gateway.portal.render import render
from gateway.portal.tip_words import SAID
from shared.late import Router
from shared.vocabulary.text import LANGUAGES, Language, negotiate

router = Router(include_in_schema=False)

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_PROGRAMS: Final = {
    name: (files("gateway.portal") / "files" / name).read_bytes()
    for name in ("tip.js", "sealing.js", "pictures.js")
}


@router.get("/tip")
async def read_tip_page(request: Request) -> Response:
    """Show the page in the language the reader prefers."""
    return _page(negotiate(request.headers.get("accept-language")))


def _in(language: Language) -> None:
    @router.get(f"/{language}/tip")
    async def read_page() -> Response:
        return _page(language)


for _language in LANGUAGES:
    _in(_language)


@router.get("/tip/{program}")
async def read_program(program: str) -> Response:
    """Serve a program of the page."""
    content = _PROGRAMS.get(program)
    if content is None:
        return Response(status_code=404)
    return Response(content, media_type="text/javascript; charset=utf-8", headers=_HEADERS)


def _page(language: Language) -> Response:
    said = {name: text.in_(language) for name, text in SAID.items()}
    html = render("tip.html", "tip", language, said=said)
    headers = {**_HEADERS, "Content-Language": language, "Vary": "Accept-Language"}
    return Response(html, media_type="text/html", headers=headers)
