"""A court had found the winner to be a false enterprise weeks before the purchase."""

from deploy.sandbox.world.schemes.scheme import listed_winner
from deploy.sandbox.world.tale import Tale

LONG = True


def guilty(tale: Tale) -> None:
    """Listed six weeks before the notice."""
    listed_winner(tale, "false_enterprises", "decision_date", before=True)


def innocent(tale: Tale) -> None:
    """Listed long after it had delivered."""
    listed_winner(tale, "false_enterprises", "decision_date", before=False)
