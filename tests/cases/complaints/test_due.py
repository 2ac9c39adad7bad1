"""What the clock does by itself: reminders, what is overdue, windows that close, each told once."""

import asyncio
from typing import Any

import pytest

from cases.complaints import due
from tests.cases.complaints.desk import (
    confirm,
    drafted,
    filed,
    move,
    open_case,
    pass_days,
)
from tests.cases.office import Office


@pytest.fixture
async def desk(office: Office) -> Office:
    """An office with a case, in which somebody stands by the appeal and its letter."""
    await open_case(office)
    for kind, code in (("route", "appc76_appeal"), ("template", "general_appeal")):
        await confirm(office, kind, code)
    return office


async def told(desk: Office, id_: str) -> list[dict[str, Any]]:
    """What organisations were told of a complaint by the clock."""
    return [
        one
        for one in await desk.told()
        if one["data"]["id"] == id_ and one["type"] in {"complaint.due_soon", "complaint.overdue"}
    ]


async def test_day_by_day_an_answer_is_waited_for_reminded_of_and_overdue(desk: Office) -> None:
    complaint = await filed(desk)  # on Mon 2 Mar, due on Fri 27 Mar
    days: dict[str, list[str]] = {}
    seen = 0
    for _ in range(30):
        await due.look(desk.database, desk.clock)
        await due.look(desk.database, desk.clock)  # a second look of a day tells nothing
        said = await told(desk, complaint["id"])
        if new := [one["type"] for one in said[seen:]]:
            days[str(desk.clock.now().date())] = new
        seen = len(said)
        pass_days(desk, 1)
    # Three working days before: Fri 27 less Thu 26, Fri 20, Thu 19; then the day itself.
    assert days == {
        "2026-03-19": ["complaint.due_soon"],
        "2026-03-27": ["complaint.due_soon"],
        "2026-03-28": ["complaint.overdue"],
    }
    last = (await told(desk, complaint["id"]))[-1]
    assert last["data"]["next_routes"] == ["appc91_complaint", "prosecutor_appeal"]
    assert last["organisations"] == ["own_a"]
    now = (await desk.get(f"/complaints/{complaint['id']}")).json()
    assert (now["overdue"], len(now["next_routes"])) == (True, 2)
    following = await drafted(desk)
    gone = await move(
        desk, complaint["id"], {"move": "escalate_silence", "complaint": following["id"]}
    )
    assert gone["state"] == "escalated"


async def test_what_was_extended_is_overdue_by_its_new_day(desk: Office) -> None:
    complaint = await filed(desk)
    await move(desk, complaint["id"], {"move": "register", "number": "1"})
    pass_days(desk, 20)
    extend = {"move": "extend", "until": "2026-04-10", "note": "expert"}
    await move(desk, complaint["id"], extend)
    pass_days(desk, 10)
    await due.look(desk.database, desk.clock)
    assert await told(desk, complaint["id"]) == []
    pass_days(desk, 12)  # Mon 13 Apr
    await due.look(desk.database, desk.clock)
    assert [one["type"] for one in await told(desk, complaint["id"])] == ["complaint.overdue"]


async def test_by_a_term_that_nobody_stands_by_nothing_is_overdue_until_somebody_does(
    office: Office,
) -> None:
    await open_case(office)
    complaint = await drafted(office)
    async with office.tables() as connection:
        await connection.execute(
            "UPDATE complaint SET state = 'registered', filed_on = '2026-03-02',"
            " due_on = '2026-03-27',"
            ' happened = \'[{"kind": "received", "on": "2026-03-02"}]\''
        )
    pass_days(office, 30)
    await due.look(office.database, office.clock)
    assert [one["type"] for one in await told(office, complaint["id"])] == []
    shown = (await office.get(f"/complaints/{complaint['id']}")).json()
    assert (shown["overdue"], shown["clock"]["confirmed"]) == (False, False)
    assert len(shown["next_routes"]) == 2  # offered, with no overdue said

    await confirm(office, "route", "appc76_appeal")
    await due.look(office.database, office.clock)
    assert [one["type"] for one in await told(office, complaint["id"])] == ["complaint.overdue"]
    assert (await office.get(f"/complaints/{complaint['id']}")).json()["overdue"] is True


@pytest.mark.check("F17", tier=1, limit="one effect each")
async def test_two_workers_that_look_at_once_tell_once(desk: Office) -> None:
    complaints = [await filed(desk) for _ in range(3)]
    pass_days(desk, 40)
    looked = await asyncio.gather(*(due.look(desk.database, desk.clock) for _ in range(3)))
    assert sum(looked) == len(complaints)
    for complaint in complaints:
        said = [one["type"] for one in await told(desk, complaint["id"])]
        assert said.count("complaint.overdue") == 1


async def test_a_draft_expires_only_by_a_window_that_somebody_stands_by(office: Office) -> None:
    await open_case(office)
    wanted: dict[str, Any] = {
        "route": "pp25_supplier",
        "addressee": "bin:000240000016",
        "addressee_name": "«Аудан әкімдігі» КММ",
        "standing": "potential_supplier",
        "stage": "results",
        "object": "results",
        "happened": [{"kind": "results_posted", "on": "2026-03-02"}],
    }
    complaint = await drafted(office, **wanted)
    pass_days(office, 5)
    await due.look(office.database, office.clock)
    assert (await office.get(f"/complaints/{complaint['id']}")).json()["state"] == "draft"
    await confirm(office, "route", "pp25_supplier")
    await due.look(office.database, office.clock)
    gone = (await office.get(f"/complaints/{complaint['id']}")).json()
    assert (gone["state"], gone["revision"]) == ("expired", 2)
