"""With every indicator the public reads how far it can be trusted: its life, and what it was worth
when it was last measured."""

from scoring.catalogue_feed import face
from scoring.indicator import catalogue
from scoring.measured import measured


def test_an_indicator_tells_what_was_recorded_of_it_and_of_which_version() -> None:
    recorded = measured()["R018"]

    told = face(catalogue()["R018"])

    assert told.life == catalogue()["R018"].life
    assert told.measured == recorded
    assert (recorded.seed, recorded.size, recorded.missing) == (1, 3000, 0.0)
    assert recorded.labels > 0
    assert recorded.recall is not None
    assert recorded.version == told.version


def test_nothing_is_recorded_of_an_indicator_that_is_not_there() -> None:
    assert set(measured()) <= set(catalogue())
