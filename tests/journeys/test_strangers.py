"""Three strangers with nothing but the public API and the Python client that is made from it."""

# ruff: noqa: PLC0415  (the package can be imported only after it was made)
import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from deploy.sdk.make import DOCUMENT
from shared.vocabulary.identifiers import process_id
from tests.gateway.receiver import OK, Message, Receiver, opened_receiver
from tests.harness.purchases import purchase
from tests.journeys.line import bad_line
from tests.journeys.site import COMPARED, Site

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("package"), pytest.mark.thorough]
ARRIVES_WITHIN = 30.0


def releases(name: str, count: int, *, revision: int = 1, first: int = 0) -> list[dict[str, Any]]:
    """Invented purchases, every fourth of them alarming; a later revision alarms all."""
    made = [
        purchase(number, alarm=number % 4 == 0 or revision > 1, now=datetime.now(UTC))
        for number in range(first, first + count)
    ]
    return [
        {**one, "ocid": f"ocds-{name}-{number}", "id": f"{name}-{number}-{revision}"}
        for number, one in enumerate(made, first)
    ]


@pytest.fixture
def client(site: Site) -> Iterator[Any]:
    """A client with a key for trying, which nobody had to be asked for."""
    from qadaga_client.client import Client

    there = site.stage.platform.front
    with Client(there) as nobody, Client(there, nobody.begin_trial()["key"], language="ru") as own:
        yield own


async def until(happened: Callable[[], Any], what: str) -> None:
    """Wait for what other processes do."""
    async with asyncio.timeout(ARRIVES_WITHIN):
        while not happened():
            await asyncio.sleep(0.02)
    assert happened(), what


async def test_a_partner_without_a_key_holds_a_checked_alert_within_its_first_half_hour(
    site: Site, client: Any
) -> None:
    async with opened_receiver() as receiver:

        def first_steps() -> tuple[Any, Any, Any]:
            document = httpx.get(f"{site.stage.platform.front}/openapi.json").json()
            assert document["paths"].keys() == json.loads(DOCUMENT.read_text())["paths"].keys()
            risky = next(iter(client.list_processes(band=["high", "critical"], limit=5)))
            told = client.explain_score("process", risky["id"])
            endpoint = client.add_endpoint({"url": receiver.url, "types": ["alert.created"]})
            client.test_endpoint(endpoint["id"])
            return risky, told, endpoint

        risky, told, endpoint = await asyncio.to_thread(first_steps)
        await until(lambda: receiver.got, "the message that was asked for")
        await site.publish("partner", *releases("partner", 1))
        await until(lambda: len(receiver.got) > 1, "the alert")
        ping, alert, *others = [checked(endpoint["secret"], each) for each in receiver.got]
        score = await asyncio.to_thread(client.ask, "GET", alert["data"]["link"])

    assert risky["score"]["band"] in {"high", "critical"}
    assert (told["language"], told["band"]) == ("ru", risky["score"]["band"])
    assert any(line["status"] == "flagged" and line["evidence"] for line in told["lines"])
    assert (ping["type"], alert["type"], others) == ("ping", "alert.created", [])
    assert alert["data"]["process"] == process_id("partner", "ocds-partner-0")
    assert score["subject"]["ocid"] == "ocds-partner-0"
    assert score["band"] == alert["data"]["band"]


def checked(secret: str, message: Message) -> Any:
    """What a stranger's verifier makes of a message; it raises for what is not ours."""
    return Webhook(secret).verify(message.body, message.headers)


class Agency:
    """A receiver that keeps what it took in, by stream and number; refused messages it forgets."""

    def __init__(self, receiver: Receiver, client: Any) -> None:
        self.receiver, self.client = receiver, client
        self.before = client.read_feed_heads()
        wanted = {"url": receiver.url, "signing": "v1a", "description": "Дежурная часть"}
        self.endpoint = client.add_endpoint(wanted)
        self.kept: dict[tuple[str, int], str] = {}
        self.taken: Counter[str] = Counter()

    def take(self, message: Message) -> Any:
        from qadaga_client.webhooks import verify

        data = verify(message.body, message.headers, self.endpoint["public_key"])["data"]
        self.kept[data["stream"], data["seq"]] = data["event"]
        self.taken[message.id] += 1
        return OK

    def read(self) -> Any:
        return self.client.read_endpoint(self.endpoint["id"])

    def given_up(self) -> Any:
        """Wait until its own stream says that nothing is sent to it any more."""
        from qadaga_client.following import Feed

        own = next(Feed(self.client, "own", after=self.before["own"]).forever())
        assert own["type"] == "webhook.disabled", own
        return self.read()

    def events(self, stream: str) -> list[str]:
        """The ids of the events of a stream since the beginning, every one of them."""
        from qadaga_client.following import Feed

        feed = Feed(self.client, stream, after=self.before[stream])
        ids = [event["id"] for event in feed.new()]
        assert feed.complete()
        assert feed.after - self.before[stream] == len(ids)
        return ids

    def held(self, stream: str) -> list[str]:
        """The ids that were received, in the order of their numbers, which have no gap."""
        numbers = sorted(seq for name, seq in self.kept if name == stream)
        first = self.before[stream] + 1
        assert numbers == list(range(first, first + len(numbers)))
        return [self.kept[stream, number] for number in numbers]


