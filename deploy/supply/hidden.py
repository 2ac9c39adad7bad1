"""Secrets that lie in the repository: the tracked files are searched by detect-secrets.

What looks like a secret and is none stands in audited.yaml with the reason, by file and hash: a
moved line changes nothing, a changed value does. detect-secrets is slow (a minute for all): it
reads the files that hold anything like a secret at all, and none of them twice.
"""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from deploy.supply.tools import BIN, ROOT, ask

AUDITED = Path(__file__).with_name("audited.yaml")
REMEMBERED = BIN.parent / "searched.json"
"""Beside the tools, so that a newer tool searches everything anew."""

DERIVED = {
    "docs/openapi.json": "its examples lie in the code, which is searched",
    "services/scoring/src/scoring/measured.json": "written by `make quality`: versions as digests",
    "deploy/supply/audited.yaml": "digests of what was found elsewhere",
}
"""What is not searched, and why; of the lock files each line is a digest too."""

LIKE_A_SECRET = re.compile(
    r"""(?ix)
    (?=[a-z0-9+/=_-]{0,40}[0-9]) (?=[a-z0-9+/=_-]{0,40}[a-z]) [a-z0-9+/=_-]{24,}
    | ://[^\s/:@]+:[^\s/@{}]+@
    | -----BEGIN
    | (secret|passw|pwd|token|api_?key|_key) \w* ['"]? \s* [:=]+>? \s* f?['"][^'"]+['"]
    """
)
"""A long run of letters and digits, a password in an address, a key file, a named secret."""

OPTIONS = ("--disable-plugin=IPPublicDetector",)
"""Addresses of networks are no secrets, and tests are full of them."""

Hit = tuple[str, int]
"""The kind and the line of something that looks like a secret."""


def secrets() -> list[str]:
    """What looks like a secret and was not audited."""
    audited = yaml.safe_load(AUDITED.read_text("utf-8"))
    return unknown(found(), {name: set(entry["known"]) for name, entry in audited.items()})


def unknown(found: dict[str, dict[str, Hit]], audited: dict[str, set[str]]) -> list[str]:
    """The faults, each with what to write into audited.yaml if it is no secret."""
    return [
        f"{name}:{line}: {kind}; if it is none, say why in {AUDITED.name}, known: [{digest}]"
        for name, hits in sorted(found.items())
        for digest, (kind, line) in hits.items()
        if digest not in audited.get(name, set())
    ]


def found() -> dict[str, dict[str, Hit]]:
    """Everything that looks like a secret, by file and a digest of it."""
    files = searched_files()
    marks = dict(zip(files, contents(files), strict=True))
    remembered = json.loads(REMEMBERED.read_text()) if REMEMBERED.exists() else {}
    new = [name for name in files if marks[name] not in remembered]
    if new:
        fresh = search([name for name in new if worth_searching(text_of(name))])
        remembered |= {marks[name]: fresh.get(name, {}) for name in new}
        kept = {mark: hits for mark, hits in remembered.items() if mark in set(marks.values())}
        REMEMBERED.write_text(json.dumps(kept))
    return {name: remembered[marks[name]] for name in files if remembered[marks[name]]}


def search(names: list[str]) -> dict[str, dict[str, Hit]]:
    """Ask detect-secrets.

    Raises RuntimeError when it does not answer: silence would read as nothing found.
    """
    if not names:
        return {}
    done = ask("detect-secrets", "--cores=2", "scan", *OPTIONS, *names)
    if done.returncode:
        raise RuntimeError(f"detect-secrets failed: {done.stderr.strip()}")
    told: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)["results"]
    return {
        name: {one["hashed_secret"][:16]: (one["type"], one["line_number"]) for one in hits}
        for name, hits in told.items()
    }


def worth_searching(text: str) -> bool:
    """Whether anything in it could be a secret by its form."""
    return LIKE_A_SECRET.search(text) is not None


def text_of(name: str) -> str:
    """The text of a file, whatever is in it."""
    return (ROOT / name).read_text("utf-8", "replace")


def searched_files() -> list[str]:
    """The tracked files, without what is derived from others."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    return [
        name
        for name in listed
        if name not in DERIVED and not name.endswith(".lock") and (ROOT / name).is_file()
    ]


def contents(names: list[str]) -> list[str]:
    """A digest of each file's name and bytes: what is found depends on the name's ending too."""
    return [
        hashlib.sha256(name.encode() + b"\0" + (ROOT / name).read_bytes()).hexdigest()
        for name in names
    ]
