"""Large worlds: written down in parts, and side by side under other numbers."""

import gzip
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.bench.large_world import beside
from deploy.quality.__main__ import END, START
from deploy.quality.judging import translate
from deploy.quality.recording import record
from deploy.sandbox.names import check_digit
from deploy.sandbox.world import World


@pytest.fixture(scope="module")
def world() -> World:
    made = World(7, 300, START)
    made.advance(END)
    return made


def test_parts_of_a_world_come_to_the_same_releases_as_the_whole(
    world: World, tmp_path: Path
) -> None:
    middle = len(world.tales) // 2

    whole = _releases(world, world.tales, tmp_path / "whole")
    parts = [
        _releases(world, world.tales[:middle], tmp_path / "first"),
        _releases(world, world.tales[middle:], tmp_path / "rest"),
    ]

    assert len(whole) > 500
    assert sorted(chain(*parts)) == sorted(whole)


def test_a_world_beside_another_has_the_same_purchases_of_others_under_other_numbers(
    world: World, tmp_path: Path
) -> None:
    lines = _releases(world, world.tales[:100], tmp_path / "answers")
    packed = tmp_path / "releases.gz"
    packed.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))

    count = beside(str(packed), 1, tmp_path / "beside")
    other = (tmp_path / "beside").read_bytes().splitlines()

    here, there = _decoded(lines), _decoded(other)
    assert count == len(lines) == len(other)
    assert [_bought(one) for one in there] == [_bought(one) for one in here]
    assert _ids(here) & _ids(there) == set()
    assert len(_ids(there)) == len(_ids(here))
    assert all(check_digit(number[:11]) == int(number[11]) for number in _bins(there))


def _releases(world: World, tales: range, folder: Path) -> list[bytes]:
    releases = folder.with_suffix(".jsonl")
    translate(record(world, folder, tales), releases)
    return releases.read_bytes().splitlines()


def _decoded(lines: list[bytes]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in lines]


def _bought(release: dict[str, Any]) -> tuple[datetime, Any, int, list[Any]]:
    """What a purchase is, whoever buys under whatever number."""
    tender = release.get("tender", {})
    signed = [one.get("value") for one in release.get("contracts", [])]
    return release["date"], tender.get("value"), len(release.get("parties", [])), signed


def _ids(releases: list[dict[str, Any]]) -> set[str]:
    parties = {party["id"] for one in releases for party in one.get("parties", [])}
    lots = {lot["id"] for one in releases for lot in one.get("tender", {}).get("lots", [])}
    contracts = {each["id"] for one in releases for each in one.get("contracts", [])}
    return {one["ocid"] for one in releases} | parties | lots | contracts


def _bins(releases: list[dict[str, Any]]) -> set[str]:
    return {one.removeprefix("KZ-BIN-") for one in _ids(releases) if one.startswith("KZ-BIN-")}
