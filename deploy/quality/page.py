"""The page of measured quality: what `make quality` last found, as it was recorded.

`python -m deploy.quality --json deploy/quality/measured.json` records a run, `make docs` writes the
page from it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

RECORDED: Final = Path(__file__).with_name("measured.json")

INTRODUCTION: Final = """# Measured quality of the indicators

Generated from `deploy/quality/measured.json` by `make docs`; `make quality` measures anew.

Every indicator judges an invented world in which schemes are planted, each beside an innocent
look-alike; what the world knows of itself is the truth. A label is a story and an indicator that
should see it. *Recall* is the share of labels found, *precision* the share of true flags among
those that are true, on a look-alike, or on an honest purchase; what may rightly be noticed counts
neither way. *Hit rate* is the share of flags among what could be judged.
"""


def page() -> str:
    """Write the page of the last recorded run."""
    return "\n".join(_lines(msgspec.json.decode(RECORDED.read_bytes()))) + "\n"


def _lines(recorded: Mapping[str, Any]) -> Iterator[str]:
    yield INTRODUCTION
    yield (
        f"World: seed {recorded['seed']}, {recorded['size']} contracts a year, "
        f"{recorded['missing']:.0%} of the fields missing. "
        f"Over all: recall {recorded['recall']:.3f}, precision {recorded['precision']:.3f}. "
        f'Look-alikes in band "high" or above: {len(recorded["look_alikes_in_high"])}.'
    )
    yield ""
    yield "| code | labels | recall | flags | precision | hit rate | look-alikes flagged |"
    yield "|---|---|---|---|---|---|---|"
    for one in recorded["indicators"]:
        figures = (one["recall"], one["flags"], one["precision"], one["hit_rate"])
        cells = (f"[{one['code']}](indicators/{one['code']}.md)", one["labels"], *figures)
        names = ", ".join(one["look_alikes"]) or "-"
        yield "| " + " | ".join([*map(_cell, cells), names]) + " |"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
