"""Planted schemes, one story a file: what was done, how it shows, and what only looks like it.

A module's docstring is the scheme's story; `guilty` tells it, `innocent` tells the look-alike.
codes.yaml says which indicators should see it.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from deploy.sandbox.world.schemes.scheme import Variant

HELPERS: Final = ("codes", "scheme")
"""The modules here that are no story."""


def _variants() -> tuple[Variant, ...]:
    found = []
    names = {module.name for module in iter_modules(__path__)} - set(HELPERS)
    for name in sorted(names):
        story = import_module(f"{__name__}.{name}")
        for innocent in (False, True):
            tell = story.innocent if innocent else story.guilty
            words = tell.__doc__ if innocent else f"{story.__doc__} {tell.__doc__}"
            story_long = int(getattr(story, "LONG", 0))
            found.append(Variant(name, innocent, " ".join(words.split()), tell, story_long))
    return tuple(found)


VARIANTS: Final = _variants()
"""Every scheme twice: as it is told, and as its innocent look-alike."""
