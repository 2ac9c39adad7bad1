"""Where messages go: letters by SMTP, chats by the Bot API of Telegram.

Both answer as a webhook does, so that one schedule serves all three: a status that says whether it
came, whether the address is gone, or how long to wait; or none and a fault.
"""

import asyncio
import smtplib
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, NamedTuple, Protocol

import httpx
import msgspec
from msgspec import Struct

from gateway.mailing import Server, deliver
from gateway.push.schedule import GONE, Reply
from gateway.subscriptions.outbox import Claimed
from shared.vocabulary.text import Language

OK: Final = 200
NO_SUCH_ADDRESS: Final = frozenset({550, 551, 553, 556})
"""Answers of SMTP (RFC 5321, RFC 7504) that another try does not change."""

_TOO_MANY: Final = 429
_REFUSED: Final = frozenset({400, 403})
_NO_SUCH_CHAT: Final = ("chat not found", "blocked", "kicked", "deactivated", "peer_id_invalid")
_TIMEOUT: Final = 20.0
_SHOWN: Final = 300


class Outgoing(NamedTuple):
    """A message as it is sent. `unsubscribe` is a link that works at one click (RFC 8058)."""

    id: str
    address: str
    subject: str
    text: str
    language: Language
    unsubscribe: str | None


class Channel(Protocol):
    """Sends messages one by one."""

    async def send(self, message: Outgoing, claimed: Claimed) -> Reply:
        """Send a message; what came of it. Raises nothing that another try could mend."""


class Letters:
    """Sends letters."""

    def __init__(self, server: Server, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, message: Outgoing, claimed: Claimed) -> Reply:
        """Hand a letter to the mail server; accepted there, it is sent."""
        letter = letter_of(message, claimed, self._sender)
        try:
            await asyncio.to_thread(deliver, self._server, letter)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            return _refused(code, said)
        except smtplib.SMTPResponseException as refused:
            return Reply(None, f"SMTP {refused.smtp_code}")
        except (OSError, smtplib.SMTPException) as fault:
            return Reply(None, type(fault).__name__)
        return Reply(OK)


def letter_of(message: Outgoing, claimed: Claimed, sender: str) -> EmailMessage:
    """Return the letter: the same id and date at every try.

    Raises ValueError for a line break where a header is: nobody adds headers of his own.
    """
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, message.address, message.subject
    letter["Date"] = format_datetime(claimed.created_at)
    letter["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:
        letter["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(message.text, cte="base64")
    letter["Content-Language"] = message.language
    return letter


class _Parameters(Struct, frozen=True):
    retry_after: int | None = None


class _Answer(Struct):
    ok: bool = False
    description: str = ""
    parameters: _Parameters = _Parameters()


_answer = msgspec.json.Decoder(_Answer).decode


class Chats:
    """Sends chat messages. The token stands in the address: no fault that is kept names it."""

    def __init__(self, api: str, token: str, client: httpx.AsyncClient) -> None:
        self._url = f"{api}/bot{token}/sendMessage"
        self._client = client

    async def send(self, message: Outgoing, claimed: Claimed) -> Reply:
        """Have the bot say something in a chat."""
        del claimed
        said = {
            "chat_id": message.address,
            "text": f"{message.subject}\n\n{message.text}",
            "link_preview_options": {"is_disabled": True},
        }
        try:
            answer = await self._client.post(self._url, json=said, timeout=_TIMEOUT)
            told = _answer(answer.content)
        except httpx.HTTPError as fault:
            return Reply(None, type(fault).__name__)
        except msgspec.DecodeError:
            return Reply(None, f"HTTP {answer.status_code}, and no answer of the Bot API")
        return _judged(answer.status_code, told)


def _judged(status: int, told: _Answer) -> Reply:
    """Read an answer of the Bot API: a chat that is gone is none of its own words."""
    said = told.description[:_SHOWN]
    if status == OK and told.ok:
        return Reply(OK)
    if status == _TOO_MANY:
        wait = told.parameters.retry_after
        return Reply(_TOO_MANY, said, retry_after=None if wait is None else str(wait))
    if status in _REFUSED and any(sign in said.lower() for sign in _NO_SUCH_CHAT):
        return Reply(GONE, said)
    return Reply(None, f"HTTP {status}: {said}")


def _refused(code: int, said: bytes) -> Reply:
    text = f"SMTP {code} {said.decode('utf-8', 'replace')[:_SHOWN]}".replace("\0", "�")
    return Reply(GONE if code in NO_SUCH_ADDRESS else None, text)