@pytest.mark.check("W10", tier=1, limit="0 missing")
async def test_an_agency_that_was_down_gets_all_it_missed_and_proves_that_nothing_is_lacking(
    site: Site, client: Any
) -> None:
    refusals: list[Any] = [(503, {}, b"")] * 3

    def refuse(_: Message) -> Any:
        return refusals.pop() if refusals else (410, {}, b"nobody lives here")

    async with opened_receiver() as receiver:
        agency = await asyncio.to_thread(Agency, receiver, client)

        receiver.answer = refuse
        await site.publish("outage", *releases("outage", 12))
        await until(lambda: not refusals and len(receiver.got) > 3, "refusals")
        down = await asyncio.to_thread(agency.given_up)
        await site.publish("outage", *releases("outage", 40, first=12))
        await site.settled(COMPARED)

        receiver.answer = agency.take
        await asyncio.to_thread(client.change_endpoint, agency.endpoint["id"], {"enabled": True})
        async with asyncio.timeout(ARRIVES_WITHIN):
            while True:  # what is judged a moment later is told a moment later
                up = await asyncio.to_thread(agency.read)
                streams = ("public", "own")
                events = {each: await asyncio.to_thread(agency.events, each) for each in streams}
                if not up["pending"] and len(agency.kept) == sum(map(len, events.values())):
                    break
                await asyncio.sleep(1.5)  # a key for trying may ask once a second
        told = await asyncio.to_thread(lambda: list(client.list_deliveries(limit=200)))

    assert (down["enabled"], down["disabled_for"]) == (False, "gone")
    assert (up["enabled"], up["disabled_for"], up["pending"]) == (True, None, 0)
    assert len(events["public"]) > 52
    assert [name.partition("/")[0] for name in events["own"]] == ["webhook.disabled"]
    for stream, ids in events.items():
        assert agency.held(stream) == ids
        assert len(set(ids)) == len(ids)
    assert set(agency.taken.values()) == {1}
    assert {each["state"] for each in told} == {"delivered"}
    assert {each["id"] for each in told} == agency.taken.keys()
    assert max(each["tries"] for each in told) == 1  # counted anew
    tries = [sorted(each["attempts"], key=lambda one: str(one["at"])) for each in told]
    statuses = [[one["status"] for one in attempts] for attempts in tries]
    # 503 and then 410 before it was taken; which of them a message met depends on the moment.
    assert {tuple(each) for each in statuses} <= {(204,), (503, 204), (410, 204), (503, 410, 204)}
    assert {503, 410} <= {status for each in statuses for status in each}


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_a_mobile_on_a_dropping_line_ends_with_the_state_of_a_full_read(
    site: Site, coding: str
) -> None:
    from qadaga_client.client import Client
    from qadaga_client.following import Sync

    name, count = f"mobile-{coding}", 60
    ids = [process_id(name, f"ocds-{name}-{number}") for number in range(count)]
    answers: list[httpx.Response] = []
    there = site.stage.platform.front
    with Client(there) as nobody:
        token = (await asyncio.to_thread(nobody.register_device))["token"]

    def started(address: str) -> Any:
        """The application, started anew."""
        said = {"Accept-Encoding": coding}
        http = httpx.Client(headers=said, event_hooks={"response": [answers.append]})
        return Client(address, token, retries=8, sleep=lambda _: None, http=http)

    await site.publish(name, *releases(name, count))
    async with bad_line(there, [900, 1200, 2500, 700, 3000]) as line:
        with started(line.here) as client:
            early = Sync(client, ids=ids)
            first = await asyncio.to_thread(early.level, limit=15)
            kept = json.loads(json.dumps(early.rows))
        bands = {row["score"]["band"] for row in kept.values()}
        # Not the fourth, which alarmed before: of it the row may well be the same.
        await site.publish(name, *releases(name, 3, revision=2, first=1))
        line.breaks += [650, 900]
        with started(line.here) as client:
            late = Sync(client, ids=ids, since=early.since, rows=kept)
            changed = await asyncio.to_thread(late.level)
            nothing = [await asyncio.to_thread(late.level) for _ in range(2)]
    with started(there) as client:
        full = Sync(client, ids=ids)
        await asyncio.to_thread(full.level)

    assert sorted(first) == sorted(ids)
    assert bands > {"low"}
    assert sorted(changed) == sorted(ids[1:4])
    assert late.rows == full.rows
    assert late.since <= full.since  # others may have moved in between
    assert nothing == [[], []]
    assert [each.status_code for each in answers][-3:] == [200, 304, 200]
    assert line.breaks == []
    squeezed = [each for each in answers if each.headers.get("content-encoding") == coding]
    whole = [each.num_bytes_downloaded == int(each.headers["content-length"]) for each in squeezed]
    assert Counter(whole)[False] > 3  # broken in the midst of a body
    assert Counter(whole)[True] > 5
