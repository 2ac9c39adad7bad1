"""An organisation leaves cases: what is counted first, what goes, what stays, what a hold keeps."""

import argparse
import asyncio
import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from cases import tables
from cases.commands import organisation as command
from cases.evidence.files import Files
from cases.evidence.storing import files_of
from cases.leaving import deleting, handing, holding
from cases.leaving.declared import ENDINGS, UNTOUCHED
from cases.outcomes import counting
from shared.errors import DependencyDown
from tests.cases.complaints.desk import CASE, confirm, drafted, filed, open_case
from tests.cases.evidence.files import photograph
from tests.cases.evidence.test_evidence import upload
from tests.cases.office import BOLAT, NOW, STRANGER, Office
from tests.cases.publication.people import (
    ANYBODY,
    NAMED,
    SECRET,
    begun,
    done,
    moved,
    notified,
    told,
)

APPROVAL = "apr_0123456789abcdef"
WORDS = "Karakoz said it at the gate"
"""What members write in what nobody else was shown."""


def test_every_table_ends_in_some_way_or_says_why_it_is_not_touched() -> None:
    every = {table.name for table in tables.Base.metadata.tables.values()}
    assert {*ENDINGS, *UNTOUCHED} >= every - {"alembic_version"}
    assert not set(ENDINGS) & set(UNTOUCHED)
    assert all(ending.stays for ending in ENDINGS.values() if ending.emptied or not ending.gone)


async def test_what_members_wrote_goes_and_what_others_were_told_stays(office: Office) -> None:
    await _worked(office)
    page = await _published(office)
    sent = await filed(office)
    await drafted(office, subject=WORDS)
    other = await done(office.post("/cases", {"title": "Theirs"}, STRANGER))
    seen = await office.get("/published-cases", ANYBODY)
    counted = await _counted(office)
    assert await _found(office, WORDS) >= {"casefile", "case_note", "case_task", "complaint"}

    planned = await deleting.plan(office.database, "own_a")
    assert planned.tables["evidence"].gone == 2
    assert planned.files == 3
    assert await _found(office, WORDS) >= {"casefile", "case_note", "case_task", "complaint"}

    gone = await _delete(office)

    assert gone.tables == planned.tables
    assert await _found(office, WORDS) == set()
    assert (await office.get(f"/cases/{other['id']}", STRANGER)).json()["title"] == "Theirs"
    assert not list((office.settings.evidence_path).glob("??/*"))
    assert (await office.get("/published-cases", ANYBODY)).json() == seen.json()
    assert await done(office.get(f"/published-cases/{page['id']}", ANYBODY)) == page
    async with office.tables() as connection:
        kept = await connection.fetch("SELECT id, state FROM complaint")
        assert [tuple(row) for row in kept] == [(sent["id"], "filed")]
        assert await connection.fetchval("SELECT count(*) FROM letter") == 1
        assert await connection.fetchval("SELECT count(*) FROM recommendation") == 2
        told_of = await connection.fetchrow("SELECT * FROM event WHERE what = 'deleted'")
        assert (told_of["organisation"], told_of["note"]) == ("own_a", APPROVAL)
        assert json.loads(told_of["shown"])["evidence"] == 2
        await counting.rebuild(connection)
    assert await _counted(office) == counted
    again = await deleting.plan(office.database, "own_a")
    assert not any(one.gone or one.emptied for one in again.tables.values())


async def test_a_file_that_another_organisation_has_too_stays_with_it(office: Office) -> None:
    await _worked(office)
    other = (await office.post("/cases", {"title": "Theirs"}, STRANGER)).json()["id"]
    theirs = (await upload(office, other, photograph(), who=STRANGER)).json()

    await _delete(office)

    verified = await office.post(f"/evidence/{theirs['id']}:verify", who=STRANGER)
    assert (verified.json()["original"], verified.json()["cleaned"]) == ("intact", "intact")


