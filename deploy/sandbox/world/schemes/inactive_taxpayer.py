"""The winner had not told the tax service anything for years, and won all the same."""

from deploy.sandbox.world.schemes.scheme import listed_winner
from deploy.sandbox.world.tale import Tale

LONG = True


def guilty(tale: Tale) -> None:
    """Listed as inactive six weeks before the notice."""
    listed_winner(tale, "inactive", "order_date", before=True)


def innocent(tale: Tale) -> None:
    """Listed long after it had delivered."""
    listed_winner(tale, "inactive", "order_date", before=False)
