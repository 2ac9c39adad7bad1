"""Check a dossier: 0 ok, 1 altered, 3 signed by a key that is not known, 2 what cannot be read.

    gateway dossier verify dossier.json --pdf dossier.pdf --keys keys.json

The keys are those of the platform that is trusted: its address, or a file that was kept. The one a
dossier names proves nothing by itself.
"""

import argparse
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from gateway.commands.output import refuse, say
from gateway.dossier.sealing import KEYS, Verdict, verify
from shared.trust import authorities

EXITS: Final[dict[Verdict, int]] = {"ok": 0, "altered": 1, "unknown key": 3}
UNREADABLE: Final = 2
PATIENCE: Final = 10.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the file, the PDF that came with it, and where the keys are."""
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("verify", help="say whether it is as it was signed")
    check.add_argument("file", type=Path, metavar="FILE", help="dossier.json")
    check.add_argument("--pdf", type=Path, help="the PDF that came with it")
    check.add_argument(
        "--keys", required=True, help=f"a key set: a file, or the platform's {KEYS} by https"
    )
    check.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Verify; the exit code says what was found."""
    try:
        keys = _keys(arguments.keys)
        file, pdf = arguments.file.read_bytes(), arguments.pdf and arguments.pdf.read_bytes()
    except (OSError, httpx.HTTPError, msgspec.DecodeError) as fault:
        refuse(f"cannot be read: {fault}")
        return UNREADABLE
    found = verify(file, keys, pdf=pdf)
    say({"verdict": found}, as_json=arguments.json, line=found)
    return EXITS[found]


def _keys(where: str) -> Any:
    if where.startswith(("https://", "http://")):
        answer = httpx.get(where, timeout=PATIENCE, verify=authorities()).raise_for_status()
        return msgspec.json.decode(answer.content, type=dict[str, Any])
    return msgspec.json.decode(Path(where).read_bytes(), type=dict[str, Any])
