"""The portal's journal: what it says it has deleted."""

from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from ingestor.sources.goszakup.portal.client import PORTAL_TIME, REST_CAP
from ingestor.sources.goszakup.portal.failures import RequestError
from ingestor.sources.goszakup.pull.connector import Session
from ingestor.sources.goszakup.pull.gone import remove
from ingestor.sources.goszakup.pull.reading import begun, close, place_of
from ingestor.sources.goszakup.pull.records import identifier

NAME: Final = "journal"
OVERLAP: Final = timedelta(days=1)  # its days are read whole, the last one again
MOST_PAGES: Final = 200
DELETED: Final = "D"

ROOTS: Final = {
    "trdbuy": "TrdBuy",
    "lots": "Lots",
    "lot": "Lots",
    "contract": "Contract",
    "acts": "Acts",
    "act": "Acts",
    "trdapp": "TrdApp",
    "plans": "Plans",
    "plnpoint": "Plans",
    "treasurypay": "TreasuryPay",
    "complaint": "ComplaintAppeal",
    "complaintappeal": "ComplaintAppeal",
}
"""Service names of the journal, without marks; only `subject` and `rnu` are known for certain."""


async def read(session: Session, job: str) -> None:
    """Read the journal since it was last read; a portal that has none is passed over."""
    now = session.reader.clock.now()
    place = begun(await place_of(session.counter, job, NAME), now)
    since = place.floor or now - OVERLAP
    try:
        deleted = await _deleted(session, since, now)
    except RequestError as fault:
        if fault.reason == "not_found":
            return
        raise
    for (root, day), numbers in deleted.items():
        reason = f"Deleted at the portal, as its journal of {day} says"
        await remove(session.counter, root, numbers, reason)
    await close(session.counter, replace(place, floor=now - OVERLAP, done=True))


async def _deleted(
    session: Session, since: datetime, now: datetime
) -> dict[tuple[str, str], set[int]]:
    """Return the ids that were deleted, by root and day."""
    first, last = (f"{moment.astimezone(PORTAL_TIME):%Y-%m-%d}" for moment in (since, now))
    path = f"/v3/journal?date_from={first}&date_to={last}&limit={REST_CAP}"
    found: dict[tuple[str, str], set[int]] = {}
    onward, seen = path, set[str]()
    while onward not in seen and len(seen) < MOST_PAGES:
        seen.add(onward)
        page = await session.reader.portal.rest(onward)
        for row in page.rows:
            _note(row, found)
        if page.onward is None:
            break
        onward = f"{path}&{str(page.onward).partition('?')[2]}"
    return found


def _note(row: Any, found: dict[tuple[str, str], set[int]]) -> None:
    if not isinstance(row, dict) or row.get("action") != DELETED:
        return
    service = str(row.get("service_name") or "").lower().replace("-", "").replace("_", "")
    root, number = ROOTS.get(service), identifier(row.get("object_id"))
    if root is not None and number is not None:
        day = str(row.get("date_action") or "")[:10]
        found.setdefault((root, day), set()).add(number)
