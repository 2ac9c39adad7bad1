"""The parts of each image as a CycloneDX document: build/sbom/<service>.cdx.json.

Made from the lock of the image, with the hashes of the archives, and with the licences that the
installed packages tell. Lock, document and what is installed are held against each other.
"""

import json
from importlib.metadata import PackageNotFoundError, distribution, version
from typing import Any

from packaging.utils import canonicalize_name

from deploy.supply import licences, locked
from deploy.supply.tools import ROOT, ask

FOLDER = ROOT / "build" / "sbom"

Parts = set[tuple[str, str]]
"""Names and versions."""


def write() -> list[str]:
    """Write the document of each image; what is wrong with them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = []
    for service, lock in locked.image_locks().items():
        wanted = {(pin.name, pin.version) for pin in locked.read(lock) if pin.wanted_here}
        document = of_image(f"qadaga-{service}", told(lock), wanted)
        (FOLDER / f"{service}.cdx.json").write_text(json.dumps(document, indent=1) + "\n")
        found += [f"{service}: {fault}" for fault in differences(parts(document), wanted)]
    return found


def told(lock: str) -> dict[str, Any]:
    """What cyclonedx-py makes of a lock.

    Raises RuntimeError with its own words when it makes nothing.
    """
    form = ("--output-reproducible", "--spec-version=1.6", "--output-format=JSON")
    done = ask("cyclonedx-py", "requirements", *form, "--output-file=-", lock)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def of_image(name: str, document: dict[str, Any], wanted: Parts) -> dict[str, Any]:
    """The document cut to what this Python installs, under the image's name, with licences."""
    kept = [
        {**part, "licenses": [{"license": {"name": licence_of(part["name"])}}]}
        for part in document["components"]
        if (canonicalize_name(part["name"]), part["version"]) in wanted
    ]
    refs = {part["bom-ref"] for part in kept}
    image = {"type": "container", "name": name, "version": version(name), "bom-ref": name}
    return {
        **document,
        "metadata": {**document["metadata"], "component": image},
        "components": kept,
        "dependencies": [{"ref": name, "dependsOn": sorted(refs)}],
    }


def licence_of(name: str) -> str:
    """What an installed package says of its licence."""
    try:
        return licences.licence(distribution(name))
    except PackageNotFoundError:
        return "not told"


def parts(document: dict[str, Any]) -> Parts:
    """What a document names."""
    return {(canonicalize_name(one["name"]), one["version"]) for one in document["components"]}


def differences(named: Parts, wanted: Parts) -> list[str]:
    """Where a document, a lock and what is installed say different things."""
    return [
        *(f"{name} {of} is named and not locked" for name, of in sorted(named - wanted)),
        *(f"{name} {of} is locked and not named" for name, of in sorted(wanted - named)),
        *(
            f"{name} {of} is locked, {here} installed"
            for name, of in sorted(wanted)
            if (here := installed(name)) != of
        ),
    ]


def installed(name: str) -> str:
    """The version that is installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "nothing"
