"""The first purchases of a new data folder, somebody who may ask, and the first questions.

The purchases are invented, dated so that some are still open today.
"""

import asyncio
import json
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deploy.local.place import Place, Refusal, read_json, write_json
from deploy.local.platform import Platform
from deploy.sandbox.generate import releases

SEED, PURCHASES = 2026, 300
TERMS = (
    *("--source", "sandbox", "--title", "Invented purchases", "--publisher", "Qadaga"),
    *(
        "--licence",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "--attribution",
        "Invented by Qadaga: these organisations do not exist",
    ),
)
ORGANISATION = "Demonstration"
SCOPES = (
    *("processes:read", "scores:read", "scores:partner", "feed:read", "exports:create"),
    *("alerts:read", "alerts:write", "cases:read", "cases:write", "outcomes:write"),
    *("complaints:read", "complaints:write", "complaints:file"),
    *("drafts:read", "drafts:write", "webhooks:admin", "org:admin"),
)
"""What an admin of a partner may: so that the first case is a request away."""

OK, UNAUTHORIZED = 200, 401
SCORED_WITHIN = 60.0
"""Seconds from loading to a score that strangers see; about one is usual."""
ALERTED_WITHIN = 10.0
"""Seconds from the first score to the first alert, which travels by a feed of its own."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Whom to ask, and as whom."""

    gateway: str
    api_key: str


def prepare(place: Place, today: date) -> Path:
    """Write the invented purchases into the data folder."""
    path = place.path / "demo.jsonl"
    with path.open("wb") as file:
        for line in releases(SEED, PURCHASES, size="demo", today=today):
            file.write(line + b"\n")
    return path


async def fill(platform: Platform) -> None:
    """Load the purchases, once in the life of the data folder."""
    place = platform.place
    if place.recall("demo"):
        return
    today = date.today()  # noqa: DTZ011 (the reader's own calendar decides what is open)
    path = await asyncio.to_thread(prepare, place, today)
    words = ("load", *TERMS, str(path))
    await platform.run(*words, program="ingestor", told=platform.environment("ingestor"))
    place.remember("demo", today.isoformat())


async def admit(platform: Platform) -> Demo:
    """The demo's organisation and key; made once, unless the database is a new one."""
    path = platform.place.path / "demo.json"
    kept = read_json(path, {})
    demo = Demo(platform.front, kept.get("api_key", ""))
    if not demo.api_key or (await asyncio.to_thread(ask, demo, "/v1/alerts"))[0] == UNAUTHORIZED:
        demo = Demo(platform.front, await _new_key(platform))
    write_json(path, {"gateway": demo.gateway, "api_key": demo.api_key})
    return demo


async def _new_key(platform: Platform) -> str:
    told = platform.environment("gateway")
    with suppress(Refusal):  # it is there already, where only demo.json was lost
        await platform.run("organisation", "add", ORGANISATION, program="gateway", told=told)
    words = ["key", "add", "--organisation", ORGANISATION, "--name", "make up", "--json"]
    if told["MODE"] == "test":
        words += ["--member", await _admin(platform), "--scopes", ",".join(SCOPES)]
    made = await platform.run(*words, program="gateway", told=told)
    key: str = json.loads(made)["key"]
    return key


async def _admin(platform: Platform) -> str:
    """Add somebody who may do all that a partner does: where the data are invented, anybody may."""
    words = ("member", "add", ORGANISATION, "--organisation", ORGANISATION, "--role", "admin")
    told = platform.environment("gateway")
    made = await platform.run(*words, "--json", program="gateway", told=told)
    member: str = json.loads(made)["id"]
    return member


def ask(demo: Demo, path: str) -> tuple[int, Any]:
    """GET a path of the gateway: the status, 0 where nobody answers, and the JSON answer."""
    headers = {"Authorization": f"Bearer {demo.api_key}"}
    request = urllib.request.Request(demo.gateway + path, headers=headers)  # noqa: S310 (our own http address)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 (as above)
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None
    except (OSError, ValueError):
        return 0, None


async def first_score(demo: Demo) -> list[str]:
    """Wait until scores and alerts are visible; ids of purchases, the riskiest first.

    Raises Refusal where there are no scores.
    """
    try:
        async with asyncio.timeout(SCORED_WITHIN):
            while not (ids := await asyncio.to_thread(_scored, demo)):
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise Refusal(f"No score is visible {SCORED_WITHIN:.0f} s after loading.") from None
    with suppress(TimeoutError):  # purchases without any alert are no fault
        async with asyncio.timeout(ALERTED_WITHIN):
            while not await asyncio.to_thread(_alerted, demo):
                await asyncio.sleep(0.2)
    return ids


def _scored(demo: Demo) -> list[str]:
    for band in ("critical", "high", "medium", "low"):
        status, found = ask(demo, f"/v1/processes?band={band}&limit=3")
        if status == OK and found["data"]:
            return [row["id"] for row in found["data"]]
    return []


def _alerted(demo: Demo) -> bool:
    status, found = ask(demo, "/v1/alerts?limit=1")
    return status == OK and bool(found["data"])


INVITATION = """
Qadaga is ready after {seconds:.0f} s: {gateway}  (documentation: {gateway}/docs)
demo key: {key}

Try it in another terminal:

# a newsroom's app: why is this purchase risky?
curl -s -H "Authorization: Bearer {key}" {gateway}/v1/scores/process/{first}/explanation

# an auditor's system: what has been raised?
curl -s -H "Authorization: Bearer {key}" "{gateway}/v1/alerts?limit=3"

# a monitor: the first case, about the riskiest purchase
curl -s -H "Authorization: Bearer {key}" -H "Content-Type: application/json" \\
     -H "Idempotency-Key: first-case" -d '{case}' {gateway}/v1/cases

# a telephone: the scores of many purchases in one small answer
curl -s -H "Authorization: Bearer {key}" -H "Content-Type: application/json" \\
     -d '{lookup}' {gateway}/v1/scores:lookup

Real purchases: make load FILE=…   Ctrl-C ends everything; the data stays.
"""


def invitation(demo: Demo, purchases: list[str], seconds: float) -> str:
    """What the newcomer reads when all is ready."""
    return INVITATION.format(
        seconds=seconds,
        gateway=demo.gateway,
        key=demo.api_key,
        first=purchases[0],
        case=json.dumps({"title": "My first case", "processes": purchases[:1]}),
        lookup=json.dumps({"subject_type": "process", "ids": purchases}),
    )
