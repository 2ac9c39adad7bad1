"""Three-valued checks: ok, doubtful with its reason and places, unknown without the data."""

from typing import Any

import pytest

from shared.quality import check

NOON, LATER = "2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z"


def verdicts(release: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {each.code: (each.verdict, each.paths) for each in check(release)}


def contracts(*amounts: Any) -> dict[str, Any]:
    return {"contracts": [{"value": {"amount": amount}} for amount in amounts]}


def party(number: str) -> dict[str, Any]:
    return {"parties": [{"identifier": {"scheme": "KZ-BIN", "id": number}}]}


CASES: list[tuple[str, dict[str, Any], str, list[str]]] = [
    ("bin_check_digit", party("990140000017"), "ok", []),
    ("bin_check_digit", party("990140000018"), "doubtful", ["/parties/0/identifier/id"]),
    ("dates_in_order", {"tender": {"tenderPeriod": {"startDate": NOON, "endDate": LATER}}},
     "ok", []),
    ("dates_in_order", {"tender": {"tenderPeriod": {"startDate": LATER, "endDate": NOON}}},
     "doubtful", ["/tender/tenderPeriod"]),
    ("dates_in_order", {"tender": {"datePublished": LATER}, "contracts": [{"dateSigned": NOON}]},
     "doubtful", ["/contracts/0/dateSigned"]),
    ("references_resolve", {"awards": [{"id": "a"}], "contracts": [{"awardID": "a"}]}, "ok", []),
    ("references_resolve", {"awards": [{"id": "a"}], "contracts": [{"awardID": "b"}]},
     "doubtful", ["/contracts/0/awardID"]),
    ("references_resolve", {"tender": {"items": [{"relatedLot": "1"}]}},
     "doubtful", ["/tender/items/0/relatedLot"]),
    ("sums_plausible", contracts(10**13 - 1), "ok", []),
    ("sums_plausible", contracts(10**13), "doubtful", ["/contracts/0/value/amount"]),
    ("sums_plausible", contracts(-1, 5), "doubtful", ["/contracts/0/value/amount"]),
    ("repeated_amounts", contracts(5, 5, 6), "ok", []),
    ("repeated_amounts", contracts(5, 5, 5), "doubtful",
     [f"/contracts/{n}/value/amount" for n in range(3)]),
    ("units_named", {"tender": {"items": [{"quantity": 2, "unit": {"id": "796"}}]}}, "ok", []),
    ("units_named", {"tender": {"items": [{"quantity": 2}]}},
     "doubtful", ["/tender/items/0/unit"]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "release", "verdict", "paths"), CASES)
def test_a_check_says_what_it_doubts_and_where(
    code: str, release: dict[str, Any], verdict: str, paths: list[str]
) -> None:
    assert verdicts(release)[code] == (verdict, paths)


@pytest.mark.parametrize(
    "release",
    [
        {},
        {"parties": 1, "tender": [], "contracts": ["x", {"value": {"amount": "5"}, "awardID": {}}]},
    ],
)
def test_what_cannot_be_checked_is_unknown(release: dict[str, Any]) -> None:
    assert {verdict for verdict, _ in verdicts(release).values()} == {"unknown"}


def test_a_doubt_has_its_reason_in_three_languages() -> None:
    doubts = [each for each in check(contracts(-1)) if each.verdict == "doubtful"]

    assert [each.reason.ru for each in doubts if each.reason] == [
        "Сумма отрицательна или неправдоподобно велика."
    ]
