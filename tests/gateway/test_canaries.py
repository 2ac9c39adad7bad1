"""Words that one organisation writes everywhere it can: nobody else is ever answered with them.

Every canary must be found by its own organisation, so that looking for it means something.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

import pytest

from deploy.sdk.python.qadaga_client import tips
from shared.feed import read
from tests.cases.campaigns.test_campaigns import BODY, MEASURE
from tests.cases.complaints.desk import appeal
from tests.cases.evidence.files import photograph
from tests.cases.outcomes.test_outcomes import RETURNED
from tests.cases.publication.people import BIN, FIGURE
from tests.cases.triage.alerts import alert as raised
from tests.cases.triage.alerts import arrive
from tests.gateway.builders import BUYER_BIN, alert, process, release
from tests.gateway.casework import Casework
from tests.gateway.test_access import filled, operations
from tests.gateway.test_evidence import sent
from tests.gateway.tip_people import Recipients, send
from tests.support.harness import Figure

pytestmark = pytest.mark.thorough

STRANGERS: Final = (
    ("partner", "editor"),
    ("partner", "admin"),
    ("buyer", "editor"),
    ("authority", "officer"),
)
"""Kinds of organisations, and roles in them."""

PUBLIC: Final = frozenset({"alert_id", "key_id"})
"""Alerts are everybody's, and so are the keys that senders of tips seal for."""

NEVER_SHOWN: Final = frozenset({"canary-tip"})
"""Sealed on its way: not even its own organisation is answered with it."""

Planted = dict[str, list[str]]
"""Ids by the name they have in an address."""


@dataclass
class Planting:
    """What was written, and the ids of what holds it, by the name they have in an address."""

    line: Recipients
    words: set[str] = field(default_factory=set)
    ids: Planted = field(default_factory=dict)

    def word(self, of: str) -> str:
        """A word that stands nowhere else."""
        self.words.add(f"canary-{of}")
        return f"canary-{of}"

    async def made(
        self, who: str, path: str, body: Any, name: str | None = None, **more: str
    ) -> Any:
        answer = await self.line.casework.ask("POST", path, self.line.keys[who], body, **more)
        assert answer.is_success, (path, answer.text)
        document = answer.json()
        if name:
            self.ids.setdefault(name, []).append(document["id"])
        return document

    async def everything(self) -> None:
        case = await self._case()
        await self._of_case(case)
        await self._beside_cases()
        await self._administration()
        await self._tip()

    async def _case(self) -> str:
        word = self.word
        body = {"title": word("case"), "summary": word("summary")}
        made = await self.made("editor", "/cases", body, "case_id")
        at = f"/cases/{made['id']}"
        await self.made("editor", f"{at}/notes", {"text": word("note")})
        await self.made("editor", f"{at}/tasks", {"title": word("task")}, "task_id")
        party = {"role": "supplier", "bin": BIN, "name": word("party"), "note": word("remark")}
        await self.made("editor", f"{at}/parties", party, "party_id")
        link = {"kind": "process", "target": process("o-1")}
        await self.made("editor", f"{at}/links", link, "link_id")
        return str(made["id"])

    async def _of_case(self, case: str) -> None:
        word, key = self.word, self.line.keys["editor"]
        name = f"{word('evidence')}.jpg"
        piece = await sent(self.line.casework, case, key, photograph(), name=name)
        self.ids["evidence_id"] = [piece.json()["id"]]
        text = {"title": word("publication"), "body": "Text."}
        told = {"texts": dict.fromkeys(("kk", "ru", "en"), text), "figures": [FIGURE]}
        await self.made("editor", f"/cases/{case}/publication", told)
        complaint = appeal(case=case, subject=word("complaint"))
        complaint["values"] = complaint["values"] | {"facts": [word("fact")]}
        await self.made("editor", "/complaints", complaint, "complaint_id")
        outcome = {**RETURNED, "case": case, "subject": word("outcome")}
        await self.made("editor", "/outcomes", outcome, "outcome_id")

    async def _beside_cases(self) -> None:
        word = self.word
        body = {"title": word("list"), "purpose": word("purpose"), "public": False}
        focus = await self.made("editor", "/focus-lists", body, "list_id")
        queue = {"focus_list": focus["id"], "question": word("question")}
        await self.made("editor", "/queues", queue, "queue_id")
        campaign = {**BODY, "title": word("campaign"), "goal": word("goal")}
        goes = await self.made("editor", "/campaigns", campaign, "campaign_id")
        measure = {**MEASURE, "title": word("measure")}
        await self.made("editor", f"/campaigns/{goes['id']}/measures", measure)
        moved = {"move": "review", "note": word("triage")}
        await self.made("editor", "/alerts/alr_0001/moves", moved, If_Match='"0"')
        self.ids["alert_id"] = ["alr_0001"]

    async def _administration(self) -> None:
        word = self.word
        member = {"name": word("member"), "role": "reader"}
        await self.made("admin", "/members", member, "member_id")
        for kind in ("keys", "clients"):
            named = {"name": word(kind), "scopes": ["scores:read"]}
            await self.made("admin", f"/{kind}", named, "credential_id")
        proof = {"speaks_for": f"bin:{BUYER_BIN}", "document": word("document")}
        await self.made("admin", "/verifications", proof)
        hook = {"url": f"https://{word('hook')}.example/", "description": word("description")}
        endpoint = await self.made("admin", "/webhooks/endpoints", hook, "endpoint_id")
        subscription = {
            "what": "processes",
            "name": word("subscription"),
            "channel": {"kind": "webhook", "endpoint": endpoint["id"]},
            "filter": {"q": word("search")},
        }
        await self.made("admin", "/subscriptions", subscription, "subscription_id")

    async def _tip(self) -> None:
        channels = (await send(self.line, "GET", "/channels")).json()
        told = {"text": self.word("tip"), "objects": ["1-OK1"]}
        _, sealed = tips.seal_tip(channels, told, [self.line.id])
        assert (await send(self.line, "POST", "", sealed)).status_code == 201
        key = self.line.keys["editor"]
        [tip] = (await self.line.casework.ask("GET", "/inbox/tips", key)).json()["data"]
        self.ids["tip_id"] = [tip["id"]]
        self.ids["key_id"] = [*self.line.key_ids.values()]


