"""Whoever may not do a thing by their role is told what they can do about it."""

from typing import Any

import pytest

from cases.roles import role_missing
from tests.cases.casefile.test_cases import started
from tests.cases.casefile.test_earlier import TABLE
from tests.cases.casefile.test_handing import OFFERED
from tests.cases.office import BOLAT, NOW, READER, Office, caller, problem
from tests.cases.outcomes.test_outcomes import RETURNED
from tests.cases.triage.alerts import alert, arrive

KEY = caller(None, role="reader")
"""A key of the organisation that no member holds, as the gateway lets it in."""

SHARE = {"organisation": "own_b", "parts": ["links"], "expires_at": NOW.isoformat()}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/cases", {"title": "Road"}),
        ("POST", "/cases:import", {"table": TABLE}),
        ("PATCH", "/cases/{case}", {"title": "Road"}),
        ("POST", "/cases/{case}/shares", SHARE),
        ("POST", "/cases/{case}:decline-hand-over", {"reason": "No."}),
        ("POST", "/alerts/alr_one/moves", {"move": "acknowledge"}),
        ("POST", "/outcomes", RETURNED),
        ("POST", "/focus-lists", {"title": "Roads", "purpose": "Look.", "criteria": {}}),
    ],
)
async def test_a_key_of_no_member_is_told_to_show_a_members_token_and_a_reader_which_roles_may(
    office: Office, method: str, path: str, body: dict[str, Any]
) -> None:
    case = (await started(office))["id"]
    await office.post(f"/cases/{case}:hand-over", OFFERED, BOLAT, seen="*")
    await arrive(office, alert("alr_one"))
    at = path.format(case=case)

    key = await office.send(method, at, body, KEY, seen="*")
    reader = await office.send(method, at, body, READER, seen="*")

    assert problem(key) == problem(reader) == (403, "role_missing")
    assert "POST /v1/members/{id}/tokens" in key.json()["detail"]
    assert "reader" not in key.json()["detail"]
    assert reader.json()["detail"].startswith("Not for the role reader: ")


def test_the_roles_that_may_are_named_in_order_to_either() -> None:
    roles = {"monitor", "admin", "editor"}

    assert role_missing(READER, roles).detail == "Not for the role reader: admin, editor, monitor."
    assert role_missing(KEY, roles).detail == (
        "The key belongs to no member. Show a token of a member: POST /v1/members/{id}/tokens."
        " Roles: admin, editor, monitor."
    )
