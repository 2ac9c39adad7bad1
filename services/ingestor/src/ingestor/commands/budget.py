"""Tell what loading from the portal costs: requests, hours, and what is useful when.

Volumes are those of the country, published or measured in 2022-2026; a scope takes its share.
"""

import argparse
from typing import Any

from ingestor.commands.backfill import add_scope, scope_of
from ingestor.commands.output import say
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.portal.pace import BEHIND
from ingestor.sources.goszakup.pull import budget
from ingestor.sources.goszakup.pull.reading import UNIT

POLITE = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    """What is to be loaded, and how fast."""
    add_scope(parser)
    parser.add_argument("--rate", type=float, default=POLITE, help="requests a second; default 1")
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(arguments: argparse.Namespace) -> int:
    """Print requests by entity, then the order of loading."""
    scope = scope_of(arguments)
    if arguments.rate <= 0:
        raise SystemExit("ingestor: --rate is more than 0")
    for one in budget.lines(scope):
        told = f"{one.entity:13} {one.records:>10} records {one.requests:>9} requests  {one.why}"
        say(one._asdict(), as_json=arguments.json, line=told)
    whole = budget.total(scope)
    hours = whole / arguments.rate / budget.SECONDS
    summary: dict[str, Any] = {"requests": whole, "hours": round(hours, 1), "rate": arguments.rate}
    told = f"in all {whole} requests, {hours:.1f} hours at {arguments.rate:g} requests a second"
    say(summary, as_json=arguments.json, line=told)
    for number, step in enumerate(budget.steps(scope, arguments.rate), 1):
        told = f"{number}. {step.name}: {step.hours:.1f} hours, there after {step.ready_after:.1f}"
        say(step._asdict(), as_json=arguments.json, line=told)
    _say_following(arguments)
    return 0


def _say_following(arguments: argparse.Namespace) -> None:
    """Print how soon results are there in the busiest hour, alone and with a back-fill behind."""
    told = IngestorSettings.model_fields
    every, overlap = (told[name].default for name in ("goszakup_every", "goszakup_overlap"))
    for beside, share in (("alone", 1.0), ("beside a back-fill", BEHIND / (BEHIND + 1))):
        look = budget.busiest(arguments.rate * share, every, overlap, UNIT)
        within = f"within {look.slowest / 60:.0f} minutes"
        if look.slowest > budget.RESULTS_WITHIN:
            within = "not within the hour: the rate does not suffice"
        line = f"following {beside}, the country's busiest hour: a protocol is there {within}"
        found = {"following": beside, "requests": look.an_hour, "seconds": look.slowest}
        say(found, as_json=arguments.json, line=f"{line} ({look.an_hour} requests an hour)")
