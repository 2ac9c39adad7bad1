"""Which portal `make up` follows, and what the ingestor is told of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local import portal
from deploy.local.place import Place, Refusal

EVENING = datetime(2026, 11, 22, 20, tzinfo=UTC)  # a Monday morning already, by the portal's clock


@pytest.fixture(autouse=True)
def without_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in portal.TOKEN:
        monkeypatch.delenv(name, raising=False)


def test_without_a_token_an_invented_portal_is_followed_from_its_first_day(tmp_path: Path) -> None:
    place = Place(tmp_path)
    portal.choose(place, EVENING)

    told = portal.told(place, 8200, "secret")
    plan = portal.plan(place, 8200, "secret")

    assert told["GOSZAKUP_URL"] == "http://127.0.0.1:8200"
    assert (told["GOSZAKUP_TOKEN"], told["GOSZAKUP_SINCE"]) == ("secret", "2026-08-28")
    lists = told["REGISTER_LISTS"].split(",")
    assert "vat_payers=http://127.0.0.1:8200/lists/vat_payers.csv" in lists
    assert len(lists) == 10
    assert plan is not None
    assert "2026-10-24T09:00:00" not in plan.command  # a Saturday
    assert plan.command[-3:-2] == ["2026-10-27T09:00:00"]  # the Monday is a day off
    assert "secret" not in plan.command


def test_a_later_run_goes_on_in_the_same_world(tmp_path: Path) -> None:
    place = Place(tmp_path)
    portal.choose(place, EVENING)
    first = portal.followed_world(place)
    portal.choose(place, datetime(2027, 1, 1, tzinfo=UTC))

    assert first is not None
    assert portal.followed_world(place) == first


@pytest.mark.parametrize("name", portal.TOKEN)
def test_with_a_token_the_ingestor_is_told_nothing_of_the_invented_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "real")
    place = Place(tmp_path)
    portal.choose(place, EVENING)

    assert portal.told(place, 8200, "secret") == {}
    assert portal.plan(place, 8200, "secret") is None
    monkeypatch.delenv(name)
    portal.choose(place, EVENING)
    assert portal.told(place, 8200, "secret") == {}


def test_invented_purchases_and_real_ones_never_lie_in_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    portal.choose(place, EVENING)
    monkeypatch.setenv("GOSZAKUP_TOKEN", "real")

    with pytest.raises(Refusal, match="QADAGA_DATA"):
        portal.choose(place, EVENING)


def test_who_does_not_run_the_platform_follows_nothing(tmp_path: Path) -> None:
    assert portal.told(Place(tmp_path), 8200, "secret") == {}
