"""The commands behind `make backup` and `make restore`.

    python -m deploy.backup take --into FOLDER [--secrets FOLDER] [--seal-for FILE]
    python -m deploy.backup verify FOLDER
    python -m deploy.backup restore FOLDER [--secrets FOLDER] [--open-with FILE]
    python -m deploy.backup key FOLDER     a key pair: the private one belongs on another machine

QADAGA_DATA is the data folder (.qadaga). See docs/backup.md.
"""

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from deploy.backup import folder
from deploy.backup.manifest import RefusedError, verify
from deploy.backup.sealing import new_keys, read_key
from deploy.local.console import say
from deploy.local.place import Place, Refusal


def take(wanted: argparse.Namespace) -> None:
    """Back up the running platform."""
    place = _place()
    if place.holder() is None:
        raise RefusedError("The platform is not running: start it with `make up`.")
    made, manifest = asyncio.run(
        folder.take(
            place,
            wanted.into,
            datetime.now(UTC),
            secrets_to=wanted.secrets,
            public_key=read_key(wanted.seal_for),
        )
    )
    rows = sum(manifest.tables.values())
    size = sum(part.size for part in manifest.parts) / 1e6
    say(
        f"{made}: {rows} rows, {manifest.evidence.files} files of evidence, {size:.1f} MB"
        f" in {manifest.seconds:.1f} s; head of the audit {manifest.audit_head}"
    )
    if wanted.secrets is None:
        say("The secrets are NOT in it, and without them much of it is unreadable: SECRETS=FOLDER")
    for name in manifest.evidence.missing:
        say(f"The database names evidence that is not there: {name}")


def check(wanted: argparse.Namespace) -> None:
    """Read a backup through and say what it holds."""
    manifest = verify(wanted.folder)
    say(f"whole, of {manifest.made_at.isoformat()}, head of the audit {manifest.audit_head}")


def restore(wanted: argparse.Namespace) -> None:
    """Fill an empty data folder from a backup."""
    restored = asyncio.run(
        folder.restore(
            _place(),
            wanted.folder,
            secrets_from=wanted.secrets,
            private_key=read_key(wanted.open_with),
        )
    )
    manifest = restored.manifest
    say(
        f"restored what was there at {manifest.made_at.isoformat()}:"
        f" {sum(manifest.tables.values())} rows, {restored.files} files of evidence"
    )
    say(f"now: make up, then: gateway audit verify --head {manifest.audit_head}")
    say(
        f"{len(restored.living_keys)} keys live again, whatever became of them since:"
        f" look through {folder.LIST} of the data folder (docs/backup.md)"
    )


def key(wanted: argparse.Namespace) -> None:
    """Make a key pair to seal backups with."""
    wanted.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private, public = new_keys()
    for name, text, mode in (("backup.key", private, 0o600), ("backup.pub", public, 0o644)):
        with os.fdopen(
            os.open(wanted.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w"
        ) as file:
            file.write(f"{text}\n")
        say(f"made {wanted.folder / name}")


def _place() -> Place:
    return Place.named(os.environ.get("QADAGA_DATA", ""))


def main() -> None:
    """Run one of the commands; a refusal is said plainly, without a traceback."""
    parser = argparse.ArgumentParser(prog="deploy.backup", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser("take", help=take.__doc__)
    taking.add_argument("--into", type=Path, required=True, help="where backups lie")
    taking.add_argument("--secrets", type=Path, help="another place, for the secrets")
    taking.add_argument("--seal-for", type=Path, help="a public key: only its owner reads it")
    taking.set_defaults(action=take)
    checking = commands.add_parser("verify", help=check.__doc__)
    checking.add_argument("folder", type=Path)
    checking.set_defaults(action=check)
    filling = commands.add_parser("restore", help=restore.__doc__)
    filling.add_argument("folder", type=Path)
    filling.add_argument("--secrets", type=Path, help="the folder of the secrets kept with it")
    filling.add_argument("--open-with", type=Path, help="the private key")
    filling.set_defaults(action=restore)
    making = commands.add_parser("key", help=key.__doc__)
    making.add_argument("folder", type=Path)
    making.set_defaults(action=key)
    wanted = parser.parse_args()
    try:
        wanted.action(wanted)
    except (RefusedError, Refusal, OSError) as refusal:
        sys.exit(f"qadaga: {refusal}")


if __name__ == "__main__":
    main()
