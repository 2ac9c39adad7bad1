"""The sandbox as the portal of a bench: a process of its own, asked without politeness."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx

from deploy.local.place import ROOT
from deploy.servers import die_with_parent, free_port

STARTS_WITHIN = 180.0
START, UNTIL = date(2026, 6, 1), date(2026, 7, 31)
SCOPE = ("backfill", "goszakup", "--from", str(START), "--to", str(UNTIL))
"""The command that loads all of its world."""

TOKEN = secrets.token_hex(16)


@asynccontextmanager
async def sandbox(
    contracts: int, program: str = "deploy.sandbox"
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve two months of a world of so many contracts a year; lends somebody who may ask it."""
    port = free_port()
    words = ["--port", str(port), "--contracts", str(contracts), "--token", TOKEN]
    words += ["--start", str(START), "--now", f"{UNTIL}T18:00"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", program, "serve", *words),
        cwd=ROOT,
        preexec_fn=die_with_parent,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as portal:
            await _listens(portal)
            yield portal
    finally:
        process.terminate()
        await process.wait()


def told(portal: httpx.AsyncClient) -> dict[str, str]:
    """What the ingestor has to know of it."""
    return {
        "GOSZAKUP_URL": str(portal.base_url),
        "GOSZAKUP_TOKEN": TOKEN,
        "GOSZAKUP_RATE": "0",
    }


async def usage(portal: httpx.AsyncClient) -> dict[str, Any]:
    """What it has done, and the CPU seconds that took, since it was last asked to count anew."""
    report: dict[str, Any] = (await portal.get("/sandbox/usage")).json()
    return report


async def _listens(portal: httpx.AsyncClient) -> None:
    async with asyncio.timeout(STARTS_WITHIN):
        while True:
            try:
                await portal.get("/readyz")
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
            else:
                return
