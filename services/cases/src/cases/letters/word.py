"""Sets a letter as DOCX, for those who put in their own letterhead before they sign."""

from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from cases.letters.letter import Letter, Piece

FONT: Final = "Times New Roman"
_LANGUAGES: Final = {"kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB"}


def docx(letter: Letter) -> bytes:
    """Return the letter as DOCX."""
    document = Document()
    _prepare(document, letter)
    for title, value in letter.head:
        _pair(document, title, value or "_" * 20, indent=Cm(5))
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.paragraph_format.space_before = Pt(18)
    _run(heading, letter.title, bold=True, size=13)
    for piece in letter.body:
        _put(document, piece)
    signature = document.add_paragraph()
    signature.paragraph_format.space_before = Pt(36)
    position, _, name = letter.signature
    _run(signature, f"{position}  {'_' * 16}  {name}")
    _run(document.sections[0].footer.paragraphs[0], letter.foot, size=8)
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def _prepare(document: Any, letter: Letter) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(1.5)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(12)
    properties = style.element.get_or_add_rPr()
    properties.rFonts.set(qn("w:cs"), FONT)
    language = properties.makeelement(qn("w:lang"), {qn("w:val"): _LANGUAGES[letter.language]})
    properties.append(language)
    document.core_properties.title = letter.title[:255]
    document.core_properties.author = ""
    document.core_properties.comments = ""


def _put(document: Any, piece: Piece) -> None:
    if piece.look == "fields":
        for title, value in piece.rows:
            _pair(document, title, value)
    elif piece.look == "numbered":
        for number, item in enumerate(piece.items, 1):
            _run(document.add_paragraph(), f"{number}. {item}")
    else:
        paragraph = document.add_paragraph()
        _run(
            paragraph,
            piece.text,
            bold=piece.look == "heading",
            size=9 if piece.look == "small" else None,
        )
        paragraph.paragraph_format.keep_with_next = piece.look == "heading"


def _pair(document: Any, title: str, value: str, *, indent: Any = None) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = indent
    paragraph.paragraph_format.space_after = Pt(2)
    _run(paragraph, f"{title}: ")
    _run(paragraph, value)


def _run(paragraph: Any, text: str, *, bold: bool = False, size: int | None = None) -> None:
    run = paragraph.add_run(text)
    run.bold = bold
    if size is not None:
        run.font.size = Pt(size)
