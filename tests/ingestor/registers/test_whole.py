import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.ingestor.office import Office
from tests.ingestor.registers.lists import OWN, csv_file, iin, json_file, numbers, org
from tests.ingestor.test_commands import command
from tests.ingestor.test_privacy import everything

FEW, MANY = 5_000, 50_000
PERSON = "ИП Ахметов Серик Болатович"


async def test_no_person_is_found_in_any_table_log_or_answer(
    office: Office, tmp_path: Path
) -> None:
    number, [one] = iin(), numbers(1)
    entity = {
        "bin": one,
        "datereg": "2000-01-04",
        "addressru": "г. Астана, ул. Кенесары 7-12",
        "okedru": f"Торговля ({number})",
        "director": "Ахметов Серик Болатович",
        "head_iin": number,
    }
    trader = {**entity, "bin": number, "statusru": PERSON, "datereg": "2020-01-01"}
    broken = {**entity, "datereg": "Ахметов, года не помню"}
    path = json_file(tmp_path / "gbd.json", [entity, trader, broken])

    said = await command(office, "register", "load", str(path), "--register", "legal_entities")
    aside = await command(office, "quarantine", "list", "--json")

    assert (said.status, said.err) == (0, "")
    async with office.database.connection() as connection:
        own = await everything(connection, "ingestor")
    async with office.vault.connection() as connection:
        vault = await everything(connection, "ingestor_raw")
    for secret in (number, "Ахметов", "Серик", "Кенесары"):
        for written in (secret.encode(), json.dumps(secret).strip('"').encode()):
            assert written not in own + vault + (said.out + said.err + aside.out).encode()
    assert org(one).encode() in own
    assert own.count(b"prs_") >= 2


async def load_watched(office: Office, path: Path, mapping: Path) -> int:
    words = ("register", "load", str(path), "--register", "watched", "--mapping", str(mapping))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ingestor", *words, env=office.environment()
    )
    watched, peak = psutil.Process(process.pid), 0
    while process.returncode is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        await asyncio.sleep(0.02)
    assert await process.wait() == 0
    return peak


@pytest.mark.thorough
async def test_memory_does_not_grow_with_the_length_of_a_list(
    office: Office, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(OWN, "utf-8")
    header: list[list[Any]] = [["bin", "since", "until", "sum", "note"]]
    rows = [[one, "01.02.2024", "", 5, "көрсетілді"] for one in numbers(MANY, "00014")]

    small = await load_watched(office, csv_file(tmp_path / "few.csv", header + rows[:FEW]), mapping)
    began = time.monotonic()
    large = await load_watched(office, csv_file(tmp_path / "many.csv", header + rows), mapping)

    print(f"{small / 1e6:.0f} MB for {FEW}, {large / 1e6:.0f} MB for {MANY} rows,")
    print(f"{MANY / (time.monotonic() - began):.0f} rows a second")
    assert large < small + 25e6
    assert (await office.rows("SELECT count(*) FROM register_entry"))[0][0] == MANY


async def test_a_list_is_taken_back_by_command_and_leaves_tombstones_only(
    office: Office, tmp_path: Path
) -> None:
    path = csv_file(tmp_path / "v.csv", [["bin", "start", "end"], [numbers(1)[0], "2020-01-01"]])

    loaded = await command(
        office, "register", "load", str(path), "--register", "vat_payers", "--json"
    )
    gone, lists, unknown = await asyncio.gather(
        command(
            office, "register", "withdraw", "--register", "vat_payers", "--source", "vat-payers"
        ),
        command(office, "register", "lists", "--json"),
        command(office, "register", "load", str(path), "--register", "pensioners"),
    )

    assert loaded.documents()[0]["source"] == "vat-payers"
    assert gone.out == "2 rows taken back\n"
    assert all(entry.deleted for entry in await office.feed("registers"))
    assert {one["register"] for one in lists.documents()} >= {"vat_payers", "unfair_participants"}
    assert unknown.status == 2
    assert "unfair_participants" in unknown.err


async def test_a_row_of_a_list_is_not_replayed_alone_and_leaves_with_the_corrected_list(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "v.csv"
    words = ("register", "load", str(path), "--register", "vat_payers")
    header, [one] = ["bin", "start", "end"], numbers(1)
    csv_file(path, [header, [one, "never"]])
    failed = await command(office, *words)
    replayed = await command(office, "quarantine", "replay", "1", "--json")
    csv_file(path, [header, [one, "2020-01-01"]])
    loaded = await command(office, *words)

    assert (failed.status, loaded.status) == (1, 0)
    assert "load it again" in replayed.documents()[0]["reason"]
    assert (await command(office, "quarantine", "list")).out == ""
