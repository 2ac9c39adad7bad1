"""A running platform seen from both its doors: strangers ask the gateway, publishers hand in files.

Nothing here knows how the services do their work; only `settled` looks at their tables, to tell
when what was handed in has arrived everywhere.
"""

import asyncio
import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.harness.stage import Stage
from tests.support.processes import run

ARRIVES_WITHIN = 60.0
PORTAL = timezone(timedelta(hours=5))

ARRIVED = """
    SELECT (SELECT scored_seq FROM scoring.engine)
           >= (SELECT seq FROM ingestor.feed_head WHERE feed = 'releases')
       AND NOT EXISTS (SELECT FROM scoring.rejudge WHERE cause = 'data')
       AND NOT EXISTS (
           SELECT FROM (SELECT feed, seq FROM scoring.feed_head
                        UNION ALL SELECT feed, seq FROM ingestor.feed_head) AS made
           LEFT JOIN gateway.feed_cursor AS read ON read.feed = made.feed
           WHERE coalesce(read.seq, 0) < made.seq AND NOT starts_with(made.feed, 'events/'))
"""

COMPARED = """
    SELECT NOT EXISTS (SELECT FROM scoring.rejudge)
       AND (SELECT compared_seq FROM scoring.engine)
           >= (SELECT seq FROM ingestor.feed_head WHERE feed = 'releases')
"""

VIEW = "SELECT seq FROM gateway.change_head"


class Ended(NamedTuple):
    """How a command ended and what it printed, one JSON document a line."""

    status: int
    rows: list[dict[str, Any]]
    complaint: str


@dataclass
class Site:
    """The platform, a folder for files on their way to it, and a client that has a key."""

    stage: Stage
    folder: Path
    client: httpx.AsyncClient
    releases: dict[str, Any] = field(default_factory=dict)

    async def get(self, path: str, **asked: Any) -> Any:
        """The JSON of an answer that must be 200."""
        answer = await self.client.get(path, params=asked or None)
        assert answer.status_code == 200, f"{path} {asked}: {answer.text}"
        return answer.json(parse_constant=no_json)

    async def walk(self, path: str, **asked: Any) -> list[dict[str, Any]]:
        """All rows of a list, page after page."""
        rows: list[dict[str, Any]] = []
        mark: dict[str, str] = {}
        while True:
            page = await self.get(path, **asked, **mark)
            rows += page["data"]
            if not page["page"]["has_more"]:
                return rows
            mark = {"cursor": page["page"]["next_cursor"]}

    async def status(self, path: str, **asked: Any) -> int:
        """The status of an answer."""
        return (await self.client.get(path, params=asked or None)).status_code

    async def command(self, program: str, *words: str) -> Ended:
        """Run a command of a service to its end."""
        told = self.stage.platform.environment(program)
        ended = await run(program, *words, env=told)
        rows = [json.loads(line) for line in ended.out.splitlines() if line.startswith("{")]
        return Ended(ended.status, rows, ended.err)

    async def load(self, *words: str | Path) -> Ended:
        """Hand in files and wait until what was in them can be seen."""
        ended = await self.command("ingestor", "load", "--json", *map(str, words))
        await self.settled()
        return ended

    async def publish(self, source: str, *releases: Mapping[str, Any]) -> None:
        """Hand in releases that must all be taken."""
        path = self.write(f"{source}.jsonl", (json.dumps(one).encode() for one in releases))
        ended = await self.load(path, "--source", source)
        assert (ended.status, ended.rows[0]["quarantined"]) == (0, 0), ended

    def write(self, name: str, lines: Iterable[bytes]) -> Path:
        """Put a file of lines into the folder."""
        path = self.folder / name
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    async def settled(self, condition: str = ARRIVED) -> None:
        """Wait until everything handed in has been judged and the gateway answers with it."""
        deadline = time.monotonic() + ARRIVES_WITHIN
        async with self.stage.admin() as admin:
            while not await admin.fetchval(condition):
                assert self.stage.fallen() == []
                assert time.monotonic() < deadline, f"not there after {ARRIVES_WITHIN:.0f} s"
                await asyncio.sleep(0.05)
            seen = await admin.fetchval(VIEW)
        while (await self.get("/v1/meta/freshness"))["seq"] < seen:
            await asyncio.sleep(0.02)

    async def steady(self, *questions: str) -> list[Any]:
        """The answers to questions asked of one and the same state."""
        while True:
            before = (await self.get("/v1/meta/freshness"))["seq"]
            answers = [await self.get(question) for question in questions]
            if (await self.get("/v1/meta/freshness"))["seq"] == before:
                return answers


class Shown(NamedTuple):
    """A value that a score rests on, where it is said to stand, and what stands there."""

    subject: str
    code: str
    process: str
    path: str
    value: Any
    there: Any

    @property
    def stands(self) -> bool:
        """Whether the value shown is the one published."""
        return same(self.value, self.there)


def same(shown: Any, there: Any) -> bool:
    """Whether a value is the one published; of a moment, a rule that counts days shows the day.

    JSON has one kind of number: 3100000 and 3100000.0 are the same.
    """
    if (
        isinstance(shown, str)
        and isinstance(there, str)
        and re.fullmatch(r"\d{4}-\d\d-\d\d", shown)
    ):
        moment = datetime.fromisoformat(there)
        return shown == (moment.astimezone(PORTAL) if moment.tzinfo else moment).date().isoformat()
    numbers = all(isinstance(one, int | float) for one in (shown, there))
    alike = type(shown) is type(there) or (numbers and bool not in {type(shown), type(there)})
    return alike and bool(shown == there)


async def shown_values(site: Site, source: str) -> list[Shown]:
    """Every value that the scores of a source's purchases and of their parties rest on."""
    rows = await site.walk("/v1/processes", source=source, limit=200)
    subjects = {row["links"]["score"] for row in rows}
    parties = [(role, one) for row in rows for role in ROLES for one in row[f"{role}s"]]
    subjects |= {f"/v1/scores/{role}/{one['id']}" for role, one in parties if not one["person"]}
    shown = []
    for subject in sorted(subjects):
        answer = await site.client.get(subject)
        for result in answer.json().get("indicators", ()):
            shown += [await _shown(site, subject, result["code"], e) for e in result["evidence"]]
    return shown


ROLES = ("buyer", "supplier")


async def _shown(site: Site, subject: str, code: str, evidence: dict[str, Any]) -> Shown:
    process = evidence["process"] or subject.rpartition("/")[2]
    if process not in site.releases:
        package = await site.get("/v1/ocds/releases", process=process)
        [site.releases[process]] = package["releases"]
    there = resolve(site.releases[process], evidence["path"])
    return Shown(subject, code, process, evidence["path"], evidence["value"], there)


def no_json(word: str) -> None:
    """Refuse NaN and its like, which Python reads and others do not."""
    raise ValueError(f"{word} is not JSON")


def resolve(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) points at; raises LookupError where there is nothing."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document