def addresses(path: str, ids: Planted) -> Iterator[str]:
    """An address for each choice of what is planted."""
    names = [name for name in re.findall(r"{([a-z_]+)}", path) if name in ids]
    for chosen in product(*(ids[name] for name in names)):
        address = path
        for name, value in zip(names, chosen, strict=True):
            address = address.replace(f"{{{name}}}", value)
        yield filled(address)


async def questions(casework: Casework, key: str, ids: Planted) -> bytes:
    """Every byte that a holder of a key is answered with who asks for everything."""
    seen = b""
    for _, method, path in operations(casework.house.app.openapi()):
        if method == "GET":
            for address in addresses(path, ids):
                answer = await casework.house.client.get(
                    address, headers={"Authorization": f"Bearer {key}"}
                )
                assert answer.status_code < 500 or answer.status_code == 503, address
                seen += answer.content + str(answer.headers).encode()
    return seen


async def commands(casework: Casework, key: str, ids: Planted) -> bytes:
    """What is answered to who commands what belongs to others."""
    seen = b""
    for _, method, path in operations(casework.house.app.openapi()):
        if method != "GET" and any(f"{{{name}}}" in path for name in ids):
            for address in addresses(path, ids):
                answer = await casework.ask(
                    method, address.removeprefix("/v1"), key, {}, If_Match="*"
                )
                seen += answer.content + str(answer.headers).encode()
    return seen


async def show(casework: Casework) -> None:
    """Let the gateway follow the events of cases."""
    async with casework.office.database.connection() as connection:
        page = await read(connection, "case_events", after=0, limit=1000)
    await casework.house.fill("case_events", *page.entries)


def found(seen: bytes, words: set[str]) -> set[str]:
    return {word for word in words if word.encode() in seen}


@pytest.mark.check("A4", tier=1, limit="0 canaries")
async def test_nothing_that_one_organisation_writes_is_in_any_byte_that_another_receives(
    line: Recipients, figure: Figure
) -> None:
    casework = line.casework
    await casework.house.fill("releases", release("o-1"))
    await casework.house.fill("alerts", alert(1, process("o-1")))
    await arrive(casework.office, raised("alr_0001", process("o-1")))
    planting = Planting(line)
    await planting.everything()
    words, ids = planting.words, planting.ids
    await show(casework)
    theirs = {each for name, many in ids.items() if name not in PUBLIC for each in many}

    received = b""
    for number, (kind, role) in enumerate(STRANGERS):
        stranger = await casework.organisation(f"Бөтен {number}", kind)
        key = await casework.key(stranger, role, per_minute=100_000)
        received += await questions(casework, key, {})
        for asked in (questions, commands):
            told = await asked(casework, key, ids)
            for each in theirs:  # the address that was asked for comes back with a refusal
                told = told.replace(each.encode(), b"")
            received += told
    own = b"".join(
        [await questions(casework, line.keys[who], ids) for who in ("editor", "admin", "monitor")]
    )

    figure(f"0 of {len(words | theirs)} canaries in {len(received) / 1e6:.1f} MB")
    assert found(received, words | theirs) == set()
    assert (words | theirs) - found(own, words | theirs) == NEVER_SHOWN
