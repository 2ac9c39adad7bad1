"""What letters are filled with in tests: nothing of it is real."""

from datetime import date
from typing import Any, Final

from cases.letters.filling import Around
from cases.letters.template import Template
from shared.vocabulary.text import Text

BODY: Final = Text(
    kk="Ішкі мемлекеттік аудит комитеті",
    ru="Комитет внутреннего государственного аудита",
    en="Internal State Audit Committee",
)
AROUND: Final = Around(BODY, date(2026, 3, 2), ["хаттама.pdf", "жол.jpg"])

_OF_KIND: Final[dict[str, Any]] = {
    "text": "Әуез, Ғалым, Қасым, Ңұр, Өмір, Ұлы, Үміт, Һауа, Іздеу",
    "list": ["Қабаттың қалыңдығы – 2 см.", "Актіде 5 см көрсетілген."],
    "day": "2026-03-05",
    "coming_day": "2026-03-05",
    "money": "1234567.5",
    "bin": "000240000016",
    "bin_or_iin": "000240000016",
    "choice": "representative",
}


def values(template: Template, **other: Any) -> dict[str, Any]:
    """Everything that a template takes."""
    return {name: _OF_KIND[taken.kind] for name, taken in template.takes.items()} | other
