"""The facts are derived: a broken or older file is rebuilt, one that is taken is waited for."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from scoring.opening import open_facts

HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"


def test_a_file_is_opened_again_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "facts.duckdb"
    facts = open_facts(path, memory="200MB", threads=1)
    facts.connection.execute("UPDATE progress SET facts_seq = 7")
    facts.close()

    again = open_facts(path, memory="200MB", threads=1)

    assert again.cursor()[0] == 7
    again.close()


def test_a_broken_file_is_laid_aside_and_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "facts.duckdb"
    path.write_bytes(b"this was a disk once" * 1000)

    facts = open_facts(path, memory="200MB", threads=1)

    assert facts.cursor() == (0, None)
    assert (tmp_path / "facts.broken").exists()
    facts.close()


def test_a_file_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "facts.duckdb"
    facts = open_facts(path, memory="200MB", threads=1)
    facts.connection.execute("UPDATE progress SET facts_seq = 7")
    facts.connection.execute("COMMENT ON TABLE progress IS 'older'")
    facts.close()

    again = open_facts(path, memory="200MB", threads=1)

    assert again.cursor() == (0, None)
    again.close()


def test_a_file_that_another_process_has_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "facts.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"

        with pytest.raises(duckdb.IOException, match="lock"):
            open_facts(path, memory="200MB", threads=1)

        holder.kill()
    assert path.exists()
