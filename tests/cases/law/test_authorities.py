"""Bodies as of a day."""

from datetime import date, timedelta

import pytest

from cases.law.authorities import authorities, authority, bodies, competent
from shared.vocabulary.kato import regions

LAST_DAY = date(2025, 6, 30)


def test_the_duty_of_the_dissolved_agency_is_followed_to_its_successor() -> None:
    before = authority("anti_corruption_agency", LAST_DAY)
    after = authority("anti_corruption_agency", LAST_DAY + timedelta(days=1))

    assert (before.code, before.formerly) == ("anti_corruption_agency", [])
    assert (after.code, after.formerly) == (
        "anti_corruption_service_knb",
        ["anti_corruption_agency"],
    )
    assert after.name.en == "Anti-corruption service of the National Security Committee"


def test_a_body_that_is_not_there_yet_has_no_holder() -> None:
    with pytest.raises(KeyError):
        authority("anti_corruption_service_knb", LAST_DAY)
    with pytest.raises(KeyError):
        authority("ministry_of_weather", LAST_DAY)


def test_of_a_place_its_region_comes_first_and_then_the_whole_country() -> None:
    day = date(2026, 3, 2)

    found = competent("internal_audit", region="751110000", day=day)

    assert [one.code for one in found] == ["internal_audit_region.75", "internal_audit"]
    assert (
        found[0].name.ru == f"Департамент внутреннего государственного аудита: {regions()['75'].ru}"
    )
    assert found[0].higher == "internal_audit"
    assert [one.code for one in competent("internal_audit", region=None, day=day)] == [
        "internal_audit"
    ]
    assert authority("internal_audit_region.75", day) == found[0]


def test_on_each_day_one_body_counters_corruption() -> None:
    assert [one.code for one in competent("anti_corruption", region="75", day=LAST_DAY)] == [
        "anti_corruption_agency"
    ]
    assert [
        one.code for one in competent("anti_corruption", region="75", day=date(2026, 1, 1))
    ] == ["anti_corruption_service_knb"]


@pytest.mark.parametrize(
    "code", ["internal_audit.75", "internal_audit_region", "prosecutor_region.99"]
)
def test_a_region_belongs_to_regional_bodies_and_to_them_only(code: str) -> None:
    with pytest.raises(KeyError):
        authority(code, date(2026, 3, 2))


def test_every_body_of_a_day_is_found_by_its_code() -> None:
    day = date(2026, 3, 2)

    assert all(authority(one.code, day) == one for one in authorities(day))
    assert len(authorities(day)) > len(bodies().entries)
