"""Organisations with people and keys, and what they ask of the routes of administration."""

import re
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from gateway import management
from gateway.keys import SCOPES
from shared.clock import SystemClock
from tests.gateway.house import House
from tests.gateway.test_openapi import check

_numbers = count()
OF_ADMINS = tuple(scope for scope in SCOPES if scope not in {"drafts:approve", "platform:admin"})


@dataclass
class Office:
    """One organisation. `keys`: by the name of who holds it; `app` is held by no member."""

    house: House
    id: str
    members: dict[str, str]
    keys: dict[str, str]

    async def ask(
        self, who: str | None, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Ask with somebody's key, or with one that is given as it is."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            said["Authorization"] = f"Bearer {self.keys.get(who, who)}"
        if method == "POST":
            said.setdefault("Idempotency-Key", f"k{next(_numbers)}")
        more = {} if body is None else {"json": body}
        answer = await self.house.client.request(method, path, headers=said, **more)
        described(self.house.app.openapi(), answer)
        return answer

    async def made(self, who: str, path: str, body: Any, **headers: str) -> Any:
        """Make something and return its document."""
        answer = await self.ask(who, "POST", path, body, **headers)
        assert answer.is_success, answer.text
        return answer.json()


def described(document: dict[str, Any], answer: httpx.Response) -> None:
    """Fail for an answer that the document does not describe."""
    path, method = answer.request.url.path, answer.request.method.lower()
    for template, methods in sorted(document["paths"].items(), key=lambda each: "{" in each[0]):
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/:]+", re.escape(template)), path):
            told = methods.get(method, {}).get("responses", {}).get(str(answer.status_code))
            assert told is not None, f"{method} {template}: {answer.status_code} {answer.text}"
            kind = answer.headers.get("content-type", "").partition(";")[0]
            if answer.content:
                check(document, told["content"][kind]["schema"], answer.json())
            return


async def opened_office(house: House, name: str = "Қор", *, kind: str = "partner") -> Office:
    """An organisation with two admins, a reader, and an application of its own."""
    database, clock = house.database, SystemClock()
    own = await management.add_organisation(database, clock, name, kind=kind)
    members: dict[str, str] = {}
    keys: dict[str, str] = {}
    first = "operator" if kind == "operator" else "admin"
    for who, role in (("first", first), ("second", first), ("reader", "reader")):
        member = await management.add_member(
            database, clock, organisation=own.id, name=who, role=role
        )
        made = await management.add_key(
            database, clock, organisation=own.id, scopes=list(SCOPES), member=member.id
        )
        members[who], keys[who] = member.id, made.text
    app = await management.add_key(database, clock, organisation=own.id, scopes=OF_ADMINS)
    keys["app"] = app.text
    return Office(house, own.id, members, keys)
