"""How the commands speak: lines for people, JSON for programs."""

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from gateway import own_keys
from gateway.audit.chain import Audit
from gateway.settings import GatewaySettings
from gateway.who.sealing import Seal
from shared.database import Database

Result = TypeVar("Result")


def say(document: Any, *, as_json: bool, line: str) -> None:
    """Print one thing."""
    text = json.dumps(document, ensure_ascii=False, default=str) if as_json else line
    sys.stdout.write(f"{text}\n")


def refuse(why: str) -> int:
    """Say why nothing was done; return the exit status of a refusal."""
    sys.stderr.write(f"{why}\n")
    return 1


async def with_database(action: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do something with the gateway's own database."""
    database = Database(GatewaySettings().database_url, application="gateway-cli", pool_size=2)
    await database.open()
    try:
        return await action(database)
    finally:
        await database.close()


def audit_of(settings: GatewaySettings) -> Audit:
    """Return the audit that what is done by command is written to."""
    return own_keys.audit(settings)


def seal_of(settings: GatewaySettings) -> Seal:
    """Return what opens the signing keys."""
    return own_keys.seal(settings, own_keys.SIGNING_KEYS)


def table(rows: Sequence[Sequence[Any]]) -> None:
    """Print rows with columns under each other."""
    texts = [["-" if value is None else str(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = [value.ljust(width) for value, width in zip(row, widths, strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
