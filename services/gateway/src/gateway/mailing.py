"""Handing letters to the mail server: SMTP, encrypted unless the operator says otherwise."""

import smtplib
import ssl
from email.message import EmailMessage
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

Tls = Literal["required", "offered"]
TIMEOUT: Final = 20.0


class Server(NamedTuple):
    """A mail server: smtp://user:password@host:port, or smtps:// for TLS from the start.

    With `tls` required a server that offers no STARTTLS is given no letter, and no password.
    """

    url: str
    tls: Tls = "required"
    context: ssl.SSLContext | None = None


def deliver(server: Server, letter: EmailMessage) -> None:
    """Hand a letter over; returns when the server has taken it. Blocks.

    Raises OSError or smtplib.SMTPException where it did not.
    """
    parts = urlsplit(server.url)
    context = server.context or ssl.create_default_context()
    host, port = parts.hostname or "localhost", parts.port or 0
    with _connected(parts.scheme, host, port, context) as session:
        if parts.scheme != "smtps":
            session.ehlo()
            if session.has_extn("starttls"):
                session.starttls(context=context)
            elif server.tls == "required":
                raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS")
        if parts.username:
            session.login(unquote(parts.username), unquote(parts.password or ""))
        session.send_message(letter)


def _connected(scheme: str, host: str, port: int, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    return smtplib.SMTP(host, port, timeout=TIMEOUT)
