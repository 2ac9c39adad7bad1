"""An invented world of any size as files of releases, kept where they are made.

The world is lived in one process; then each core writes down and translates a part of its tales
after the other, so that neither memory nor disk ever holds more than some parts as answers. What
is larger still consists of worlds side by side: the same purchases under other numbers, of other
buyers and suppliers.
"""

import gzip
import multiprocessing
import os
import re
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Final

import msgspec

from deploy.quality.__main__ import END, START
from deploy.quality.judging import translate
from deploy.quality.recording import record
from deploy.sandbox.names import check_digit
from deploy.sandbox.world import World

SEED: Final = 7
_world: World
"""What the processes of the pool write down."""

TALES: Final = 50_000
"""Of a part; its translation takes two gigabytes of memory."""


class LargeWorld(msgspec.Struct, frozen=True):
    """How much there is, and the files of releases that it stands in."""

    contracts: int
    purchases: int
    files: Sequence[str]


def large_world(size: int, home: Path) -> LargeWorld:
    """Return a world of about so many contracts a year; it is made where a folder has none."""
    told = home / "world.json"
    if not told.exists():
        home.mkdir(parents=True, exist_ok=True)
        told.write_bytes(msgspec.json.encode(_make(size, home)))
    return msgspec.json.decode(told.read_bytes(), type=LargeWorld)


def _make(size: int, home: Path) -> LargeWorld:
    world = World(SEED, size, START)
    world.advance(END)
    parts = [world.tales[start : start + TALES] for start in range(0, len(world.tales), TALES)]
    # A forked process has the world without living it again.
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), _lend, (world,)) as pool:
        counts = pool.starmap(_write, [(home, part) for part in parts], chunksize=1)
    return LargeWorld(
        contracts=len(world.table("Contract")),
        purchases=sum(counts),
        files=[str(_file(home, part)) for part in parts],
    )


def _file(home: Path, tales: range) -> Path:
    return home / f"{tales.start:08}.jsonl.gz"


def _lend(world: World) -> None:
    global _world  # noqa: PLW0603 - once, when a process of the pool begins
    _world = world


def _write(home: Path, tales: range) -> int:
    """Write some tales down, translate them and say how many purchases they are."""
    answers, releases = home / f"{tales.start}", home / f"{tales.start}.jsonl"
    translate(record(_world, answers, tales), releases)
    shutil.rmtree(answers)
    with releases.open("rb") as lines, gzip.open(_file(home, tales), "wb", compresslevel=1) as out:
        purchases = sum(bool(out.write(line)) for line in lines)
    releases.unlink()
    return purchases


def beside(file: str, place: int, into: Path) -> int:
    """Write the releases of a file as those of the world at a place beside it (0 is itself).

    Returns how many they are.
    """
    with gzip.open(file) as lines, into.open("wb") as out:
        return sum(bool(out.write(_renamed(line, place) if place else line)) for line in lines)


def _renamed(line: bytes, place: int) -> bytes:
    line = _NUMBER.sub(lambda found: _number(found.group(), place), line)
    line = _PID.sub(lambda found: b"%b%d" % (found[1], int(found[2]) + place * _PIDS_APART), line)
    return _PSEUDONYM.sub(lambda found: _pseudonym(found.group(), place), line)


_NUMBER: Final = re.compile(rb'["cp-]\d{7,12}(?![\d.])')
_PID: Final = re.compile(rb'("x_pid":")(\d+)')
_PSEUDONYM: Final = re.compile(rb"_[a-z2-7]{26}")

_PORTAL_NUMBER: Final = re.compile(rb"8\d{6}|(?:17|25|26|42|43|72|73|87|96)\d{6}|7[23]\d{7}")
"""An act (7 digits), a lot of a bid (9), anything else of a purchase (8); no place or product."""

_BIN_DIGITS: Final = 12
_BID_LOT_DIGITS: Final = 9
_NUMBERS_APART: Final = 2_000_000
_PIDS_APART: Final = 1_000_000
_SERIALS_APART: Final = 10_000
_LETTERS: Final = f"{ascii_lowercase}234567".encode()


def _number(text: bytes, place: int) -> bytes:
    before, digits = text[:1], text[1:]
    if len(digits) == _BIN_DIGITS:
        return before + _bin(digits, place)
    if not _PORTAL_NUMBER.fullmatch(digits):
        return text
    apart = _NUMBERS_APART * (10 if len(digits) == _BID_LOT_DIGITS else 1)
    return b"%b%d" % (before, int(digits) + place * apart)


def _pseudonym(text: bytes, place: int) -> bytes:
    turned = (_LETTERS.index(text[1]) + place) % len(_LETTERS)
    return b"_%c%b" % (_LETTERS[turned], text[2:])


@cache
def _bin(number: bytes, place: int) -> bytes:
    """Another BIN of the same month, with a check digit of its own."""
    first = int(number[6:11]) // 4 * 4 + place * _SERIALS_APART
    stems = (f"{number[:6].decode()}{serial:05}" for serial in range(first, first + 4))
    checked = ((stem, check_digit(stem)) for stem in stems)
    return next(f"{stem}{check}".encode() for stem, check in checked if check is not None)
