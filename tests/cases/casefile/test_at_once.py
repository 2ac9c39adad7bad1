"""Fifty who move one case at once, and how long a stranger waits for what is not theirs."""

import asyncio
from statistics import median
from time import perf_counter

import pytest

from tests.cases.office import BOLAT, STRANGER, Office, problem
from tests.support.harness import Figure

AT_ONCE = 50
ASKED, APART = 100, 0.005
"""How often each is asked, and the seconds that two medians may lie apart."""


@pytest.mark.check("A7", tier=1, limit="1 of 50")
async def test_of_fifty_who_move_a_case_at_once_one_does(office: Office, figure: Figure) -> None:
    case = (await office.post("/cases", {"title": "Once"})).json()
    at, seen = f"/cases/{case['id']}", case["revision"]

    answers = await asyncio.gather(
        *(office.post(f"{at}/moves", {"move": "open"}, BOLAT, seen=seen) for _ in range(AT_ONCE))
    )

    moved = [one for one in answers if one.status_code == 200]
    refused = {problem(one) for one in answers if one.status_code != 200}
    told = [event["type"] for event in await office.told()]
    figure(f"{len(moved)} of {AT_ONCE} moves of a case")
    assert len(moved) == 1
    assert refused == {(412, "version_conflict")}
    assert (await office.get(at)).json()["revision"] == moved[0].json()["revision"]
    assert told == ["case.created", "case.moved"]


@pytest.mark.check("A2", tier=1, limit="medians less than 5 ms apart")
async def test_what_is_not_theirs_takes_a_stranger_as_long_as_what_is_not_there(
    office: Office, figure: Figure
) -> None:
    case = (await office.post("/cases", {"title": "Ours"})).json()
    paths = {"theirs": f"/cases/{case['id']}", "none": "/cases/cas_" + "0" * 26}
    spent: dict[str, list[float]] = {name: [] for name in paths}

    for _ in range(ASKED):
        for name, path in paths.items():
            began = perf_counter()
            answer = await office.get(path, STRANGER)
            spent[name].append(perf_counter() - began)
            assert answer.status_code == 404

    apart = abs(median(spent["theirs"]) - median(spent["none"]))
    figure(f"medians of {ASKED} answers {apart * 1000:.2f} ms apart")
    assert apart < APART
