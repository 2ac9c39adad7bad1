"""The winner belongs to somebody close to a public official, as an organisation has found out."""

from deploy.sandbox.world.schemes.scheme import listed_winner
from deploy.sandbox.world.tale import Tale

LONG = True


def guilty(tale: Tale) -> None:
    """The owner's brother took office six weeks before the notice."""
    listed_winner(tale, "politically_exposed_companies", "since", before=True, tie="owner")


def innocent(tale: Tale) -> None:
    """The owner's brother took office long after the delivery."""
    listed_winner(tale, "politically_exposed_companies", "since", before=False, tie="owner")
