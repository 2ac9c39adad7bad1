"""A letter as it stands on paper: what both the PDF and the DOCX are set from."""

from typing import Literal

from msgspec import Struct

from shared.vocabulary.text import Language

Look = Literal["paragraph", "heading", "fields", "numbered", "small"]


class Piece(Struct, frozen=True):
    """A part of the body: a text, pairs of title and value, or a numbered list."""

    look: Look
    text: str = ""
    rows: list[tuple[str, str]] = []
    items: list[str] = []


class Letter(Struct, frozen=True):
    """A letter in one language. Every text in it is shown as it is: nothing in it is markup."""

    language: Language
    title: str
    head: list[tuple[str, str]]
    body: list[Piece]
    signature: tuple[str, str, str]
    foot: str
