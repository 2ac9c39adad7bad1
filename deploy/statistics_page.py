"""The page of statistics: every table of figures and every part of a profile, with its query."""

from typing import Final

from scoring.indicator import Text
from scoring.statistics.declaration import Declaration, Part, parts, statements, tiles, words

HEAD: Final = """\
# Statistics, profiles and networks

Generated from the declarations in `services/scoring/src/scoring/statistics` by `make docs`.

Scoring counts them from the facts and publishes them as the feeds `statistics` and `profiles`; the
gateway serves them at `/v1/stats`, `/v1/stats/{tile_id}` (JSON, or CSV with `?format=csv` or
`Accept: text/csv`), `/v1/buyers/{id}`, `/v1/suppliers/{id}`, `/v1/regions/{id}` (as `figures`) and
`/v1/suppliers/{id}/network`. A round begins when judging has settled, ten seconds after the last
one at the earliest and, while releases keep coming, every few minutes (`COMPARE_EVERY`); never
before ten times as long has passed as the last one took.

What is not told is left out and counted under its reason; a figure that cannot be told is null,
never 0. Sums are in tenge (KZT) as exact text; what is in another currency is counted, not added.
Natural persons, sole traders and whom only a name identifies have no figures and are never named as
a counterpart: they are counted. A region is that of the buyer's seat, as it lies today.
"""


def page() -> str:
    """Say what every table and part means, and how it is counted."""
    sections = [HEAD, "## Tables", *map(_tile, tiles().values())]
    sections += ["## Parts of profiles", *map(_part, parts("profiles").values())]
    sections += ["## Parts of networks", *map(_part, parts("networks").values())]
    base = ";\n\n".join((*statements("base"), *statements("subject")))
    sections += ["## What all are counted from", _sql(base)]
    return "\n\n".join(one.strip() for one in sections) + "\n"


def _tile(one: Declaration) -> str:
    rows = [f"| `{name}` | {_column(name)} |" for name in one.columns]
    table = "| column | kind | unit | meaning |\n|---|---|---|---|\n" + "\n".join(rows)
    return "\n\n".join([_definition(one.id, one.title, one.definition), table, _sql(one.query)])


def _part(one: Part) -> str:
    return "\n\n".join([_definition(one.id, one.title, one.definition), _sql(one.query)])


def _definition(name: str, title: Text, definition: Text) -> str:
    said = (("en", definition.en), ("ru", definition.ru), ("kk", definition.kk))
    texts = "\n\n".join(f"**{language}** {text.strip()}" for language, text in said)
    return f"### {name}: {title.en}\n\n*{title.kk}* · *{title.ru}*\n\n{texts}"


def _column(name: str) -> str:
    word = words()[name]
    return f"{word.kind} | {word.unit} | {word.title.en}"


def _sql(query: str) -> str:
    return f"```sql\n{query.strip()}\n```"
