"""A development bank had debarred the winner, and the customer bought from it all the same."""

from deploy.sandbox.world.schemes.scheme import listed_winner
from deploy.sandbox.world.tale import Tale

LONG = True


def guilty(tale: Tale) -> None:
    """Debarred six weeks before the notice, for three years."""
    listed_winner(tale, "sanctions", "since", before=True, lasting=1_095, programme="Debarment")


def innocent(tale: Tale) -> None:
    """Debarred for three weeks, which had passed before the notice."""
    listed_winner(tale, "sanctions", "since", before=True, lasting=21, programme="Debarment")
