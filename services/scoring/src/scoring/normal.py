"""Compiled releases from a file, brought to normal form line by line and loaded like the feed.

What the normal form refuses becomes a warning with the number of the line. Of two lines with the
same ocid the later one counts. A release of nothing but plan points is no purchase. Organisations
keep their published ids; lines of registers, which name them by public ids, are told theirs.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from scoring.batches import PLANS, REGISTERS, RELEASES
from scoring.facts import Facts
from scoring.lines import lines_of, open_source
from scoring.raw import Report
from shared.contracts.releases import PartyLink
from shared.ocds import Refused, counts, normalise, parties
from shared.ocds.decode import decode
from shared.ocds.notes import Refusal
from shared.ocds.unpack import releases_in

BATCH = 2_000
SOURCE = "file"
PSEUDONYM_KEY = b"of one offline run; nothing of it is kept"


@dataclass
class _Intake:
    """What was read; `published` are the ids that organisations have in the files, by public id."""

    report: Report
    seen: set[str] = field(default_factory=set)
    plans: set[str] = field(default_factory=set)
    published: dict[str, str] = field(default_factory=dict)


def load_normal(facts: Facts, names: Sequence[str], registers: Sequence[str] = ()) -> Report:
    """Read the files (`-` is standard input; gzip is noticed) into the facts.

    `registers` are files with lines of the feed of that name. Raises OSError for a file that cannot
    be opened.
    """
    intake = _Intake(Report())
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        batch = Path(folder) / "batch.ndjson"
        waiting: dict[str, list[dict[str, Any]]] = {RELEASES: [], PLANS: [], REGISTERS: []}
        for seq, (feed, entry) in enumerate(_all_entries(names, registers, intake), 1):
            waiting[feed].append(entry | {"seq": seq})
            if len(waiting[feed]) == BATCH:
                _load(facts, batch, feed, waiting[feed], intake.report)
        for feed, entries in waiting.items():
            _load(facts, batch, feed, entries, intake.report)
    intake.report.processes = len(intake.seen - intake.plans)
    intake.report.usable = len(intake.seen)
    return intake.report


def envelope(release: dict[str, Any]) -> dict[str, Any]:
    """Wrap a release in normal form as a line of the feed, without its place."""
    return _envelope(release, [one for one in parties(release, SOURCE) if one.local_id is not None])


def _envelope(release: dict[str, Any], links: Sequence[PartyLink]) -> dict[str, Any]:
    return {
        "key": release["ocid"],
        "deleted": False,
        "body": {
            "source": SOURCE,
            "ocid": release["ocid"],
            "origin": "backfill",
            "counts": counts(release),
            "parties": [msgspec.structs.replace(link, id=str(link.local_id)) for link in links],
            "release": release,
        },
    }


def _all_entries(
    names: Sequence[str], registers: Sequence[str], intake: _Intake
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every line with the feed it would come by."""
    for name in names:
        for entry in _entries(name, intake):
            if _is_plan(entry["body"]["release"]):
                intake.plans.add(entry["key"])
                yield PLANS, entry
            else:
                yield RELEASES, entry
    for name in registers:
        for entry in _register_lines(name, intake):
            yield REGISTERS, entry


def _is_plan(release: dict[str, Any]) -> bool:
    parts = ("tender", "bids", "awards", "contracts")
    return "planning" in release and not any(part in release for part in parts)


def _register_lines(name: str, intake: _Intake) -> Iterator[dict[str, Any]]:
    """Give the lines of a register, each party under the id that it has in the releases."""
    with open_source(name, check=False) as source:
        for number, line in lines_of(source):
            try:
                entry = msgspec.json.decode(line, type=dict[str, Any])
                body = entry["body"]
            except (msgspec.DecodeError, KeyError):
                intake.report.warnings.append(f"{name}: line {number}: no line of a register")
                continue
            if isinstance(body, dict) and body.get("party") is not None:
                body["party"] = intake.published.get(body["party"], body["party"])
            yield entry
        intake.report.damage += [f"{name}: {damage}" for damage in source.damage]


def _entries(name: str, intake: _Intake) -> Iterator[dict[str, Any]]:
    with open_source(name, check=False) as source:
        for number, line in lines_of(source):
            intake.report.lines += 1
            for found in _releases(line):
                if isinstance(found, str):
                    intake.report.warnings.append(f"{name}: line {number}: {found}")
                    continue
                if found["ocid"] in intake.seen:
                    again = f"{name}: line {number}: ocid {found['ocid']} again, this one counts"
                    intake.report.warnings.append(again)
                intake.seen.add(found["ocid"])
                links = [link for link in parties(found, SOURCE) if link.local_id is not None]
                intake.published |= {link.id: str(link.local_id) for link in links}
                yield _envelope(found, links)
        intake.report.damage += [f"{name}: {damage}" for damage in source.damage]


def _releases(line: bytes) -> Iterator[dict[str, Any] | str]:
    try:
        value, _ = decode(line)
    except Refused as refused:
        yield refused.refusal.reason
        return
    for inner in releases_in(value):
        if isinstance(inner, Refusal):
            yield inner.reason
            continue
        try:
            yield normalise(inner.release, source=SOURCE, pseudonym_key=PSEUDONYM_KEY).release
        except Refused as refused:
            yield refused.refusal.reason


def _load(
    facts: Facts, batch: Path, feed: str, entries: list[dict[str, Any]], report: Report
) -> None:
    if not entries:
        return
    with batch.open("wb") as file:
        file.writelines(msgspec.json.encode(entry) + b"\n" for entry in entries)
    loaded = facts.load(batch, last_seq=entries[-1]["seq"], epoch=None, feed=feed)
    for fault in loaded.faults:
        key = json.loads(fault.content).get("key")
        what = "register line" if feed == REGISTERS else "ocid"
        report.warnings.append(f"{what} {key} could not be loaded: {fault.reason}")
    entries.clear()
