"""Attempts at one purchase go together: what is said of one may rest on the others.

They are linked by what a release says of its earlier attempt. When one of them changes, comes or
goes, all are judged again; and when one is judged apart, all of them are shown.
"""

from typing import Final

import duckdb

from scoring.parsed import parsed

MOST_ROUNDS: Final = 10
"""A chain of more attempts is no chain, but a fault of a publisher."""


def add_attempts(connection: duckdb.DuckDBPyConnection, relation: str, processes: str) -> bool:
    """Add to a temporary table of pids all attempts that go with those in it; say whether any do.

    `processes` is the table that they are looked for in.
    """
    statement = _ADD.format(relation=relation, processes=processes)
    for number in range(MOST_ROUNDS):
        if not connection.execute(parsed(statement)).fetchall():
            return number > 0
    return True


_ADD: Final = """
    INSERT INTO {relation}
    WITH link AS MATERIALIZED (
        SELECT token, prior_token FROM {processes} WHERE pid IN (SELECT pid FROM {relation})
    ),
    first AS MATERIALIZED (SELECT token FROM link UNION SELECT prior_token FROM link)
    SELECT pid FROM (
        SELECT pid FROM {processes} WHERE prior_token IN (SELECT token FROM first)
        UNION SELECT pid FROM {processes} WHERE token IN (SELECT prior_token FROM link))
    WHERE pid NOT IN (SELECT pid FROM {relation})
    RETURNING pid
"""
