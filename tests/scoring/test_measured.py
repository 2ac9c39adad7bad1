"""With every indicator the public reads how far it can be trusted: its life, and what it was worth
when it was last measured."""

import pytest
from msgspec import structs

from scoring.catalogue_feed import face
from scoring.indicator import Indicator, _written, catalogue, parse
from scoring.measured import measured
from scoring.publication import life, publication
from shared.contracts.catalogue import Measured


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


SIGNAL = structs.replace(catalogue()["R018"], life="stable", version="v2")
BREACH = structs.replace(SIGNAL, kind="breach", life="tested")


def of_flags(flags: int, precision: float | None, version: str = "v2") -> Measured:
    return Measured(1, 3000, 0.0, version, 10, 1.0, flags, precision, 0.01, [])


@pytest.mark.parametrize(
    ("one", "told", "earned", "names"),
    [
        (SIGNAL, of_flags(10, 0.9), "stable", "public"),
        (SIGNAL, of_flags(10, 0.89), "tested", "partner"),
        (SIGNAL, of_flags(9, 1.0), "tested", "partner"),
        (SIGNAL, of_flags(40, None), "tested", "partner"),
        (SIGNAL, of_flags(40, 1.0, "v1"), "tested", "partner"),
        (SIGNAL, None, "tested", "partner"),
        (structs.replace(SIGNAL, life="tested"), of_flags(40, 1.0), "tested", "partner"),
        (BREACH, None, "tested", "public"),
        (BREACH, of_flags(9, 0.1), "tested", "public"),
        (BREACH, of_flags(10, 0.89), "tested", "partner"),
        (structs.replace(BREACH, life="experimental"), None, "experimental", "partner"),
        (structs.replace(BREACH, life="retired"), None, "retired", "partner"),
    ],
)
def test_in_public_only_a_breach_or_a_signal_proven_on_this_version_names_a_supplier(
    one: Indicator, told: Measured | None, earned: str, names: str
) -> None:
    assert (life(one, told), publication(one, told)) == (earned, names)


def test_every_indicator_tells_the_public_whom_it_may_name_and_no_life_it_has_not_earned() -> None:
    for code, one in catalogue().items():
        told = face(one)

        assert told.publication == publication(one, measured().get(code))
        assert told.life == one.life, f"{code} claims a life that nothing measured bears out"
    assert face(catalogue()["KZ-01"]).publication == "public"
    assert face(catalogue()["R058"]).publication == "partner"


def test_a_life_that_is_earned_leaves_the_version_that_earned_it() -> None:
    tested = b"".join(
        line for line in _written()["KZ-15"].splitlines(keepends=True) if line[:5] != b"life:"
    )

    stable, other = parse(tested + b"life: stable\n"), parse(tested + b"# a word more\n")

    assert (stable.life, stable.version) == ("stable", parse(tested).version)
    assert other.version != stable.version
