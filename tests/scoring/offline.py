"""Running `scoring evaluate` and `scoring prepare` on a few releases."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scoring.__main__ import main

Json = dict[str, Any]


def lines(*releases: Any) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in releases)


def evaluate(
    folder: Path,
    text: str | bytes,
    *options: str,
    settings: str | None = None,
    also: Sequence[Path] = (),
) -> tuple[int, str]:
    """The exit status and what was written; files stay in the folder."""
    file, out = folder / "releases.jsonl", folder / "out.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    words = ["evaluate", str(file), *map(str, also), "--out", str(out), *options]
    if settings is not None:
        ini = folder / "settings.ini"
        ini.write_text(settings, encoding="utf-8")
        words += ["--settings", str(ini)]
    status = status_of(words)
    return status, out.read_text(encoding="utf-8") if out.exists() else ""


def cardinal(folder: Path, *releases: Any, settings: str | None = None, options: str = "") -> Json:
    """Cardinal's results for a few releases, without Meta unless asked for."""
    words = ["--profile", "cardinal", "--format", "cardinal", *options.split()]
    status, out = evaluate(folder, lines(*releases), *words, settings=settings)
    assert status == 0
    found: Json = json.loads(out)
    return found


def judged(
    folder: Path, *releases: Any, options: Sequence[str] = ()
) -> dict[tuple[str, str], Json]:
    """The judgements of the profile kz by indicator and subject."""
    status, out = evaluate(folder, lines(*releases), *options)
    assert status == 0
    return told(out)


def told(out: str) -> dict[tuple[str, str], Json]:
    """Printed judgements by indicator and subject."""
    rows = [json.loads(line) for line in out.splitlines()]
    return {(row["indicator"], row["subject"]): row for row in rows}


def bid(status: str | None, who: str | None = None, amount: Any = None, **more: Any) -> Json:
    """A bid with what is given and nothing else."""
    made: Json = {} if status is None else {"status": status}
    if who is not None:
        made["tenderers"] = [{"id": one} for one in who.split("+")]
    if amount is not None:
        made["value"] = {"amount": amount, "currency": "KZT"}
    return made | more


def won(*who: str, status: str = "active") -> Json:
    """An award to suppliers."""
    return {"status": status, "suppliers": [{"id": one} for one in who]}


def process(ocid: str, bids: Sequence[Json], awards: Sequence[Json], **more: Any) -> Json:
    """A compiled release."""
    return {"ocid": ocid, "bids": {"details": list(bids)}, "awards": list(awards), **more}


def status_of(words: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(ended.value.code or 0)


def headed(words: list[str]) -> tuple[str, int, str]:
    """Run the command as `scoring ... | head -1` does: first line, exit status, what was told."""
    command = [sys.executable, "-m", "scoring", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = running.stdout.readline()
        running.stdout.close()
        told = running.stderr.read()
    return first, running.returncode, told
