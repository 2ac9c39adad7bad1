"""Telling an organisation that its endpoint was disabled: in its own stream, and by letter."""

import asyncio
import smtplib
from email.message import EmailMessage
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import asyncpg

from gateway.mailing import Server, deliver
from gateway.stream.telling import tell
from gateway.view import changes
from shared import events, logs

REASONS: Final = {
    "gone": "It answered 410: gone.",
    "failing": "Ten tries at one delivery failed, over some three days.",
}
_LETTER: Final = """\
The endpoint {name} at {host} was disabled. {reason}

Nothing was lost: every event stands in GET /v1/feed under its number. When the endpoint works
again, enable it (PATCH /v1/webhooks/endpoints/{name}); what was not delivered is sent then.
"""

_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('letter ' || $1, 0))"
_MAY_WRITE: Final = """
    UPDATE endpoint SET letter_at = now()
    WHERE id = $1 AND NOT EXISTS (
        SELECT FROM endpoint AS other
        WHERE other.contact = endpoint.contact AND other.letter_at > now() - interval '1 day')
    RETURNING true
"""
"""Nobody confirms a contact: it gets one letter a day, so that nobody has others written to."""

_log = logs.logger(__name__)


class Letter(NamedTuple):
    """An e-mail in plain text."""

    to: str
    subject: str
    text: str


async def disabled(connection: asyncpg.Connection, endpoint: str, reason: str) -> Letter | None:
    """Tell of an endpoint in the own stream of its organisation; return the letter to send."""
    row = await connection.fetchrow(
        "SELECT organisation_id, url, contact, revision FROM endpoint WHERE id = $1", endpoint
    )
    link = f"/v1/webhooks/endpoints/{endpoint}"
    told = {"endpoint": endpoint, "reason": reason, "link": link}
    seq = await changes.take_number(connection)
    await tell(
        connection,
        events.organisation(row["organisation_id"]),
        [(f"webhook.disabled/{endpoint}/{row['revision']}", "webhook.disabled", told)],
        seq=seq,
    )
    if row["contact"] is None or not await _may_write(connection, endpoint, row["contact"]):
        return None
    host = urlsplit(row["url"]).hostname
    text = _LETTER.format(host=host, name=endpoint, reason=REASONS[reason])
    return Letter(row["contact"], "Qadaga: a webhook endpoint was disabled", text)


async def _may_write(connection: asyncpg.Connection, endpoint: str, contact: str) -> bool:
    await connection.execute(_ALONE, contact)
    return bool(await connection.fetchval(_MAY_WRITE, endpoint))


class Mail:
    """Sends letters by SMTP; without a server none."""

    def __init__(self, server: Server | None, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, letter: Letter) -> bool:
        """Send a letter; whether it went. A server that is away is logged and no more."""
        if self._server is None:
            return False
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, *letter[:2]
        message.set_content(letter.text)
        try:
            await asyncio.to_thread(deliver, self._server, message)
        except (OSError, smtplib.SMTPException) as fault:
            _log.warning("letter_not_sent", fault=type(fault).__name__)
            return False
        return True
