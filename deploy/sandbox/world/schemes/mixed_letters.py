"""Latin letters stand in Russian words, so that nobody who searches finds the lot."""

from deploy.sandbox.world.schemes.scheme import named
from deploy.sandbox.world.tale import Tale

SCREENS = 1
LATIN = {ord("о"): "o", ord("р"): "p"}


def guilty(tale: Tale) -> None:
    """The letters o and p of the word are Latin."""
    named(tale, SCREENS, "Монитор широкоформатный".translate(LATIN), "Монитор")


def innocent(tale: Tale) -> None:
    """An abbreviation that is Latin everywhere."""
    named(tale, SCREENS, "Монитор LED широкоформатный", "LED монитор")
