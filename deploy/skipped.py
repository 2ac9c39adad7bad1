"""Tells which tests of a report were skipped and why; fails when real data was there unread.

python -m deploy.skipped REPORT.xml FOLDER_OF_REAL_RELEASES
"""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET


def skipped(report: Path) -> dict[str, str]:
    """Skipped tests with their reasons, named `folder.file::test`."""
    cases = ET.parse(report).iter("testcase")  # noqa: S314 (written by our own pytest)
    return {
        f"{case.get('classname')}::{case.get('name')}": reason.get("message") or "no reason given"
        for case in cases
        if (reason := case.find("skipped")) is not None
    }


def readers_of_real_data() -> set[str]:
    """The tests marked `realdata`, named as in the report."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "realdata"]
    lines = subprocess.run(command, check=False, capture_output=True, text=True).stdout.splitlines()
    named = (line.partition("::") for line in lines if "::" in line)
    return {f"{file.removesuffix('.py').replace('/', '.')}::{test}" for file, _, test in named}


def main() -> None:
    """Print what was skipped; exit status 1 when real releases were there and not read."""
    left_out = skipped(Path(sys.argv[1]))
    for name, reason in sorted(left_out.items()):
        print(f"skipped {name}: {reason}")
    print(f"{len(left_out)} tests skipped")
    if Path(sys.argv[2]).is_dir():
        readers = readers_of_real_data()
        if not readers or readers & left_out.keys():
            sys.exit(f"the real releases lie in {sys.argv[2]} and were not read by the tests")


if __name__ == "__main__":
    main()
