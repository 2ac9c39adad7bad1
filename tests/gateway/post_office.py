"""A mail server that speaks SMTP, and a stand-in for the Bot API of Telegram, on this machine."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.gateway.receiver import Message, Receiver, opened_receiver
from tests.support.certificates import certified

TAKEN = "250 OK"


@dataclass
class MailServer:
    """`refuse` answers RCPT TO where it is not None; letters that were taken are kept."""

    port: int = 0
    refuse: Callable[[str], str | None] = lambda _: None
    got: list[EmailMessage] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 (named after the command of SMTP)
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if (refusal := self.refuse(address)) is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(  # noqa: N802 (as above)
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        del server
        content: Any = envelope.content
        letter = email.message_from_bytes(content, policy=email.policy.default)
        self.got.append(letter)
        self.secured.append(session.ssl is not None)
        return TAKEN

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.got if letter["To"] == address]


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    part = letter.get_body(("plain",))
    assert part is not None
    text: str = part.get_content()
    return text


@asynccontextmanager
async def opened_mail_server(secure: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
    """A mail server; with a context it offers STARTTLS."""
    house = MailServer()

    def session() -> SMTP:
        return SMTP(house, hostname="mail.test", tls_context=secure, enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    house.port = server.sockets[0].getsockname()[1]
    try:
        yield house
    finally:
        server.close()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server on 127.0.0.1 shows, and what trusts nobody else."""
    kept = certified(folder, "127.0.0.1")
    shows = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shows.load_cert_chain(kept)
    return shows, ssl.create_default_context(cafile=str(kept))


@dataclass
class Bot:
    """What a bot was told to say; `answer` is the status and body of the next answers."""

    receiver: Receiver
    answer: tuple[int, Any] = (200, {"ok": True, "result": {}})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.receiver.port}"

    @property
    def said(self) -> list[Any]:
        return [msgspec.json.decode(each.body) for each in self.receiver.got]


@asynccontextmanager
async def opened_bot() -> AsyncIterator[Bot]:
    """A Bot API that answers as it is told."""
    async with opened_receiver() as receiver:
        bot = Bot(receiver)

        def answer(message: Message) -> Any:
            del message
            status, body = bot.answer
            return status, {"Content-Type": "application/json"}, msgspec.json.encode(body)

        receiver.answer = answer
        yield bot