async def test_evidence_whose_file_was_removed_in_this_moment_is_not_recorded(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = (await office.post("/cases", {"title": "Theirs"})).json()["id"]
    once = office.app.state.desk.once

    def removed(*words: Any, **named: Any) -> Any:
        for each in office.settings.evidence_path.glob("??/*"):
            each.unlink()
        return once(*words, **named)

    monkeypatch.setattr(office.app.state.desk, "once", removed)
    answer = await upload(office, case, photograph())
    assert (answer.status_code, answer.json()["code"]) == (503, DependencyDown.code)


async def test_what_is_on_hold_is_not_deleted_until_it_is_released(office: Office) -> None:
    await _worked(office)
    ground = "Court of the district, 17 of 2 March"
    async with office.tables() as connection:
        await holding.hold(connection, "own_a", ground, NOW)
    with pytest.raises(holding.OnHoldError, match=ground):
        await _delete(office)
    assert (await deleting.plan(office.database, "own_a")).held == ground
    assert "case_note" in await _found(office, WORDS)
    assert len(list(office.settings.evidence_path.glob("??/*"))) == 2

    async with office.tables() as connection:
        await holding.release(connection, "own_a", "the same, 21 of 9 March", NOW)
        with pytest.raises(ValueError, match="nothing of own_a is held"):
            await holding.release(connection, "own_a", "again", NOW)
    await _delete(office)
    assert await _found(office, WORDS) == set()


async def test_a_hold_that_comes_while_files_are_deleted_keeps_all_after_the_one_in_hand(
    office: Office,
) -> None:
    await _worked(office)
    files = HeldMeanwhile(office)
    with pytest.raises(holding.OnHoldError, match=r"a paper; .* deleted before: 1, and nothing"):
        await deleting.delete(office.database, files, office.clock, "own_a", approval=APPROVAL)
    assert files.holding is not None
    await files.holding
    assert len(list(office.settings.evidence_path.glob("??/*"))) == 1
    assert await _found(office, WORDS) >= {"casefile", "case_note", "case_task", "evidence"}

    async with office.tables() as connection:
        await holding.release(connection, "own_a", "another", NOW)
    await _delete(office)  # begun again, it goes on
    assert not list(office.settings.evidence_path.glob("??/*"))


async def test_what_is_on_hold_is_not_given_by_command_to_who_could_delete_it(
    office: Office,
) -> None:
    case = await _worked(office)
    async with office.tables() as connection:
        await holding.hold(connection, "own_a", "a paper", NOW)
    for really in (False, True):
        with pytest.raises(holding.OnHoldError, match="a paper"):
            await handing.hand(office.database, office.clock, "own_a", "own_b", really=really)
    assert (await office.get(f"/cases/{case}")).json()["organisation"] == "own_a"


async def test_open_cases_are_given_to_another_and_survive_the_deletion(office: Office) -> None:
    case = await _worked(office)
    await open_case(office)
    await drafted(office)
    named: Any = {"organisation": "own_a", "receiver": "own_b"}
    asked = await handing.hand(office.database, office.clock, **named, really=False)
    assert asked == handing.Handed([case], [CASE])
    assert (await office.get(f"/cases/{case}", STRANGER)).status_code == 404

    assert await handing.hand(office.database, office.clock, **named, really=True) == asked
    await _delete(office)

    kept = (await office.get(f"/cases/{case}", STRANGER)).json()
    assert kept["title"] == WORDS
    notes = (await office.get(f"/cases/{case}/notes", STRANGER)).json()["data"]
    assert [note["text"] for note in notes] == [WORDS]
    evidence = (await office.get(f"/cases/{case}/evidence", STRANGER)).json()["data"]
    verified = await office.post(f"/evidence/{evidence[0]['id']}:verify", who=STRANGER)
    assert verified.json()["original"] == "intact"
    with pytest.raises(ValueError, match="theirs already"):
        await handing.hand(office.database, office.clock, "own_a", "own_a", really=True)


async def test_the_command_counts_asks_for_the_approval_and_deletes(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await _worked(office)
    monkeypatch.setattr(command, "Settings", lambda: office.settings)
    parser = argparse.ArgumentParser()
    command.configure(parser)

    async def run(*words: str) -> tuple[int, str]:
        arguments = parser.parse_args(words)
        try:
            await command._run(arguments)
        except ValueError as refused:
            return 1, str(refused)
        return 0, capsys.readouterr().out

    status, said = await run("delete", "own_a")
    assert (status, "case_note: 1 would be deleted" in said) == (0, True)
    assert "nothing was changed" in said
    assert (await run("delete", "own_a", "--yes"))[0] == 1
    await run("hold", "own_a", "--ground", "a paper")
    assert "on hold" in (await run("delete", "own_a"))[1]
    assert (await run("delete", "own_a", "--approval", APPROVAL, "--yes"))[0] == 1
    await run("release", "own_a", "--ground", "another")
    assert "would be given" in (await run("hand-over", "own_a", "--to", "own_b"))[1]
    assert await _found(office, WORDS) != set()
    status, said = await run("delete", "own_a", "--approval", APPROVAL, "--yes")
    assert (status, "files of evidence: 2" in said) == (0, True)
    assert await _found(office, WORDS) == set()


class HeldMeanwhile(Files):
    """The files of an office, of which a hold is asked for while the first is removed."""

    def __init__(self, office: Office) -> None:
        self._kept, self._office = files_of(office.settings), office
        self.holding: asyncio.Task[None] | None = None

    async def forget(self, sha256: bytes) -> None:
        await self._kept.forget(sha256)
        if self.holding is None:
            self.holding = asyncio.create_task(self._hold())
            await asyncio.wait([self.holding], timeout=0.5)

    async def _hold(self) -> None:
        async with self._office.tables() as connection:
            await holding.hold(connection, "own_a", "a paper", NOW)


async def _worked(office: Office) -> str:
    """A case that nobody else was told of, with all that members write."""
    case = (await office.post("/cases", {"title": WORDS, "summary": WORDS})).json()["id"]
    assert isinstance(case, str)
    at = f"/cases/{case}"
    await done(office.post(f"{at}/notes", {"text": WORDS}))
    await done(office.post(f"{at}/tasks", {"title": WORDS}))
    await done(office.post(f"{at}/parties", {"role": "witness", "note": WORDS}))
    await done(upload(office, case, photograph(), description=WORDS))
    seen = (await office.get(at)).json()["revision"]
    await done(office.post(f"{at}/moves", {"move": "open", "note": WORDS}, BOLAT, seen=seen))
    return case


async def _published(office: Office) -> dict[str, Any]:
    for kind, code in (("route", "appc76_appeal"), ("template", "general_appeal")):
        await confirm(office, kind, code)
    await open_case(office)
    await begun(office, figures=[])
    row = await told(office, await notified(office))
    reply = {"text": "It was measured again."}
    notice = row["notices"][0]["id"]
    await done(office.post(f"/received-notices/{notice}/reply", reply, NAMED))
    office.clock.moment += timedelta(hours=72)
    seen = (await office.get(f"/cases/{row['case']}/publication")).json()
    await moved(office, seen, "publish")
    office.clock.moment = NOW
    page = await done(office.get(f"/published-cases/{row['id']}", ANYBODY))
    assert SECRET in json.dumps(page)
    return page


async def _delete(office: Office) -> deleting.Plan:
    return await deleting.delete(
        office.database, files_of(office.settings), office.clock, "own_a", approval=APPROVAL
    )


async def _found(office: Office, words: str) -> set[str]:
    """The tables of cases that hold the words anywhere."""
    async with office.tables() as connection:
        return {
            table
            for table in ENDINGS
            if await connection.fetchval(
                f"SELECT EXISTS (SELECT FROM {table} AS one WHERE strpos(one::text, $1) > 0)",
                words,
            )
        }


async def _counted(office: Office) -> list[asyncpg.Record]:
    async with office.tables() as connection:
        return list(await connection.fetch("SELECT * FROM counted ORDER BY 1, 2, 3, 4, 5"))
