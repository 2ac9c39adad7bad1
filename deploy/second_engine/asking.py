"""Asks ClickHouse: statements in, one JSON text a line; what went wrong out, null where nothing.

Run by the Python of the second engine's own environment, which knows nothing of ours.
"""

import json
import sys

from chdb.session import Session  # type: ignore[import-not-found, unused-ignore]


def main() -> None:
    """Answer each statement with one line."""
    session = Session()
    for line in sys.stdin:
        try:
            session.query(json.loads(line))
        except Exception as fault:  # noqa: BLE001 (whatever it is, the other side is told)
            print(json.dumps(" ".join(str(fault).split())[:500]), flush=True)
        else:
            print("null", flush=True)


main()
