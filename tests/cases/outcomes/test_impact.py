"""Impact: every figure counted from the event log alone, once, and nothing of an embargoed case."""

import asyncio
import csv
import io
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import asyncpg
import pytest

from cases.commands import impact
from cases.events import Happened, record
from cases.lifecycle import life_cycles
from cases.outcomes import counting
from cases.outcomes.figures import figures
from shared.contracts.casework.outcomes import Kind
from tests.cases.office import AIDA, NOW, STRANGER, Office, problem

JANUARY: Final = datetime(2026, 1, 31, 20, tzinfo=UTC)
"""In Kazakhstan the first of February has begun."""

STORY: Final = {
    "tenders_monitored": (1222, Decimal(12_220_000_000)),
    "violations": (270, Decimal(0)),
    "complaints": (210, Decimal(0)),
    "answers": (180, Decimal(0)),
    "answers_in_time": (150, Decimal(0)),
    "cases_opened": (270, Decimal(0)),
    "criminal_cases": (4, Decimal(0)),
    "convictions": (0, Decimal(0)),
    "administrative_protocols": (38, Decimal(0)),
    "fines": (25, Decimal("5625000.00")),
    "money_returned": (17, Decimal("255000001.70")),
    "purchases_stopped": (31, Decimal(620000000)),
    "money_prevented": (31, Decimal(620000000)),
}
"""How an organisation tells of its success: numbers of the kind that stand in its own table."""


FINED: Final = {"case": "cas_1", "amount": "184600", "amount_kind": "fined"}


def alert(number: int, what: str = "acknowledge", **shown: Any) -> Happened:
    told = {
        "process": f"prc_{number}",
        "amount": "10000000",
        "region": "75",
        "indicators": ["R018"],
    }
    return Happened(
        object="alert", id=f"alr_{number}", organisation="own_a", what=what, shown={**told, **shown}
    )


def case(number: int, what: str, **changes: Any) -> Happened:
    told = {name: (None, value) for name, value in changes.items()}
    return Happened(
        object="case", id=f"cas_{number}", organisation="own_a", what=what, changes=told
    )


def complaint(number: int, what: str, **shown: Any) -> Happened:
    told = {"case": f"cas_{number}", **shown}
    return Happened(
        object="complaint", id=f"cmp_{number}", organisation="own_a", what=what, shown=told
    )


def outcome(id_: str, what: str, kind: str, whose: str = "own_a", **shown: Any) -> Happened:
    told = {"kind": kind, "indicators": [], **shown}
    return Happened(object="outcome", id=id_, organisation=whose, what=what, shown=told)


async def happen(office: Office, *happened: Happened, at: datetime = NOW) -> None:
    async with office.tables() as connection:
        await record(connection, AIDA, at, *happened)


def both(id_: str, kind: str, whose: str = "own_a", **shown: Any) -> list[Happened]:
    return [outcome(id_, what, kind, whose, **shown) for what in ("claim", "confirm")]


async def read(office: Office, who: Any = AIDA, **asked: Any) -> dict[str, dict[str, Any]]:
    answer = await office.get("/stats/impact", who, **asked)
    assert answer.status_code == 200, answer.text
    return {each["code"]: each for each in answer.json()["figures"]}


async def sums(office: Office, **asked: Any) -> dict[str, tuple[int, Decimal]]:
    found = await read(office, **asked)
    return {code: (one["number"], Decimal(one["amount"])) for code, one in found.items()}


async def counts(office: Office, *codes: str, **asked: Any) -> list[int]:
    found = await sums(office, **asked)
    return [found[code][0] for code in codes]


async def kept(connection: asyncpg.Connection) -> list[Sequence[Any]]:
    found = [
        tuple(row)
        for table in ("fact", "fact_case", "counted")
        for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY {table}::text")
    ]
    return [*found]


