import json
from datetime import date
from pathlib import Path

from shared.contracts.registers import RegisterRow, answer
from tests.ingestor.office import Office
from tests.ingestor.registers.lists import csv_file, json_file, numbers, org, own, published, take

HEADER = ["bin", "since", "until", "sum", "note"]
ONE, TWO, THREE = numbers(3)


def asked(rows: list[RegisterRow], number: str, day: str) -> str:
    entries = [row for row in rows if row.kind == "entry" and row.party == org(number)]
    coverage = [r for r in rows if r.kind == "coverage" and r.party in (None, org(number))]
    return answer(entries, coverage, date.fromisoformat(day))


async def test_who_is_missing_from_the_next_list_is_closed_on_its_day_and_never_deleted(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    rows = [[ONE, "2025-03-01"], [TWO, "2025-04-01"]]
    await take(office, csv_file(path, [HEADER, *rows]), own(), on="2026-10-01")

    run = await take(office, csv_file(path, [HEADER, rows[0]]), own(), on="2026-11-01")

    said = await published(office)
    assert (run.status, run.accepted, run.unchanged) == ("complete", 0, 1)
    assert asked(said, ONE, "2026-11-01") == "yes"
    days = ("2025-03-31", "2025-04-01", "2026-10-31", "2026-11-01", "2026-11-02")
    answers = [asked(said, TWO, day) for day in days]
    assert answers == ["unknown", "yes", "yes", "no", "unknown"]
    assert [asked(said, THREE, d) for d in ("2026-09-30", "2026-10-15")] == ["unknown", "no"]
    [gone] = [row for row in said if row.party == org(TWO)]
    assert (gone.ended, gone.valid_to, gone.known_to) == (
        "absent",
        date(2026, 11, 1),
        date(2026, 11, 1),
    )


async def test_the_same_list_again_changes_nothing_but_the_days_that_are_known(
    office: Office, tmp_path: Path
) -> None:
    path = csv_file(tmp_path / "l.csv", [HEADER, *([n, "2025-01-01"] for n in numbers(50))])
    await take(office, path, own(), on="2026-11-01")
    before = (await office.feed("registers"))[-1].seq

    run = await take(office, path, own(), on="2026-11-20")

    [entry] = await office.feed("registers", before)
    assert (run.accepted, run.unchanged) == (0, 50)
    coverage = json.loads(entry.body)
    assert (coverage["kind"], coverage["known_from"], coverage["known_to"]) == (
        "coverage",
        "2026-11-01",
        "2026-11-20",
    )


async def test_lists_too_far_apart_leave_the_days_between_them_unknown(
    office: Office, tmp_path: Path
) -> None:
    path = csv_file(tmp_path / "l.csv", [HEADER, [ONE, "2025-01-01"]])
    await take(office, path, own(), on="2026-01-01")
    await take(office, path, own(), on="2026-06-01")

    said = await published(office)

    days = ("2026-01-01", "2026-03-01", "2026-06-01")
    assert [asked(said, TWO, day) for day in days] == ["no", "unknown", "no"]


async def test_a_list_that_lost_most_of_itself_closes_nobody_until_somebody_has_looked(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    rows = [[number, "2025-03-01"] for number in numbers(40)]
    await take(office, csv_file(path, [HEADER, *rows]), own(), on="2026-11-01")
    csv_file(path, [HEADER, *rows[:10]])

    refused = await take(office, path, own(), on="2026-11-02")
    still = await published(office)
    accepted = await take(office, path, own(), on="2026-11-02", shrunk=True)

    assert refused.status == "incomplete"
    assert "30 of 40 entries are missing" in (refused.reason or "")
    assert not [row for row in still if row.ended]
    assert asked(still, THREE, "2026-11-02") == "unknown"
    assert accepted.status == "complete"
    assert len([row for row in await published(office) if row.ended == "absent"]) == 30


async def test_a_row_that_does_not_tell_whom_it_is_about_keeps_everything_open(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    await take(office, csv_file(path, [HEADER, [ONE, ""], [TWO, ""]]), own(), on="2026-11-01")

    unknown = csv_file(path, [HEADER, [ONE, ""], ["12345", ""]])
    run = await take(office, unknown, own(), on="2026-11-02")
    spared = csv_file(path, [HEADER, [ONE, ""], [TWO, "soon"]])
    second = await take(office, spared, own(), on="2026-11-03")

    assert run.status == "incomplete"
    assert "1 rows do not tell" in (run.reason or "")
    assert second.status == "complete"
    assert not [row for row in await published(office) if row.ended]


async def test_an_entry_that_was_in_force_on_no_known_day_leaves_a_tombstone(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    await take(office, csv_file(path, [HEADER, [ONE, ""], [TWO, ""]]), own())

    await take(office, csv_file(path, [HEADER, [TWO, ""]]), own())

    [tombstone] = [entry for entry in await office.feed("registers") if entry.deleted]
    assert asked(await published(office), ONE, "2026-11-24") == "no"
    assert tombstone.key.startswith("reg_")


async def test_who_comes_back_without_a_stated_beginning_has_two_stays_and_a_gap(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    both, one = [HEADER, [ONE, ""], [TWO, ""]], [HEADER, [TWO, ""]]
    for rows, day in ((both, "2026-09-01"), (one, "2026-10-01"), (both, "2026-11-01")):
        await take(office, csv_file(path, rows), own(), on=day)

    said = await published(office)

    days = ("2026-09-15", "2026-10-15", "2026-11-01")
    assert [asked(said, ONE, day) for day in days] == ["yes", "no", "yes"]


async def test_an_older_list_is_refused_for_history_is_told_forwards(
    office: Office, tmp_path: Path
) -> None:
    path = csv_file(tmp_path / "l.csv", [HEADER, [ONE, ""]])
    await take(office, path, own(), on="2026-11-01")

    run = await take(office, path, own(), on="2026-10-01")

    assert run.status == "failed"
    assert "2026-11-01" in (run.reason or "")


async def test_an_incremental_list_closes_nobody_and_says_nothing_of_others(
    office: Office, tmp_path: Path
) -> None:
    path, how = tmp_path / "list.csv", own(extent="incremental")
    await take(office, csv_file(path, [HEADER, [ONE, "2025-01-01", "2026-02-01"]]), how)
    await take(office, csv_file(path, [HEADER, [TWO, "2025-06-01"]]), how)

    said = await published(office)

    assert [asked(said, n, "2026-01-01") for n in (ONE, TWO, THREE)] == ["yes", "yes", "unknown"]
    assert asked(said, ONE, "2026-02-01") == "unknown"


async def test_single_answers_tell_of_their_own_party_and_day_only(
    office: Office, tmp_path: Path
) -> None:
    def said_on(day: str, body: object) -> dict[str, object]:
        return {"taxpayerCode": ONE, "retrieved": day, "body": body}

    registered = {"iinBin": ONE, "ndsRegistrationDate": "2024-05-01", "ndsDeregistrationDate": None}
    answers = [
        said_on("2026-03-01", registered),
        {"taxpayerCode": TWO, "retrieved": "2026-03-01", "body": None},
    ]
    await take(office, json_file(tmp_path / "a.json", answers), "vat_payer_answers")
    first = await published(office)
    later = json_file(tmp_path / "b.json", [said_on("2026-10-01", "")])
    await take(office, later, "vat_payer_answers")
    second = await published(office)

    days = ("2024-04-30", "2024-05-01", "2026-03-01", "2026-03-02")
    assert [asked(first, ONE, day) for day in days] == ["unknown", "yes", "yes", "unknown"]
    assert [asked(first, TWO, day) for day in days] == ["unknown", "unknown", "no", "unknown"]
    later_days = ("2026-03-01", "2026-06-01", "2026-10-01")
    assert [asked(second, ONE, day) for day in later_days] == ["yes", "unknown", "no"]
