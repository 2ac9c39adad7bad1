"""The portal's dictionaries: read at run time, kept for a day, the old ones better than none."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.json import decode, encode

from ingestor.patience import asked
from ingestor.sources.goszakup.dictionaries import Dictionaries
from ingestor.sources.goszakup.payload import Report
from ingestor.sources.goszakup.places import DICTIONARY as PLACES
from ingestor.sources.goszakup.places import shortened
from ingestor.sources.goszakup.portal.client import REST_CAP, Portal
from ingestor.sources.goszakup.portal.failures import PortalError, RequestError
from shared.clock import Clock
from shared.database import Database
from shared.logs import logger

NAMES: Final = (
    "ref_amendm_agreem_justif",
    "ref_buy_status",
    "ref_contract_cancel",
    "ref_contract_status",
    "ref_justification",
    PLACES,
    "ref_lots_status",
    "ref_pln_point_status",
    "ref_po_st",
    "ref_subject_type",
    "ref_trade_methods",
    "ref_type_trade",
    "ref_units",
)
AGE: Final = timedelta(days=1)
MOST_PAGES: Final = 100  # of one dictionary; the largest has 36

HELD: Final = "SELECT name, rows, read_at FROM portal_dictionary"
KEEP: Final = """
    INSERT INTO portal_dictionary (name, rows, read_at) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, read_at = excluded.read_at
"""

log = logger(__name__)


async def current(portal: Portal, database: Database, clock: Clock) -> Dictionaries:
    """Return the dictionaries; those older than a day are read again.

    One that the portal does not give is taken as it was; codes then stand for themselves. Raises
    PortalError where the portal refuses the token or is away, and nothing is held.
    """
    kept = await _held(database)
    for name in NAMES:
        rows, read_at = kept.get(name, ([], None))
        if read_at is not None and clock.now() - read_at < AGE:
            continue
        try:
            rows = await _read(portal, name)
        except RequestError as fault:
            if fault.reason not in ("not_found", "refused"):
                if read_at is None:
                    raise
                break
            log.warning("dictionary_missing", name=name)
        except PortalError:
            if not kept:
                raise
            break
        kept[name] = (rows, clock.now())
        await _keep(database, name, rows, clock.now())
    return _of({name: rows for name, (rows, _) in kept.items()})


async def held(database: Database) -> Dictionaries:
    """Return the dictionaries as they were last read."""
    return _of({name: rows for name, (rows, _) in (await _held(database)).items()})


async def _read(portal: Portal, name: str) -> list[Any]:
    """Read all pages of a dictionary."""
    rows: list[Any] = []
    path = f"/v3/refs/{name}?limit={REST_CAP}"
    seen: set[str] = set()
    while path not in seen and len(seen) < MOST_PAGES:
        seen.add(path)
        page = await portal.rest(path)
        rows += shortened(page.rows) if name == PLACES else page.rows
        if page.onward is None:
            break
        path = f"/v3/refs/{name}?limit={REST_CAP}&{str(page.onward).partition('?')[2]}"
    return rows


async def _held(database: Database) -> dict[str, tuple[list[Any], datetime]]:
    rows = await asked(database, lambda c: c.fetch(HELD))
    return {row["name"]: (decode(row["rows"]), row["read_at"]) for row in rows}


async def _keep(database: Database, name: str, rows: list[Any], now: datetime) -> None:
    written = encode(rows).decode()
    await asked(database, lambda c: c.execute(KEEP, name, written, now))


def _of(rows: Mapping[str, list[Any]]) -> Dictionaries:
    dictionaries = Dictionaries()
    for name, entries in rows.items():
        dictionaries.add(name, entries, Report())
    return dictionaries
