"""Who sends and who receives in the tests of the vault: with the client that anybody can take."""

from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from cases.vault.senders import SENDS
from deploy.sdk.python.qadaga_client import tips
from shared.security import Caller, InternalAuth, service_caller
from tests.cases.office import Office, caller

LOT: Final = "12345678-OK1"
SECRET: Final = "Асфальт төселмеген, ақша төленген; мердігердің үйі салынып жатыр"
ADMIN: Final = caller("mem_admin", role="admin")


@dataclass
class Recipient:
    """A member with a key pair, of which only the public half is ever sent."""

    who: Caller
    private: bytes
    public: str
    key: str = ""

    @property
    def keys(self) -> dict[str, Any]:
        return {self.key: tips.load_private(self.private)}

    def opens(self, piece: dict[str, Any]) -> dict[str, Any]:
        """What a piece says to this recipient. Raises KeyError if it is not sealed to them."""
        sealed = piece["keys"][self.key]
        return tips.open_piece(piece["content"], sealed, tips.load_private(self.private))


def recipient(member: str, organisation: str = "own_a", role: str = "editor") -> Recipient:
    private, public = tips.new_pair()
    return Recipient(caller(member, organisation, role), private, public)


@dataclass
class Vault:
    """The vault as senders and recipients reach it."""

    office: Office
    recipients: dict[str, Recipient] = field(default_factory=dict)

    async def register(self, one: Recipient, **more: Any) -> httpx.Response:
        """Have a recipient register the public key."""
        body = {"member": one.who.member, "label": one.who.member, "public_key": one.public}
        answer = await self.office.post("/tips/keys", {**body, **more}, one.who)
        if answer.status_code == 201:
            one.key = answer.json()["id"]
        return answer

    async def ask(
        self, method: str, path: str, body: Any = None, token: str = "", **asked: Any
    ) -> httpx.Response:
        """Ask as the gateway does for a sender."""
        settings, clock = self.office.settings, self.office.clock
        auth = InternalAuth(
            service_caller(SENDS),
            issuer="gateway",
            audience="cases",
            key=settings.internal_key,
            clock=clock,
        )
        headers = {"Tip-Session": token} if token else {}
        more = {} if body is None else {"json": body}
        return await self.office.client.request(
            method, f"/internal/tips{path}", auth=auth, headers=headers, params=asked, **more
        )

    async def channels(self) -> dict[str, Any]:
        told: dict[str, Any] = (await self.ask("GET", "/channels")).json()
        return told

    async def send(self, **more: Any) -> tuple[str, dict[str, Any]]:
        """Send a tip about the lot; return its receipt and what was sent."""
        channels = await self.channels()
        told = {"text": SECRET, "objects": [LOT]}
        receipt, body = tips.seal_tip(channels, told, ["own_a"], **more)
        answer = await self.ask("POST", "", body)
        assert answer.status_code == 201, answer.text
        assert answer.json() == {"status": "received", "received_on": "2026-03-02"}
        return receipt, body

    async def session(self, receipt: str) -> tuple[str, Any]:
        """Log in with a receipt; return the token and the tip's private key."""
        derived, body = tips.session(await self.channels(), receipt)
        opened = await self.ask("POST", "/session", body)
        assert opened.status_code == 201, opened.text
        return opened.json()["token"], tips.own_key(opened.json(), derived)

    async def inbox(self, one: Recipient, **asked: Any) -> list[dict[str, Any]]:
        answer = await self.office.get("/inbox/tips", one.who, limit=50, **asked)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    async def pieces(self, one: Recipient, tip: str) -> list[dict[str, Any]]:
        answer = await self.office.get(f"/inbox/tips/{tip}/pieces", one.who, limit=50)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    async def says(self, one: Recipient, tip: dict[str, Any], text: str) -> httpx.Response:
        """Have a recipient write to the sender."""
        readers = {key["id"]: key["public_key"] for key in tip["recipients"]}
        readers["tip"] = tip["public_key"]
        sealed = tips.seal(await self.channels(), {"text": text}, readers)
        return await self.office.post(f"/inbox/tips/{tip['id']}/messages", sealed, one.who)

    async def move(
        self, one: Recipient, tip: dict[str, Any], move: str, /, **more: Any
    ) -> httpx.Response:
        return await self.office.post(
            f"/inbox/tips/{tip['id']}/transitions",
            {"move": move, **more},
            one.who,
            seen=tip["revision"],
        )
