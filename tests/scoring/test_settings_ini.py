"""Cardinal's settings.ini: what is understood, and what is refused by name."""

import pytest

from scoring.cardinal.ini import SettingsError
from scoring.cardinal.settings import apply_settings, parse_settings
from scoring.profiles import load_profile

EVERYTHING = """\
; a comment
currency = USD
no_price_comparison_procurement_methods = Random Selection|Lottery
price_comparison_procurement_methods = Reverse Auction|

[output]
info_currency_mismatches = true
[defaults]
currency = USD
item_classification_scheme = UNSPSC
bid_status = valid
award_status = active
party_roles = true
[redactions]
amount = 0|99999999
organization_id = placeholder
[corrections]
award_status_by_contract_status = true
[modifications]
move_auctions = true
prefix_buyer_or_procuring_entity_id = DO-UC-
prefix_tenderer_or_supplier_id = DO-RPE-
split_procurement_method_details = -
[codelists.bid_status]
Pending Review = pending
[codelists.award_status]
Active = active
[exclusions]
procurement_method_details = Random Selection
[R003]
threshold = 15
procurement_methods = open|selective|limited
[R003.procurement_method_details]
emergency = 10
[R018]
procurement_methods = open
[R024]
threshold = 0.05
[R025]
percentile = 75
threshold = 0.05
[R028]
[R030]
[R035]
threshold = 1
[R036]
[R038]
threshold = 0.5
minimum_submitted_bids = 2
minimum_contracting_processes = 2
[R048]
digits = 2
threshold = 10
minimum_contracting_processes = 20
[R058]
threshold = 0.5
"""


def test_every_key_of_cardinal_is_understood() -> None:
    settings = parse_settings(EVERYTHING)
    profile = apply_settings(load_profile("cardinal"), settings)

    assert profile.main_currency == "USD"
    assert profile.compare_only == ["Reverse Auction"]
    assert profile.compare_never == ["Random Selection", "Lottery"]
    assert profile.excluded_details == ["Random Selection"]
    assert len(profile.enabled or []) == 11
    assert profile.parameters["R003"] == {
        "days": 15,
        "methods": ["open", "selective", "limited"],
        "days_by_details": {"emergency": 10},
    }
    assert profile.parameters["R048"]["digits"] == 2
    assert settings.get("codelists.bid_status", "Pending Review") == "pending"
    assert settings.get("modifications", "split_procurement_method_details") == "-"


def test_an_indicator_runs_when_its_section_is_there_even_if_empty() -> None:
    profile = apply_settings(load_profile("cardinal"), parse_settings("[R030]\n[R028]\n"))

    assert profile.enabled == ["R028", "R030"]


def test_of_two_sections_of_one_name_the_last_counts() -> None:
    settings = parse_settings(
        "[R038]\nthreshold = 0.4\n[R028]\n[R038]\nminimum_submitted_bids = 7\n"
    )

    assert settings.sections["R038"] == {"minimum_submitted_bids": 7}


def test_quotes_are_taken_off_and_backslashes_escape() -> None:
    settings = parse_settings(
        """[modifications]
        prefix_tenderer_or_supplier_id = "KZ; " # x
        split_procurement_method_details = ' / '
        [codelists.bid_status]
        a\\=b = va\\x006Cid
        """
    )

    assert settings.sections["modifications"] == {
        "prefix_tenderer_or_supplier_id": "KZ;  # x",
        "split_procurement_method_details": "/",
    }
    assert settings.sections["codelists.bid_status"] == {"a=b": "valid"}


def test_both_lists_of_methods_bring_a_warning() -> None:
    assert "has no effect" in parse_settings(EVERYTHING).warnings[0]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[R999]\n", "unknown section [R999]"),
        ("[R055]\n", "unknown section [R055]"),
        ("colour = red\n", "unknown key colour"),
        ("[R028]\nthreshold = 1\n", "unknown key R028.threshold"),
        ("[R024]\nthreshold = high\n", "R024.threshold cannot be 'high'"),
        ("[R035]\nthreshold = -1\n", "R035.threshold cannot be '-1'"),
        ("[R048]\ndigits = 2.5\n", "R048.digits cannot be '2.5'"),
        ("[defaults]\nparty_roles = perhaps\n", "defaults.party_roles cannot be 'perhaps'"),
        ("[R024]\nthreshold\n", "line 2 is neither a section nor"),
        ('currency = "KZT\n', "line 1 does not close its quote"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_name(text: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named.replace("[", r"\[")):
        parse_settings(text)
