"""Whoever owes taxes may not take part (L11(1)2); this winner owed millions."""

from deploy.sandbox.world.schemes.scheme import listed_winner
from deploy.sandbox.world.tale import Tale

LONG = True


def guilty(tale: Tale) -> None:
    """Four million, listed six weeks before the notice."""
    listed_winner(tale, "arrears", "date", before=True, amount=4_000_000)


def innocent(tale: Tale) -> None:
    """Listed long after the delivery."""
    listed_winner(tale, "arrears", "date", before=False, amount=4_000_000)
