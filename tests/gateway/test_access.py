"""Who may do what: every operation of the document, by every role, on own and others' things.

An operation that stands in no table here fails the run: whoever adds one says who may.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from gateway import management
from gateway.keys import SCOPES, make_key
from gateway.who.roles import ROLES
from shared.clock import SystemClock
from tests.gateway.builders import BUYER_BIN
from tests.gateway.house import House, opened_house, problem
from tests.gateway.office import OF_ADMINS, Office, opened_office
from tests.gateway.test_openapi import OPEN

ANY: Final = "any valid key"
NEEDS: Final[dict[str, str]] = {
    "list_processes": "processes:read",
    "read_process": "processes:read",
    "resolve": "processes:read",
    "list_lots": "processes:read",
    "list_contracts": "processes:read",
    "list_plans": "processes:read",
    "read_buyer": "processes:read",
    "read_supplier": "processes:read",
    "read_network": "processes:read",
    "list_statistics": "processes:read",
    "read_statistics": "processes:read",
    "list_regions": "processes:read",
    "read_region": "processes:read",
    "list_releases": "processes:read",
    "read_score": "scores:read",
    "explain_score": "scores:read",
    "lookup_scores": "scores:read",
    "list_alerts": "alerts:read",
    "reply_to_alert": "alerts:reply",
    "list_indicators": ANY,
    "read_indicator": ANY,
    "read_indicator_schema": ANY,
    "send_indicator_draft": "drafts:write",
    "list_indicator_drafts": "drafts:read",
    "read_indicator_draft": "drafts:read",
    "take_draft_step": "drafts:read",
    "ask_back_test": "drafts:write",
    "read_back_test": "drafts:read",
    "read_freshness": ANY,
    "read_coverage": ANY,
    "list_sources": ANY,
    "read_api_changes": ANY,
    "read_usage": ANY,
    "read_workflows": ANY,
    "list_tip_keys": ANY,
    "register_tip_key": "tips:receive",
    "retire_tip_key": "org:admin",
    "list_tips": "tips:receive",
    "read_tip": "tips:receive",
    "list_tip_pieces": "tips:receive",
    "send_tip_message": "tips:receive",
    "move_tip": "tips:receive",
    "release_tip_summary": "tips:receive",
    "reseal_tip": "tips:receive",
    "exclude_tip_recipient": "tips:receive",
    "add_tip_digests": "tips:receive",
    "count_tips": "tips:receive",
    "list_triage": "alerts:read",
    "read_triage": "alerts:read",
    "move_alert": "alerts:write",
    "move_alerts": "alerts:write",
    "read_telling": "alerts:read",
    "change_telling": "alerts:write",
    "create_outcome": "outcomes:write",
    "list_outcomes": ANY,
    "read_outcome": ANY,
    "change_outcome": "outcomes:write",
    "move_outcome": "outcomes:write",
    "read_impact": ANY,
    "list_impact": ANY,
    "read_impact_csv": ANY,
    "sync_scores": "scores:read",
    "read_feed": "feed:read",
    "read_feed_heads": "feed:read",
    "list_subscriptions": "webhooks:admin",
    "add_subscription": "webhooks:admin",
    "preview_subscription": "webhooks:admin",
    "read_subscription": "webhooks:admin",
    "change_subscription": "webhooks:admin",
    "remove_subscription": "webhooks:admin",
    "confirm_subscription": "webhooks:admin",
    "send_subscription_code": "webhooks:admin",
    "list_endpoints": "webhooks:admin",
    "add_endpoint": "webhooks:admin",
    "read_endpoint": "webhooks:admin",
    "change_endpoint": "webhooks:admin",
    "remove_endpoint": "webhooks:admin",
    "test_endpoint": "webhooks:admin",
    "rotate_endpoint_secret": "webhooks:admin",
    "replay_events": "webhooks:admin",
    "list_deliveries": "webhooks:admin",
    "read_delivery": "webhooks:admin",
    "retry_delivery": "webhooks:admin",
    "create_export": "exports:create",
    "list_exports": "exports:create",
    "read_export": "exports:create",
    "cancel_export": "exports:create",
    "read_export_manifest": "exports:create",
    "download_export": "exports:create",
    "download_dump": "exports:create",
    "make_dossier": "exports:create",
    "list_dossiers": "exports:create",
    "read_dossier": "exports:create",
    "download_dossier": "exports:create",
    "add_evidence": "cases:write",
    "list_evidence": "cases:read",
    "read_evidence": "cases:read",
    "read_evidence_file": "cases:read",
    "read_case_history": "cases:read",
    "verify_evidence": "cases:read",
    "list_custody": "cases:read",
    "add_field_check": "cases:write",
    "list_checklists": ANY,
    "start_case": "cases:write",
    "import_cases": "cases:write",
    "list_cases": "cases:read",
    "read_case": "cases:read",
    "change_case": "cases:write",
    "move_case": "cases:write",
    "hand_over_case": "cases:write",
    "accept_case": "cases:write",
    "decline_case": "cases:write",
    "list_case_events": "cases:read",
    "add_case_note": "cases:write",
    "list_case_notes": "cases:read",
    "add_case_task": "cases:write",
    "list_case_tasks": "cases:read",
    "change_case_task": "cases:write",
    "add_case_party": "cases:write",
    "end_case_party": "cases:write",
    "link_case": "cases:write",
    "unlink_case": "cases:write",
    "share_case": "cases:write",
    "end_case_share": "cases:write",
    "create_complaint": "complaints:write",
    "list_complaints": "complaints:read",
    "read_complaint": "complaints:read",
    "change_complaint": "complaints:write",
    "move_complaint": "complaints:write",
    "move_complaints": "complaints:write",
    "read_complaint_clock": "complaints:read",
    "make_letter": "complaints:write",
    "list_letters": "complaints:read",
    "read_letter": "complaints:read",
    "read_deadlines": "complaints:read",
    "list_received_complaints": "authority:respond",
    "read_received_complaint": "authority:respond",
    "register_complaint": "authority:respond",
    "refuse_complaint": "authority:respond",
    "transfer_complaint": "authority:respond",
    "extend_complaint": "authority:respond",
    "suspend_complaint": "authority:respond",
    "resume_complaint": "authority:respond",
    "answer_complaint": "authority:respond",
    "list_authority_figures": "complaints:read",
    "list_legal_routes": ANY,
    "compute_deadline": ANY,
    "read_legal_calendar": ANY,
    "list_authorities": ANY,
    "list_letter_templates": ANY,
    "list_confirmations": ANY,
    "confirm_declaration": "platform:admin",
    "list_violations": ANY,
    "read_violation": ANY,
    "list_focus_lists": "cases:read",
    "add_focus_list": "cases:write",
    "read_focus_list": "cases:read",
    "change_focus_list": "cases:write",
    "list_queues": "cases:read",
    "add_queue": "cases:write",
    "read_queue": "cases:read",
    "change_queue": "cases:write",
    "add_training": "cases:write",
    "claim_item": "cases:read",
    "submit_item": "cases:read",
    "list_campaigns": ANY,
    "start_campaign": "cases:write",
    "read_campaign": ANY,
    "change_campaign": "cases:write",
    "publish_campaign": "cases:write",
    "unpublish_campaign": "cases:write",
    "add_measure": "cases:write",
    "add_reading": "cases:write",
    "start_publication": "cases:write",
    "read_publication": "cases:read",
    "change_publication": "cases:write",
    "move_publication": "cases:write",
    "record_notice": "cases:write",
    "list_received_notices": "cases:read",
    "read_received_notice": "cases:read",
    "reply_to_notice": "alerts:reply",
    "list_published_cases": ANY,
    "read_published_case": ANY,
    "read_me": ANY,
    "read_organisation": ANY,
    "change_organisation": "org:admin",
    "delete_organisation": "org:admin",
    "ask_verification": "org:admin",
    "list_members": "org:admin",
    "add_member": "org:admin",
    "read_member": "org:admin",
    "change_member": "org:admin",
    "remove_member": "org:admin",
    "list_invitations": "org:admin",
    "make_invitation": "org:admin",
    "withdraw_invitation": "org:admin",
    "list_keys": "org:admin",
    "make_key": "org:admin",
    "read_key": "org:admin",
    "change_key": "org:admin",
    "revoke_key": "org:admin",
    "list_clients": "org:admin",
    "make_client": "org:admin",
    "read_client": "org:admin",
    "change_client": "org:admin",
    "revoke_client": "org:admin",
    "list_approvals": "org:admin",
    "read_approval": "org:admin",
    "decide_approval": "org:admin",
    "list_audit": "org:admin",
    "list_checkpoints": ANY,
    "read_checkpoint": ANY,
    "read_checkpoint_scores": ANY,
}
BY_KIND: Final[dict[str, str]] = {
    "mint_member_token": "key",
    "rotate_device": "device",
    "revoke_device": "device",
}
"""What takes a certain kind of key, whatever its scopes: see test_tokens.py."""

PEOPLE: Final[dict[str, tuple[str, ...]]] = {
    "partner": ("reader", "monitor", "editor", "admin"),
    "buyer": ("editor",),
    "authority": ("officer", "admin"),
    "coordinator": ("coordinator",),
    "operator": ("operator",),
}

# What a member of each role may with a key that allows everything, written out: a change in
# gateway.who.roles is a change here as well.
MAY: Final[dict[str, str]] = {
    "reader": "processes:read scores:read scores:partner alerts:read drafts:read feed:read"
    " cases:read"
    " complaints:read",
    "monitor": "processes:read scores:read scores:partner alerts:read drafts:read feed:read"
    " cases:read cases:write"
    " tips:receive"
    " complaints:read complaints:write"
    " drafts:write exports:create alerts:write outcomes:write",
    "editor": "processes:read scores:read scores:partner alerts:read drafts:read feed:read"
    " cases:read cases:write"
    " tips:receive"
    " complaints:read complaints:write complaints:file"
    " drafts:write exports:create alerts:write outcomes:write drafts:approve alerts:reply",
    "officer": "processes:read scores:read scores:partner alerts:read drafts:read feed:read"
    " cases:read cases:write"
    " complaints:read authority:respond"
    " drafts:write exports:create alerts:write outcomes:write",
    "coordinator": "processes:read scores:read scores:partner alerts:read drafts:read feed:read"
    " cases:read cases:write"
    " tips:receive"
    " complaints:read complaints:write complaints:file"
    " drafts:write exports:create alerts:write outcomes:write drafts:approve alerts:reply",
    "admin": "processes:read scores:read scores:partner alerts:read drafts:read feed:read"
    " cases:read cases:write"
    " complaints:read complaints:write complaints:file"
    " authority:respond"
    " drafts:write exports:create alerts:write outcomes:write drafts:approve alerts:reply"
    " webhooks:admin org:admin",
    "operator": "processes:read scores:read scores:partner alerts:read drafts:read feed:read"
    " cases:read cases:write"
    " complaints:read"
    " drafts:write exports:create alerts:write outcomes:write drafts:approve alerts:reply"
    " webhooks:admin org:admin"
    " platform:admin",
}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path


def filled(path: str) -> str:
    for name in ("process_id", "buyer_id", "supplier_id", "subject_id", "tile_id", "draft_id"):
        path = path.replace(f"{{{name}}}", "x")
    path = path.replace("{subject_type}", "process").replace("{code}", "R018")
    for name in (
        "member_id",
        "tip_id",
        "key_id",
        "invitation_id",
        "credential_id",
        "approval_id",
        "back_test_id",
        "endpoint_id",
        "subscription_id",
        "alert_id",
        "export_id",
        "dossier_id",
    ):
        path = path.replace(f"{{{name}}}", "none")
    path = path.replace("{delivery_id}", "msg_0").replace("{name}", "lots.csv")
    path = path.replace("{region_id}", "75").replace("{day}", "2026-01-01")
    return re.sub(r"{[a-z_]+}", "none", path)


async def ask(house: House, method: str, path: str, key: str | None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    more: dict[str, Any] = {"json": {}} if method in {"POST", "PATCH"} else {}
    return await house.client.request(method, path, headers=headers, **more)


def test_the_table_of_roles_is_the_one_that_is_agreed() -> None:
    assert {name: set(words.split()) for name, words in MAY.items()} == {
        name: set(role.scopes) for name, role in ROLES.items()
    }


def test_no_scope_is_offered_that_nothing_asks_for() -> None:
    asked = {scope for scope in NEEDS.values() if scope != ANY}
    # These are asked within an operation.
    beside = {"scores:partner", "drafts:approve", "platform:admin", "complaints:file"}
    assert asked | beside >= SCOPES.keys()


@pytest.mark.check("A1", tier=1, limit="every cell of the table")
async def test_every_operation_lets_in_exactly_the_roles_that_may(
    house: House, database_url: str, valkey_url: str
) -> None:
    house.key = ""
    database, clock = house.database, SystemClock()
    keys: dict[str, tuple[str, set[str]]] = {}
    for kind, roles in PEOPLE.items():
        own = await management.add_organisation(database, clock, kind, kind=kind)
        for role in roles:
            member = await management.add_member(
                database, clock, organisation=own.id, name=role, role=role
            )
            made = await management.add_key(
                database,
                clock,
                organisation=own.id,
                scopes=list(SCOPES),
                member=member.id,
                per_minute=100_000,
            )
            keys[f"{role} of {kind}"] = made.text, set(MAY[role].split())
    bare = await management.add_key(database, clock, organisation=own.id, scopes=["alerts:read"])
    keys["a key with one scope"] = bare.text, {"alerts:read"}
    device = (await house.client.post("/v1/devices")).json()["token"]
    known = [*operations(house.app.openapi())]

    unlisted = {name for name, _, _ in known} - NEEDS.keys() - BY_KIND.keys() - OPEN
    assert not unlisted, f"say in NEEDS who may: {sorted(unlisted)}"
    async with opened_house(
        database, database_url, valkey_url, failed_keys_per_minute=10_000
    ) as patient:
        for name, method, path in known:
            if name in OPEN:
                continue
            address = filled(path)
            for nobody in (None, make_key().text, "nonsense"):
                answer = await ask(patient, method, address, nobody)
                assert problem(answer) == (401, "unauthenticated"), name
    for name, method, path in known:
        if name not in NEEDS:
            continue
        for who, (key, scopes) in keys.items():
            answer = await ask(house, method, filled(path), key)
            refused = answer.status_code == 403 and answer.json()["code"] == "scope_missing"
            may = NEEDS[name] == ANY or NEEDS[name] in scopes
            assert refused is not may, f"{name} by {who}: {answer.status_code} {answer.text}"
            assert answer.status_code != 401, f"{name} by {who}"
            assert answer.status_code < 500 or answer.status_code == 503, f"{name} by {who}"
        if NEEDS[name] not in {ANY, "scores:read"}:
            answer = await ask(house, method, filled(path), device)
            assert answer.status_code in {403, 429}, f"{name} by a device"


@pytest.fixture
async def two(house: House) -> tuple[Office, Office]:
    return await opened_office(house, "Біріншісі"), await opened_office(house, "Екіншісі")


@pytest.mark.check("A2", tier=1, limit="same status and body")
async def test_what_is_anothers_is_answered_as_what_is_not_there(
    two: tuple[Office, Office],
) -> None:
    mine, other = two
    made: dict[str, dict[str, str]] = {}
    for office in two:
        body = {"name": "a", "scopes": ["scores:read"]}
        client = await office.made("first", "/v1/clients", body)
        invitation = await office.made("first", "/v1/invitations", {"role": "reader"})
        asked = await office.made("first", "/v1/keys", {**body, "scopes": ["org:admin"]})
        listed = (await office.ask("second", "GET", "/v1/approvals")).json()["data"]
        made[office.id] = {
            "members": office.members["reader"],
            "keys": asked["id"],
            "clients": client["id"],
            "invitations": invitation["id"],
            "approvals": listed[0]["id"],
        }
    role, name = {"role": "reader"}, {"name": "mine now"}
    calls: list[tuple[str, str, str, Any]] = [
        ("GET", "members", "", None),
        ("PATCH", "members", "", {**role, **name}),
        ("POST", "members", "/tokens", {}),
        ("DELETE", "members", "", None),
        ("GET", "keys", "", None),
        ("PATCH", "keys", "", name),
        ("DELETE", "keys", "", None),
        ("GET", "clients", "", None),
        ("PATCH", "clients", "", name),
        ("DELETE", "clients", "", None),
        ("DELETE", "invitations", "", None),
        ("GET", "approvals", "", None),
        ("POST", "approvals", "/decisions", {"decision": "approve"}),
        ("POST", "approvals", "/decisions", {"decision": "reject"}),
    ]

    def told(answer: httpx.Response) -> dict[str, Any]:
        body: dict[str, Any] = answer.json()
        return {"status": answer.status_code} | {
            key: value for key, value in body.items() if key not in {"instance", "request_id"}
        }

    for method, kind, more, body in calls:
        who = "app" if more == "/tokens" else "second"
        own, foreign = made[mine.id][kind], made[other.id][kind]
        missing = foreign[:-4] + ("0000" if kind in {"members", "approvals"} else "aaaa")
        answers = [
            await mine.ask(who, method, f"/v1/{kind}/{each}{more}", body, If_Match="*")
            for each in (foreign, missing)
        ]
        assert told(answers[0]) == told(answers[1]), (method, kind)
        assert problem(answers[0]) == (404, "not_found"), (method, kind)
        untouched = await other.ask(
            "first", "GET", f"/v1/{kind}/{foreign}" if kind != "invitations" else f"/v1/{kind}"
        )
        assert untouched.status_code == 200
        assert "mine now" not in untouched.text
        reached = await mine.ask(who, method, f"/v1/{kind}/{own}{more}", body, If_Match="*")
        if method == "DELETE":
            again = await mine.ask(who, method, f"/v1/{kind}/{own}{more}", body, If_Match="*")
            assert (reached.status_code, again.status_code) in {(204, 404), (204, 409)}
        else:
            assert reached.status_code != 404, (method, kind)


@pytest.mark.check("A4", tier=1, limit="0 canaries")
async def test_no_list_and_no_answer_of_one_organisation_names_anything_of_another(
    two: tuple[Office, Office],
) -> None:
    mine, other = two
    canary = "canary-7f3a"
    await other.made("first", "/v1/members", {"name": canary, "role": "reader"})
    await other.made("first", "/v1/keys", {"name": canary, "scopes": ["scores:read"]})
    await other.made("first", "/v1/clients", {"name": canary, "scopes": ["scores:read"]})
    await other.made(
        "first", "/v1/verifications", {"speaks_for": f"bin:{BUYER_BIN}", "document": canary}
    )
    await other.ask("first", "PATCH", "/v1/organisation", {"name": canary}, If_Match="*")

    seen = ""
    for name, method, path in operations(mine.house.app.openapi()):
        if method == "GET" and "{" not in path and NEEDS.get(name) in {ANY, "org:admin"}:
            answer = await mine.ask("first", "GET", path)
            seen += answer.text
    taken = await mine.ask("first", "PATCH", "/v1/organisation", {"name": canary}, If_Match="*")
    theirs = [*other.members.values(), other.id]

    assert canary not in seen
    assert not [each for each in theirs if each in seen]
    assert problem(taken) == (409, "already_exists")


async def test_a_member_holds_no_key_of_more_than_the_role_allows(
    two: tuple[Office, Office],
) -> None:
    mine, other = two
    body = {"name": "a", "scopes": ["scores:read", "drafts:write"]}
    more = await mine.ask("first", "POST", "/v1/keys", {**body, "member": mine.members["reader"]})
    foreign = await mine.ask(
        "first", "POST", "/v1/keys", {**body, "member": other.members["first"]}
    )
    held = await mine.made("first", "/v1/keys", {**body, "member": mine.members["first"]})
    demoted = await mine.ask(
        "second",
        "PATCH",
        f"/v1/members/{mine.members['first']}",
        {"role": "reader"},
        If_Match="*",
    )
    await mine.house.level()
    now = (await mine.ask(held["secret"], "GET", "/v1/me")).json()

    assert problem(more) == (422, "validation_failed")
    assert problem(foreign) == (404, "not_found")
    assert demoted.status_code == 200
    assert (now["role"], now["scopes"]) == ("reader", ["scores:read"])
    assert set(OF_ADMINS) >= {"org:admin"}
