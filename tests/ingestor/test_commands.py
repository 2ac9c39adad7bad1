import asyncio
import json
import os
from pathlib import Path

from tests.ingestor.office import Office, lines, release
from tests.support.processes import Ended, run


async def command(office: Office, *words: str, given: bytes = b"") -> Ended:
    return await run("ingestor", *words, env=office.environment(), given=given)


async def test_files_are_loaded_listed_set_aside_and_withdrawn_by_command(
    office: Office, tmp_path: Path
) -> None:
    good, bad = tmp_path / "Ақтөбе 2026.jsonl", tmp_path / "bad.jsonl"
    good.write_bytes(lines([release(), b"null", release("ocds-t-2")]))
    bad.write_bytes(b"no json at all\n")

    migrated = await command(office, "migrate")
    loaded = await command(office, "load", str(good), "--json", "--licence", "CC0-1.0")
    failed, piped = await asyncio.gather(
        command(office, "load", str(bad), str(tmp_path / "absent.json"), "--json"),
        command(office, "load", "-", "--json", given=lines([release()])),
    )
    listed, aside, withdrawn = await asyncio.gather(
        command(office, "runs", "--json"),
        command(office, "quarantine", "list", "--json"),
        command(office, "withdraw", "--source", "ақтөбе-2026", "--reason", "gone", "ocds-t-1"),
    )

    assert migrated.status == 0, migrated.err
    assert loaded.status == 0, loaded.err
    [done] = loaded.documents()
    assert (done["id"], done["source"], done["status"]) == ("run_1", "ақтөбе-2026", "complete")
    assert (done["expected"], done["accepted"], done["quarantined"]) == (3, 2, 1)
    assert failed.status == 1
    assert [one["status"] for one in failed.documents()] == ["failed", "failed"]
    assert "No such file" in failed.documents()[1]["reason"]
    assert piped.documents()[0]["source"] == "stdin"
    assert [one["id"] for one in listed.documents()] == ["run_4", "run_3", "run_2", "run_1"]
    assert [one["code"] for one in aside.documents()] == ["not_an_object", "malformed"]
    assert str(tmp_path) not in listed.out + aside.out
    assert withdrawn.status == 0, withdrawn.err
    assert set(await office.published()) == {("ақтөбе-2026", "ocds-t-2"), ("stdin", "ocds-t-1")}


async def test_one_thing_in_quarantine_is_shown_with_what_was_received_and_tried_again(
    office: Office,
) -> None:
    await office.take([release(), b'{"ocid": 17.5.3}'])

    shown, replayed, unknown = await asyncio.gather(
        command(office, "quarantine", "show", "1", "--payload"),
        command(office, "quarantine", "replay", "--all", "--json"),
        command(office, "quarantine", "show", "99"),
    )

    about, payload = shown.out.strip().split("\n")
    assert payload == '{"ocid": 17.5.3}'
    assert (json.loads(about)["line"], json.loads(about)["code"]) == (2, "malformed")
    assert (replayed.status, replayed.documents()[0]["fate"]) == (1, "refused")
    assert unknown.status == 1


async def test_wrong_words_are_a_usage_error_that_names_what_there_is(office: Office) -> None:
    nothing, zone, dead, sources = await asyncio.gather(
        command(office),
        command(office, "load", "x.json", "--zone", "Mars/Olympus"),
        command(office, "dead", "list"),
        command(office, "sources", "--json"),
    )

    assert (nothing.status, zone.status, dead.status) == (2, 2, 0)
    assert "quarantine" in nothing.err
    assert "Mars/Olympus" in zone.err
    titles = {kind["name"]: kind["title"] for kind in sources.documents()}
    assert titles["ocds_file"]["kk"] == "OCDS файлдары"


async def test_a_reader_that_leaves_early_ends_a_list_quietly_and_no_work_is_cut_short(
    office: Office, tmp_path: Path
) -> None:
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for number, file in enumerate(files):
        file.write_bytes(lines([release(f"ocds-t-{number}"), b"null"]))

    load = await unread(office, "load", *map(str, files))
    lists = await asyncio.gather(
        unread(office, "runs"),
        unread(office, "quarantine", "list", "--json"),
        unread(office, "sources"),
        unread(office, "dead", "list"),
    )

    assert [(said.status, said.err) for said in [load, *lists]] == [(0, "")] * 5
    assert set(await office.published()) == {("a", "ocds-t-0"), ("b", "ocds-t-1")}


async def unread(office: Office, *words: str) -> Ended:
    """Run a command whose standard output nobody reads any more."""
    return await run("ingestor", *words, env=office.environment(), unread=True)


async def test_a_command_that_is_told_nothing_says_who_tells_it_and_help_says_how_to_get_more() -> (
    None
):
    untold, helped = await asyncio.gather(
        alone("load", "x.jsonl"),
        alone("--help"),
    )

    assert (untold.status, helped.status) == (1, 0)
    assert "DATABASE_URL: Field required" in untold.err
    for hint in ("make load FILE=", "python -m deploy.local exec ingestor"):
        assert hint in untold.err
        assert hint in helped.out
    assert "ingestor COMMAND --help" in helped.out


async def alone(*words: str) -> Ended:
    """Run a command without any platform."""
    return await run("ingestor", *words, env={"PATH": os.environ["PATH"]})
