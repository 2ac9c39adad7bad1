"""Compiled releases from a file, brought to normal form line by line and loaded like the feed.

What the normal form refuses becomes a warning with the number of the line. Of two lines with the
same ocid the later one counts. Organisations keep their published ids.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from scoring.facts import Facts
from scoring.lines import lines_of, open_source
from scoring.raw import Report
from shared.ocds import Refused, counts, normalise, parties
from shared.ocds.decode import decode
from shared.ocds.notes import Refusal
from shared.ocds.unpack import releases_in

BATCH = 2_000
SOURCE = "file"
PSEUDONYM_KEY = b"of one offline run; nothing of it is kept"


@dataclass
class _Intake:
    report: Report
    seen: set[str] = field(default_factory=set)


def load_normal(facts: Facts, names: Sequence[str]) -> Report:
    """Read the files (`-` is standard input; gzip is noticed) into the facts.

    Raises OSError for a file that cannot be opened.
    """
    intake = _Intake(Report())
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        batch, entries, seq = Path(folder) / "batch.ndjson", [], 0
        for name in names:
            for entry in _entries(name, intake):
                seq += 1
                entries.append(entry | {"seq": seq})
                if len(entries) == BATCH:
                    _load(facts, batch, entries, intake.report)
        _load(facts, batch, entries, intake.report)
    intake.report.processes = intake.report.usable = len(intake.seen)
    return intake.report


def envelope(release: dict[str, Any]) -> dict[str, Any]:
    """Wrap a release in normal form as a line of the feed, without its place."""
    links = [link for link in parties(release, SOURCE) if link.local_id is not None]
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
                yield envelope(found)
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


def _load(facts: Facts, batch: Path, entries: list[dict[str, Any]], report: Report) -> None:
    if not entries:
        return
    with batch.open("wb") as file:
        file.writelines(msgspec.json.encode(entry) + b"\n" for entry in entries)
    loaded = facts.load(batch, last_seq=entries[-1]["seq"], epoch=None)
    for fault in loaded.faults:
        key = json.loads(fault.content)["key"]
        report.warnings.append(f"ocid {key} could not be loaded: {fault.reason}")
    entries.clear()
