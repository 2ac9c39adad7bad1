"""The stand-in portal as a process of its own, full of purchases: python -m ….serve PORT COUNT."""

import asyncio
import sys

from tests.ingestor.goszakup_pull.purchases import fill
from tests.ingestor.goszakup_pull.standin import Standin


async def main() -> None:
    """Serve until killed."""
    portal = Standin()
    fill(portal, range(int(sys.argv[1])))
    await portal.wire.start()
    print(portal.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
