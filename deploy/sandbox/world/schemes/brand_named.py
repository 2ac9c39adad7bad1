"""Laptops of one make are asked for, and nothing like it will do (L12(4))."""

from deploy.sandbox.world.schemes.scheme import named
from deploy.sandbox.world.tale import Tale

LAPTOPS = 1


def guilty(tale: Tale) -> None:
    """The lot names the make."""
    named(tale, LAPTOPS, "Ноутбук Lenovo", "Lenovo ноутбугі")


def innocent(tale: Tale) -> None:
    """A cartridge for a printer that is there already, which the law allows (L12(5))."""
    named(tale, LAPTOPS, "Картридж для принтера Canon", "Canon принтеріне арналған картридж")
