"""Who may take which move of a complaint, from which state: every combination, without a server."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any, Final

import pytest

from cases.complaints.clock import clock, columns, declared_of, happening
from cases.complaints.moving import Moved, move
from cases.complaints.sides import Side, decide, possible, side_of
from cases.law.catalogue import Confirmation, Declared, routes
from cases.lifecycle import life_cycle
from shared.contracts.casework.complaints import ComplaintMove, RecommendationAnswer
from shared.errors import (
    GuardFailed,
    ScopeMissing,
    TransitionNotAllowed,
    ValidationFailed,
    WindowClosed,
)
from shared.security import Caller
from tests.cases.office import AIDA, BOLAT, caller

WAITING: Final = "filed registered in_consideration"
DISSATISFIED: Final = "partly_accepted refused no_answer_on_substance"

# Written out by hand: from which states a move leads to which, and who takes it. W: monitors as
# well; E: editors, admins, coordinators; B: the body it is addressed to as well; P: the platform.
# A move without a state of its own leaves the complaint where it is.
MOVES: Final = {
    "submit": ("draft", "in_approval", "WE"),
    "send_back": ("in_approval ready", "draft", "E"),
    "approve": ("in_approval", "ready", "E"),
    "file": ("ready", "filed", "E"),
    "add_slip": (
        f"{WAITING} suspended answered assessed accepted {DISSATISFIED} escalated closed withdrawn",
        "",
        "E",
    ),
    "not_accept": ("filed", "draft", "EB"),
    "register": ("filed", "registered", "EB"),
    "consider": ("registered", "in_consideration", "EB"),
    "transfer": ("filed registered in_consideration", "filed", "EB"),
    "extend": ("registered in_consideration", "in_consideration", "EB"),
    "suspend": ("registered in_consideration", "suspended", "EB"),
    "resume": ("suspended", "in_consideration", "EB"),
    "follow_up": ("filed registered in_consideration", "", "WE"),
    "answer": ("filed registered in_consideration suspended", "answered", "EB"),
    "assess": ("answered", "assessed", "WE"),
    "find_granted": ("assessed", "accepted", "E"),
    "find_partly_granted": ("assessed", "partly_accepted", "E"),
    "find_refused": ("assessed", "refused", "E"),
    "find_no_substance": ("assessed", "no_answer_on_substance", "E"),
    "escalate": ("partly_accepted refused no_answer_on_substance", "escalated", "E"),
    "escalate_silence": ("filed registered in_consideration", "escalated", "E"),
    "close": ("partly_accepted refused no_answer_on_substance", "closed", "E"),
    "withdraw": (
        "draft in_approval ready filed registered in_consideration suspended",
        "withdrawn",
        "E",
    ),
    "expire": ("draft in_approval ready", "expired", "P"),
}
ROLES: Final = ("reader", "monitor", "editor", "admin", "coordinator", "officer", "operator")
OWN: Final = {"W": {"monitor"}, "E": {"editor", "admin", "coordinator"}, "B": set(), "P": set()}
GIVEN: Final[dict[str, Any]] = {
    "reason": "form",
    "note": "because",
    "until": date(2026, 4, 1),
    "number": "1",
    "addressee": "authority:ministry_of_finance",
    "complaint": "cmp_other",
}
SIDES: Final[tuple[Side, ...]] = ("own", "addressee")
MONDAY: Final = datetime(2026, 3, 2, 4, tzinfo=UTC)


def may(code: str, role: str, side: Side) -> bool:
    who = MOVES[code][2]
    if side == "addressee":
        return "B" in who and role in {"officer", "admin"}
    return any(role in OWN[letter] for letter in who)


def test_the_table_is_that_of_the_declaration() -> None:
    declared = life_cycle("complaint")
    assert declared.moves.keys() == MOVES.keys()
    for code, (before, after, _) in MOVES.items():
        assert declared.moves[code].before == before.split()
        assert declared.moves[code].stays == (after == "")
        assert declared.moves[code].after == (after or before.split()[0])


def test_every_move_from_every_state_by_every_role_on_either_side() -> None:
    cycle = life_cycle("complaint")
    every = dict.fromkeys(cycle.guards, True)
    for code, state, role, side in product(MOVES, cycle.states, ROLES, SIDES):
        who = caller(role=role)
        place = f"{code} from {state} by {role}, {side}"
        fits = state in MOVES[code][0].split()
        try:
            taken = decide(code, state, who, side, given=GIVEN, facts=every)
        except ScopeMissing:
            assert not may(code, role, side), place
        except TransitionNotAllowed:
            assert not fits, place
        else:
            assert may(code, role, side), place
            assert fits, place
            assert taken.stays or taken.after == MOVES[code][1], place
        assert (code in possible(state, who, side)) is (fits and may(code, role, side)), place


def test_each_guard_and_each_thing_that_a_move_takes_is_asked_for() -> None:
    cycle = life_cycle("complaint")
    every = dict.fromkeys(cycle.guards, True)
    for code, declared in cycle.moves.items():
        if not declared.roles:
            continue
        for guard in declared.guards:
            with pytest.raises(GuardFailed) as refused:
                decide(
                    code, declared.before[0], AIDA, "own", given=GIVEN, facts=every | {guard: False}
                )
            assert refused.value.extra["conditions"] == [guard]
        for field in declared.takes:
            given = {name: value for name, value in GIVEN.items() if name != field}
            with pytest.raises(ValidationFailed) as lacking:
                decide(code, declared.before[0], AIDA, "own", given=given, facts=every)
            assert lacking.value.errors[0].pointer == f"/body/{field}"


def test_filing_takes_a_scope_of_its_own_and_an_unknown_move_is_named_as_such() -> None:
    without = replace(AIDA, scopes=AIDA.scopes - {"complaints:file"})
    every = dict.fromkeys(life_cycle("complaint").guards, True)
    with pytest.raises(ScopeMissing):
        decide("file", "ready", without, "own", given=GIVEN, facts=every)
    with pytest.raises(ValidationFailed):
        decide("sign", "ready", AIDA, "own", given=GIVEN, facts=every)
    assert "file" not in possible("ready", without, "own")
    assert "add_slip" in possible("filed", AIDA, "own")
    assert "add_slip" not in possible("filed", without, "own")


@pytest.mark.parametrize(
    ("filed", "state", "organisation", "speaks_for", "side"),
    [
        (None, "draft", "own_a", (), "own"),
        (None, "draft", "own_b", ("authority:x",), None),
        (date(2026, 3, 2), "filed", "own_b", ("authority:x",), "addressee"),
        (date(2026, 3, 2), "filed", "own_b", ("authority:y",), None),
        (date(2026, 3, 2), "draft", "own_b", ("authority:x",), None),
        (date(2026, 3, 2), "filed", None, (), None),
        (date(2026, 3, 2), "filed", "own_a", ("authority:x",), "own"),
    ],
)
def test_a_complaint_is_known_to_its_own_and_once_filed_to_whom_it_goes(
    filed: date | None, state: str, organisation: str | None, speaks_for: Any, side: Side | None
) -> None:
    row = {
        "organisation": "own_a",
        "addressee": "authority:x",
        "filed_on": filed,
        "state": state,
    }
    who = replace(AIDA, organisation=organisation, speaks_for=frozenset(speaks_for))
    assert side_of(row, who) == side


# The clock: the appeal of article 76 runs fifteen working days, in a route that is confirmed here.


def appeal(*, confirmed: bool = True) -> Declared:
    version = routes(MONDAY.date())["appc76_appeal"].version
    words = [Confirmation("appc76_appeal", version, "A named lawyer", MONDAY.date())]
    found = declared_of("appc76_appeal", MONDAY.date(), words if confirmed else [])
    assert found is not None
    return found


def a_complaint(**other: Any) -> dict[str, Any]:
    named = (
        *(
            "approved_on",
            "letter",
            "approver",
            "filed_on",
            "slip_number",
            "signed_copy",
            "registered_on",
        ),
        *("registration_number", "extended_until", "answered_on", "answer", "window_closes_on"),
        "moved_on",
    )
    row = {
        **dict.fromkeys(named),
        "state": "draft",
        "author": "mem_aida",
        "writers": ["mem_aida"],
        "happened": [],
        "recommendations": [{"number": 1}, {"number": 2}],
        "addressee": "authority:internal_audit",
        "addressee_name": {"en": "Internal audit"},
    }
    return row | other


def after(row: dict[str, Any], moved: Moved) -> dict[str, Any]:
    return {**row, "state": moved.state, **moved.columns}


def take(row: dict[str, Any], body: dict[str, Any], on: date, who: Caller = BOLAT) -> Any:
    now = datetime(on.year, on.month, on.day, 6, tzinfo=UTC)
    given = ComplaintMove.model_validate(body)
    return after(row, move(row, given, who, "own", declared=appeal(), now=now))


def test_the_days_of_a_complaint_follow_its_moves() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat")
    filed = take(row, {"move": "file", "number": "ЖТ-1"}, date(2026, 3, 18))
    # Wed 18 Mar; 19, 20 two; 21-25 Nauryz; 26, 27 four; 30 Mar-3 Apr nine; 6-10 fourteen; Mon 13.
    assert (filed["due_on"], filed["term_confirmed"]) == (date(2026, 4, 13), True)

    registered = take(filed, {"move": "register", "number": "01-1"}, date(2026, 3, 20))
    assert registered["due_on"] == date(2026, 4, 13)  # the slip proves the eighteenth

    extended = take(
        registered, {"move": "extend", "until": "2026-05-04", "note": "expert"}, date(2026, 4, 10)
    )
    assert (extended["due_on"], extended["extended_until"]) == (date(2026, 5, 4), date(2026, 5, 4))

    answers = [{"number": number, "code": "refused", "reason": "no ground"} for number in (1, 2)]
    late = take(extended, {"move": "answer", "note": "No.", "answers": answers}, date(2026, 5, 6))
    assert (late["answered_on"], late["days_late"]) == (date(2026, 5, 6), 2)  # Tue 5, Wed 6


def test_a_reminder_leaves_a_complaint_where_it_is_and_no_answer_lies_before_a_step() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat", recommendations=[])
    filed = take(row, {"move": "file", "number": "ЖТ-1"}, date(2026, 4, 1))
    reminded = take(filed, {"move": "follow_up", "note": "by telephone"}, date(2026, 4, 20))
    assert (reminded["state"], reminded["due_on"]) == ("filed", filed["due_on"])

    considered = take(
        take(reminded, {"move": "register", "number": "7", "day": "2026-04-20"}, date(2026, 4, 22)),
        {"move": "consider", "day": "2026-04-21"},
        date(2026, 4, 22),
    )
    for day in ("2026-04-20", "2026-04-02", "2026-03-31"):
        with pytest.raises(ValidationFailed) as refused:
            take(considered, {"move": "answer", "note": "No.", "day": day}, date(2026, 4, 27))
        assert refused.value.errors[0].message == "the step before was on 2026-04-21"
    late = take(
        considered, {"move": "answer", "note": "No.", "day": "2026-04-21"}, date(2026, 4, 27)
    )
    assert (late["answered_on"], late["moved_on"]) == (date(2026, 4, 21), date(2026, 4, 21))


def test_without_a_slip_the_register_says_when_it_was_received() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat")
    filed = take(row, {"move": "file"}, date(2026, 4, 1))
    registered = take(filed, {"move": "register", "number": "01-1"}, date(2026, 4, 3))
    # Fri 3 Apr; 6-10 five; 13-17 ten; 20-24 fifteen.
    assert registered["due_on"] == date(2026, 4, 24)


def test_a_slip_that_comes_later_is_added_once_and_proves_the_day_of_filing() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat")
    filed = take(row, {"move": "file"}, date(2026, 4, 1))
    registered = take(filed, {"move": "register", "number": "01-1"}, date(2026, 4, 3))
    slip = {"move": "add_slip", "number": "ЖТ-1", "evidence": "evd_1"}
    proved = take(registered, slip, date(2026, 4, 10))

    assert (filed["slip_number"], filed["signed_copy"]) == (None, None)
    assert (proved["slip_number"], proved["signed_copy"]) == ("ЖТ-1", "evd_1")
    assert (proved["state"], proved["filed_on"]) == ("registered", date(2026, 4, 1))
    # Wed 1 Apr; 2, 3 two; 6-10 seven; 13-17 twelve; 20, 21, Wed 22 fifteen. It was the 24th.
    assert (registered["due_on"], proved["due_on"]) == (date(2026, 4, 24), date(2026, 4, 22))
    # What came on paper before the slip can still be written down with its day.
    assert take(proved, {"move": "consider", "day": "2026-04-07"}, date(2026, 4, 10))
    with pytest.raises(GuardFailed) as twice:
        take(proved, slip, date(2026, 4, 10))
    assert twice.value.extra["conditions"] == ["slip_missing"]


@pytest.mark.parametrize(
    ("had", "given", "pointer", "code"),
    [
        ({}, {"number": "ЖТ-1"}, "/body/evidence", "missing"),
        ({}, {"evidence": "evd_1"}, "/body/number", "missing"),
        (
            {"slip_number": "ЖТ-1"},
            {"number": "ЖТ-2", "evidence": "evd_1"},
            "/body/number",
            "already_there",
        ),
    ],
)
def test_of_a_slip_and_a_copy_exactly_what_lacks_is_added(
    had: dict[str, Any], given: dict[str, Any], pointer: str, code: str
) -> None:
    row = a_complaint(state="filed", filed_on=date(2026, 4, 1), **had)
    with pytest.raises(ValidationFailed) as refused:
        take(row, {"move": "add_slip", **given}, date(2026, 4, 2))
    assert [(one.pointer, one.code) for one in refused.value.errors] == [(pointer, code)]


def test_to_what_was_never_filed_no_slip_is_added() -> None:
    row = a_complaint(state="withdrawn")
    with pytest.raises(GuardFailed):
        take(row, {"move": "add_slip", "number": "1", "evidence": "evd_1"}, date(2026, 4, 2))


def test_after_a_transfer_a_slip_leaves_the_day_on_which_the_new_body_received_it() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat")
    filed = take(row, {"move": "file"}, date(2026, 4, 1))
    passed = take(
        filed, {"move": "transfer", "addressee": "authority:ministry_of_finance"}, date(2026, 4, 3)
    )
    there = take(passed, {"move": "register", "number": "7"}, date(2026, 4, 6))
    slip = {"move": "add_slip", "number": "ЖТ-1", "evidence": "evd_1"}
    assert take(there, slip, date(2026, 4, 7))["due_on"] == there["due_on"] == date(2026, 4, 27)


def test_a_transfer_starts_a_new_clock_and_a_suspension_stops_it() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat")
    filed = take(row, {"move": "file", "number": "ЖТ-1"}, date(2026, 4, 1))
    passed = take(
        filed, {"move": "transfer", "addressee": "authority:ministry_of_finance"}, date(2026, 4, 3)
    )
    assert (passed["state"], passed["due_on"]) == ("filed", date(2026, 4, 24))
    there = take(passed, {"move": "register", "number": "7"}, date(2026, 4, 6))
    assert there["due_on"] == date(2026, 4, 27)
    stopped = take(there, {"move": "suspend", "note": "documents"}, date(2026, 4, 10))
    assert (stopped["state"], stopped["due_on"]) == ("suspended", None)
    again = take(stopped, {"move": "resume"}, date(2026, 4, 20))
    # Four had run by Fri 10; eleven are left: 21-24 four, 27-30 eight, Fri 1 May holiday,
    # 4, 5, 6 eleven.
    assert again["due_on"] == date(2026, 5, 6)


def test_a_body_that_is_late_cannot_suspend_and_stays_overdue_until_silence_goes_on() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat")
    filed = take(row, {"move": "file", "number": "ЖТ-1"}, date(2026, 4, 1))
    there = take(filed, {"move": "register", "number": "7"}, date(2026, 4, 2))
    assert there["due_on"] == date(2026, 4, 22)
    suspend: dict[str, Any] = {"move": "suspend", "note": "documents"}
    for on in (date(2026, 4, 22), date(2026, 4, 23)):  # the last day still runs
        with pytest.raises(GuardFailed) as refused:
            take(there, suspend, on)
        assert refused.value.extra["conditions"] == ["in_term"]
    # What came on paper in time is written down late, with its day.
    stopped = take(there, suspend | {"day": "2026-04-21"}, date(2026, 4, 23))
    assert (stopped["state"], stopped["due_on"]) == ("suspended", None)
    assert take(stopped, {"move": "resume"}, date(2026, 4, 30))["due_on"] == date(2026, 5, 4)

    following = {"move": "escalate_silence", "complaint": "cmp_other"}
    assert take(there, following, date(2026, 4, 23))["state"] == "escalated"


def test_an_extended_term_is_suspended_until_its_new_end_and_one_that_nobody_knows_always() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat")
    filed = take(row, {"move": "file", "number": "ЖТ-1"}, date(2026, 4, 1))
    there = take(filed, {"move": "register", "number": "7"}, date(2026, 4, 2))
    extend = {"move": "extend", "until": "2026-05-29", "note": "expert"}
    longer = take(there, extend, date(2026, 4, 20))
    suspend: dict[str, Any] = {"move": "suspend", "note": "documents"}
    assert take(longer, suspend, date(2026, 5, 28))["due_on"] is None
    with pytest.raises(GuardFailed):
        take(longer, suspend, date(2026, 5, 29))
    unheard = there | {"happened": []}
    assert take(unheard, suspend, date(2026, 5, 29))["state"] == "suspended"


def test_an_answer_ends_a_suspension_and_counts_by_the_days_that_were_left() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat", recommendations=[])
    filed = take(row, {"move": "file", "number": "ЖТ-1"}, date(2026, 4, 1))
    there = take(filed, {"move": "register", "number": "7"}, date(2026, 4, 2))
    stopped = take(there, {"move": "suspend", "note": "documents"}, date(2026, 4, 21))
    told = take(stopped, {"move": "answer", "note": "No."}, date(2026, 4, 30))
    # One day was left on Tue 21: Thu 30 is that of the answer, Fri 1 May a holiday, Mon 4.
    assert (told["due_on"], told["answered_on"]) == (date(2026, 5, 4), date(2026, 4, 30))
    assert told["days_late"] is None


def test_what_is_not_accepted_is_a_draft_that_nobody_filed() -> None:
    row = a_complaint(
        state="ready",
        letter="let_1",
        approver="mem_bolat",
        happened=[happening("learned", date(2026, 3, 2))],
    )
    filed = take(row, {"move": "file", "number": "ЖТ-1"}, date(2026, 4, 1))
    back = take(filed, {"move": "not_accept", "reason": "signature"}, date(2026, 4, 2))
    assert back["state"] == "draft"
    assert (back["filed_on"], back["slip_number"], back["approver"]) == (None, None, None)
    assert [one["kind"] for one in back["happened"]] == ["learned"]
    assert back["due_on"] is None


def test_what_was_passed_on_and_not_accepted_is_addressed_to_the_first_and_has_no_letter() -> None:
    row = a_complaint(state="ready", letter="let_1", approver="mem_bolat")
    filed = take(row, {"move": "file", "number": "ЖТ-1"}, date(2026, 4, 1))
    passed = filed
    for day, body in ((2, "ministry_of_finance"), (3, "prosecutor_general")):
        to = {"move": "transfer", "addressee": f"authority:{body}"}
        named = {"addressee_name": {"en": body}}  # as the directory names it
        passed = take(passed, to, date(2026, 4, day)) | named
    refuse = {"move": "not_accept", "reason": "addressee"}
    back = take(passed, refuse, date(2026, 4, 6))
    assert (back["state"], back["letter"]) == ("draft", None)
    assert (back["addressee"], back["addressee_name"]) == (row["addressee"], row["addressee_name"])
    assert back["happened"] == []
    with pytest.raises(GuardFailed) as refused:
        take(back, {"move": "submit"}, date(2026, 4, 6))
    assert refused.value.extra["conditions"] == ["letter"]

    # What nobody passed on keeps its letter: it is the form that lacks, or a signature.
    assert take(filed, refuse, date(2026, 4, 6))["letter"] == "let_1"
    # A transfer of before that was kept names nobody: then its letter alone is made anew.
    old = passed | {"happened": [happening("transferred", date(2026, 4, 2))]}
    kept = take(old, refuse, date(2026, 4, 6))
    assert (kept["addressee"], kept["letter"]) == ("authority:prosecutor_general", None)


def test_nobody_who_wrote_in_the_text_approves_it_nor_a_key_that_is_nobodys() -> None:
    wrote = ["mem_bolat", "mem_marat"]
    row = a_complaint(state="in_approval", letter="let_1", author="mem_marat", writers=wrote)
    with pytest.raises(GuardFailed) as refused:
        take(row, {"move": "approve"}, date(2026, 3, 2), BOLAT)
    assert refused.value.extra["conditions"] == ["second_person"]
    nobody = replace(BOLAT, member=None)
    for code, state in (("submit", "draft"), ("approve", "in_approval"), ("file", "ready")):
        written = row | {"state": state, "approver": "mem_aida"}
        with pytest.raises(GuardFailed) as unnamed:
            take(written, {"move": code}, date(2026, 3, 2), nobody)
        assert unnamed.value.extra["conditions"] == ["member"], code
    assert take(row, {"move": "approve"}, date(2026, 3, 2), AIDA)["approver"] == "mem_aida"


def test_filing_after_the_window_is_refused_with_its_day_and_before_it_is_not() -> None:
    row = a_complaint(
        state="ready", letter="let_1", approver="mem_x", window_closes_on=date(2026, 3, 5)
    )
    with pytest.raises(WindowClosed) as closed:
        take(row, {"move": "file"}, date(2026, 3, 6))
    assert closed.value.extra["closed_on"] == "2026-03-05"
    # It is the day of filing that counts, not that on which it is written down.
    late = take(row, {"move": "file", "day": "2026-03-05"}, date(2026, 3, 9))
    assert late["filed_on"] == date(2026, 3, 5)


REGISTERED: Final = {
    "state": "registered",
    "filed_on": date(2026, 4, 1),
    "happened": [happening("received", date(2026, 4, 1))],
    "registered_on": date(2026, 4, 2),
}
READY: Final = {
    "state": "ready",
    "letter": "let_1",
    "approver": "mem_x",
    "approved_on": date(2026, 4, 1),
    "happened": [happening("opening", date(2026, 5, 1))],
}


@pytest.mark.parametrize(
    ("other", "body", "code"),
    [
        (REGISTERED | {"state": "filed"}, {"move": "register", "day": "2026-04-03"}, "to_come"),
        (REGISTERED | {"state": "filed"}, {"move": "register", "day": "2026-03-31"}, "too_early"),
        # Not before it was registered, though the clock knows of the day before alone.
        (REGISTERED, {"move": "suspend", "day": "2026-04-01"}, "too_early"),
        (REGISTERED, {"move": "withdraw", "day": "1950-01-01"}, "too_early"),
        (READY, {"move": "file", "day": "2026-03-31"}, "too_early"),
        (READY, {"move": "file", "day": "1950-01-01"}, "too_early"),
        (READY, {"move": "file", "day": "2026-04-03"}, "to_come"),
        (READY | {"state": "in_approval"}, {"move": "approve", "day": "1950-01-01"}, "not_today"),
    ],
)
@pytest.mark.check("B7", tier=1, limit="422")
def test_a_day_that_cannot_be_is_refused(
    other: dict[str, Any], body: dict[str, Any], code: str
) -> None:
    row = a_complaint(**other)
    body = {"number": "1", "note": "n"} | body
    with pytest.raises(ValidationFailed) as refused:
        take(row, body, date(2026, 4, 2))
    assert refused.value.errors[0].code == code


def test_it_is_filed_on_any_day_since_it_was_approved() -> None:
    approved = take(
        a_complaint(state="in_approval", letter="let_1"), {"move": "approve"}, date(2026, 4, 1)
    )
    assert approved["approved_on"] == date(2026, 4, 1)
    filed = take(approved, {"move": "file", "day": "2026-04-01"}, date(2026, 4, 3))
    assert (filed["state"], filed["filed_on"]) == ("filed", date(2026, 4, 1))
    back = take(filed, {"move": "not_accept", "reason": "form"}, date(2026, 4, 3))
    assert back["approved_on"] is None


def test_it_is_not_filed_before_its_window_opens() -> None:
    opens = [happening("results_posted", date(2026, 4, 10))]
    row = a_complaint(**READY | {"happened": opens})
    found = declared_of("pp25_supplier", MONDAY.date(), [])
    assert found is not None
    with pytest.raises(ValidationFailed) as refused:
        move(
            row,
            ComplaintMove(move="file"),
            BOLAT,
            "own",
            declared=found,
            now=MONDAY.replace(month=4),
        )
    assert refused.value.errors[0].code == "too_early"


@pytest.mark.parametrize("numbers", [[], [1], [1, 1], [1, 2, 3]])
def test_an_answer_that_leaves_a_recommendation_out_is_refused(numbers: list[int]) -> None:
    row = a_complaint(state="registered", happened=[happening("received", date(2026, 4, 1))])
    answers = [RecommendationAnswer(number=n, code="refused", reason="no") for n in numbers]
    body = ComplaintMove(move="answer", note="No.", answers=answers)
    with pytest.raises(GuardFailed) as refused:
        move(row, body, BOLAT, "own", declared=appeal(), now=MONDAY.replace(month=4))
    assert refused.value.extra["conditions"] == ["every_recommendation"]


def test_silence_goes_on_only_once_a_confirmed_term_has_ended() -> None:
    row = a_complaint(state="registered", happened=[happening("received", date(2026, 4, 1))])
    body = ComplaintMove(move="escalate_silence", complaint="cmp_2")
    for declared, day in ((appeal(), 22), (appeal(confirmed=False), 23)):
        now = datetime(2026, 4, day, 6, tzinfo=UTC)
        with pytest.raises(GuardFailed):
            move(row, body, BOLAT, "own", declared=declared, now=now)
    # Wed 1 Apr; 2, 3 two; 6-10 seven; 13-17 twelve; 20, 21, Wed 22 fifteen: Thu 23 is late.
    found = clock(appeal(), row["happened"], datetime(2026, 4, 23, 6, tzinfo=UTC))
    assert columns(found)["due_on"] == date(2026, 4, 22)
    moved = move(
        row,
        body,
        BOLAT,
        "own",
        declared=appeal(),
        now=datetime(2026, 4, 23, 6, tzinfo=UTC),
    )
    assert (moved.state, moved.columns["following"]) == ("escalated", "cmp_2")
