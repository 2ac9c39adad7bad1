"""How the portal's pages are made: prose in Markdown, tables in templates, both escaped.

Addresses in the prose are those the reader came by.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from gateway.portal.words import WORDS
from shared.contracts.catalogue import InPractice, Measured
from shared.vocabulary.text import LANGUAGES, Language

SECTIONS: Final = (
    *("", "partner", "agency", "mobile", "key"),
    *("indicators", "events", "status", "changes"),
)
"""The pages of the menu, in its order; the first is the home page."""

PROSE: Final = ("", "partner", "agency", "mobile")
NAMES: Final[Mapping[Language, str]] = {"kk": "Қазақша", "ru": "Русский", "en": "English"}

_ADDRESS: Final = "{{ address }}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("gateway.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, page: str, language: Language, /, **more: Any) -> str:
    """Return one page; `page` is its place below the language, for the menu and its siblings."""
    say = {name: text.in_(language) for name, text in WORDS.items()}
    return (
        _templates()
        .get_template(template)
        .render(
            say=say,
            page=page,
            language=language,
            languages=LANGUAGES,
            names=NAMES,
            sections=[(name, say[name or "home"]) for name in SECTIONS],
            word=lambda term: say.get(term, term),
            tell=lambda text: getattr(text, language),
            share=partial(_share, say["not_measured"]),
            practised=partial(_practised, say),
            moment=partial(_moment, say["never"]),
            **more,
        )
    )


def prose(page: str, language: Language, *, address: str) -> str:
    """Return a page of prose."""
    heading, html = _written(page or "home", language)
    told = Markup(html.replace(str(escape(_ADDRESS)), str(escape(address))))  # noqa: S704 (ours)
    return render("prose.html", page, language, heading=heading, prose=told)


@cache
def _written(name: str, language: Language) -> tuple[str, str]:
    """Return the heading and the HTML of a prose file; raw HTML in it is not let through."""
    text = (files("gateway.portal") / "prose" / f"{name}.{language}.md").read_text("utf-8")
    reader = MarkdownIt("commonmark", {"html": False})
    html = reader.render(text).replace("<pre>", '<pre tabindex="0">')
    for page in PROSE[1:]:
        html = html.replace(f'href="{page}"', f'href="/{language}/{page}"')
    html = html.replace('href="key"', f'href="/{language}/key"')
    return text.split("\n", maxsplit=1)[0].removeprefix("# "), html


def _share(unknown: str, measured: Measured | None, what: str) -> str:
    value = None if measured is None else getattr(measured, what)
    return unknown if value is None else f"{value:.2f}"


def _practised(say: Mapping[str, str], found: InPractice | None) -> str:
    """Say in a few words what came of an indicator's flags: the share, its bounds, of how many."""
    if found is None:
        return say["none_yet"]
    if found.precision is None or found.interval is None:
        return f"{say['too_few']}, n = {found.decided}"
    low, high = found.interval.lower, found.interval.upper
    return f"{found.precision:.2f} ({low:.2f}–{high:.2f}), n = {found.decided}"


def _moment(never: str, at: datetime | None) -> str:
    return never if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
