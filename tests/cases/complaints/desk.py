"""A case to complain in, whoever confirms what, and complaints on their way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx

from cases.law.catalogue import routes
from cases.law.counting import local_day
from cases.letters.template import templates
from shared.security import Caller
from tests.cases.office import AIDA, BOLAT, OFFICER, Office, caller

OPERATOR: Final = caller("mem_operator", "own_platform", "operator", kind="operator")
AUDIT: Final = replace(OFFICER, speaks_for=frozenset({"authority:internal_audit"}))
MINISTRY: Final = replace(
    OFFICER, organisation="own_minfin", speaks_for=frozenset({"authority:ministry_of_finance"})
)
CASE: Final = "cas_0000000000000000000000000a"
FACTS: Final = ["Қабаттың қалыңдығы – 2 см.", "Актіде 5 см көрсетілген."]
SENDER: Final = {
    "sender_name": "«Қадаға» ҚБ",
    "sender_bin": "000240000016",
    "sender_address": "Астана қ.",
    "sender_contact": "qadaga@example.kz",
    "signatory": "А. Серік",
    "signatory_position": "Директор",
}


async def open_case(office: Office, case: str = CASE, organisation: str = "own_a") -> str:
    """Put a case there."""
    async with office.tables() as connection:
        await connection.execute(
            "INSERT INTO casefile (id, organisation, number, title, summary, severity, violations,"
            " state, assignees, embargoed, created_by, created_at, updated_at, revision)"
            " VALUES ($1, $2, $1, 'Road', '', 'medium', '{}', 'acting', '{mem_marat}', false,"
            " 'mem_aida', $3, $3, 1)",
            case,
            organisation,
            office.clock.now(),
        )
        await connection.execute(
            "INSERT INTO evidence (id, case_id, organisation, name, media_type, size, sha256, scan,"
            " description, added_at)"
            " VALUES ($1, $2, $3, 'жол.jpg', 'image/jpeg', 3, sha256('abc'), 'clean', '', $4)",
            f"evd_{organisation}",
            case,
            organisation,
            office.clock.now(),
        )
        await connection.execute(
            "INSERT INTO case_party (id, case_id, role, bin, name, added_at) VALUES"
            " ($1, $2, 'customer', '000240000016', '«Аудан әкімдігі» КММ', $3)",
            f"pty_{organisation}",
            case,
            office.clock.now(),
        )
    return case


def appeal(**other: Any) -> dict[str, Any]:
    """An appeal of article 76, as a body of POST /complaints."""
    return {
        "case": CASE,
        "route": "appc76_appeal",
        "addressee": "authority:internal_audit",
        "standing": "person",
        "stage": "execution",
        "object": "performance",
        "method": "competition",
        "subject": "Жол жөндеу, 12345678-1 лоты",
        "values": {"facts": FACTS, **SENDER},
        "recommendations": ["Measure the layer.", "Publish the act."],
    } | other


async def confirm(office: Office, kind: str, code: str) -> httpx.Response:
    """Have a named person stand by what stands now."""
    today = local_day(office.clock.now())
    version = templates()[code].version if kind == "template" else routes(today)[code].version
    body = {
        "kind": kind,
        "code": code,
        "version": version,
        "name": "Серік Айдана Болатқызы",
        "capacity": "advocate",
        "confirmed_on": today.isoformat(),
    }
    return await office.post("/legal/confirmations", body, OPERATOR)


async def drafted(office: Office, **other: Any) -> dict[str, Any]:
    """A draft of an appeal."""
    answer = await office.post("/complaints", appeal(**other))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def move(
    office: Office, id_: str, body: dict[str, Any], who: Caller = AIDA
) -> dict[str, Any]:
    """Take a move that has to work."""
    seen = (await office.get(f"/complaints/{id_}")).headers["etag"]
    answer = await office.post(f"/complaints/{id_}/moves", body, who, seen=seen)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def filed(
    office: Office, *, template: str = "general_appeal", **other: Any
) -> dict[str, Any]:
    """A complaint that was written, approved by somebody else, and filed today with its slip."""
    complaint = await drafted(office, **other)
    letter = {"template": template, "language": "kk"}
    made = await office.post(f"/complaints/{complaint['id']}/letters", letter)
    assert made.status_code == 201, made.text
    await move(office, complaint["id"], {"move": "submit"})
    await move(office, complaint["id"], {"move": "approve"}, BOLAT)
    slip = {"move": "file", "number": "ЖТ-2026-1", "evidence": "evd_own_a"}
    return await move(office, complaint["id"], slip)


def pass_days(office: Office, number: int) -> None:
    """Let days go by."""
    office.clock.moment += timedelta(days=number)
