"""Webhooks from their making to what a subscriber holds in hand, with a server of its own."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from gateway.audit.chain import Actor
from gateway.push import outbox
from gateway.push.dispatcher import Dispatcher
from gateway.push.guard import Guard
from gateway.push.signatures import SEALED_AS
from gateway.push.telling import Mail
from gateway.who import organisations
from gateway.who.doing import acting
from gateway.who.sealing import Seal
from shared.clock import FixedClock, SystemClock
from tests.gateway.builders import alert, line, process, score
from tests.gateway.house import House, opened_house, problem
from tests.gateway.office import Office, opened_office
from tests.gateway.receiver import Message, Receiver, opened_receiver
from tests.support.postgres import opened

ONE = process("o-1")
FLAGGED = score(ONE, expected=55.0, band="high", lines=(line("R018"), line("R024")))
ENDPOINTS = "/v1/webhooks/endpoints"
SCHEDULE = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)


# Two organisations with 20 endpoints and one with a single one; more is due than anybody sends.
_CROWD = """
    WITH named (name, endpoints) AS (VALUES ('loud_1', 20), ('loud_2', 20), ('quiet', 1)),
    owner AS (
        INSERT INTO organisation (id, name, created_at)
        SELECT name, name, now() FROM named
    ), place AS (
        INSERT INTO endpoint (id, organisation_id, url, signing, sealed, public_seq, own_seq)
        SELECT name || '/' || nth, name, 'http://127.0.0.1:9/', 'v1', '', 0, 0
        FROM named CROSS JOIN generate_series(1, endpoints) AS nth
        RETURNING id
    )
    INSERT INTO delivery (id, endpoint_id, stream, seq, type, body, due_at)
    SELECT place.id || '/' || seq, place.id, 'public', seq, 'ping', '{}', $1
    FROM place CROSS JOIN generate_series(1, 20) AS seq
