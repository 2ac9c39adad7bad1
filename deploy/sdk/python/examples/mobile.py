"""A mobile keeps the scores of what its owner watches, over a line that drops.

QADAGA_URL=... QADAGA_KEY=... python mobile.py prc_... prc_...
"""

import os
import sys
from collections.abc import Sequence

from qadaga_client.client import Client
from qadaga_client.following import Sync


def main(watched: Sequence[str]) -> None:
    """Level twice: the second time nothing has to be sent."""
    with Client(os.environ["QADAGA_URL"], os.environ["QADAGA_KEY"], retries=8) as client:
        sync = Sync(client, ids=watched)
        print(len(sync.level()), "changed,", len(sync.level()), "since then")
        for key, row in sorted(sync.rows.items()):
            print(key, row["score"] and row["score"]["band"])


main(sys.argv[1:])
