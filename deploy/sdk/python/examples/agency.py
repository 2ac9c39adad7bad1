"""An agency follows the feed from where it stopped, and proves that nothing was missed.

QADAGA_URL=... QADAGA_KEY=... python agency.py seen.json [public|own]
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, Literal

from qadaga_client.client import Client
from qadaga_client.following import Feed


def main(path: Path, stream: Literal["public", "own"]) -> None:
    """Take in all new events; the file stands for your database."""
    kept: dict[str, Any] = {"after": 0, "ids": []}
    if path.exists():
        kept = json.loads(path.read_text())
    with Client(os.environ["QADAGA_URL"], os.environ["QADAGA_KEY"]) as client:
        feed = Feed(client, stream, after=kept["after"])
        for event in feed.new():
            kept["ids"].append(event["id"])
            kept["after"] = event["seq"]
            path.write_text(json.dumps(kept))
        whole = feed.complete() and len(kept["ids"]) == len(set(kept["ids"])) == kept["after"]
        print(f"{len(kept['ids'])} events,", "nothing missed" if whole else "not complete yet")


main(Path(sys.argv[1]), "public" if sys.argv[2:] == ["public"] else "own")
