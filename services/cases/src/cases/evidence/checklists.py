"""What volunteers look at where work was to be done: one file for each kind of work.

    title: {kk: Жол, ru: Дорога, en: Road}
    questions:
      laid_along_whole_length: {kk: .., ru: .., en: Is the surface laid along the whole length?}

Every question is asked so that "no" is what deserves a look.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import yaml

from shared.contracts.casework import evidence as contract
from shared.errors import FieldError, ValidationFailed
from shared.vocabulary.text import Text

_FOLDER: Final = "cases.evidence.works"


class Checklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The checklist of one kind of work."""

    title: Text
    questions: dict[str, Text]


@cache
def checklists() -> Mapping[str, Checklist]:
    """Return every checklist by the kind of work."""
    found = sorted(files(_FOLDER).iterdir(), key=lambda one: one.name)
    return {
        one.name.removesuffix(".yaml"): msgspec.convert(
            yaml.safe_load(one.read_text("utf-8")), Checklist
        )
        for one in found
        if one.name.endswith(".yaml")
    }


def check(body: contract.FieldCheck) -> None:
    """Let a field check pass that answers questions of its checklist, each once.

    Raises ValidationFailed.
    """
    known = checklists().get(body.work)
    if known is None:
        flaw = FieldError("/body/work", "unknown_work", f"known: {', '.join(checklists())}")
        raise ValidationFailed("There is no checklist for such work.", errors=[flaw])
    asked = [one.question for one in body.answers]
    flaws = [
        FieldError(
            f"/body/answers/{place}", "not_asked", f"once each: {', '.join(known.questions)}"
        )
        for place, one in enumerate(asked)
        if one not in known.questions or one in asked[:place]
    ]
    if flaws:
        raise ValidationFailed("Not what the checklist asks.", errors=flaws)


def shown() -> contract.Checklists:
    """Return the checklists as callers read them."""
    return contract.Checklists(
        [
            contract.Checklist(
                code,
                _texts(one.title),
                [contract.Question(name, _texts(text)) for name, text in one.questions.items()],
            )
            for code, one in checklists().items()
        ]
    )


def _texts(text: Text) -> dict[str, str]:
    return {"kk": text.kk, "ru": text.ru, "en": text.en}