"""


class Half(random.Random):
    """Draws the middle: no pause is shorter or longer than the schedule says."""

    def random(self) -> float:
        return 0.5


class Sending:
    """A house whose webhooks may reach this machine, with a dispatcher that is led by hand."""

    def __init__(self, house: House, office: Office, receiver: Receiver) -> None:
        self.house, self.office, self.receiver = house, office, receiver
        self.clock = FixedClock(SystemClock().now() + timedelta(minutes=1))
        self.dispatcher = self.another()

    def another(self, **more: Any) -> Dispatcher:
        settings = self.house.settings
        given: dict[str, Any] = {"mail": Mail(None, ""), "clock": self.clock, "chance": Half()}
        return Dispatcher(
            self.house.database,
            Guard(nearby=settings.nearby()),
            Seal(settings.cursor_key.get_secret_value().encode(), SEALED_AS),
            **given | more,
        )

    async def endpoint(self, path: str = "", **more: Any) -> Any:
        return await self.office.made(
            "app", ENDPOINTS, {"url": self.receiver.url + path, "signing": "v1", **more}
        )

    async def pass_on(self, **later: float) -> None:
        """Let time pass, then send all that is due."""
        self.clock.advance(timedelta(**later))
        while True:
            self.dispatcher.look()
            begun = await self.dispatcher.step()
            await self.dispatcher.settle()
            if not begun:
                return

    async def read(self, path: str) -> Any:
        answer = await self.office.ask("app", "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def deliveries(self, question: str = "") -> list[Any]:
        found: list[Any] = (await self.read(f"/v1/webhooks/deliveries{question}"))["data"]
        return found


@pytest.fixture
async def sending(database_url: str, valkey_url: str) -> AsyncIterator[Sending]:
    async with (
        opened(database_url) as database,
        opened_house(database, database_url, valkey_url, webhook_networks="127.0.0.0/8") as house,
        opened_receiver() as receiver,
    ):
        yield Sending(house, await opened_office(house), receiver)


@pytest.mark.check("W10", tier=1, limit="places without a gap")
async def test_an_event_arrives_signed_thin_and_with_its_place(sending: Sending) -> None:
    made = await sending.endpoint(types=["alert.created"])
    path = f"{ENDPOINTS}/{made['id']}"
    known = (await sending.office.ask("app", "GET", path)).headers["etag"]
    await sending.house.fill("scores", FLAGGED)
    await sending.house.fill("alerts", alert(1, ONE), alert(2, ONE, indicators=["R024"]))

    await sending.pass_on()

    feed = (await sending.house.get("/v1/feed?types=alert.created")).json()["data"]
    got = sorted(sending.receiver.got, key=lambda each: each.told["data"]["seq"])
    assert [each.told["data"]["seq"] for each in got] == [each["seq"] for each in feed] == [2, 3]
    for message, event in zip(got, feed, strict=True):
        told = Webhook(made["secret"]).verify(message.body, message.headers)
        assert told == {
            "type": "alert.created",
            "timestamp": event["at"],
            "data": {
                **event["data"],
                "event": event["id"],
                "stream": "public",
                "seq": event["seq"],
            },
        }
        assert len(message.body) < 20_000
    answer = await sending.office.ask("app", "GET", path, if_none_match=known)
    read = answer.json()  # the version is the same, the numbers are not
    assert answer.headers["etag"] == known
    assert (read["public_seq"], read["pending"], read["secret"]) == (3, 0, None)
    assert {each["state"] for each in await sending.deliveries()} == {"delivered"}


@pytest.mark.check("W1", tier=1, limit="10 tries under one id")
@pytest.mark.check("W3", tier=1, limit="disabled and told")
async def test_an_endpoint_that_fails_is_tried_by_the_schedule_then_disabled_told_and_revived(
    sending: Sending,
) -> None:
    letters: list[Any] = []

    class Box(Mail):
        async def send(self, letter: Any) -> bool:
            letters.append(letter)
            return True

    sending.dispatcher = sending.another(mail=Box(None, ""))
    made = await sending.endpoint(contact="desk@example.org", types=["alert.created"])
    sending.receiver.answer = lambda _: (500, {}, b"x" * 5000)
    await sending.house.fill("alerts", alert(1, ONE))

    await sending.pass_on()
    counts = []
    for pause in SCHEDULE[1:]:
        await sending.pass_on(seconds=pause - 1)
        counts.append(len(sending.receiver.got))
        await sending.pass_on(seconds=1)

    assert counts == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert len(sending.receiver.got) == 10
    assert len({each.id for each in sending.receiver.got}) == 1
    [failed] = await sending.deliveries("?state=failed")
    assert [each["status"] for each in failed["attempts"]] == [500] * 10
    assert failed["attempts"][0]["reply"] == "x" * 1024
    read = await sending.office.ask("app", "GET", f"{ENDPOINTS}/{made['id']}")
    assert (read.json()["enabled"], read.json()["disabled_for"]) == (False, "failing")
    [told] = (await sending.read("/v1/feed?stream=own"))["data"]
    assert (told["type"], told["data"]["endpoint"]) == ("webhook.disabled", made["id"])
    assert [letter.to for letter in letters] == ["desk@example.org"]

    sending.receiver.answer = lambda _: (200, {}, b"")
    await sending.house.fill("alerts", alert(2, ONE))
    await sending.pass_on()
    assert len(sending.receiver.got) == 10
    tag = read.headers["etag"]
    answer = await sending.office.ask(
        "app", "PATCH", f"{ENDPOINTS}/{made['id']}", {"enabled": True}, If_Match=tag
    )
    assert answer.status_code == 200, answer.text
    await sending.pass_on()
    seen = {each.told["data"]["seq"] for each in sending.receiver.got[10:]}
    assert seen == {1, 2}


@pytest.mark.check("W2", tier=1, limit="as each asks")
async def test_gone_is_disabled_at_once_and_busy_is_spared_as_it_asks(sending: Sending) -> None:
    gone = await sending.endpoint("/gone")
    busy = await sending.endpoint("/busy")

    def answer(message: Message) -> Any:
        return (410, {}, b"") if "gone" in message.path else (429, {"Retry-After": "600"}, b"")

    sending.receiver.answer = answer
    await sending.house.fill("alerts", *(alert(n, ONE) for n in range(1, 21)))
    await sending.pass_on()
    first = [each for each in sending.receiver.got if "busy" in each.path]
    assert not (await sending.read(f"{ENDPOINTS}/{gone['id']}"))["enabled"]
    assert 1 <= len(first) <= 8

    await sending.house.fill("alerts", alert(25, ONE))
    await sending.pass_on(seconds=599)
    assert len([each for each in sending.receiver.got if "busy" in each.path]) == len(first)
    sending.receiver.answer = lambda _: (204, {}, b"")
    await sending.pass_on(seconds=2)
    assert (await sending.read(f"{ENDPOINTS}/{busy['id']}"))["pending"] == 0


async def test_what_one_reply_says_of_its_endpoint_holds_though_the_others_say_nothing(
    sending: Sending,
) -> None:
    gone, busy = await sending.endpoint("/gone"), await sending.endpoint("/busy")
    first: dict[str, Any] = {"gone": (410, {}, b""), "busy": (503, {"Retry-After": "600"}, b"")}
    sending.receiver.answer = lambda message: first.pop(message.path[-4:], (500, {}, b""))
    await sending.house.fill("alerts", *(alert(n, ONE) for n in range(1, 9)))

    await sending.pass_on()

    assert (await sending.read(f"{ENDPOINTS}/{gone['id']}"))["disabled_for"] == "gone"
    until = (sending.clock.now() + timedelta(seconds=600)).isoformat()
    spared = (await sending.read(f"{ENDPOINTS}/{busy['id']}"))["spared_until"]
    assert spared[:19] == until[:19]


async def test_an_endpoint_that_does_not_answer_is_tried_one_at_a_time_until_it_does(
    sending: Sending,
) -> None:
    await sending.endpoint(types=["alert.created"])
    await sending.house.fill("alerts", *(alert(n, ONE) for n in range(1, 21)))
    sending.dispatcher = sending.another(within=0.2)
    sending.receiver.answer = lambda _: None
    counts = []

    async def round_of_tries() -> None:
        await sending.dispatcher.step()
        await sending.dispatcher.settle()
        async with sending.house.database.connection() as connection:
            counts.append(await connection.fetchval("SELECT count(*) FROM attempt"))

    await round_of_tries()
    await round_of_tries()
    sending.receiver.answer, sending.dispatcher._within = lambda _: (204, {}, b""), 20.0
    await round_of_tries()
    await round_of_tries()

    assert counts == [8, 9, 10, 18]


async def test_a_try_that_breaks_on_our_side_is_made_again_and_keeps_no_place(
    sending: Sending,
) -> None:
    await sending.endpoint(types=["alert.created"])
    await sending.house.fill("alerts", *(alert(n, ONE) for n in range(1, 9)))
    async with sending.house.database.connection() as connection:
        sealed = await connection.fetchval("SELECT sealed FROM endpoint")
        await connection.execute("UPDATE endpoint SET sealed = 'no secret'")
    await sending.pass_on()
    assert sending.receiver.got == []

    async with sending.house.database.connection() as connection:
        await connection.execute("UPDATE endpoint SET sealed = $1", sealed)
    await sending.pass_on(seconds=61)

    assert len(sending.receiver.got) == 8


async def test_a_contact_is_written_to_once_a_day_however_often_endpoints_are_revived(
    sending: Sending,
) -> None:
    written: list[Any] = []

    class Box(Mail):
        async def send(self, letter: Any) -> bool:
            written.append(letter)
            return True

    sending.dispatcher = sending.another(mail=Box(None, ""))
    sending.receiver.answer = lambda _: (410, {}, b"")
    made = [
        await sending.endpoint(f"/{n}?say=anything", contact="victim@example.org") for n in range(2)
    ]
    for number in range(1, 4):
        await sending.house.fill("alerts", alert(number, ONE))
        await sending.pass_on()
        for each in made:
            path = f"{ENDPOINTS}/{each['id']}"
            await sending.office.ask("app", "PATCH", path, {"enabled": True}, If_Match="*")
    async with sending.house.database.connection() as connection:
        await connection.execute("UPDATE endpoint SET letter_at = letter_at - interval '1 day'")
    await sending.house.fill("alerts", alert(4, ONE))
    await sending.pass_on()

    assert [letter.to for letter in written] == ["victim@example.org"] * 2
    assert "anything" not in written[0].text


async def test_a_mail_server_that_hangs_holds_up_no_webhook(sending: Sending) -> None:
    written: list[Any] = []

    class Slow(Mail):
        async def send(self, letter: Any) -> bool:
            written.append(letter)
            await asyncio.Event().wait()
            return True

    sending.dispatcher = sending.another(mail=Slow(None, ""))
    await sending.endpoint("/gone", contact="desk@example.org")
    await sending.endpoint("/well", types=["alert.created"])
    sending.receiver.answer = lambda message: (410 if "gone" in message.path else 204, {}, b"")
    async with asyncio.timeout(10):
        for number in (1, 2):
            await sending.house.fill("alerts", alert(number, ONE))
            await sending.pass_on()

    assert [letter.to for letter in written] == ["desk@example.org"]
    told = [each.told["data"]["seq"] for each in sending.receiver.got if "well" in each.path]
    assert sorted(told) == [1, 2]


@pytest.mark.check("W8", tier=1, limit="each has its turn")
async def test_where_more_is_due_than_can_be_sent_each_endpoint_has_its_turn(
    sending: Sending,
) -> None:
    for _ in range(3):
        await sending.endpoint(types=["alert.created"])
    await sending.house.fill("alerts", *(alert(n, ONE) for n in range(1, 28)))
    now = sending.clock.now()
    async with sending.house.database.transaction() as connection:
        for each in await outbox.behind(connection):
            await outbox.bring(connection, each["id"], each["organisation_id"], "public", now)
        claimed = [
            await outbox.claim(connection, now=now, busy={}, held={}, each=8, free=1)
            for _ in range(27)
        ]

    assert len({one.endpoint for [one] in claimed}) == 3


@pytest.mark.check("W7", tier=1, limit="0 calls")
async def test_a_redirect_is_a_failure_and_nobody_is_called_by_it(sending: Sending) -> None:
    async with opened_receiver() as inside:
        for status in (302, 307):
            sending.receiver.answer = lambda _, status=status: (  # type: ignore[misc]
                status,
                {"Location": inside.url},
                b"",
            )
            made = await sending.endpoint()
            await sending.office.made("app", f"{ENDPOINTS}/{made['id']}:test", {})
            await sending.pass_on()
        assert inside.got == []
    states = [each["attempts"][0]["status"] for each in await sending.deliveries("?type=ping")]
    assert states == [307, 302]


@pytest.mark.check("W6", tier=1, limit="0 connections")
async def test_a_name_that_leads_inside_only_when_it_is_sent_to_is_not_connected(
    sending: Sending,
) -> None:
    answers = ["93.184.215.14", "127.0.0.1"]

    async def rebinding(host: str, port: int) -> list[str]:
        return [answers.pop(0)]

    guard = Guard(resolve=rebinding)
    await guard.check("https://hooks.example.org/")
    made = await sending.endpoint()
    async with sending.house.database.connection() as connection:
        await connection.execute("UPDATE endpoint SET url = 'https://hooks.example.org/'")
    sending.dispatcher._guard = guard
    await sending.office.made("app", f"{ENDPOINTS}/{made['id']}:test", {})

    await sending.pass_on()

    [delivery] = await sending.deliveries()
    assert "not sent" in delivery["attempts"][0]["fault"]
    assert sending.receiver.got == []


@pytest.mark.check("W5", tier=1, limit="0 inside")
async def test_where_no_network_is_declared_nothing_inside_can_be_named(house: House) -> None:
    office = await opened_office(house)

    for url in ("http://127.0.0.1:9000/", "https://127.0.0.1/", "https://[::ffff:127.0.0.1]/"):
        answer = await office.ask("app", "POST", ENDPOINTS, {"url": url})
        assert problem(answer) == (422, "validation_failed")


@pytest.mark.check("W8", tier=1, limit="all others delivered meanwhile")
async def test_one_endpoint_that_hangs_holds_up_none_of_the_others(sending: Sending) -> None:
    for number in range(20):
        await sending.endpoint(f"/{number}", types=["alert.created"])
    sending.receiver.answer = lambda message: (
        None if message.path.endswith("/0") else (204, {}, b"")
    )
    await sending.house.fill("alerts", *(alert(n, ONE) for n in range(1, 26)))
    stop = asyncio.Event()
    running = asyncio.create_task(sending.another(clock=SystemClock()).run(stop))

    async with asyncio.timeout(60):
        while len(sending.receiver.got) - sending.receiver.hanging < 19 * 25:
            assert not running.done()
            await asyncio.sleep(0.02)
    stop.set()
    await running

    assert sending.receiver.hanging <= 8
    got = [each.id for each in sending.receiver.got if not each.path.endswith("/0")]
    assert len(got) == len(set(got)) == 475


@pytest.mark.check("R4", tier=1, limit="a place for each organisation")
async def test_organisations_that_could_fill_every_place_leave_one_part_to_the_next(
    sending: Sending,
) -> None:
    async with sending.house.database.transaction() as connection:
        await connection.execute(_CROWD, sending.clock.now() - timedelta(seconds=1))

    async def claimed(free: int, **held: int) -> dict[str, int]:
        async with sending.house.database.connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            now = sending.clock.now()
            found = await outbox.claim(connection, now=now, busy={}, held=held, each=8, free=free)
            await transaction.rollback()
        return dict(Counter(each.organisation for each in found))

    assert await claimed(200) == {"loud_1": 64, "loud_2": 64, "quiet": 8}
    assert await claimed(120, loud_1=80) == {"loud_2": 56, "quiet": 8}
    assert await claimed(66, loud_1=67, loud_2=67) == {"quiet": 8}
    assert await claimed(9, loud_1=95, loud_2=96) == {"quiet": 5}
    assert await claimed(1, loud_1=199) in ({"loud_2": 1}, {"quiet": 1})


@pytest.mark.check("R4", tier=1, limit="others answered while two fill what they may")
async def test_organisations_whose_servers_hang_hold_up_no_other(sending: Sending) -> None:
    loud = [await opened_office(sending.house, name) for name in ("Шулы", "Дабыра")]
    for office in loud:
        for number in range(13):
            url = f"{sending.receiver.url}/hangs/{number}"
            await office.made("app", ENDPOINTS, {"url": url, "signing": "v1"})
    await sending.endpoint("/well", types=["alert.created"])
    sending.receiver.answer = lambda message: None if "/hangs/" in message.path else (204, {}, b"")
    alerts = [alert(n, ONE, indicators=[f"R{n:03}"]) for n in range(1, 13)]
    await sending.house.fill("alerts", *alerts[:8])

    async def answered(number: int) -> None:
        while sum("/well" in each.path for each in sending.receiver.got) < number:
            sending.dispatcher.look()
            await sending.dispatcher.step()
            await asyncio.sleep(0)

    async with asyncio.timeout(15):
        await answered(8)
        while sending.receiver.hanging < 2 * 60:
            sending.dispatcher.look()
            await sending.dispatcher.step()
            await asyncio.sleep(0)
        await sending.house.fill("alerts", *alerts[8:])
        await answered(12)
    assert 120 <= sending.receiver.hanging <= 134
    await sending.dispatcher.end()


@pytest.mark.check("W10", tier=1, limit="the newest is kept in any order")
async def test_of_updates_of_one_alert_at_once_whoever_keeps_the_highest_version_holds_the_last(
    sending: Sending,
) -> None:
    await sending.endpoint(types=["alert.created", "alert.updated"])
    await sending.house.fill("scores", FLAGGED)
    await sending.house.fill("alerts", alert(1, ONE))
    lines = (line("R018"), line("R024"))
    await asyncio.gather(
        *(
            sending.house.fill("scores", score(ONE, expected=60.0 + n, band="high", lines=lines))
            for n in range(10)
        )
    )
    await sending.pass_on()
    last = (await sending.house.get(f"/v1/scores/process/{ONE}")).json()["score"]["expected"]
    told = [each.told["data"] for each in sending.receiver.got]
    by_seq = sorted(told, key=lambda each: each["seq"])

    assert len({each["version"] for each in told}) == 11
    assert by_seq == sorted(told, key=lambda each: each["version"])
    for order in (told, by_seq, by_seq[::-1]):
        held = order[0]
        for each in order:
            held = each if each["version"] > held["version"] else held
        assert held["score"] == last


@pytest.mark.check("W9", tier=1, limit="same id")
async def test_who_dies_between_sending_and_noting_sends_again_under_the_same_id(
    sending: Sending,
) -> None:
    await sending.endpoint(types=["alert.created"])
    await sending.house.fill("alerts", *(alert(n, ONE) for n in range(1, 21)))
    for _ in range(3):
        dying = sending.another()
        await dying.step()
        while dying._tries:
            await asyncio.wait(dying._tries)
        sending.clock.advance(timedelta(seconds=61))

    await sending.pass_on()

    ids = [each.id for each in sending.receiver.got]
    assert len(ids) > 20
    assert len(set(ids)) == 20
    assert sorted({each.told["data"]["seq"] for each in sending.receiver.got}) == [*range(1, 21)]
    assert {each["state"] for each in await sending.deliveries()} == {"delivered"}


async def test_two_dispatchers_share_the_work(sending: Sending, database_url: str) -> None:
    await sending.endpoint(types=["alert.created"])
    await sending.house.fill("alerts", *(alert(n, ONE) for n in range(1, 28)))
    stop = asyncio.Event()
    running = [
        asyncio.create_task(sending.another(clock=SystemClock()).run(stop)) for _ in range(2)
    ]

    async with asyncio.timeout(30):
        while len(sending.receiver.got) < 27:
            assert not any(each.done() for each in running)
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.gather(*running)

    ids = [each.id for each in sending.receiver.got]
    assert len(ids) == len(set(ids)) == 27


@pytest.mark.check("W4", tier=1, limit="one day")
async def test_a_new_secret_overlaps_with_the_old_one_for_a_day(sending: Sending) -> None:
    made = await sending.endpoint()
    rotated = await sending.office.made("app", f"{ENDPOINTS}/{made['id']}:rotate-secret", {})
    assert rotated["secret"] != made["secret"]

    async def last() -> Message:
        await sending.office.made("app", f"{ENDPOINTS}/{made['id']}:test", {})
        await sending.pass_on()
        return sending.receiver.got[-1]

    both = await last()
    for secret in (made["secret"], rotated["secret"]):
        Webhook(secret).verify(both.body, both.headers)
    sending.clock.advance(timedelta(hours=25))
    later = await last()
    assert later.headers["webhook-signature"].count("v1,") == 1


@pytest.mark.check("W3", tier=1, limit="all of the range")
async def test_a_range_is_sent_again_and_one_delivery_too(sending: Sending) -> None:
    await sending.house.fill(
        "alerts", *(alert(n, ONE, indicators=[f"R{n:03}"]) for n in range(1, 11))
    )
    made = await sending.endpoint(types=["alert.created"])
    await sending.pass_on()
    assert sending.receiver.got == []

    path = f"{ENDPOINTS}/{made['id']}:replay"
    told = await sending.office.made("app", path, {"after": 2, "until": 6})
    await sending.pass_on()

    assert told == {"queued": 4, "last_seq": 6}
    assert sorted(each.told["data"]["seq"] for each in sending.receiver.got) == [3, 4, 5, 6]
    beyond = await sending.office.made("app", path, {"after": 8})
    assert beyond == {"queued": 2, "last_seq": 10}
    for span in ({"after": 6, "until": 6}, {"after": 7, "until": 6}):
        answer = await sending.office.ask("app", "POST", path, span)
        assert problem(answer) == (422, "validation_failed")
    first = sending.receiver.got[0].id
    await sending.office.made("app", f"/v1/webhooks/deliveries/{first}:retry", None)
    await sending.pass_on()
    assert [each.id for each in sending.receiver.got].count(first) == 2


@pytest.mark.check("K6", tier=1, limit="0 found")
async def test_secrets_are_shown_once_and_lie_sealed(sending: Sending) -> None:
    body = {"url": sending.receiver.url}
    first = await sending.office.ask("app", "POST", ENDPOINTS, body, Idempotency_Key="same")
    again = await sending.office.ask("app", "POST", ENDPOINTS, body, Idempotency_Key="same")
    agency = await sending.endpoint(signing="v1a")

    assert first.json()["secret"].startswith("whsec_")
    assert again.json() == {**first.json(), "secret": None}
    assert agency["secret"] is None
    assert agency["public_key"].startswith("whpk_")
    async with sending.house.database.connection() as connection:
        kept = await connection.fetchval("SELECT string_agg(e::text, '') FROM endpoint AS e")
        stored = await connection.fetchval("SELECT string_agg(i::text, '') FROM idempotency AS i")
    assert first.json()["secret"].removeprefix("whsec_") not in kept + stored


async def test_another_organisation_finds_nothing_of_it(sending: Sending) -> None:
    made = await sending.endpoint()
    ping = await sending.office.made("app", f"{ENDPOINTS}/{made['id']}:test", {})
    stranger = await opened_office(sending.house, "Басқа қор")

    for path in (f"{ENDPOINTS}/{made['id']}", f"/v1/webhooks/deliveries/{ping['id']}"):
        assert problem(await stranger.ask("app", "GET", path)) == (404, "not_found")
    for path in (
        f"{ENDPOINTS}/{made['id']}:test",
        f"{ENDPOINTS}/{made['id']}:rotate-secret",
        f"{ENDPOINTS}/{made['id']}:replay",
        f"/v1/webhooks/deliveries/{ping['id']}:retry",
    ):
        assert problem(await stranger.ask("app", "POST", path, {})) == (404, "not_found")
    for path in (ENDPOINTS, "/v1/webhooks/deliveries"):
        assert (await stranger.ask("app", "GET", path)).json()["data"] == []


async def test_a_deleted_organisation_is_sent_nothing_more(sending: Sending) -> None:
    await sending.endpoint()
    await sending.house.fill("alerts", alert(1, ONE))
    nobody = Actor(None, None, None)
    async with acting(sending.house.database, SystemClock(), None, nobody) as do:
        await organisations.delete(do, sending.office.id)

    await sending.pass_on()

    assert sending.receiver.got == []


async def test_an_endpoint_is_changed_and_deleted_on_the_version_that_was_seen(
    sending: Sending,
) -> None:
    made = await sending.endpoint()
    path = f"{ENDPOINTS}/{made['id']}"

    async def ask(method: str, body: Any = None, **headers: str) -> httpx.Response:
        return await sending.office.ask("app", method, path, body, **headers)

    assert problem(await ask("PATCH", {"types": []})) == (428, "precondition_required")
    assert problem(await ask("PATCH", {"types": ["x"]}, If_Match='"1"')) == (
        422,
        "validation_failed",
    )
    changed = await ask("PATCH", {"types": ["score.changed"]}, If_Match='"1"')
    assert (changed.json()["types"], changed.headers["etag"]) == (["score.changed"], '"2"')
    assert problem(await ask("DELETE", If_Match='"1"')) == (412, "version_conflict")
    assert (await ask("DELETE", If_Match='"2"')).status_code == 204
    assert problem(await ask("GET")) == (404, "not_found")