async def test_the_story_of_an_organisation_is_told_again_from_its_event_log_to_the_tiyn(
    office: Office,
) -> None:
    story = [alert(number) for number in range(1222)]
    story += [case(n, "create", region="75", embargoed=False) for n in range(270)]
    story += [case(n, what) for n in range(270) for what in ("open", "verify")]
    story += [complaint(n, "file") for n in range(210)]
    story += [complaint(n, "answer", in_time=n < 150) for n in range(180)]
    for kind, number, amount, amount_kind in (
        ("criminal_case_registered", 4, None, None),
        ("administrative_protocol", 38, None, None),
        ("fine_imposed", 25, "225000.00", "fined"),
        ("money_returned", 17, "15000000.10", "returned"),
        ("procedure_cancelled", 31, "20000000", "prevented"),
    ):
        more: dict[str, Any] = {"amount": amount, "amount_kind": amount_kind} if amount else {}
        for n in range(number):
            story += both(f"out_{kind}_{n}", kind, key=f"{kind}/{n}", case=f"cas_{n}", **more)
    await happen(office, *story)

    assert await sums(office) == STORY

    async with office.tables() as connection:
        as_it_grew = await kept(connection)
        await counting.rebuild(connection)
        assert await kept(connection) == as_it_grew
        await connection.execute("TRUNCATE event")
        await counting.rebuild(connection)
    assert (await counts(office, "tenders_monitored", "money_returned")) == [0, 0]


async def test_what_is_undone_leaves_the_count_and_the_log_folded_at_once_says_the_same(
    office: Office,
) -> None:
    one_by_one = [
        case(1, "create", region="75", campaign="cmp_roads", embargoed=True),
        case(1, "open"),
        case(1, "verify"),
        case(2, "create", region="10", embargoed=False),
        case(2, "open"),
        case(2, "verify"),
        alert(1, "promote", case="cas_1"),
        alert(2, "promote", case="cas_2", indicators=["P03", "R018"]),
        complaint(2, "file"),
        complaint(2, "not_accept"),
        complaint(2, "file"),
        complaint(2, "answer"),
        *both("out_fine", "fine_imposed", case="cas_2", amount="10.50", amount_kind="fined"),
        *both("out_jail", "criminal_case_registered", case="cas_2", key="case 77"),
        *both("out_money", "money_returned", case="cas_1", amount="5", amount_kind="returned"),
        outcome("out_soon", "claim", "fine_imposed", case="cas_2", amount="1", amount_kind="fined"),
    ]
    for each in one_by_one:
        await happen(office, each)
    named = ("cases_opened", "violations", "complaints", "fines", "criminal_cases")
    before = await counts(office, *named)
    hidden = await sums(office)
    claimed = (await read(office))["fines"]
    steps = {}
    for name, each in {
        "unfounded": case(2, "close_unfounded"),
        "reopened": case(2, "reopen"),
        "withdrawn": complaint(2, "withdraw"),
        "told anew": outcome(
            "out_fine", "change", "fine_imposed", case="cas_2", amount="11", amount_kind="fined"
        ),
        "acquitted": outcome("out_free", "confirm", "acquittal", key="case 77", case="cas_2"),
        "disputed": outcome("out_fine", "reopen", "fine_imposed", case="cas_2"),
        "published": case(1, "change", embargoed=False),
        "merged": case(1, "merge"),
    }.items():
        await happen(office, each)
        steps[name] = await counts(office, *named, "money_returned")
    roads = await counts(office, "money_returned", campaign="cmp_roads")
    p03 = await counts(office, "complaints", "answers", indicator="P03")
    async with office.tables() as connection:
        as_it_grew = await kept(connection)
        await counting.rebuild(connection)
        rebuilt = await kept(connection)

    assert before == [1, 1, 1, 1, 1]
    assert hidden["money_returned"] == (0, Decimal(0))
    assert (claimed["amount"], claimed["claimed_number"], claimed["claimed_amount"]) == (
        "10.50",
        1,
        "1.00",
    )
    assert steps == {
        "unfounded": [1, 0, 1, 0, 0, 0],
        "reopened": [1, 0, 1, 1, 1, 0],
        "withdrawn": [1, 0, 0, 1, 1, 0],
        "told anew": [1, 0, 0, 1, 1, 0],
        "acquitted": [1, 0, 0, 1, 0, 0],
        "disputed": [1, 0, 0, 0, 0, 0],
        "published": [2, 1, 0, 0, 0, 1],
        "merged": [1, 0, 0, 0, 0, 1],
    }
    assert (roads, p03) == ([1], [0, 1])
    assert rebuilt == as_it_grew


