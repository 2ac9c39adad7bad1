"""The commands anybody would give: recorded answers into releases, releases into judgements."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

import msgspec

from ingestor.__main__ import main as ingestor

PSEUDONYM_KEY: Final = "the pseudonyms of an invented world, known to all"


class Judgement(msgspec.Struct, frozen=True):
    """What an indicator says of one subject, as `scoring evaluate` writes it."""

    indicator: str
    kind: str
    subject: str
    status: str
    evidence: list[dict[str, Any]] = []
    value: float | None = None
    threshold: float | None = None

    def processes(self) -> frozenset[str]:
        """The processes that the evidence lies in."""
        return frozenset(one["process"] for one in self.evidence if one.get("process"))


def translate(files: Sequence[Path], into: Path) -> None:
    """Write the releases of recorded answers."""
    command = ["-m", "ingestor", "translate", "goszakup", "--quiet", *map(str, files)]
    with into.open("wb") as out:
        subprocess.run(
            [sys.executable, *command],
            check=True,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PSEUDONYM_KEY": PSEUDONYM_KEY},
        )


def translate_lists(lists: Mapping[Path, tuple[str, Sequence[str]]]) -> None:
    """Write, into each file, what the lists of some days come to; the name says of what they are.

    The command is called in this process: there are many lists, and most are short.
    """
    with _pseudonyms():
        for into, (name, files) in lists.items():
            words = ["register", "translate", "--quiet", "--register", name, *files]
            with into.open("wb") as out, TextIOWrapper(out) as text, redirect_stdout(text):
                _translated(words)


@contextmanager
def _pseudonyms() -> Iterator[None]:
    before = os.environ.get("PSEUDONYM_KEY")
    os.environ["PSEUDONYM_KEY"] = PSEUDONYM_KEY
    try:
        yield
    finally:
        del os.environ["PSEUDONYM_KEY"]
        if before is not None:
            os.environ["PSEUDONYM_KEY"] = before


def _translated(words: Sequence[str]) -> None:
    try:
        ingestor(words)
    except SystemExit as end:
        if end.code:
            raise RuntimeError(f"These lists cannot be translated: {' '.join(words)}") from end


def evaluate(releases: Path, registers: Sequence[Path], into: Path) -> None:
    """Judge releases by every indicator of the profile of Kazakhstan, as of the registers."""
    told = [word for file in registers for word in ("--registers", str(file))]
    command = ["-m", "scoring", "evaluate", str(releases), "--out", str(into), *told]
    subprocess.run([sys.executable, *command], check=True, stderr=subprocess.DEVNULL)


def judgements(file: Path) -> Iterator[Judgement]:
    """Read what was judged."""
    with file.open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=Judgement)
