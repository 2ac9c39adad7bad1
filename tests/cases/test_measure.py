"""What the worker of cases shows: of tips yesterday's sum, of embargoes whether one was broken."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from cases import measure
from cases.measure import Measured
from shared.database import Database
from tests.cases.office import BOLAT, NOW, Office
from tests.cases.publication.people import done, moved, notified, told


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def look(office: Office, measured: Measured) -> Measured:
    async with office.database.connection() as connection:
        await measured.look(connection, office.clock)
    return measured


async def test_an_event_to_everybody_is_a_broken_embargo_only_if_the_case_was_under_one_then(
    office: Office,
) -> None:
    row = await told(office, await notified(office))
    office.clock.moment = NOW + timedelta(hours=72)
    await moved(office, row, "publish")
    following = Measured()
    counts = [(await look(office, following)).broken]

    office.clock.moment += timedelta(minutes=1)
    case = f"/cases/{row['case']}"
    seen = (await office.get(case)).json()["revision"]
    await done(office.send("PATCH", case, {"embargoed": True}, BOLAT, seen=seen))
    counts += [(await look(office, one)).broken for one in (Measured(), following)]

    async with office.tables() as connection:  # what a fault of ours would tell
        await connection.execute(
            "INSERT INTO feed_event (feed, seq, key, body)"
            " SELECT feed, seq + 100, 'case_event/leak', convert_to(jsonb_set("
            "   convert_from(body, 'UTF8')::jsonb, '{at}', to_jsonb($1::text))::text, 'UTF8')"
            " FROM feed_event WHERE position('\"public\":true'::bytea IN body) > 0 LIMIT 1",
            (office.clock.moment + timedelta(minutes=1)).isoformat(),
        )
        await connection.execute(
            "UPDATE feed_event SET body = convert_to(replace(convert_from(body, 'UTF8'),"
            " '\"public\": true', '\"public\":true'), 'UTF8') WHERE key = 'case_event/leak'"
        )
    counts += [(await look(office, following)).broken for _ in range(2)]

    assert counts == [0, 0, 0, 1, 1], "each event is looked at once"


async def test_days_of_complaints_are_counted_by_what_is_due_and_unconfirmed_terms_are_not_missed(
    office: Office,
) -> None:
    days = {"late": -1, "unsure": -1, "soon": 3, "far": 4}
    async with office.tables() as connection:
        columns = await connection.fetch(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'cases' AND table_name = 'complaint'"
            " AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'"
        )
        plain = {"jsonb": "{}", "ARRAY": [], "boolean": True, "integer": 1, "bigint": 1}
        for name, ahead in days.items():
            day = NOW.date() + timedelta(days=ahead)
            values = {
                row["column_name"]: NOW
                if row["data_type"].startswith("timestamp")
                else plain.get(row["data_type"], "x")
                for row in columns
            }
            values |= {"id": name, "state": "filed", "due_on": day, "window_closes_on": day}
            values["term_confirmed"] = name != "unsure"
            draft = {**values, "id": f"{name}-draft", "state": "draft"}
            for each in (values, draft):
                marks = ", ".join(f"${number}" for number in range(1, len(each) + 1))
                await connection.execute(
                    f"INSERT INTO complaint ({', '.join(each)}) VALUES ({marks})", *each.values()
                )

    measured = await look(office, Measured())

    assert dict(measured.deadlines) == {
        "overdue": 1,
        "due_in_3_days": 1,
        "window_closes_in_3_days": 1,
    }


async def test_a_tip_is_counted_when_its_day_is_over_and_in_no_label(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault: Database = office.app.state.desk.vault
    async with vault.transaction() as connection:
        await connection.execute(
            "INSERT INTO tip (id, lookup, organisations, channel, status, revision, received_on)"
            " VALUES ('tip_1', 'x', '{own_a}', 'own', 'received', 1, $1)",
            NOW.date(),
        )
    [job] = measure.due(office.database, vault, office.clock)
    counts = []
    for hours in (0, 14, 15):  # nine in the morning, eleven at night, midnight in Astana
        office.clock.moment = NOW + timedelta(hours=hours)
        await job.run()
        counts.append(shown("tips_total"))
    samples = [s for family in measure.shown.collect() for s in family.samples]
    monkeypatch.setattr(measure.shown, "measured", None)

    assert counts == [0, 0, 1]
    assert [s for s in samples if s.name == "tips_total" and s.labels] == []
    assert [*measure.shown.collect()] == []
