"""Nobody was found where the winner says it sits."""

from deploy.sandbox.world.schemes.scheme import listed_winner
from deploy.sandbox.world.tale import Tale

LONG = True


def guilty(tale: Tale) -> None:
    """The act about it was drawn up six weeks before the notice."""
    listed_winner(tale, "wrong_address", "act_date", before=True)


def innocent(tale: Tale) -> None:
    """It was drawn up long after the delivery."""
    listed_winner(tale, "wrong_address", "act_date", before=False)
