"""The licences of all that is shipped: read off what is installed, held against a list.

docs/licences.md is written from it. What only develops or checks Qadaga is not shipped and may
have any licence.
"""

from collections import defaultdict
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from deploy.supply.locked import Pin, read
from deploy.supply.tools import ROOT

PAGE = ROOT / "docs" / "licences.md"
SHIPPED = "requirements.lock"

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0"),
    *("MIT-CMU", "PSF-2.0", "Zlib"),
    "MPL-2.0",  # binds only who changes those very files
}
"""Licences (SPDX) under which we hand on other people's work together with ours."""

SPOKEN = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What older packages say, in SPDX's words."""

HEADING = """\
# Licences

Qadaga is under Apache-2.0. It runs on these packages, of other people and under their licences; \
versions stand in `requirements.lock`. Written from what is installed by `make docs`; `make check` \
refuses a licence that is not on the list in `deploy/supply/licences.py`.

| licence | packages |
|---|---|
"""


def licence(package: Distribution) -> str:
    """What a package says of its licence, as SPDX where it can be told."""
    told = package.metadata
    if "License-Expression" in told:
        return told["License-Expression"]
    spoken = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier") or []
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    if spoken:
        return " OR ".join(SPOKEN.get(name, name) for name in spoken)
    return str(told["License"] or "not told")


def allowed(expression: str) -> bool:
    """Whether the list holds it: one side of each OR, all sides of each AND."""
    return any(
        all(part.strip(" ()") in ALLOWED for part in side.split(" AND "))
        for side in expression.split(" OR ")
    )


def installed(pins: list[Pin]) -> dict[str, str]:
    """The licence of each package that is pinned and wanted here.

    Raises PackageNotFoundError when one of them is not installed.
    """
    return {pin.name: licence(distribution(pin.name)) for pin in pins if pin.wanted_here}


def page(pins: list[Pin], licences: dict[str, str]) -> str:
    """The text of docs/licences.md, the same on every machine."""
    lines = [pin.name for pin in pins]
    sometimes = {pin.name for pin in pins if pin.marker and lines.count(pin.name) == 1}
    grouped = defaultdict(list)
    for name, words in sorted(licences.items()):
        if name not in sometimes:
            grouped[words].append(name)
    rows = [f"| {words} | {', '.join(names)} |\n" for words, names in sorted(grouped.items())]
    rest = ", ".join(sorted(sometimes))
    return f"{HEADING}{''.join(rows)}\nOnly for some Pythons, and looked at there: {rest}.\n"


def faults() -> list[str]:
    """Licences that are not on the list, and a page that is stale."""
    pins = read(SHIPPED)
    try:
        licences = installed(pins)
    except PackageNotFoundError as missing:
        return [f"{missing.name} is locked and not installed"]
    found = [
        f"{name}: {words[:60]!r} is not on the list"
        for name, words in licences.items()
        if not allowed(words)
    ]
    fresh = PAGE.exists() and PAGE.read_text("utf-8") == page(pins, licences)
    return found + ([] if fresh else [f"docs/{PAGE.name} is stale; run `make docs`"])


def write() -> None:
    """Write docs/licences.md."""
    pins = read(SHIPPED)
    PAGE.write_text(page(pins, installed(pins)), "utf-8")
