"""A simulated world of public purchases that lives day by day, from one seed.

`World` is the door. What happens is decided by the seed alone: a purchase is a pure function of
the seed and its number, so it makes no difference in how many steps the clock is moved. Records
have the shapes in which goszakup hands them out; planted schemes are told in `schemes/`, one story
a file, and `World.ground_truth` names them. Nothing here knows how purchases are scored.
"""

from deploy.sandbox.world.world import Change, Row, Table, World

__all__ = ["Change", "Row", "Table", "World"]
