"""Who was given an alert in a file: their organisation's own stream tells when it is corrected."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg

# A dossier is concerned by the flags it shows, an export by the alerts it holds; both stay known
# when their files are gone.
_RECIPIENTS: Final = """
    WITH corrected AS (
        SELECT alert.id, position, process_id, string_to_array(withdrawn, ' ') AS withdrawn
        FROM unnest($1::text[], $2::text[]) AS told (id, withdrawn) JOIN alert USING (id)
    )
    SELECT corrected.id AS alert, organisation_id, dossier.id AS received
    FROM corrected JOIN dossier USING (process_id) WHERE flagged && withdrawn
    UNION ALL
    SELECT corrected.id, organisation_id, export.id
    FROM corrected JOIN export ON alerts @> position WHERE organisation_id IS NOT NULL
    ORDER BY organisation_id, alert, received
"""

Corrected = tuple[str, str, Mapping[str, Any]]
"""An event that tells of a corrected alert: its id, its type, its data."""


async def of_corrections(
    connection: asyncpg.Connection, corrected: Sequence[Corrected]
) -> dict[str, list[Corrected]]:
    """Return what each organisation is told: which of its files hold the alert (`received`)."""
    if not corrected:
        return {}
    events = {data["alert"]: (key, kind, data) for key, kind, data in corrected}
    withdrawn = [" ".join(data["withdrawn"]) for _, _, data in events.values()]
    held: dict[tuple[str, str], list[str]] = {}
    for row in await connection.fetch(_RECIPIENTS, list(events), withdrawn):
        held.setdefault((row["organisation_id"], row["alert"]), []).append(row["received"])
    told: dict[str, list[Corrected]] = {}
    for (organisation, alert), received in held.items():
        key, kind, data = events[alert]
        told.setdefault(organisation, []).append((key, kind, {**data, "received": received}))
    return told
