"""A partner looks for risky purchases of a region and has one of them explained.

QADAGA_URL=... QADAGA_KEY=... python partner.py 71
"""

import os
import sys
from collections.abc import Sequence

from qadaga_client.client import Client


def main(regions: Sequence[str]) -> None:
    """Print the purchases in danger, and why the first of them is."""
    with Client(os.environ["QADAGA_URL"], os.environ["QADAGA_KEY"], language="en") as client:
        risky = list(client.list_processes(region=regions, band=["high", "critical"]))
        for process in risky:
            print(process["id"], process["title"])
        if not risky:
            print("no risky purchase")
            return
        told = client.explain_score("process", risky[0]["id"])
        for line in told["lines"]:
            print(line["code"], line["status"], line["title"])
        print(told["notice"])


main(sys.argv[1:])
