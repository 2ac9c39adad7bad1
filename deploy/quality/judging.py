"""The commands anybody would give: recorded answers into releases, releases into judgements."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

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
