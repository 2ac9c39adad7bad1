"""Scores: served as written, explained in three languages, looked up by the hundred."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from gateway.explain.render import explain
from gateway.past import PastScores
from gateway.texts import WITHHELD
from shared.clock import SystemClock
from shared.contracts.scores import ScoreDocument
from shared.security import verify
from tests.gateway.builders import (
    BUYER_BIN,
    SUPPLIER_BIN,
    indicator,
    line,
    organisation,
    process,
    release,
    score,
)
from tests.gateway.house import House, problem

PROCESS = process("o-1")
SCORE = f"/v1/scores/process/{PROCESS}"


async def test_a_score_is_the_document_that_scoring_wrote_with_notice_and_links(
    house: House,
) -> None:
    written = score(PROCESS)
    await house.fill("scores", written)

    read = (await house.get(SCORE)).json()

    assert read["links"]["explanation"] == f"{SCORE}/explanation"
    assert read["notice"]["ru"] == "Признак, а не обвинение."
    assert {name: read[name] for name in msgspec.json.decode(written.body)} == msgspec.json.decode(
        written.body
    )


async def test_a_natural_person_has_no_score_in_public_today_or_on_a_past_day(house: House) -> None:
    person = "prs_aaaaaaaaaaaaaaaaaaaaaaaaaa"
    await house.fill("scores", score(person, kind="supplier"), score(PROCESS))

    today = await house.get(f"/v1/scores/supplier/{person}")
    before = await house.get(f"/v1/scores/supplier/{person}?at=2026-01-01")

    assert (today.status_code, before.status_code) == (404, 404)
    assert (await house.get(SCORE)).status_code == 200


@pytest.mark.parametrize("times", [1, 2])
async def test_the_version_of_a_score_answers_304_from_the_row_and_from_memory(
    house: House, times: int
) -> None:
    await house.fill("scores", score(PROCESS))
    answers = [await house.get(SCORE) for _ in range(times)]
    etag = answers[-1].headers["etag"]

    known = await house.get(SCORE, If_None_Match=f'"other", W/{etag}')
    await house.fill("scores", score(PROCESS, expected=31.0))
    changed = await house.get(SCORE, If_None_Match=etag)

    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["etag"] == etag
    assert "ratelimit" in known.headers
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_the_memory_never_serves_what_the_view_no_longer_says(house: House) -> None:
    for expected in range(30):
        await house.fill("scores", score(PROCESS, expected=float(expected)))

        answers = await asyncio.gather(*(house.get(SCORE) for _ in range(5)))

        assert {each.json()["score"]["expected"] for each in answers} == {float(expected)}
    assert house.state.memory.hits > 0


async def test_readers_amid_changes_see_the_last_one_when_it_is_known(house: House) -> None:
    stop = asyncio.Event()
    await house.fill("scores", score(PROCESS, expected=0.0))

    async def read() -> None:
        while not stop.is_set():
            assert (await house.get(SCORE)).status_code == 200

    readers = [asyncio.create_task(read()) for _ in range(4)]
    for expected in range(1, 60):
        await house.fill("scores", score(PROCESS, expected=float(expected)))
        await asyncio.sleep(0)
    stop.set()
    await asyncio.gather(*readers)

    assert (await house.get(SCORE)).json()["score"]["expected"] == 59.0


@pytest.mark.parametrize(
    ("asked", "spoken", "state", "disclaimer"),
    [
        ("kk", "kk", "белгіленді", "айыптау емес"),
        ("ru-KZ, en;q=0.5", "ru", "отмечено", "а не обвинение"),
        ("fr", "en", "flagged", "not an accusation"),
    ],
)
async def test_an_explanation_speaks_the_language_asked_for(
    house: House, asked: str, spoken: str, state: str, disclaimer: str
) -> None:
    await house.fill("catalogue", indicator("R018"))
    await house.fill("scores", score(PROCESS))

    answer = await house.get(f"{SCORE}/explanation", Accept_Language=asked)

    found = answer.json()
    assert answer.headers["content-language"] == found["language"] == spoken
    assert (found["lines"][0]["title"], found["lines"][0]["state"]) == (
        f"R018 title {spoken}",
        state,
    )
    [threshold] = found["lines"][0]["threshold_origin"]
    assert (threshold["unit"], threshold["origin"]) == (f"bids {spoken}", "OCP guide")
    assert disclaimer in found["notice"]
    assert "2026-02-01" in found["disclaimer"]
    assert "m1" in found["disclaimer"]


async def test_an_explanation_adds_up_and_says_what_is_missing(house: House) -> None:
    lines = (
        line("R003", "clear", counted=0.0),
        line("R024", "not_computable", counted=0.0, expected_points=1.5, missing=["/bids"]),
        line("R018", counted=12.5, discount=0.5),
        line("R028", counted=17.5, context={"type": "supplier", "id": "org_x"}),
    )
    await house.fill("catalogue", indicator("R018"))
    await house.fill("scores", score(PROCESS, expected=30.0, lines=lines))

    found = (await house.get(f"{SCORE}/explanation")).json()

    assert [each["code"] for each in found["lines"]] == ["R028", "R018", "R024", "R003"]
    assert found["sums"] == {"counted": 30.0, "expected_of_uncomputed": 1.5, "of_portfolio": 0.0}
    assert found["sums"]["counted"] == found["points"]["lower"]
    assert found["lines"][0]["context"]["id"] == "org_x"
    flagged, missing = found["lines"][1], found["lines"][2]
    assert flagged["evidence"] == [
        {
            "path": "/tender/title",
            "value": "Школьная мебель",
            "release": f"/v1/ocds/releases?process={PROCESS}",
        }
    ]
    assert flagged["threshold_origin"][0]["origin"] == "OCP guide"
    assert flagged["legal_basis"] == ["Article 5 en (2024-07-01)"]
    assert flagged["what_would_clear_it"] == "R018 what_would_clear_it en"
    assert (missing["missing"], missing["title"]) == (["/bids"], None)
    assert found["reply"] == {"text": None, "state": "no explanation received"}


async def test_an_explanation_is_new_when_the_catalogue_is(house: House) -> None:
    await house.fill("scores", score(PROCESS))
    before = await house.get(f"{SCORE}/explanation")

    await house.fill("catalogue", indicator("R018"))
    after = await house.get(f"{SCORE}/explanation", If_None_Match=before.headers["etag"])

    assert before.json()["lines"][0]["title"] is None
    assert after.json()["lines"][0]["title"] == "R018 title en"


def test_an_unknown_state_is_shown_by_its_own_word() -> None:
    body = score(PROCESS, lines=(line("X1", "under_review"),)).body
    document = msgspec.json.decode(body, type=ScoreDocument)

    assert explain(document, {}, "kk").lines[0].state == "under_review"


async def test_many_scores_are_looked_up_in_the_order_asked_for(house: House) -> None:
    await house.fill("scores", *(score(process(f"o-{n}"), expected=float(n)) for n in range(3)))
    ids = [process("o-2"), process("none"), process("o-0"), process("o-2")]

    answer = await house.client.post(
        "/v1/scores:lookup", json={"ids": ids}, headers={"Authorization": f"Bearer {house.key}"}
    )

    found = answer.json()
    assert [(each["id"], each["expected"]) for each in found["data"]] == [
        (process("o-2"), 2.0),
        (process("o-0"), 0.0),
    ]
    assert found["missing"] == [process("none")]


async def test_a_past_day_is_asked_of_scoring_on_behalf_of_the_caller(house: House) -> None:
    asked: list[httpx.Request] = []

    def scoring(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.params["at"] == "2026-01-01":
            return httpx.Response(404)
        return httpx.Response(200, content=score(PROCESS, expected=7.0).body)

    object.__setattr__(
        house.state,
        "past",
        PastScores(
            url="http://scoring",
            settings=house.settings,
            clock=SystemClock(),
            transport=httpx.MockTransport(scoring),
        ),
    )
    await house.fill("scores", score(PROCESS, expected=50.0))

    past = await house.get(f"{SCORE}?at=2026-02-02")
    none = await house.get(f"{SCORE}?at=2026-01-01")
    explained = await house.get(f"{SCORE}/explanation?at=2026-02-02")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    number = await house.get(f"{SCORE}?at=0")
    future = await house.get(f"{SCORE}?at={tomorrow}")

    assert past.json()["score"]["expected"] == 7.0
    assert past.json()["links"]["score"] == SCORE
    assert problem(none) == (404, "not_found")
    assert explained.json()["score"]["expected"] == 7.0
    assert problem(future) == problem(number) == (422, "validation_failed")
    token = asked[0].headers["authorization"].removeprefix("Bearer ")
    caller = verify(token, audience="scoring", key=house.settings.internal_key, clock=SystemClock())
    assert caller.organisation is not None
    assert "scores:read" in caller.scopes


async def test_a_past_day_while_scoring_is_away_is_503_and_the_present_is_not_affected(
    house: House,
) -> None:
    await house.fill("scores", score(PROCESS))
    await house.fill("releases", release("o-1"))

    assert problem(await house.get(f"{SCORE}?at=2026-02-02")) == (503, "dependency_down")
    assert (await house.get(SCORE)).status_code == 200


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", "сомасы 1000 KZT сатып алулардың ішінде"),
        ("ru", "Из закупок на 1000 KZT на 250.50 KZT"),
        (
            "en",
            "Drawn to the average of 30 like organisations (5.0 %; median of their sums 300 KZT)",
        ),
    ],
)
async def test_the_score_of_an_organisation_explains_its_share_of_money_at_risk(
    house: House, language: str, words: str
) -> None:
    buyer = organisation(BUYER_BIN)
    share = {
        "purchases": 4,
        "left_out": 1,
        "currency": "KZT",
        "value": "1000",
        "at_risk": "250.50",
        "peers": 30,
        "typical": 300.0,
        "average": 0.05,
        "share": 0.2042,
        "points": 13.179,
    }
    lines = (line("R038", counted=10.0),)
    written = score(buyer, kind="buyer", expected=23.179, lines=lines, portfolio=share)
    await house.fill("scores", written)
    path = f"/v1/scores/buyer/{buyer}"

    read = (await house.get(path)).json()
    told = (await house.get(f"{path}/explanation", Accept_Language=language)).json()

    assert read["portfolio"] == share
    assert words in told["portfolio"].pop("text")
    assert told["portfolio"] == share
    assert told["sums"] == {"counted": 10.0, "expected_of_uncomputed": 0.0, "of_portfolio": 13.179}
    assert told["points"]["lower"] == 23.179


@pytest.mark.check("A3", tier=1, limit="0 fields too many")
async def test_the_public_reads_that_signs_were_found_and_partners_of_whom(house: House) -> None:
    """Two lines may tell of a supplier in public; the points of the others still add up."""
    seller, bare = (
        organisation(SUPPLIER_BIN),
        await house.new_key(["scores:read", "processes:read"]),
    )
    lines = (
        line("K01", counted=20.0),
        line("S05", counted=7.5, discount=0.5),
        line("S12", "not_computable", counted=0.0, expected_points=1.5),
        line("KZ-60", "clear", counted=0.0),
        line("R999", "clear", counted=0.0),
    )
    repeated = (
        line("R018", counted=20.0),
        line("S05", counted=10.0, context={"type": "supplier", "id": seller}),
        line("E04", counted=5.0, context={"type": "buyer", "id": organisation(BUYER_BIN)}),
    )
    told = {"K01": "public", "KZ-60": "public", "S05": "partner", "S12": "partner"}
    told |= {"R018": "partner", "E04": "partner"}
    await house.fill("catalogue", *(indicator(c, publication=told[c]) for c in told))
    await house.fill("releases", release("o-1"))
    await house.fill("scores", score(seller, kind="supplier", expected=27.5, lines=lines))
    await house.fill("scores", score(PROCESS, expected=35.0, lines=repeated))
    paths = [f"/v1/scores/supplier/{seller}", SCORE]
    whole = [(await house.get(path)).json() for path in paths]  # now they lie in memory
    partner = (await house.get(f"{paths[0]}/explanation")).json()
    short = (await _looked_up(house, seller))["data"][0]
    profile = (await house.get(f"/v1/suppliers/{seller}")).json()["score"]

    house.key = bare
    public = [(await house.get(path)).json() for path in paths]
    explained = (await house.get(f"{paths[0]}/explanation")).json()
    public_short = (await _looked_up(house, seller))["data"][0]
    public_profile = (await house.get(f"/v1/suppliers/{seller}")).json()["score"]

    assert [len(one["indicators"]) for one in whole] == [5, 3]
    assert "withheld" not in whole[0]
    assert partner["withheld"] is None
    assert [one["code"] for one in public[0]["indicators"]] == ["K01", "KZ-60"]
    assert [one["code"] for one in public[1]["indicators"]] == ["R018", "E04"]
    assert seller not in str(public[1])
    because = {"because": msgspec.to_builtins(WITHHELD)}
    sums = {"lines": 3, "flagged": 1, "counted": 7.5, "expected_points": 1.5}
    assert public[0]["withheld"] == explained["withheld"] == sums | because
    assert public[1]["withheld"]["counted"] == 10.0
    assert [one["code"] for one in explained["lines"]] == ["K01", "KZ-60"]
    assert explained["sums"] == partner["sums"]
    assert partner["sums"]["counted"] == 27.5
    for name in ("score", "points", "band", "notice", "links", "coverage"):
        assert public[0][name] == whole[0][name]
    assert (short["flagged"], short.get("withheld")) == (["K01", "S05"], None)
    assert (public_short["flagged"], public_short["withheld"]) == (["K01"], 1)
    assert (profile["flagged"], public_profile["flagged"]) == (["K01", "S05"], ["K01"])
    assert public_profile["withheld"] == 1


async def _looked_up(house: House, supplier: str) -> dict[str, Any]:
    answer = await house.client.post(
        "/v1/scores:lookup",
        json={"ids": [supplier], "subject_type": "supplier"},
        headers={"Authorization": f"Bearer {house.key}"},
    )
    return answer.json()  # type: ignore[no-any-return]


async def test_a_flag_that_is_held_back_is_shown_and_is_no_flag_in_short(house: House) -> None:
    doubted = line("R018", counted=0.0, points=0.0, held=True)
    await house.fill("releases", release("o-1"))
    await house.fill("scores", score(PROCESS, lines=(line("R003", counted=30.0), doubted)))

    told = (await house.get(f"{SCORE}/explanation")).json()["lines"]

    assert {one["code"]: one["held"] for one in told} == {"R003": False, "R018": True}
    assert await house.ids("/v1/processes?indicator=R003") == [PROCESS]
    assert await house.ids("/v1/processes?indicator=R018") == []
