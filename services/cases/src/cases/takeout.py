"""Everything cases holds of one organisation: rows, letters, files of evidence, and its events.

Tips are not in it. They are their recipients', sealed to keys that are not here; who administers an
organisation is no recipient by that.
"""

from pathlib import Path
from typing import Final

from cases.events import Happened, record
from cases.evidence.files import Files
from shared.clock import Clock
from shared.database import Database
from shared.security import Caller
from shared.takeout import Archive, Taken, head, writing

WHAT: Final = "taken_out"

_OWN: Final = "organisation = $1"
_OF_CASES: Final = "case_id IN (SELECT id FROM casefile WHERE organisation = $1)"
_OF_COMPLAINTS: Final = "complaint IN (SELECT id FROM complaint WHERE organisation = $1)"
_OF_PUBLICATIONS: Final = f"publication_id IN (SELECT id FROM publication WHERE {_OF_CASES})"
_OF_CAMPAIGNS: Final = "campaign_id IN (SELECT id FROM campaign WHERE organisation = $1)"
_OF_QUEUES: Final = "queue_id IN (SELECT id FROM queue WHERE organisation = $1)"

TAKEN: Final[dict[str, Taken]] = {
    "casefile": Taken(_OWN),
    "case_number": Taken(_OWN),
    "case_note": Taken(_OF_CASES),
    "case_task": Taken(_OF_CASES),
    "case_party": Taken(_OF_CASES),
    "case_link": Taken(
        f"{_OF_CASES} AND NOT (ended_at IS NOT NULL AND (kind = 'tip' OR kind = 'case'"
        " AND reason = 'handed_over'))"
    ),
    "case_share": Taken(_OF_CASES),
    "evidence": Taken(_OF_CASES),
    "custody": Taken(f"evidence_id IN (SELECT id FROM evidence WHERE {_OF_CASES})"),
    "complaint": Taken(_OWN),
    "recommendation": Taken(_OF_COMPLAINTS),
    "letter": Taken(_OF_COMPLAINTS, files={"pdf": ".pdf", "docx": ".docx"}),
    "outcome": Taken(_OWN),
    "fact": Taken(_OWN),
    "publication": Taken(_OF_CASES),
    "publication_notice": Taken(_OF_PUBLICATIONS),
    "publication_reply": Taken(
        f"organisation = $1 OR notice_id IN"
        f" (SELECT id FROM publication_notice WHERE {_OF_PUBLICATIONS})"
    ),
    "campaign": Taken(_OWN),
    "campaign_measure": Taken(_OF_CAMPAIGNS),
    "campaign_reading": Taken(
        f"measure_id IN (SELECT id FROM campaign_measure WHERE {_OF_CAMPAIGNS})"
    ),
    "focus_list": Taken(_OWN),
    "queue": Taken(_OWN),
    "queue_item": Taken(_OF_QUEUES),
    "queue_review": Taken(_OWN),
    "triage": Taken(_OWN),
    "snooze": Taken(_OWN),
    "telling": Taken(_OWN),
    "event": Taken(_OWN),
}
"""Which rows of which table are the organisation's."""

LEFT: Final[dict[str, str]] = {
    "alert": "published to everybody",
    "statistic": "published to everybody",
    "confirmation": "of texts of letters, not of an organisation",
    "counted": "counted from the events, which are in it",
    "fact_case": "counted from the events, which are in it",
    "tips": "their recipients' alone: fetched with their own keys",
}
"""Why nothing is taken from the others."""


async def take(
    database: Database, files: Files, clock: Clock, *, organisation: str, member: str, into: Path
) -> None:
    """Write the archive; there is none without its event. Raises FileExistsError.

    Whether the member administers the organisation is known to the gateway, whose archive comes
    first: `gateway organisation takeout`.
    """
    now = clock.now()
    caller = Caller(organisation, member, "admin", None, frozenset())
    happened = Happened(
        object="organisation", id=organisation, organisation=organisation, what=WHAT
    )
    async with (
        writing(into, head(organisation, "cases", now, LEFT)) as archive,
        database.transaction() as connection,
    ):
        await record(connection, caller, now, happened)
        await _write(database, files, organisation, archive)


async def _write(database: Database, files: Files, organisation: str, archive: Archive) -> None:
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        for table, taken in TAKEN.items():
            await archive.rows(connection, table, taken, organisation)
        for row in await connection.fetch(_FILES, organisation):
            if (blocks := await files.read(row["sha256"])) is not None:
                await archive.blocks(f"files/evidence/{row['sha256'].hex()}", blocks)


_FILES: Final = f"""
    SELECT sha256 FROM evidence WHERE {_OF_CASES}
    UNION SELECT cleaned_sha256 FROM evidence
    WHERE {_OF_CASES} AND cleaned_sha256 IS NOT NULL ORDER BY 1
"""
