"""An organisation that receives tips, and a sender on whom everything that could tell is marked."""

from typing import Any, Final

from deploy.sdk.python.qadaga_client import tips
from tests.gateway.casework import Casework
from tests.gateway.office import described

MARKED: Final = {
    "User-Agent": "Marked-Agent/7.7",
    "X-Forwarded-For": "203.0.113.77",
    "Forwarded": "for=203.0.113.77",
    "Cookie": "marked=cookie7",
    "Referer": "https://marked.example/page",
    "X-Request-Id": "marked-request-7",
    "traceparent": "00-77777777777777777777777777777777-7777777777777777-01",
    "Authorization": "Bearer qdg_live_markedmarkedmark_markedmarkedmarkedmarkedmarkedma",
    "Idempotency-Key": "marked-key-7",
    "Accept-Language": "kk;q=0.77",
}


class Recipients:
    """An organisation whose two members receive tips."""

    def __init__(self, casework: Casework) -> None:
        self.casework = casework
        self.id = ""
        self.keys: dict[str, str] = {}
        self.private: dict[str, bytes] = {}
        self.key_ids: dict[str, str] = {}
        self.members: dict[str, str] = {}

    async def open(self) -> None:
        self.id = await self.casework.organisation("Адал қор")
        self.keys["admin"] = await self.casework.key(self.id, "admin")
        for role in ("editor", "monitor"):
            await self.join(role, role)

    async def join(self, role: str, name: str) -> None:
        """Let another member of this role receive tips."""
        self.keys[name] = await self.casework.key(self.id, role)
        me = (await self.casework.ask("GET", "/me", self.keys[name])).json()
        self.members[name] = me["member"]
        self.private[name], public = tips.new_pair()
        body = {"member": me["member"], "label": name, "public_key": public}
        made = await self.casework.ask("POST", "/tips/keys", self.keys[name], body)
        assert made.status_code == 201, made.text
        self.key_ids[name] = made.json()["id"]


async def send(line: Recipients, method: str, path: str, body: Any = None, **more: str) -> Any:
    """Ask for a sender, with all marks on; the answer must fit the document and be kept nowhere."""
    given = {} if body is None else {"json": body}
    named = {name.replace("_", "-"): value for name, value in more.items()}
    answer = await line.casework.house.client.request(
        method, f"/v1/tips{path}", headers={**MARKED, **named}, **given
    )
    described(line.casework.house.app.openapi(), answer)
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-request-id"] != MARKED["X-Request-Id"]
    return answer
