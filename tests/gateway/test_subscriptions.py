"""Subscriptions from their making to what lies in a mailbox, a chat or a subscriber's hand."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway.api.alerts import AlertFilter
from gateway.api.processes import ProcessFilter
from gateway.audit.chain import Actor
from gateway.mailing import Server
from gateway.push.dispatcher import Dispatcher
from gateway.push.guard import Guard
from gateway.push.signatures import SEALED_AS
from gateway.push.telling import Mail
from gateway.reads.priority import Weights
from gateway.subscriptions import outbox
from gateway.subscriptions.cadence import next_digest
from gateway.subscriptions.channels import Chats, Letters
from gateway.subscriptions.codes import Codes
from gateway.subscriptions.finding import Wording
from gateway.subscriptions.notifier import Notifier
from gateway.who import organisations
from gateway.who.doing import acting
from gateway.who.sealing import Seal
from shared.clock import FixedClock, SystemClock
from tests.gateway.builders import (
    BUYER_BIN,
    SUPPLIER_BIN,
    alert,
    indicator,
    line,
    process,
    release,
    score,
)
from tests.gateway.house import House, opened_house, problem
from tests.gateway.office import Office, opened_office
from tests.gateway.post_office import (
    Bot,
    MailServer,
    opened_bot,
    opened_mail_server,
    text_of,
)
from tests.gateway.receiver import Receiver, opened_receiver
from tests.gateway.test_webhooks import Half
from tests.support.postgres import opened

pytestmark = pytest.mark.thorough

SUBSCRIPTIONS = "/v1/subscriptions"
ONE, TWO = process("o-1"), process("o-2")
DESK = "desk@example.org"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/\S+)")
CODE = re.compile(r"^.*: ([a-z2-7]{10})$", re.MULTILINE)


class Post:
    """A house with a mail server, a bot and a subscriber, and a dispatcher that is led by hand."""

    def __init__(
        self, house: House, office: Office, mail: MailServer, bot: Bot, receiver: Receiver
    ) -> None:
        self.house, self.office = house, office
        self.mail, self.bot, self.receiver = mail, bot, receiver
        self.clock = FixedClock(SystemClock().now() + timedelta(minutes=1))
        self.client = httpx.AsyncClient()
        self.notifier = self.another()
        seal = Seal(house.settings.cursor_key.get_secret_value().encode(), SEALED_AS)
        self.dispatcher = Dispatcher(
            house.database,
            Guard(nearby=house.settings.nearby()),
            seal,
            Mail(None, ""),
            clock=self.clock,
            chance=Half(),
        )

    def another(self) -> Notifier:
        settings = self.house.settings
        server = Server(f"smtp://127.0.0.1:{self.mail.port}", "offered")
        return Notifier(
            self.house.database,
            {
                "email": Letters(server, "qadaga@example.org"),
                "telegram": Chats(self.bot.url, "42:token", self.client),
            },
            Codes(settings.cursor_key.get_secret_value().encode()),
            Wording(settings.public_url, Weights(0.5, 0.25)),
            clock=self.clock,
            chance=Half(),
        )

    async def pass_on(self, **later: float) -> None:
        """Let time pass, then find and send all that is due."""
        self.clock.advance(timedelta(**later))
        while await self.notifier.look():
            pass
        for channel in ("email", "telegram"):
            while await self.notifier.send(channel):
                pass
        self.dispatcher.look()
        while await self.dispatcher.step():
            await self.dispatcher.settle()

    async def add(self, who: str = "app", **more: Any) -> Any:
        body = {
            "name": "Көз",
            "cadence": "immediate",
            "language": "en",
            "channel": {"kind": "email", "address": DESK},
        }
        return await self.office.made(who, SUBSCRIPTIONS, body | more)

    async def active(self, **more: Any) -> Any:
        """A subscription to an address that has agreed, as the link in its letter lets it."""
        made = await self.add(**more)
        await self.pass_on()
        path = LINK.findall(text_of(self.mail.got.pop()))[0]
        assert (await self.house.client.post(path)).status_code == 200
        return made

    async def read(self, made: Any) -> Any:
        answer = await self.office.ask("app", "GET", f"{SUBSCRIPTIONS}/{made['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def change(self, made: Any, **changed: Any) -> httpx.Response:
        path = f"{SUBSCRIPTIONS}/{made['id']}"
        return await self.office.ask("app", "PATCH", path, changed, If_Match="*")


@pytest.fixture
async def post(database_url: str, valkey_url: str) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(opened_mail_server())
        bot = await stack.enter_async_context(opened_bot())
        receiver = await stack.enter_async_context(opened_receiver())
        database = await stack.enter_async_context(opened(database_url))
        house = await stack.enter_async_context(
            opened_house(
                database,
                database_url,
                valkey_url,
                smtp_url=f"smtp://127.0.0.1:{mail.port}",
                telegram_token="42:token",
                telegram_api=bot.url,
                webhook_networks="127.0.0.0/8",
            )
        )
        made = Post(house, await opened_office(house), mail, bot, receiver)
        stack.push_async_callback(made.client.aclose)
        await house.fill("catalogue", indicator("R018"))
        await house.fill("releases", release("o-1"), release("o-2", title="Көмір"))
        yield made


async def test_an_address_is_sent_nothing_before_it_agreed_and_then_what_fits_from_then_on(
    post: Post,
) -> None:
    made = await post.add(filter={"band": ["critical"]})
    await post.house.fill("alerts", alert(1, ONE, band="critical"))
    await post.pass_on()

    [asking] = post.mail.got
    assert (made["state"], asking["To"], asking["List-Unsubscribe"]) == ("unconfirmed", DESK, None)
    path = LINK.findall(text_of(asking))[0]
    shown = await post.house.client.get(path)
    assert shown.status_code == 200
    assert '<form method="post">' in shown.text
    assert (await post.read(made))["state"] == "unconfirmed"
    assert problem(await post.house.client.post(path[:-1] + "0")) == (404, "not_found")
    assert (await post.house.client.post(path)).status_code == 200
    assert (await post.read(made))["state"] == "active"

    await post.house.fill(
        "alerts", alert(2, ONE, band="high"), alert(3, ONE, band="critical"), alert(4, TWO)
    )
    await post.pass_on()

    [_, letter] = post.mail.got
    text = text_of(letter)
    assert letter["Subject"] == "Qadaga: “Көз”, found: 1"
    assert "Школьная мебель" in text
    assert "Signs: R018 title en (R018)" in text
    assert "Risk band: very high" in text
    assert f"http://127.0.0.1:8000/v1/scores/process/{ONE}/explanation" in text
    assert "not evidence of an offence or of anybody's guilt" in text
    assert letter["Message-ID"] == f"<{text.strip().rsplit(' ', maxsplit=1)[1]}@example.org>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Content-Language"] == "en"


async def test_a_code_confirms_too_and_ten_wrong_ones_make_it_useless(post: Post) -> None:
    made = await post.add(channel={"kind": "telegram", "chat": "-100200"}, language="ru")
    path = f"{SUBSCRIPTIONS}/{made['id']}"
    await post.pass_on()
    [asked] = post.bot.said
    code = CODE.findall(asked["text"])[0]
    assert (asked["chat_id"], post.bot.receiver.got[0].path) == (
        "-100200",
        "/bot42:token/sendMessage",
    )

    for _ in range(10):
        wrong = await post.office.ask("app", "POST", f"{path}:confirm", {"code": "aaaaaaaaaa"})
        assert problem(wrong) == (422, "validation_failed")
    late = await post.office.ask("app", "POST", f"{path}:confirm", {"code": code})
    assert problem(late) == (422, "validation_failed")
    await post.office.made("app", f"{path}:send-code", {})
    await post.pass_on()
    again = CODE.findall(post.bot.said[-1]["text"])[0]
    assert again != code
    right = await post.office.ask("app", "POST", f"{path}:confirm", {"code": again.upper()})
    assert (right.status_code, right.json()["state"]) == (200, "active")

    await post.house.fill("alerts", alert(1, ONE))
    await post.pass_on()
    assert "По подписке «Көз» найдено: 1." in post.bot.said[-1]["text"]


async def test_nobody_is_sent_more_codes_than_a_few_a_day(post: Post) -> None:
    for _ in range(3):
        made = await post.add()
        answer = await post.office.ask(
            "app", "DELETE", f"{SUBSCRIPTIONS}/{made['id']}", If_Match="*"
        )
        assert answer.status_code == 204
    body = {"name": "a", "channel": {"kind": "email", "address": DESK}}
    refused = await post.office.ask("app", "POST", SUBSCRIPTIONS, body)
    assert problem(refused) == (409, "guard_failed")


async def test_one_click_ends_it_for_the_reader_and_only_the_reader_can_begin_again(
    post: Post,
) -> None:
    made = await post.active()
    await post.house.fill("alerts", alert(1, ONE))
    await post.pass_on()
    link = str(post.mail.got[-1]["List-Unsubscribe"]).strip("<>")
    path = link.removeprefix("http://127.0.0.1:8000")

    assert (await post.house.client.get(path)).status_code == 200
    assert (await post.read(made))["state"] == "active"
    form = {"List-Unsubscribe": "One-Click"}
    assert (await post.house.client.post(path, data=form)).status_code == 200
    read = await post.read(made)
    assert (read["state"], read["paused_for"]) == ("paused", "unsubscribed")
    [told] = (await post.office.ask("app", "GET", "/v1/feed?stream=own")).json()["data"]
    assert (told["type"], told["data"]["reason"]) == ("subscription.paused", "unsubscribed")

    await post.house.fill("alerts", alert(2, ONE))
    resumed = await post.change(made, paused=False)
    assert resumed.json()["state"] == "unconfirmed"
    await post.pass_on()
    assert "confirm this address" in post.mail.got[-1]["Subject"]
    assert len(post.mail.got) == 2


async def test_a_digest_counts_what_came_and_shows_the_weightiest_and_an_empty_one_is_not_sent(
    post: Post,
) -> None:
    made = await post.active(cadence="weekly", hour=9, weekday=1, language="kk")
    due = datetime.fromisoformat((await post.read(made))["next_at"])
    assert (due.isoweekday(), due.hour) == (1, 4)
    post.clock.advance(due - timedelta(minutes=1) - post.clock.now())
    small = score(ONE, expected=40.0, band="medium")
    large = score(TWO, expected=90.0, band="critical", lines=(line("R018", counted=90.0),))
    await post.house.fill("scores", small, large)
    await post.house.fill("alerts", *(alert(n, ONE) for n in range(1, 14)))
    await post.house.fill("alerts", alert(14, TWO, band="critical"))

    await post.pass_on()
    assert post.mail.got == []
    await post.pass_on(minutes=1)
    [letter] = post.mail.got
    text = text_of(letter)
    assert letter["Subject"] == "Qadaga: «Көз», табылғаны: 14"
    assert "* жаңа хабарламалар (жоғары): 13" in text
    assert "* жаңа хабарламалар (өте жоғары): 1" in text
    assert "1. Көмір" in text
    assert re.search(r"Тағы \d+\. Толық тізім: \S+/v1/alerts\?sort=-priority", text)

    await post.pass_on(days=7)
    assert len(post.mail.got) == 1
    await post.house.fill("alerts", alert(15, ONE))
    await post.pass_on(days=6, hours=23)
    assert len(post.mail.got) == 1
    await post.pass_on(hours=1)
    assert len(post.mail.got) == 2


@pytest.mark.parametrize(
    ("now", "cadence", "hour", "weekday", "due"),
    [
        ("2026-03-02T03:59Z", "daily", 9, 1, "2026-03-02T04:00Z"),
        ("2026-03-02T04:00Z", "daily", 9, 1, "2026-03-03T04:00Z"),
        ("2026-03-02T20:00Z", "daily", 0, 1, "2026-03-03T19:00Z"),
        ("2026-03-01T19:30Z", "weekly", 9, 1, "2026-03-02T04:00Z"),  # Monday there already
        ("2026-03-02T04:00Z", "weekly", 9, 1, "2026-03-09T04:00Z"),
        ("2026-03-02T03:00Z", "weekly", 9, 7, "2026-03-08T04:00Z"),
    ],
)
def test_a_digest_is_due_by_the_clock_of_kazakhstan(
    now: str, cadence: Any, hour: int, weekday: int, due: str
) -> None:
    found = next_digest(datetime.fromisoformat(now), cadence, hour=hour, weekday=weekday)
    assert found == datetime.fromisoformat(due)


async def test_a_webhook_is_sent_what_fits_once_however_many_ask_for_it(post: Post) -> None:
    body = {"url": post.receiver.url, "types": ["subscription.digest"]}
    endpoint = await post.office.made("app", "/v1/webhooks/endpoints", body)
    channel = {"kind": "webhook", "endpoint": endpoint["id"]}
    await post.add(channel=channel, filter={"process": [TWO]})
    await post.add(channel=channel, filter={"q": "көмір", "band": ["critical"]}, what="processes")
    await post.add(channel=channel, filter={"band": ["critical"]})
    await post.add(channel=channel, cadence="daily", hour=0)
    wide = await post.office.ask(
        "app", "POST", SUBSCRIPTIONS, {"name": "a", "channel": {**channel, "endpoint": "whk_0"}}
    )
    assert problem(wide) == (422, "validation_failed")

    await post.house.fill("scores", score(TWO, expected=90.0, band="critical"))
    await post.house.fill("alerts", alert(1, ONE), alert(2, TWO, band="critical"))
    await post.pass_on()
    told = [each.told for each in post.receiver.got]
    assert sorted(each["type"] for each in told) == ["alert.created", "score.changed"]
    assert {each["data"]["process"] for each in told if "process" in each["data"]} == {TWO}
    assert {each["data"]["stream"] for each in told} == {"public"}

    await post.pass_on(days=1)
    digest = post.receiver.got[-1].told
    assert (len(post.receiver.got), digest["type"]) == (3, "subscription.digest")
    assert (digest["data"]["events"], digest["data"]["top"][0]["process"]) == (2, TWO)
    [event] = (await post.office.ask("app", "GET", "/v1/feed?stream=own")).json()["data"]
    assert (event["seq"], digest["data"]["stream"]) == (digest["data"]["seq"], "own")
    await post.pass_on(days=1)
    assert len(post.receiver.got) == 3


async def test_an_alert_that_comes_before_its_purchase_waits_for_it(post: Post) -> None:
    await post.active(filter={"buyer": [BUYER_BIN]})
    await post.house.fill("alerts", alert(1, process("o-3")), alert(2, ONE))
    await post.pass_on()
    assert post.mail.got == []

    await post.house.fill("releases", release("o-3", title="Кейін келген"))
    await post.pass_on()
    assert "found: 2" in post.mail.got[0]["Subject"]
    assert "Кейін келген" in text_of(post.mail.got[0])


async def test_a_letter_whose_sender_died_comes_again_under_its_id_and_nothing_is_matched_twice(
    post: Post,
) -> None:
    await post.active()
    await post.house.fill("alerts", alert(1, ONE), alert(2, TWO))
    await post.notifier.look()
    async with post.house.database.transaction() as connection:
        claimed = await outbox.claim(connection, "email", now=post.clock.now(), limit=10)
    await post.notifier._try("email", claimed[0])  # sent, and dead before it was noted
    post.notifier = post.another()
    await post.pass_on()
    assert len(post.mail.got) == 1
    await post.pass_on(seconds=121)
    await post.pass_on(days=1)
    assert len(post.mail.got) == 2
    assert len({each["Message-ID"] for each in post.mail.got}) == 1
    assert len({each["Date"] for each in post.mail.got}) == 1


async def test_a_full_mailbox_is_tried_by_the_schedule_and_one_that_is_not_there_never_again(
    post: Post,
) -> None:
    full = await post.active()
    gone = await post.active(channel={"kind": "email", "address": "nobody@example.org"})
    post.mail.refuse = lambda to: "452 full" if to == DESK else "550 5.1.1 no such user"
    await post.house.fill("alerts", alert(1, ONE))
    await post.pass_on()
    read = await post.read(gone)
    assert (read["state"], read["paused_for"], read["pending"]) == ("paused", "gone", 0)
    assert (await post.read(full))["pending"] == 1
    for pause in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000):
        await post.pass_on(seconds=pause)
    assert (await post.read(full))["state"] == "active"
    await post.pass_on(seconds=86_400)
    assert (await post.read(full))["paused_for"] == "failing"

    post.mail.refuse = lambda _: None
    assert (await post.change(full, paused=False)).json()["state"] == "active"
    await post.pass_on()
    assert post.mail.got == []
    await post.house.fill("alerts", alert(2, ONE))
    await post.pass_on()
    assert [each["To"] for each in post.mail.got] == [DESK]


async def test_a_bot_that_is_told_to_wait_waits_as_long_and_a_chat_that_blocked_it_is_left(
    post: Post,
) -> None:
    made = await post.add(channel={"kind": "telegram", "chat": "7"})
    post.bot.answer = 429, {"ok": False, "parameters": {"retry_after": 500}}
    await post.pass_on()
    await post.pass_on(seconds=499)
    assert len(post.bot.said) == 1
    post.bot.answer = 200, {"ok": True, "result": {}}
    await post.pass_on(seconds=2)
    code = CODE.findall(post.bot.said[-1]["text"])[0]
    path = f"{SUBSCRIPTIONS}/{made['id']}"
    await post.office.ask("app", "POST", f"{path}:confirm", {"code": code})

    blocked = {"ok": False, "description": "Forbidden: bot was blocked by the user"}
    post.bot.answer = 403, blocked
    await post.house.fill("alerts", alert(1, ONE))
    await post.pass_on()
    assert (await post.read(made))["paused_for"] == "gone"
    async with post.house.database.connection() as connection:
        kept = await connection.fetchval(
            "SELECT string_agg(m::text, ' ') FROM subscription_message AS m"
        )
    assert "blocked by the user" in kept
    assert "42:token" not in kept
    assert code not in kept


async def test_a_deleted_organisation_is_sent_nothing_more(post: Post) -> None:
    await post.active()
    await post.house.fill("alerts", alert(1, ONE))
    await post.notifier.look()
    nobody = Actor(None, None, None)
    async with acting(post.house.database, SystemClock(), None, nobody) as do:
        await organisations.delete(do, post.office.id)
    await post.house.fill("alerts", alert(2, ONE))
    await post.pass_on(days=1)
    assert post.mail.got == []


async def test_what_happens_while_it_is_paused_is_not_sent(post: Post) -> None:
    made = await post.active()
    await post.house.fill("alerts", alert(1, ONE))
    await post.notifier.look()
    assert (await post.read(made))["pending"] == 1
    paused = (await post.change(made, paused=True)).json()
    assert (paused["state"], paused["paused_for"], paused["pending"]) == ("paused", "asked", 0)
    await post.house.fill("alerts", alert(2, ONE))
    await post.pass_on()
    await post.change(made, paused=False)
    await post.house.fill("alerts", alert(3, ONE))
    await post.pass_on()
    assert [each["Subject"] for each in post.mail.got] == ["Qadaga: “Көз”, found: 1"]


async def test_a_preview_counts_by_day_what_the_list_shows_and_samples_it(post: Post) -> None:
    await post.house.fill("alerts", alert(1, ONE), alert(2, TWO, band="critical"), alert(3, TWO))
    asked = {"filter": {"process": [TWO]}, "events": ["alert.created"]}
    found = await post.office.made("app", f"{SUBSCRIPTIONS}:preview", asked)
    assert [each["alert"] for each in found["sample"]] == ["alr_0003", "alr_0002"]
    assert (found["events"], [day["events"] for day in found["days"]]) == (2, [2])
    assert await post.house.ids(f"/v1/alerts?process={TWO}") == ["alr_0002", "alr_0003"]

    async with post.house.database.connection() as connection:
        await connection.execute(
            "UPDATE feed_event SET body = convert_to(replace(convert_from(body, 'UTF8'),"
            " '\"at\":\"20', '\"at\":\"19'), 'UTF8') WHERE key = 'alert.created/alr_0002'"
        )
        await connection.execute(
            "UPDATE feed_event SET body = convert_to(replace(convert_from(body, 'UTF8'),"
            " '\"at\":\"20', '\"at\":\"19'), 'UTF8') WHERE key = 'alert.created/alr_0001'"
        )
    found = await post.office.made("app", f"{SUBSCRIPTIONS}:preview", asked)
    assert [each["alert"] for each in found["sample"]] == ["alr_0003"]


async def test_whatever_a_list_can_be_asked_can_be_watched(post: Post) -> None:
    await post.house.fill("scores", score(ONE, expected=60.0, band="high"))
    await post.house.fill("alerts", alert(1, ONE))
    days, places = ("2000-01-01", "2100-01-01"), ("region", "buyer_region", "delivery_region")
    common = {"source": ["kz-test"], "buyer": [BUYER_BIN], "band": ["high"], "indicator": ["R018"]}
    of_alerts = {
        **common,
        "process": [ONE],
        "raised_at[gte]": days[0],
        "raised_at[lte]": days[1],
        "after": 0,
    }
    of_processes = {
        **common,
        "supplier": [SUPPLIER_BIN],
        "method": ["open"],
        "currency": "KZT",
        "amount[gte]": "1",
        "amount[lte]": "100000",
        "q": "мебель",
        "ocid": ["o-1"],
        **{
            f"{name}[{side}]": day
            for name in ("published", "date")
            for side, day in zip(("gte", "lte"), days, strict=True)
        },
    }
    for what, asked, known in (
        ("alerts", of_alerts, AlertFilter),
        ("processes", of_processes, ProcessFilter),
    ):
        words = {field.alias or name for name, field in known.model_fields.items()}
        assert words == {*asked, *places, "limit", "cursor", "sort"}
        found = await post.office.made(
            "app", f"{SUBSCRIPTIONS}:preview", {"what": what, "filter": asked}
        )
        assert found["events"] == 1
        placed = {**asked, **{each: ["75"] for each in places}}
        nowhere = {"what": what, "filter": placed}
        found = await post.office.made("app", f"{SUBSCRIPTIONS}:preview", nowhere)
        assert found["events"] == 0


NOT_ACCEPTABLE: tuple[dict[str, Any], ...] = (
    {"filter": {"bands": ["high"]}},
    {"filter": {"band": "high"}},
    {"filter": {"band": ["hihg"]}},
    {"filter": {"buyer": ["123"]}},
    {"filter": {"region": ["00"]}},
    {"events": ["score.changed"]},
    {"name": "a\nBcc: all@example.org"},
    {"name": "\a"},
    {"channel": {"kind": "email", "address": "a@example.org\nBcc: all@example.org"}},
    {"channel": {"kind": "email", "address": "a@example.org, b@example.org"}},
    {"channel": {"kind": "email", "address": "a@localhost"}},
    {"channel": {"kind": "telegram", "chat": "@everybody"}},
    {"channel": {"kind": "email", "endpoint": "whk_0"}},
    {"hour": 24},
    {"weekday": 0},
)


async def test_a_saved_filter_that_an_upgrade_refuses_is_paused_and_the_others_are_served(
    post: Post,
) -> None:
    old, other = await post.active(filter={"band": ["critical"]}), await post.active()
    async with post.house.database.transaction() as connection:
        changed = "UPDATE subscription SET filter = $2 WHERE id = $1"
        await connection.execute(changed, old["id"], b'{"band":["extreme"]}')

    await post.house.fill("alerts", alert(1, ONE, band="critical"))
    await post.pass_on()

    assert len(post.mail.got) == 1
    now = await post.read(old)
    assert (now["state"], now["paused_for"]) == ("paused", "refused")
    assert (await post.read(other))["state"] == "active"
    [event] = (await post.office.ask("app", "GET", "/v1/feed?stream=own")).json()["data"]
    assert (event["type"], event["data"]["reason"]) == ("subscription.paused", "refused")

    assert problem(await post.change(old, paused=False)) == (422, "validation_failed")
    mended = await post.change(old, paused=False, filter={"band": ["high"]})
    assert mended.json()["state"] == "active"


async def test_what_a_refused_filter_had_found_before_is_told_once_it_goes_on(post: Post) -> None:
    daily = await post.active(filter={"band": ["critical"]}, cadence="daily")
    await post.house.fill("alerts", alert(1, ONE, band="critical"))
    await post.pass_on()
    async with post.house.database.transaction() as connection:
        changed = "UPDATE subscription SET filter = $2 WHERE id = $1"
        await connection.execute(changed, daily["id"], b'{"band":["extreme"]}')
    await post.house.fill("alerts", alert(2, TWO))
    await post.pass_on()
    assert (await post.read(daily))["paused_for"] == "refused"

    await post.change(daily, paused=False, filter={"band": ["critical"]})
    await post.pass_on(days=1)

    [letter] = post.mail.got
    assert ONE in text_of(letter)


async def test_what_cannot_be_watched_or_addressed_is_refused_when_it_is_asked(
    post: Post,
) -> None:
    usual = {"name": "a", "channel": {"kind": "email", "address": DESK}}
    for body in NOT_ACCEPTABLE:
        answer = await post.office.ask("app", "POST", SUBSCRIPTIONS, usual | body)
        assert answer.status_code == 422, (body, answer.text)


async def test_where_no_server_is_set_up_a_channel_is_refused_with_the_reason(
    house: House,
) -> None:
    office = await opened_office(house)
    for channel, word in (
        ({"kind": "email", "address": DESK}, "SMTP_URL"),
        ({"kind": "telegram", "chat": "7"}, "TELEGRAM_TOKEN"),
    ):
        body = {"name": "a", "channel": channel}
        answer = await office.ask("app", "POST", SUBSCRIPTIONS, body)
        assert problem(answer) == (409, "guard_failed")
        assert word in answer.json()["detail"]


async def test_another_organisation_finds_nothing_of_it_and_changes_name_their_version(
    post: Post,
) -> None:
    made = await post.add()
    path = f"{SUBSCRIPTIONS}/{made['id']}"
    stranger = await opened_office(post.house, "Басқа қор")
    for method, where, body in (
        ("GET", path, None),
        ("PATCH", path, {"paused": True}),
        ("DELETE", path, None),
        ("POST", f"{path}:confirm", {"code": "a"}),
        ("POST", f"{path}:send-code", {}),
    ):
        answer = await stranger.ask("app", method, where, body, If_Match="*")
        assert problem(answer) == (404, "not_found"), where
    assert (await stranger.ask("app", "GET", SUBSCRIPTIONS)).json()["data"] == []

    ask = post.office.ask
    assert problem(await ask("app", "PATCH", path, {"name": "b"})) == (428, "precondition_required")
    stale = await ask("app", "PATCH", path, {"name": "b"}, If_Match='"9"')
    assert problem(stale) == (412, "version_conflict")
    changed = await ask("app", "PATCH", path, {"name": "b", "hour": 7}, If_Match='"1"')
    assert (changed.json()["name"], changed.json()["hour"]) == ("b", 7)
    assert (await ask("app", "DELETE", path, If_Match=changed.headers["etag"])).status_code == 204
    assert problem(await ask("app", "GET", path)) == (404, "not_found")
