"""`python -m deploy.quality --seed 1 --size 3000`: every indicator against an invented world.

Every indicator of the catalogue judges a world with planted schemes and innocent look-alikes, whose
purchases come as the portal tells them. Printed are, for each, what it found and what it flagged
where nothing was planted; then how many labels were found, how many nobody could tell from what is
known, and how many were called clear although the scheme is there, which with fields missing must
be none; the last line is `overall recall=<x> precision=<y>`.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from deploy.quality.bands import bands, look_alikes_in_high
from deploy.quality.judging import evaluate, judgements, translate
from deploy.quality.measure import Measured, measure, overall, split
from deploy.quality.recording import record
from deploy.quality.registers import lived_with_lists, register_lines
from deploy.quality.scenes import scenes
from deploy.quality.thinning import thin
from deploy.sandbox.world import World
from scoring.indicator import catalogue

START = date(2025, 1, 6)
END = datetime(2026, 3, 31)  # noqa: DTZ001 (by the portal's clock)
"""A year of beginnings, and a quarter in which what began late comes to its end; both years are
among those whose limits, rates and days off the law tables know."""

COLUMNS = (
    *("labels", "found", "recall", "flags", "true", "alike", "honest", "may"),
    *("precision", "judged", "hit rate"),
)
"""`alike`: flags on innocent look-alikes; `honest`: on purchases in which nothing was planted;
`may`: on what may rightly be noticed, which counts neither way."""


class Outcome(NamedTuple):
    """What a world came to: every indicator, and the look-alikes in band "high" or above."""

    measured: list[Measured]
    high: list[tuple[str, str]]


def main() -> None:
    """Make a world, judge it, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m deploy.quality", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=3000, help="contracts a year")
    parser.add_argument("--missing", type=float, default=0.0, help="share of fields left out")
    parser.add_argument("--json", type=Path, help="write the table here as well")
    parser.add_argument("--show", metavar="CODE", help="list the false flags of one indicator")
    parser.add_argument("--keep", type=Path, help="folder for releases and judgements")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qadaga-quality-") as name:
        outcome = run(wanted.seed, wanted.size, wanted.keep or Path(name), wanted.missing)
    measured = outcome.measured
    if wanted.json:
        told = recorded(outcome, wanted.seed, wanted.size, wanted.missing)
        wanted.json.write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    for one in measured:
        for flag in one.false if one.code == wanted.show else ():
            print(flag.kind, flag.subject, *(f"{e['path']}={e['value']}" for e in flag.evidence))
    for line in table(measured, outcome.high):
        print(line)


def run(seed: int, size: int, folder: Path, missing: float = 0.0) -> Outcome:
    """Measure every indicator on one world; what was made on the way stays in the folder."""
    lived = live(seed, size, folder)
    if missing:
        thin(lived.releases, missing, seed)
    return look(lived)


class Lived(NamedTuple):
    """A world that has lived, as it is told: its purchases as releases, and its registers."""

    world: World
    releases: Path
    registers: list[Path]


def live(seed: int, size: int, folder: Path) -> Lived:
    """Let a world live, and write down in a folder what the portal and the registers tell of it."""
    world = World(seed, size, START)
    lists = lived_with_lists(world, END, folder / "lists")
    releases = folder / "releases.jsonl"
    translate(record(world, folder / "answers"), releases)
    return Lived(world, releases, register_lines(lists, folder / "lists"))


def look(lived: Lived) -> Outcome:
    """Judge what is told of a world, and compare it with what the world knows of itself."""
    releases, judged = lived.releases, lived.releases.parent / "judgements.jsonl"
    evaluate(releases, lived.registers, judged)
    told = list(scenes(lived.world))
    measured = measure(told, judgements(judged), catalogue())
    high = look_alikes_in_high(told, bands(releases, judgements(judged)))
    return Outcome(sorted(measured.values(), key=lambda one: one.code), list(high))


def table(measured: list[Measured], high: list[tuple[str, str]] | None = None) -> Iterator[str]:
    """Write the table, the look-alikes that came out too high, and the two figures over all."""
    yield (
        f"{'code':<9}"
        + "".join(f"{name:>10}" for name in COLUMNS)
        + "  missed; look-alikes flagged"
    )
    for one in measured:
        figures = (
            *(one.labels, one.found, one.recall, one.flags, one.true, one.innocent, one.honest),
            *(one.may, one.precision, one.judged, one.hit_rate),
        )
        names = "; ".join(" ".join(sorted(names)) for names in (one.missed, one.look_alikes))
        yield f"{one.code:<9}" + "".join(map(_figure, figures)) + f"  {names}"
    for name, process in high or ():
        yield f'look-alike in band "high" or above: {name} {process}'
    for one in measured:
        for name in one.cleared:
            yield f"clear although it is there: {one.code} {name}"
    if idle := [one.code for one in measured if not one.found]:
        yield f"nothing is lost without {' '.join(idle)}"
    told = split(measured)
    yield f"labels: found={told.found:.3f} untold={told.untold:.3f} clear={told.cleared:.3f}"
    recall, precision = overall(measured)
    yield f"overall recall={recall:.3f} precision={precision:.3f}"


def recorded(outcome: Outcome, seed: int, size: int, missing: float) -> dict[str, object]:
    """Return a run as a document, from which the page of quality is written."""
    recall, precision = overall(outcome.measured)
    return {
        "seed": seed,
        "size": size,
        "missing": missing,
        "recall": round(recall, 3),
        "precision": round(precision, 3),
        "look_alikes_in_high": [name for name, _ in outcome.high],
        "indicators": documents(
            outcome.measured, {code: one.version for code, one in catalogue().items()}
        ),
    }


def documents(measured: list[Measured], versions: Mapping[str, str]) -> list[dict[str, object]]:
    """Return the table as documents, one for each indicator, with its version."""
    return [
        {
            "code": one.code,
            "version": versions[one.code],
            "recall": _rounded(one.recall),
            "precision": _rounded(one.precision),
            "hit_rate": _rounded(one.hit_rate),
            "labels": one.labels,
            "flags": one.flags,
            "look_alikes": sorted(one.look_alikes),
        }
        for one in measured
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _figure(value: float | None) -> str:
    if value is None:
        return f"{'-':>10}"
    return f"{value:>10.3f}" if isinstance(value, float) else f"{value:>10}"


if __name__ == "__main__":
    main()
