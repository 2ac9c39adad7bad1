"""`python -m deploy.sandbox serve`: a world behind the portal's addresses."""

import argparse
import asyncio
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final

import uvicorn

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.pace import FACTORS, Pace, ours, portal_moment
from deploy.sandbox.world import World

TICK: Final = 1.0
"""Seconds between two looks at the clock."""


def arguments(words: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="deploy.sandbox serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--contracts", type=int, default=2_000, help="contracts a year, about")
    parser.add_argument(
        "--density", type=float, default=0.03, help="share of planted stories and their doubles"
    )
    parser.add_argument(
        "--start", type=date.fromisoformat, required=True, help="the world's first day"
    )
    parser.add_argument(
        "--now", type=portal_moment, help="where its clock stands at first; its first day otherwise"
    )
    parser.add_argument(
        "--token",
        default=os.environ.get("SANDBOX_TOKEN"),
        required="SANDBOX_TOKEN" not in os.environ,
        help="what has to be sent as the bearer's token; SANDBOX_TOKEN otherwise",
    )
    parser.add_argument(
        "--expires", type=portal_moment, help="until when the token is good, by the portal's clock"
    )
    parser.add_argument(
        "--refusal", choices=("401", "404"), default="404", help="how a bad token is answered"
    )
    parser.add_argument(
        "--pace", choices=tuple(FACTORS), default="still", help="whether the clock moves by itself"
    )
    parser.add_argument(
        "--began",
        type=datetime.fromisoformat,
        help="when, by our clock, its clock stood at --now; a run that goes on says when it began",
    )
    return parser.parse_args(words)


def server_of(wanted: argparse.Namespace) -> Server:
    """A server whose world has lived until now."""
    world = World(wanted.seed, wanted.contracts, wanted.start, density=wanted.density)
    began = wanted.began or ours()
    pace = Pace(wanted.pace, wanted.now or world.now, began)
    server = Server(world, Access(wanted.token, wanted.refusal, wanted.expires), pace)
    server.tick()
    return server


def web(server: Server, host: str, port: int) -> uvicorn.Server:
    """The program that listens."""
    config = uvicorn.Config(
        server, host=host, port=port, lifespan="off", access_log=False, log_config=None,
        server_header=False, proxy_headers=False, http="httptools", timeout_graceful_shutdown=1,
    )  # fmt: skip
    return uvicorn.Server(config)


async def run(server: Server, host: str, port: int) -> None:
    """Serve until told to end."""
    ticking = asyncio.create_task(keep_ticking(server))
    try:
        await web(server, host, port).serve()
    finally:
        ticking.cancel()


@contextmanager
def background(server: Server, port: int) -> Iterator[str]:
    """Serve from a thread of this program, for tests; the address. Its clock moves when told."""
    program = web(server, "127.0.0.1", port)
    thread = threading.Thread(target=program.run, daemon=True)
    thread.start()
    while not program.started:
        if not thread.is_alive():
            raise RuntimeError(f"Nothing listens on port {port}")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        program.should_exit = True
        thread.join(5)


async def keep_ticking(server: Server) -> None:
    """Let the clock move."""
    while True:
        await asyncio.sleep(TICK)
        server.tick()


def main(words: list[str]) -> None:
    """Serve a world."""
    wanted = arguments(words)
    asyncio.run(run(server_of(wanted), wanted.host, wanted.port))
