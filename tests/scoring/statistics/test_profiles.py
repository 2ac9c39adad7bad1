"""Profiles of a buyer, a supplier and a region, and a network, by value."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scoring.statistics import prepare
from shared.contracts.profiles import Figures, Network
from tests.scoring.statistics.desk import NEWEST, Desk, desk

FIRM, OTHER, TRADER, JOINT, WEAK = "org_firm", "org_other", "prs_trader", "org_joint", "org_weak"


def bought(process: str, method: str, **more: Any) -> dict[str, Any]:
    plain = {"process": process, "buyer": "org_school", "method": method, "year": 2026}
    return plain | {"buyer_kato": "751110000", "date_text": "2026-05-01T00:00:00Z"} | more


CLOSED = {"end_at": "2026-02-01T00:00:00"}

GIVEN: Any = {
    "party": [
        {"id": TRADER, "person": True},
        {"id": WEAK, "weak": True},
    ],
    "process": [
        bought("a", "open", published_on="2026-01-10", **CLOSED),
        bought("b", "open", published_on="2026-01-20", date_text=NEWEST, **CLOSED),
        bought("c", "direct", published_on="2024-06-30"),
        bought("d", "direct", buyer="org_clinic", published_on="2026-02-02"),
        bought("e", "direct", published_on="2026-02-02"),
        bought("f", "direct", published_on=None),
    ],
    "bid": [
        {"process": one, "sole": party}
        for one, some in {
            "a": (FIRM, OTHER, TRADER, WEAK),
            "b": (FIRM, OTHER, JOINT),
        }.items()
        for party in some
    ],
    "award_supplier": [{"process": "a", "award_no": 0, "party": FIRM}],
    "contract": [
        {"process": "a", "supplier": FIRM, "net": 600, "signed_on": "2026-02-03"},
        {"process": "b", "supplier": OTHER, "net": 100, "signed_on": "2026-02-04"},
        {"process": "c", "supplier": TRADER, "net": 200, "signed_on": "2024-07-01"},
        {"process": "d", "supplier": FIRM, "net": 400, "signed_on": "2026-03-01"},
        {"process": "e", "supplier": None, "suppliers": 2, "net": 100},
        {"process": "f", "supplier": WEAK, "net": None},
    ],
    "participant": [{"process": "b", "party": JOINT, "type_code": 3}],
    "participant_mark": [
        {"process": "a", "party": FIRM, "kind": "phone", "mark": "one"},
        {"process": "a", "party": OTHER, "kind": "phone", "mark": "one"},
        {"process": "a", "party": TRADER, "kind": "phone", "mark": "one"},
        {"process": "b", "party": FIRM, "kind": "email", "mark": "two"},
        {"process": "b", "party": OTHER, "kind": "email", "mark": "two"},
        {"process": "b", "party": "org_school", "kind": "email", "mark": "two"},
    ],
}


@pytest.fixture(scope="module")
def figured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("profiles")
    flags, bands = ["a,R018", "c,R018", "c,P01"], ["a,medium", "b,low", "c,high"]
    with desk(GIVEN, folder, flags=flags, bands=bands) as found:
        yield found


@pytest.fixture(scope="module")
def profiles(figured: Desk) -> dict[str, Figures]:
    return figured.profiles()


@pytest.fixture(scope="module")
def networks(figured: Desk) -> dict[str, Network]:
    return figured.networks()


def plain(part: Any) -> Any:
    return msgspec.to_builtins(part)


def test_only_organisations_of_sure_identity_and_regions_have_a_profile(
    profiles: dict[str, Figures], networks: dict[str, Network]
) -> None:
    assert set(profiles) == {
        *("buyer/org_school", "buyer/org_clinic", "region/75"),
        *("supplier/org_firm", "supplier/org_other"),
    }
    assert set(networks) == {"network/org_firm", "network/org_other"}
    for document in (*profiles.values(), *networks.values()):
        text = msgspec.json.encode(document).decode()
        assert [one for one in (TRADER, JOINT, WEAK) if one in text] == []


def test_a_buyer_shows_volumes_methods_and_main_suppliers(profiles: dict[str, Figures]) -> None:
    school = profiles["buyer/org_school"]

    assert plain(school.volumes) == {
        "purchases": 5,
        "contracts": 5,
        "valued": 4,
        "amount": "1000.00",
        "left_out": {"no_sum": 1, "other_currency": 0},
    }
    assert [(m.method, m.contracts, m.amount) for m in school.methods] == [
        ("direct", 3, "300.00"),
        ("open", 2, "700.00"),
    ]
    assert school.suppliers
    assert [(one.id, one.amount, one.share) for one in school.suppliers.listed] == [
        (FIRM, "600.00", 0.6),
        (OTHER, "100.00", 0.1),
    ]
    assert (school.suppliers.total, school.suppliers.left_out) == (
        2,
        {"unnamed": 1, "natural_persons": 1, "name_only": 1},
    )
    assert (school.bidding, school.buyers) == (None, None)
    assert school.competition
    assert (school.competition.lots, school.competition.bidders) == (2, 3.5)
    assert str(school.data_date) == "2026-06-15 08:00:00+00:00"


def test_signs_are_counted_by_purchase_and_the_trend_ends_with_the_newest_data(
    profiles: dict[str, Figures],
) -> None:
    school = profiles["buyer/org_school"]

    assert plain(school.flags) == {
        "judged": 3,
        "flagged": 2,
        "indicators": [
            {"indicator": "R018", "purchases": 2},
            {"indicator": "P01", "purchases": 1},
        ],
        "bands": {"medium": 1, "low": 1, "high": 1},
    }
    assert [(y.period, y.contracts, y.direct, y.flagged) for y in school.trend.years] == [
        ("2024", 1, 1, 1),
        ("2026", 3, 1, 1),
    ]
    assert [(m.period, m.contracts, m.amount) for m in school.trend.months] == [
        ("2024-07", 1, "200.00"),
        ("2026-02", 3, "800.00"),
    ]
    assert school.trend.undated == 1


def test_a_supplier_shows_how_it_bids_and_to_whom_it_sells(profiles: dict[str, Figures]) -> None:
    firm = profiles["supplier/org_firm"]

    assert plain(firm.bidding) == {"purchases": 2, "won": 1, "share_won": 0.5, "rivals": 2.5}
    assert firm.buyers
    assert [(one.id, one.share) for one in firm.buyers.listed] == [
        ("org_school", 0.6),
        ("org_clinic", 0.4),
    ]
    assert (firm.volumes.purchases, firm.volumes.amount) == (3, "1000.00")
    assert (firm.savings, firm.suppliers) == (None, None)


def test_a_region_holds_both_sides_of_the_buyers_seated_there(profiles: dict[str, Figures]) -> None:
    city = profiles["region/75"]

    assert (city.volumes.purchases, city.volumes.amount) == (6, "1400.00")
    assert city.buyers
    assert [(one.id, one.amount) for one in city.buyers.listed] == [
        ("org_school", "1000.00"),
        ("org_clinic", "400.00"),
    ]
    assert city.suppliers
    assert city.suppliers.listed[0].amount == "1000.00"


def test_a_network_tells_who_meets_on_whom_the_supplier_depends_and_who_shares_contacts(
    networks: dict[str, Network],
) -> None:
    firm = networks["network/org_firm"]

    assert [plain(one) for one in firm.co_bidders] == [
        {"id": OTHER, "purchases": 2, "won": 1, "they_won": 1, "share": 1.0, "name": None}
    ]
    assert [(one.id, one.share_of_supplier, one.share_of_buyer) for one in firm.buyers] == [
        ("org_school", 0.6, 0.6),
        ("org_clinic", 0.4, 1.0),
    ]
    assert [(one.id, one.purchases, one.kinds) for one in firm.shared_contacts] == [
        (OTHER, 2, ["email", "phone"])
    ]
    assert firm.left_out == {"natural_persons": 2, "name_only": 1, "crowded_purchases": 0}
    assert (firm.co_bidders_total, firm.buyers_total, firm.shared_contacts_total) == (1, 2, 1)


def test_what_met_more_than_thirty_bidders_is_no_acquaintance(tmp_path: Path) -> None:
    crowd = [{"process": "crowd", "sole": f"org_{n:02}"} for n in range(31)]
    given = {"process": [bought("crowd", "open")], "bid": crowd}
    with desk(given, tmp_path) as found:
        one = found.networks()["network/org_00"]

    assert (one.co_bidders, one.left_out["crowded_purchases"]) == ([], 1)


def test_a_network_is_counted_again_only_where_something_in_it_has_changed(tmp_path: Path) -> None:
    with desk(GIVEN, tmp_path) as found:
        run = found.facts.connection.execute
        assert set(found.networks()) == {"network/org_firm", "network/org_other"}
        prepare.written(found.facts)
        found.take()
        assert found.networks() == {}

        run("DELETE FROM contract WHERE pid = (SELECT pid FROM subject WHERE key = 'd')")
        found.take()
        assert set(found.networks()) == {"network/org_firm"}
        prepare.written(found.facts)
        run("UPDATE bid_tenderer SET status = 'withdrawn' WHERE bid_no = 2")
        found.take()
        changed = found.networks()

    assert changed["network/org_other"].left_out["natural_persons"] == 0
    assert set(changed) == {"network/org_firm", "network/org_other"}
