"""A court had declared the winner's registration invalid weeks before the purchase."""

from deploy.sandbox.world.schemes.scheme import listed_winner
from deploy.sandbox.world.tale import Tale

LONG = True


def guilty(tale: Tale) -> None:
    """Listed six weeks before the notice."""
    listed_winner(tale, "invalid_registration", "decision_date", before=True)


def innocent(tale: Tale) -> None:
    """Declared invalid long after the delivery."""
    listed_winner(tale, "invalid_registration", "decision_date", before=False)
