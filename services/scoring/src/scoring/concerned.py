"""Which purchases a change of the registers concerns: they have to be judged anew.

A query may ask of a party of the purchase, on any day of what happened in it; so a purchase is
concerned where one of its parties is, or everybody, on one of those days. One without any day
may ask of whatever day it likes.
"""

from typing import Final

from scoring.facts import Facts


def purchases_concerned(facts: Facts, since: int) -> list[str]:
    """Name the purchases that registers say something else of since a place in their feed."""
    rows = facts.connection.execute(_CONCERNED, {"since": since}).fetchall()
    return [row[0] for row in rows]


def settle(facts: Facts, upto: int) -> None:
    """Forget what registers said up to a place in their feed: everybody concerned is noted."""
    facts.connection.execute("DELETE FROM register_touched WHERE seq <= ?", [upto])


_CONCERNED: Final = """
    WITH touched AS (
        SELECT party, min(first_day) AS first_day, max(last_day) AS last_day
        FROM register_touched WHERE seq > $since AND party IS NOT NULL GROUP BY party
    ),
    everybody AS (
        SELECT first_day, max(last_day) AS last_day
        FROM register_touched WHERE seq > $since AND party IS NULL GROUP BY first_day
    )
    SELECT subject.key FROM process JOIN subject USING (pid)
    WHERE process.pid IN (
            SELECT process.pid FROM participant JOIN touched USING (party)
            JOIN process ON process.pid = participant.pid
            WHERE coalesce(process.last_on >= touched.first_day, true)
                AND coalesce(process.first_on <= touched.last_day, true)
        )
        OR EXISTS (
            SELECT 1 FROM everybody
            WHERE coalesce(process.last_on >= everybody.first_day, true)
                AND coalesce(process.first_on <= everybody.last_day, true)
        )
    ORDER BY subject.key
"""
