"""What indicators that are judged a moment later said last: their word until they speak anew.

Each indicator costs time even on a single purchase, so a new release is judged by the prompt ones
at once. The others' lines are carried over from the score before; where there is none, or none of
theirs, they are awaited. Nothing carried over is taken for the last word: the score says how many.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from scoring.document import Judgement
from scoring.score import AWAITED
from shared.contracts.scores import Evidence, Subject


class _Line(msgspec.Struct, frozen=True, gc=False):
    code: str
    status: str
    value: float | None
    threshold: float | None
    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]
    context: Subject | None
    certain: bool = False


class _Document(msgspec.Struct, frozen=True, gc=False):
    indicators: list[_Line]


_decode: Final = msgspec.json.Decoder(_Document).decode


def carried(document: bytes | None, later: Iterable[str]) -> dict[str, Judgement]:
    """Return the last word of each of some indicators, as a stored score document has it."""
    known = {
        line.code: Judgement(
            code=line.code,
            status=line.status,
            value=line.value,
            threshold=line.threshold,
            evidence=line.evidence,
            missing=line.missing,
            certain=line.certain,
        )
        for line in (_decode(document).indicators if document else ())
        if line.context is None
    }
    return {code: known.get(code) or Judgement(code, AWAITED) for code in later}
