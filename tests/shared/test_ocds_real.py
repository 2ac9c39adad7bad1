"""The real releases of eleven publishers, as they are, through reading and the normal form."""

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from shared.ocds import Document, Normal, counts, newest_date, parties, read
from shared.ocds.fields import RELEASE, Array, Object
from shared.ocds.leaves import AMOUNT, COUNT, DATE, FLAG, SIGNED
from tests.support.ocds import REAL_RELEASES, normal

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not REAL_RELEASES.is_dir(), reason=f"the real releases are not at {REAL_RELEASES}"
    ),
]


def documents(path: Path) -> Iterator[Document]:
    with path.open("rb") as stream:
        for entry in read(stream):
            assert isinstance(entry, Document), entry
            yield entry


@pytest.fixture(scope="module")
def files() -> dict[str, list[Document]]:
    return {path.name: list(documents(path)) for path in sorted(REAL_RELEASES.glob("*.gz"))}


@pytest.fixture(scope="module")
def normals(files: dict[str, list[Document]]) -> list[tuple[str, Normal]]:
    return [
        (name, normal(document.release, source=name))
        for name, found in files.items()
        for document in found
    ]


def test_all_631_releases_are_read_and_none_is_refused(files: dict[str, list[Document]]) -> None:
    assert len(files) == 11
    assert sum(len(found) for found in files.values()) == 631


def test_no_process_is_lost(normals: list[tuple[str, Normal]]) -> None:
    assert len({(name, found.release["ocid"]) for name, found in normals}) == 579


def test_normal_again_is_the_same_without_a_note(normals: list[tuple[str, Normal]]) -> None:
    for name, found in normals:
        stored = msgspec.json.decode(msgspec.json.encode(found.release))
        assert normal(stored, source=name) == (found.release, [])


def test_awards_that_were_one_object_and_numbers_that_were_wrapped_are_there(
    normals: list[tuple[str, Normal]],
) -> None:
    awards = Counter(name for name, found in normals if found.release.get("awards"))
    codes = Counter(note.code for _, found in normals for note in found.notes)

    assert awards["taiwan.jsonl.gz"] == 11
    assert codes["number_read"] == 4
    assert codes["negative"] == 12
    assert "too_deep" not in codes


def test_every_named_party_has_a_public_id(normals: list[tuple[str, Normal]]) -> None:
    for name, found in normals:
        links = parties(found.release, name)
        assert len({link.id for link in links}) == len(links)
        assert {"buyer"} & {role for link in links for role in link.roles} or not found.release.get(
            "buyer"
        )
        newest_date(found.release)


def test_no_contact_of_anyone_is_left(normals: list[tuple[str, Normal]]) -> None:
    text = msgspec.json.encode([found for _, found in normals]).decode()

    assert "contactPoint" not in text
    assert "faxNumber" not in text
    assert "PABLO.CEBALLOS" not in text
    assert not re.search(r'"(?:email|telephone)"', text)


def test_colombian_citizens_are_pseudonyms(normals: list[tuple[str, Normal]]) -> None:
    text = msgspec.json.encode([found for _, found in normals]).decode()
    persons = {
        link.id for name, found in normals for link in parties(found.release, name) if link.person
    }

    assert "NORDELIA BARRANTES" not in text
    assert "39723576" not in text
    assert len(persons) >= 9


def column(kind: Any, depth: int = 0) -> str:
    """Write the DuckDB type that strictly reads a declared kind."""
    if isinstance(kind, Array):
        return column(kind.of, depth) + "[]"
    if isinstance(kind, Object):
        fields = ", ".join(f'"{name}" {column(inner)}' for name, inner in kind.fields.items())
        return f"STRUCT({fields})"
    types = {AMOUNT: "DOUBLE", SIGNED: "DOUBLE", COUNT: "BIGINT", DATE: "TIMESTAMPTZ"}
    return "BOOLEAN" if kind is FLAG else types.get(kind, "VARCHAR")


def test_duckdb_reads_them_strictly_and_finds_every_row(
    normals: list[tuple[str, Normal]], tmp_path: Path
) -> None:
    path = tmp_path / "normal.jsonl.gz"
    with gzip.open(path, "wb") as file:
        for _, found in normals:
            file.write(msgspec.json.encode(found.release) + b"\n")
    expected = [counts(found.release) for _, found in normals]
    columns = {name: column(kind) for name, kind in RELEASE.fields.items()}

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"CREATE TABLE release AS SELECT * FROM read_json(?, columns = {columns},"
            " format = 'newline_delimited', compression = 'gzip')",
            [str(path)],
        )
        found_rows = connection.execute(
            "SELECT count(*), count(ocid), sum(len(bids.details)), sum(len(awards)),"
            " sum(len(contracts)), count(date) FROM release"
        ).fetchone()

    assert found_rows == (
        631,
        631,
        sum(count.bids for count in expected),
        sum(count.awards for count in expected),
        sum(count.contracts for count in expected),
        sum(1 for _, found in normals if found.release.get("date")),
    )
