"""Mobiles: only what changed, small, and the same in the end however often the line breaks."""

import random
from typing import Any

import httpx

from shared.feed import Entry
from tests.gateway.builders import gone, process, release, score
from tests.gateway.house import House, problem

IDS = [process(f"o-{number}") for number in range(12)]


async def changes(house: House, question: str = "") -> dict[str, Any]:
    answer = await house.get(f"/v1/sync{question}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class Mobile:
    """A client that keeps rows by id, and whose line breaks before it has read every third."""

    def __init__(self, house: House, question: str = "") -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.since = 0
        self._house = house
        self._question = question
        self._chance = random.Random(7)

    async def sync(self, limit: int = 3) -> None:
        cursor = ""
        while True:
            asked = f"?since={self.since}&limit={limit}{cursor}{self._question}"
            told = await changes(self._house, asked)
            if self._chance.random() < 0.3:
                continue  # the answer did not arrive: the same is asked again
            for row in told["data"]:
                self.rows[row["id"]] = row
                if row.get("gone"):
                    del self.rows[row["id"]]
            if told["next_cursor"] is None:
                self.since = told["seq"]
                return
            cursor = f"&cursor={told['next_cursor']}"


async def test_through_drops_a_mobile_ends_with_what_a_full_read_gives(house: House) -> None:
    mobile = Mobile(house)
    await house.fill("releases", *(release(f"o-{number}") for number in range(12)))
    await mobile.sync()
    assert mobile.rows.keys() == set(IDS)
    assert all("score" not in row for row in mobile.rows.values())

    await house.fill("scores", *(score(each, expected=55.0, band="high") for each in IDS[:5]))
    await house.fill("releases", gone(IDS[3]), gone(IDS[9]))
    await mobile.sync()
    await house.fill("releases", release("o-9"))
    before = mobile.since
    await mobile.sync()

    fresh = Mobile(house)
    await fresh.sync(limit=1000)
    assert mobile.rows == fresh.rows
    assert mobile.rows.keys() == set(IDS) - {IDS[3]}
    assert mobile.rows[IDS[0]]["score"]["band"] == "high"
    assert mobile.since > before
    assert (await changes(house, f"?since={mobile.since}"))["data"] == []
    assert [row["id"] for row in (await changes(house, f"?since={before}"))["data"]] == [IDS[9]]


async def test_a_mobile_watches_ids_or_a_region(house: House) -> None:
    await house.fill("releases", *(release(f"o-{number}") for number in range(3)))

    watched = await changes(house, f"?id={IDS[0]}&id={IDS[2]}")
    elsewhere = await changes(house, "?region=75")

    assert {row["id"] for row in watched["data"]} == {IDS[0], IDS[2]}
    assert elsewhere["data"] == []
    assert elsewhere["seq"] == watched["seq"]


async def test_who_follows_a_region_hears_of_what_left_it(house: House) -> None:
    def placed(*katos: str, revision: int = 1) -> Entry:
        lots = [{"id": kato, "x_kato": [kato]} for kato in katos]
        return release("o-1", lots=lots, revision=revision)

    await house.fill("releases", placed("751110000", "711110000"), release("o-2"))
    region, district = Mobile(house, "&region=75"), Mobile(house, "&region=7511&region=7512")
    both = Mobile(house, "&region=75&region=71")
    mobiles = (region, district, both)

    async def seen() -> list[int]:
        for mobile in mobiles:
            await mobile.sync()
        return [len(mobile.rows) for mobile in mobiles]

    assert await seen() == [1, 1, 1]
    await house.fill("releases", placed("751210000", "711110000", revision=2))  # another district
    assert await seen() == [1, 1, 1]
    assert [row["id"] for row in (await changes(house, "?region=7511"))["data"]] == [IDS[1]]
    await house.fill("releases", placed("711110000", revision=3))
    assert await seen() == [0, 0, 1]

    early = region.since
    await house.fill("releases", placed("751110000", "711110000", revision=4))
    assert await seen() == [1, 1, 1]
    await house.fill("releases", gone(IDS[1]))
    await house.fill("releases", placed("791110000", revision=5))  # withdrawn and back elsewhere
    assert await seen() == [0, 0, 0]
    assert all(
        row.get("gone") for row in (await changes(house, f"?region=75&since={early}"))["data"]
    )
    assert [row["id"] for row in (await changes(house))["data"]] == [IDS[2], IDS[1]]


async def test_answers_are_small_and_what_is_known_is_not_sent_again(house: House) -> None:
    await house.fill("releases", *(release(f"o-{number}") for number in range(12)))
    await house.fill("scores", *(score(each) for each in IDS))

    async def raw(coding: str, **more: str) -> httpx.Response:
        return await house.get("/v1/sync", accept_encoding=coding, **more)

    plain, zipped, zstd = await raw("identity"), await raw("gzip"), await raw("gzip, zstd")
    again = await raw("zstd", if_none_match=zstd.headers["etag"])

    # httpx unpacks what it is sent; the length says what travelled.
    assert zipped.headers["content-encoding"] == "gzip"
    assert zstd.headers["content-encoding"] == "zstd"
    assert plain.json() == zipped.json() == zstd.json()
    assert int(zipped.headers["content-length"]) < len(plain.content) / 4
    assert int(zstd.headers["content-length"]) < len(plain.content) / 4
    assert again.status_code == 304
    assert "Accept-Encoding" in zstd.headers["vary"]


async def test_who_is_level_is_answered_by_the_door_as_by_the_route_and_only_until_a_change(
    house: House,
) -> None:
    await house.fill("releases", release("o-0"))
    seq = (await changes(house))["seq"]
    asked = f"/v1/sync?since={seq}&id={IDS[0]}"
    by_route, by_door = await house.get(asked), await house.get(asked)
    known = await house.get(asked, if_none_match=by_door.headers["etag"])
    elsewhere = await house.get(f"/v1/sync?since={seq}&region=none")
    stranger = await house.new_key(["drafts:read"], name="stranger")
    refused = await house.get(asked, authorization=f"Bearer {stranger}")

    assert by_door.json() == by_route.json() == {"data": [], "seq": seq, "next_cursor": None}
    for name in ("etag", "vary", "cache-control", "content-type"):
        assert by_door.headers[name] == by_route.headers[name]
    assert house.state.level.get(asked.partition("?")[2].encode(), seq) is not None
    assert (known.status_code, known.content) == (304, b"")
    assert problem(elsewhere) == (422, "validation_failed")
    assert problem(refused) == (403, "scope_missing")

    await house.fill("scores", score(IDS[0], expected=75.0, band="critical"))
    told = await changes(house, asked.removeprefix("/v1/sync"))
    assert [each["id"] for each in told["data"]] == IDS[:1]


async def test_a_cursor_belongs_to_its_question(house: House) -> None:
    await house.fill("releases", *(release(f"o-{number}") for number in range(3)))
    told = await changes(house, "?limit=1")

    other = await house.get(f"/v1/sync?limit=1&id={IDS[0]}&cursor={told['next_cursor']}")

    assert problem(other) == (400, "cursor_invalid")
    assert problem(await house.get("/v1/sync?since=-1")) == (422, "validation_failed")
    assert problem(await house.get("/v1/sync?region=1")) == (422, "validation_failed")
