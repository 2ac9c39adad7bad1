"""What a service writes down: one JSON line an event (or text on a terminal), free of secrets.

Never written: keys, tokens, passwords, identity numbers of persons, addresses of callers, query
values. The request id joins the lines of one request across services.
"""

import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""Of the request being answered: version, trace, span and flags (W3C Trace Context)."""

REDACTED: Final = "[redacted]"

_SECRET_NAMES = re.compile(
    r"authorization|cookie|password|passwd|secret|token|api_?key|[a-z]_key\b|receipt|\biin\b|phone"
    r"|e_?mail",
    re.IGNORECASE,
)
_SECRET_VALUES = re.compile(
    r"(?P<scheme>://[^/\s:@]*:)[^@\s/]+(?=@)"  # the password of an address
    r"|(?P<bearer>\bbearer\s+)[^\s\"',]+"
    r"|\b(?:ak|qdg)_[a-z]+_[\w.~-]+"  # API keys, tokens of devices, invitations
    r"|\bwhsec_[\w+/=-]+"  # secrets of webhooks
    r"|\b(?=[a-z -]{0,22}\d)(?:[0-9a-z]{5}[ -]){3}[0-9a-z]{5}\b"  # receipts of tips
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # JSON web tokens
    r"|(?<![\w.+/-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"  # addresses of e-mail
    r"|(?:\+7|(?<![\w.])8)[ ()-]*7(?:[ ()-]*\d){9}(?!\d)"  # telephones
    r"|(?<!\d)\d{4}[0-3]\d{7}(?!\d)",  # twelve digits of a person: a company's fifth is 4 to 6
    re.IGNORECASE,
)
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DEEPEST = 6
_TRACE = slice(3, 35)


def trace_id() -> str:
    """Return the trace of the request being answered; "" where there is none."""
    return (traceparent.get() or "")[_TRACE]


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Black out what must not be written, by the name of a field and by the look of a value."""
    return {name: _redacted(name, value, _DEEPEST) for name, value in event.items()}


def _redacted(name: str, value: Any, depth: int) -> Any:
    if _SECRET_NAMES.search(name):
        return REDACTED
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping) and depth:
        return {key: _redacted(str(key), inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple) and depth:
        return [_redacted("", inner, depth - 1) for inner in value]
    return value if isinstance(value, int | float | bool | None) else clean(str(value))


def clean(text: str) -> str:
    """Return a text with everything that looks like a secret blacked out."""
    return _SECRET_VALUES.sub(_blacked_out, text)


def _blacked_out(found: re.Match[str]) -> str:
    return (found["scheme"] or found["bearer"] or "") + REDACTED


def _with_request(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if (value := request_id.get()) is not None:
        event.setdefault("request_id", value)
    if trace := trace_id():
        event.setdefault("trace_id", trace)
    return event


def configure(*, service: str, level: str, form: str, stream: TextIO | None = None) -> None:
    """Send every line of this process, libraries' included, to `stream` (standard error).

    `form` is json or text. Called once, when the process starts.
    """

    def with_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        _with_request,
        with_service,
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, _HAND_OVER],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(shared, form))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("httpx", "httpcore", "asyncio", "arq"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


_HAND_OVER = structlog.stdlib.ProcessorFormatter.wrap_for_formatter


def _formatter(shared: list[Processor], form: str) -> logging.Formatter:
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
        if form == "text"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, _escaped],
    )


def _escaped(_: WrappedLogger, __: str, line: EventDict) -> str:
    """Escape what JSON leaves as it is and some reader takes for the end of a line or a command."""
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", str(line))


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger that takes an event and its fields."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return log
