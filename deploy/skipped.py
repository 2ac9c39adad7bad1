"""Tells which tests of some reports were skipped and why; fails when real data was there unread.

python -m deploy.skipped FOLDER_OF_REAL_RELEASES REPORT.xml ...
"""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET


def told(report: Path) -> dict[str, str | None]:
    """The tests of a report, named `folder.file::test`; the reason of those that were skipped."""
    cases = ET.parse(report).iter("testcase")  # noqa: S314 (written by our own pytest)
    return {
        f"{case.get('classname')}::{case.get('name')}": None
        if (reason := case.find("skipped")) is None
        else reason.get("message") or "no reason given"
        for case in cases
    }


def readers_of_real_data() -> set[str]:
    """The tests marked `realdata`, named as in the report."""
    chosen = ["--collect-only", "-q", "-m", "realdata and not long"]
    command = [sys.executable, "-m", "pytest", *chosen]
    lines = subprocess.run(command, check=False, capture_output=True, text=True).stdout.splitlines()
    named = (line.partition("::") for line in lines if "::" in line)
    return {f"{file.removesuffix('.py').replace('/', '.')}::{test}" for file, _, test in named}


def main() -> None:
    """Print what was skipped; exit status 1 when real releases were there and not read."""
    folder, *reports = map(Path, sys.argv[1:])
    tests = {name: reason for report in reports for name, reason in told(report).items()}
    left_out = {name: reason for name, reason in tests.items() if reason is not None}
    for name, reason in sorted(left_out.items()):
        print(f"skipped {name}: {reason}")
    print(f"{len(left_out)} tests skipped")
    if folder.is_dir():
        readers = readers_of_real_data()
        if not readers or readers - (tests.keys() - left_out.keys()):
            sys.exit(f"the real releases lie in {folder} and were not read by the tests")


if __name__ == "__main__":
    main()