async def test_facts_that_were_folded_wrongly_are_right_after_the_command_that_rebuilds_them(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in office.settings.model_dump(exclude_none=True).items():
        secret = getattr(value, "get_secret_value", None)
        monkeypatch.setenv(name.upper(), str(secret() if secret else value))
    await happen(office, case(1, "open", region="75"), *both("out_1", "fine_imposed", **FINED))
    await happen(office, alert(1, "promote", case="cas_1"), alert(2))
    async with office.tables() as connection:
        right = await kept(connection)
        number = await connection.fetchval("SELECT count(*) FROM counted")
    told = await office.told()
    async with office.tables() as connection:
        await connection.execute("UPDATE fact SET amount = amount * 3, region = '10'")
        await connection.execute("DELETE FROM fact WHERE what = 'in_case'")
        await connection.execute("UPDATE fact_case SET hidden = true")
        await connection.execute("DELETE FROM counted WHERE figure = 'fines'")
        assert await kept(connection) != right

    assert await asyncio.to_thread(impact.run, Namespace(action="rebuild")) == 0

    async with office.tables() as connection:
        assert await kept(connection) == right
    assert capsys.readouterr().out == f"{number} things are counted\n"
    assert (await sums(office))["fines"] == (1, Decimal(184600))
    assert await office.told() == told, "nobody is told again"


async def test_two_organisations_report_the_same_money_and_it_counts_once(office: Office) -> None:
    money = {"amount": "100.25", "amount_kind": "returned", "key": "990240000001/250012/00"}
    stopped = {"amount": "7", "amount_kind": "prevented", "key": "prc_a"}
    await happen(
        office,
        *both("out_a", "money_returned", region="75", **money),
        *both("out_b", "money_returned", whose="own_b", region="75", **money),
        *both("out_c", "procedure_cancelled", **stopped),
        *both("out_d", "contract_cancelled", whose="own_b", **stopped),
    )
    await happen(office, outcome("out_e", "claim", "money_returned", whose="own_c", **money))
    whole = await read(office)
    mine, theirs = (
        await sums(office, organisation="own_a"),
        await sums(office, organisation="own_b"),
    )
    answer = (await office.get("/stats/impact", by="organisation")).json()
    parts = {(one["part"], one["figure"]): one for one in answer["parts"]}
    behind = (await office.get("/stats/impact/money_returned")).json()["data"]

    assert (whole["money_returned"]["number"], whole["money_returned"]["amount"]) == (1, "100.25")
    assert whole["money_returned"]["claimed_number"] == 0
    assert whole["purchases_stopped"]["number"] == 1
    assert mine["money_returned"] == theirs["money_returned"] == (1, Decimal("100.25"))
    assert parts["own_b", "money_returned"]["amount"] == "100.25"
    assert parts["own_c", "money_returned"]["claimed_number"] == 1
    assert [(one["id"], one["claimed"]) for one in behind] == [("out_a", False)]


async def test_what_an_organisation_reports_is_undone_by_itself_and_never_by_another(
    office: Office,
) -> None:
    await happen(
        office,
        *both("out_a", "conviction", key="case 77"),
        *both("out_b", "conviction", whose="own_b", key="case 77"),
        *both("out_free", "acquittal", whose="own_b", key="case 77"),
    )
    left = await counts(office, "convictions")
    each = [await counts(office, "convictions", organisation=whose) for whose in ("own_a", "own_b")]
    await happen(office, *both("out_free_too", "acquittal", key="case 77"))

    assert (left, each) == ([1], [[1], [0]])
    assert await counts(office, "convictions") == [0]


async def test_an_outcome_whose_number_was_taken_away_counts_once_when_it_is_confirmed(
    office: Office,
) -> None:
    fine = {"amount": "5", "amount_kind": "fined"}
    for what, more in (("claim", {"key": "k1"}), ("change", {}), ("confirm", {})):
        await happen(office, outcome("out_a", what, "fine_imposed", **fine, **more))
    found = (await read(office))["fines"]
    async with office.tables() as connection:
        as_it_grew = await kept(connection)
        await counting.rebuild(connection)
        rebuilt = await kept(connection)

    assert (found["number"], found["claimed_number"], found["claimed_amount"]) == (1, 0, "0")
    assert rebuilt == as_it_grew


async def test_the_same_money_confirmed_by_many_at_one_moment_counts_once(office: Office) -> None:
    money = {"amount": "100", "amount_kind": "returned", "key": "one contract"}
    many = [both(f"out_{n}", "money_returned", f"own_{n}", **money) for n in range(8)]
    await asyncio.gather(*(happen(office, *each) for each in many))

    assert (await sums(office))["money_returned"] == (1, Decimal(100))
    async with office.tables() as connection:
        assert await connection.fetchval("SELECT count(*) FROM counted") == 8


async def test_each_number_has_its_list_its_file_and_its_parts_by_day_and_place_of_kazakhstan(
    office: Office,
) -> None:
    fine = {"amount": "1000", "amount_kind": "fined"}
    await happen(office, *both("out_1", "fine_imposed", region="751110000", **fine), at=JANUARY)
    await happen(office, *both("out_2", "fine_imposed", region="100000000", **fine))
    await happen(office, *both("=cmd()", "fine_imposed", campaign="=1+1", **fine))
    february = await counts(office, "fines", since="2026-02-01", until="2026-02-28")
    january = await counts(office, "fines", until="2026-01-31")
    almaty = await counts(office, "fines", region="75")
    months = (await office.get("/stats/impact", by="month")).json()["parts"]
    regions = (await office.get("/stats/impact", by="region")).json()["parts"]
    first = (await office.get("/stats/impact/fines", limit=2)).json()
    mark = str(first["after"]).replace("'", '"')
    rest = (await office.get("/stats/impact/fines", limit=2, after=mark)).json()
    file = await office.get("/stats/impact/fines/csv")
    rows = list(csv.DictReader(io.StringIO(file.text)))

    ever = await counts(office, "fines", since="0001-01-01", until="9999-12-31")

    assert (february, january, almaty, ever) == ([1], [0], [1], [3])
    assert {(one["part"], one["number"]) for one in months if one["figure"] == "fines"} == {
        ("2026-02", 1),
        ("2026-03", 2),
    }
    assert {one["part"] for one in regions} == {"75", "10", None}
    assert [len(first["data"]), len(rest["data"]), rest["after"]] == [2, 1, None]
    assert rest["data"][0]["day"] == "2026-02-01"
    assert file.headers["content-type"].startswith("text/csv")
    assert {row["id"] for row in rows} == {"out_1", "out_2", "'=cmd()"}
    assert {row["campaign"] for row in rows} == {"", "'=1+1"}
    assert problem(await office.get("/stats/impact/gossip")) == (404, "not_found")
    assert problem(await office.get("/stats/impact", by="mood")) == (422, "validation_failed")
    assert problem(await office.get("/stats/impact", region="xx")) == (422, "validation_failed")


async def test_which_purchase_somebody_looks_at_is_told_to_nobody_else(office: Office) -> None:
    await happen(office, alert(7, "review", region="751110000"), alert(8, "review"))
    own = (await office.get("/stats/impact/tenders_monitored")).json()["data"]
    office.clock.moment = NOW + timedelta(days=2)
    answer = await office.get("/stats/impact/tenders_monitored", STRANGER, limit=1)
    others = answer.json()["data"]
    file = await office.get(
        "/stats/impact/tenders_monitored/csv", replace(STRANGER, organisation=None)
    )

    assert {one["id"] for one in own} == {"prc_7", "prc_8"}
    assert (others[0]["id"], others[0]["amount"], others[0]["organisation"]) == (None, None, None)
    assert others[0]["region"] == "75"
    assert "prc_" not in answer.text + file.text


async def test_what_others_look_at_is_counted_days_later_and_only_in_the_large(
    office: Office,
) -> None:
    await happen(
        office,
        alert(7, "review", region="751110000"),
        alert(8, "promote", case="cas_8", region="751110000"),
        case(8, "create", embargoed=True),
    )

    async def seen(who: Any, **asked: Any) -> int:
        return int((await read(office, who, **asked))["tenders_monitored"]["number"])

    small: tuple[dict[str, Any], ...] = (
        {"organisation": "own_a"},
        {"indicator": "R018"},
        {"campaign": "cmn_a"},
        {"region": "751110000"},
    )
    at_once = [await seen(AIDA), await seen(STRANGER)]
    office.clock.moment = NOW + timedelta(hours=30)
    next_day = await seen(STRANGER)
    office.clock.moment = NOW + timedelta(days=2)
    later = [await seen(AIDA), await seen(STRANGER), await seen(STRANGER, region="75")]
    in_small = [await seen(STRANGER, **asked) for asked in small]
    own_small = [await seen(AIDA, **asked) for asked in small]
    parts = {
        by: (await office.get("/stats/impact", STRANGER, by=by)).json()["parts"]
        for by in ("region", "organisation", "indicator")
    }
    await happen(office, replace(alert(7, "review"), organisation="own_b"))
    of_both = [await seen(AIDA), await seen(STRANGER), await seen(STRANGER, organisation="own_b")]
    await happen(office, case(8, "change", embargoed=False))

    assert (at_once, next_day, later) == ([2, 0], 0, [2, 1, 1])
    assert (in_small, own_small) == ([0, 0, 0, 0], [2, 2, 0, 2])
    assert {by: [one["part"] for one in found] for by, found in parts.items()} == {
        "region": ["75"],
        "organisation": [],
        "indicator": [],
    }
    assert of_both == [2, 1, 1]
    assert await seen(STRANGER) == 2


async def test_which_purchase_a_case_or_complaint_of_others_is_about_is_told_by_no_figure(
    office: Office,
) -> None:
    named = ("cases_opened", "violations", "complaints", "answers", "answers_in_time")
    await happen(
        office,
        case(1, "create", region="751110000", campaign="cmp_roads", embargoed=False),
        case(1, "open"),
        case(1, "verify"),
        alert(1, "promote", case="cas_1", indicators=["P03"], region="751110000"),
        complaint(1, "file"),
        complaint(1, "answer", in_time=True),
    )

    async def seen(who: Any, **asked: Any) -> list[int]:
        """What each figure says, and its list and file with it."""
        found = await read(office, who, **asked)
        for code in named:
            listed = (await office.get(f"/stats/impact/{code}", who, **asked)).json()["data"]
            file = await office.get(f"/stats/impact/{code}/csv", who, **asked)
            assert found[code]["number"] == len(listed) == len(file.text.splitlines()) - 1
        return [found[code]["number"] for code in named]

    at_once = [await seen(AIDA), await seen(STRANGER)]
    office.clock.moment = NOW + timedelta(hours=30)
    next_day = await seen(STRANGER)
    office.clock.moment = NOW + timedelta(days=2)
    nobody = replace(STRANGER, organisation=None)
    later = [await seen(who, region="75") for who in (AIDA, STRANGER, nobody)]
    small: tuple[dict[str, Any], ...] = (
        {"organisation": "own_a"},
        {"indicator": "P03"},
        {"campaign": "cmp_roads"},
        {"region": "7511"},
    )
    in_small = [await seen(STRANGER, **asked) for asked in small]
    own_small = [await seen(AIDA, **asked) for asked in small]
    parts = {
        by: (await office.get("/stats/impact", STRANGER, by=by)).json()["parts"]
        for by in ("month", "region", "organisation", "campaign", "indicator")
    }
    rows = {
        (who.organisation, code): (await office.get(f"/stats/impact/{code}", who)).json()["data"]
        for who in (AIDA, STRANGER)
        for code in named
    }

    none, one_each = [0] * len(named), [1] * len(named)
    assert (at_once, next_day, later) == ([one_each, none], none, [one_each] * 3)
    assert (in_small, own_small) == ([none] * 4, [one_each] * 4)
    assert {by: {one["part"] for one in found} for by, found in parts.items()} == {
        "month": {"2026-03"},
        "region": {"75"},
        "organisation": set(),
        "campaign": set(),
        "indicator": set(),
    }
    for code in named:
        [theirs], [own] = rows[STRANGER.organisation, code], rows["own_a", code]
        assert theirs == {
            "object": own["object"],
            "id": None,
            "organisation": None,
            "day": "2026-03-02",
            "region": "75",
            "campaign": None,
            "indicators": [],
            "kind": None,
            "amount": None,
            "claimed": False,
        }
        assert (own["organisation"], own["region"]) == ("own_a", "751110000")
        assert (own["indicators"], own["campaign"]) == (["P03"], "cmp_roads")


async def test_a_case_that_went_from_one_organisation_to_another_counts_once_for_everybody(
    office: Office,
) -> None:
    await happen(office, case(1, "create", region="75"), case(1, "open"), case(1, "verify"))
    await happen(office, replace(case(1, "verify"), organisation="own_b"))
    office.clock.moment = NOW + timedelta(days=2)
    both_and_another = [replace(STRANGER, organisation=own) for own in ("own_a", "own_b", "own_c")]
    for who in both_and_another:
        behind = (await office.get("/stats/impact/violations", who)).json()["data"]
        assert [one["organisation"] for one in behind] == [
            who.organisation if who.organisation != "own_c" else None
        ]
        assert (await read(office, who))["violations"]["number"] == 1


async def test_a_case_that_ever_rested_on_a_tip_counts_for_its_own_organisation_alone(
    office: Office,
) -> None:
    fine = {"amount": "7", "amount_kind": "fined", "key": "k"}
    async with office.tables() as connection:
        await connection.execute(_TIP_THAT_ENDED)
    await happen(office, alert(1, "promote", case="cas_1"), case(1, "create"), case(1, "open"))
    await happen(office, *both("out_a", "fine_imposed", case="cas_1", **fine))
    office.clock.moment = NOW + timedelta(days=2)
    named = ("tenders_monitored", "cases_opened", "fines")
    own, others = [
        {code: found[code]["number"] for code in named}
        for found in (await read(office), await read(office, STRANGER, organisation="own_a"))
    ]
    large = await read(office, STRANGER)
    behind = [
        (await office.get(f"/stats/impact/{code}", who)).json()["data"]
        for who in (AIDA, STRANGER)
        for code in named
    ]
    await happen(office, *both("out_b", "fine_imposed", whose="own_b", **fine))
    open_to_all = (await read(office, replace(STRANGER, organisation="own_c")))["fines"]["number"]
    async with office.tables() as connection:
        as_it_grew = await kept(connection)
        await counting.rebuild(connection)
        rebuilt = await kept(connection)

    assert own == dict.fromkeys(named, 1)
    assert others == {code: large[code]["number"] for code in named} == dict.fromkeys(named, 0)
    assert [len(found) for found in behind] == [1, 1, 1, 0, 0, 0]
    assert open_to_all == 1
    assert rebuilt == as_it_grew


async def test_a_case_that_was_merged_is_hidden_with_the_one_it_was_merged_into(
    office: Office,
) -> None:
    first, second, third = [
        (await office.post("/cases", {"title": name, "region": "75"})).json()["id"]
        for name in ("first", "second", "third")
    ]
    fine = {"kind": "fine_imposed", "case": first, "amount": "7", "amount_kind": "fined"}
    of_first = (await office.post("/outcomes", fine)).json()["id"]
    await happen(office, *both(of_first, "fine_imposed", case=first, amount_kind="fined"))
    async with office.tables() as connection:
        await connection.execute("UPDATE outcome SET state = 'confirmed', revision = 2")

    async def seen() -> tuple[int, int]:
        status = (await office.get(f"/outcomes/{of_first}", STRANGER)).status_code
        return (await counts(office, "fines"))[0], status

    steps = [await seen()]
    for one, into in ((first, second), (second, third)):
        move = {"move": "merge", "case": into, "note": "The same."}
        merged = await office.post(f"/cases/{one}/moves", move, seen="*")
        assert merged.status_code == 200, merged.text
    steps.append(await seen())
    for embargoed in (True, False):
        await office.send("PATCH", f"/cases/{third}", {"embargoed": embargoed}, seen="*")
        steps.append(await seen())
        async with office.tables() as connection:
            as_it_grew = await kept(connection)
            await counting.rebuild(connection)
            assert await kept(connection) == as_it_grew

    assert steps == [(1, 200), (1, 200), (0, 404), (1, 200)]


@pytest.mark.thorough
async def test_a_hundred_thousand_outcomes_are_counted_within_half_a_second(office: Office) -> None:
    async with office.tables() as connection:
        await connection.execute(_MANY, NOW)
        await connection.execute("ANALYZE counted")

    async def best(**asked: Any) -> float:
        took = []
        for _ in range(5):
            began = time.perf_counter()
            found = await sums(office, **asked)
            took.append(time.perf_counter() - began)
            assert found["fines"][0] > 1000
        return min(took)

    assert await best() < 0.5
    assert await best(since="2025-06-01", region="75", organisation=["own_0", "own_4"]) < 0.5
    assert await best(by="month") < 0.5


def test_every_figure_counts_what_some_event_brings_about_and_kinds_that_there_are() -> None:
    brought = {what for _, _, what, brings in counting.EFFECTS if brings} | {"monitored"}
    kinds = set(Kind.__args__)  # type: ignore[attr-defined]  # the members of a Literal
    for code, figure in figures().items():
        assert figure.fact in brought, code
        assert {*figure.kinds, *figure.undone_by} <= kinds, code
        assert all((figure.definition.kk, figure.definition.ru, figure.definition.en)), code
    for object_, what, *_ in counting.EFFECTS:
        assert what in life_cycles()[object_].moves, (object_, what)
    assert {*counting.LOOKED_AT} <= life_cycles()["alert"].moves.keys()


_TIP_THAT_ENDED: Final = """
    INSERT INTO case_link (id, case_id, kind, target, linked_at, ended_at)
    VALUES ('lnk_1', 'cas_1', 'tip', 'tip_1', now(), now())
"""

_MANY: Final = """
    INSERT INTO counted (figure, object, object_id, organisation, claim, whole, key, at, region,
                         indicators, kind, amount)
    SELECT (ARRAY['fines', 'money_returned', 'administrative_protocols', 'purchases_stopped'])
            [1 + n % 4], 'outcome', 'out_' || n, 'own_' || n % 20, n % 7 = 0, n % 10 > 0,
        'key_' || n % 90000, $1::timestamptz - n * interval '5 min',
        (ARRAY['75', '10', '71'])[1 + n % 5 % 3], ARRAY['R0' || n % 40], 'a_kind', n
    FROM generate_series(1, 100000) AS n
"""
