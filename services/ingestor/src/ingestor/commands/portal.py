"""What the commands that ask the procurement portal have in common."""

from typing import Final

from ingestor import runs
from ingestor.commands.output import complain, say
from ingestor.commands.runs import line
from ingestor.patience import asked
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.pull.connector import Connector

STATUS: Final = {"complete": 0, "failed": 1, "incomplete": 3, "running": 3}
INTERRUPTED: Final = 3
ELSEWHERE: Final = 4


def needs_token(settings: IngestorSettings) -> None:
    """End the command where there is no token."""
    if settings.goszakup_token is None:
        raise SystemExit("ingestor: GOSZAKUP_TOKEN is not set; the portal answers nobody without")


async def ended(connector: Connector, *, as_json: bool) -> int:
    """Tell how the newest run of the source ended; returns the exit status."""
    source = connector.source
    newest = await asked(connector.desk.database, lambda c: runs.recent(c, source, 1))
    for one in newest:
        say(one.document(), as_json=as_json, line=line(one))
    return STATUS[newest[0].status] if newest else ELSEWHERE


def elsewhere() -> int:
    """Say that another process is at it."""
    complain("another process is doing this; nothing was done")
    return ELSEWHERE
