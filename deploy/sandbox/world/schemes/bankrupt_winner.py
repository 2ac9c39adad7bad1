"""A court had found the winner bankrupt, and still he was let into the competition (L11(1)3)."""

from deploy.sandbox.world.schemes.scheme import listed_winner
from deploy.sandbox.world.tale import Tale

LONG = True


def guilty(tale: Tale) -> None:
    """Listed six weeks before the notice."""
    listed_winner(tale, "bankrupts", "decision_date", before=True)


def innocent(tale: Tale) -> None:
    """It went bankrupt long after it had delivered."""
    listed_winner(tale, "bankrupts", "decision_date", before=False)
