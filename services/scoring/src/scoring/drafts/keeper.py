"""Running a stranger's queries in a process of their own, and telling how that process ended.

The process gets its task, nothing else: no environment, no secret, no open file. It is killed when
its time is up, when its answer is too long, and when whoever waits for it gives up.
"""

import asyncio
import signal
import sys
from contextlib import suppress
from typing import Final

import msgspec

from scoring.drafts.confined import Answer, Stop, Task

LARGEST_ANSWER: Final = 32 * 1024 * 1024
GRACE: Final = 20.0
"""Seconds that a process may take beyond the limit it watches itself: its start, its answer."""

ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}

WORDS: Final[dict[Stop, str]] = {
    "cpu": "it used up its {cpu} seconds of processor time",
    "time": "it did not end within {wall} seconds",
    "memory": "it needed more than its {memory} MB of memory",
    "fault": "its query failed: {reason}",
}


async def run(task: Task) -> Answer:
    """Run a task to its end, whatever that is."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "scoring.drafts",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=ENVIRONMENT,
        cwd="/",
        close_fds=True,
        start_new_session=True,
        limit=LARGEST_ANSWER,
    )
    try:
        async with asyncio.timeout(task.limits.wall_seconds + GRACE):
            written = await _exchange(process, msgspec.json.encode(task))
            status = await process.wait()
    except TimeoutError:
        return Answer(stopped="time")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return _answer(status, written)


def explain(answer: Answer, task: Task) -> str:
    """Say in words what stopped a run."""
    assert answer.stopped is not None
    limits = task.limits
    return WORDS[answer.stopped].format(
        cpu=limits.cpu_seconds,
        wall=limits.wall_seconds,
        memory=limits.memory_mb,
        reason=answer.reason or "no reason is known",
    )


async def _exchange(process: asyncio.subprocess.Process, task: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(task)
        await process.stdin.drain()
        process.stdin.close()
    parts: list[bytes] = []
    size = 0
    while part := await process.stdout.read(1 << 16):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            process.kill()
    return b"".join(parts)


def _answer(status: int, written: bytes) -> Answer:
    if status == 0:
        with suppress(msgspec.DecodeError):
            return msgspec.json.decode(written, type=Answer)
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        return Answer(stopped="cpu")
    if status in {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}:
        return Answer(stopped="memory")
    return Answer(stopped="fault", reason=f"the process ended with {status}")
