"""Buyers are heard: alerts on their own purchases reach them, and what they reply is shown."""

from typing import Any

import pytest

from gateway import management
from shared.clock import SystemClock
from tests.gateway.builders import (
    BUYER_BIN,
    SUPPLIER_BIN,
    alert,
    indicator,
    line,
    organisation,
    process,
    release,
    score,
)
from tests.gateway.house import House, problem
from tests.gateway.office import Office, opened_office
from tests.gateway.post_office import text_of
from tests.gateway.test_subscriptions import LINK, Post, post

__all__ = ["post"]

ONE = process("o-1")
ALERT = "alr_0001"
REPLIES = f"/v1/alerts/{ALERT}/replies"
SAID = {"text": "Мерзім ұзартылды.\nҚұжат түзетілді.", "language": "kk"}


@pytest.fixture
async def seen(house: House) -> House:
    """A purchase with a score and an alert."""
    await house.fill("catalogue", indicator("R018"))
    await house.fill("releases", release("o-1"), release("o-2"))
    await house.fill("scores", score(ONE, lines=(line("R018"),)))
    await house.fill("alerts", alert(1, ONE), alert(2, process("o-2")))
    return house


async def verified(house: House, number: str = BUYER_BIN, name: str = "Акимат") -> Office:
    """An organisation that two operators let speak for a BIN."""
    office = await opened_office(house, name, kind="buyer")
    platform = await opened_office(house, f"Платформа, {name}", kind="operator")
    body = {"speaks_for": f"bin:{number}", "document": "Order 12"}
    asked = await office.made("first", "/v1/verifications", body)
    for who in ("first", "second"):
        path = f"/v1/approvals/{asked['id']}/decisions"
        await platform.made(who, path, {"decision": "approve"})
    return office


@pytest.mark.check("E3", tier=1, limit="everywhere")
async def test_what_a_buyer_replies_stands_wherever_the_alert_and_its_scores_are_shown(
    seen: House,
) -> None:
    office = await verified(seen)
    before = await seen.get(f"/v1/scores/process/{ONE}")
    page = await seen.get(f"/v1/processes/{ONE}")
    made = await office.made("app", REPLIES, SAID)
    assert (made["party"], made["role"], made["name"]) == (
        organisation(BUYER_BIN),
        "buyer",
        "Акимат",
    )
    await seen.level()

    alerts = (await seen.get("/v1/alerts")).json()["data"]
    ranked = (await seen.get("/v1/alerts?sort=-priority")).json()["data"]
    now = await seen.get(f"/v1/scores/process/{ONE}")
    read = await seen.get(f"/v1/processes/{ONE}")
    assert [each.get("replies") for each in alerts] == [[made], None]
    assert made in [each for one in ranked for each in one.get("replies", [])]
    assert now.json()["replies"] == read.json()["replies"] == [made]
    assert before.headers["etag"] != now.headers["etag"]
    assert page.headers["etag"] != read.headers["etag"]
    for language, state in (("kk", "түсіндірме берілді"), ("en", "an explanation was received")):
        told = await seen.get(f"/v1/scores/process/{ONE}/explanation", Accept_Language=language)
        assert told.json()["reply"] == {"text": SAID["text"], "state": state}
    [event] = (await seen.get("/v1/feed?types=alert.replied")).json()["data"]
    assert (event["data"]["reply"], event["data"]["process"]) == (made["id"], ONE)
    assert SAID["text"] not in str(event)

    public = await seen.new_key(["scores:read"])
    seen.key = public
    assert (await seen.get(f"/v1/scores/process/{ONE}")).json()["replies"] == [made]


async def test_a_reply_stays_when_the_score_changes_and_when_the_view_is_built_again(
    seen: House,
) -> None:
    office = await verified(seen)
    first = await office.made("app", REPLIES, SAID)
    await seen.fill("scores", score(ONE, expected=70.0, lines=(line("R018"), line("R024"))))
    second = await office.made("app", REPLIES, {"text": "Дополнение", "language": "ru"})
    await seen.level()
    both = [first, second]
    found = (await seen.get(f"/v1/scores/process/{ONE}")).json()
    assert (found["score"]["expected"], found["replies"]) == (70.0, both)

    async with seen.database.transaction() as connection:
        await connection.execute("DELETE FROM alert")
        await connection.execute("DELETE FROM score")
    await seen.fill("scores", score(ONE))
    await seen.fill("alerts", alert(1, ONE))
    assert (await seen.get(f"/v1/scores/process/{ONE}")).json()["replies"] == both
    assert (await seen.get("/v1/alerts")).json()["data"][0]["replies"] == both


async def test_only_who_is_verified_to_speak_for_a_party_replies_and_in_measure(
    seen: House,
) -> None:
    office = await verified(seen)
    supplier = await verified(seen, SUPPLIER_BIN, "Жеткізуші")
    stranger = await opened_office(seen, "Басқа")

    async def refused(who: Office, body: Any, path: str = REPLIES) -> tuple[int, str]:
        return problem(await who.ask("app", "POST", path, body))

    assert await refused(stranger, SAID) == (409, "guard_failed")
    assert await refused(office, SAID, "/v1/alerts/alr_9999/replies") == (404, "not_found")
    for text in ("", " \n ", "x" * 4001, "a\x07b", "ИИН 850101399996"):
        assert await refused(office, {**SAID, "text": text}) == (422, "validation_failed"), text
    made = await supplier.made("app", REPLIES, SAID)
    assert (made["role"], made["party"]) == ("supplier", organisation(SUPPLIER_BIN))
    for _ in range(5):
        await office.made("app", REPLIES, SAID)
    assert await refused(office, SAID) == (409, "guard_failed")


async def test_a_buyer_is_told_in_time_of_a_single_source_it_is_about_to_buy_from_and_is_answered(
    post: Post,
) -> None:
    post.office = await verified(post.house)
    await post.house.fill("catalogue", indicator("D01", subject="process"))
    await post.active(filter={"buyer": [BUYER_BIN]}, language="kk", name="Біздің сатып алулар")
    other = await opened_office(post.house, "Бақылаушы")
    watched = {
        "name": "a",
        "events": ["alert.replied"],
        "cadence": "immediate",
        "language": "ru",
        "channel": {"kind": "email", "address": "watch@example.org"},
    }
    await other.made("app", "/v1/subscriptions", watched)
    await post.pass_on()
    link = LINK.findall(text_of(post.mail.got.pop()))[0]
    assert (await post.house.client.post(link)).status_code == 200

    planned = release("o-7", method="direct", title="Мектеп көмірі", status="planned")
    await post.house.fill("releases", planned, release("o-8", buyer="140340012345"))
    await post.house.fill(
        "alerts",
        alert(1, process("o-7"), indicators=("D01",)),
        alert(2, process("o-8"), indicators=("D01",)),
    )
    await post.pass_on()
    [letter] = post.mail.got
    assert letter["Subject"] == "Qadaga: «Біздің сатып алулар», табылғаны: 1"
    assert "Мектеп көмірі" in text_of(letter)
    assert "Белгілер: D01 title kk (D01)" in text_of(letter)

    await post.office.made("app", REPLIES, SAID)
    await post.pass_on()
    [answer] = post.mail.to("watch@example.org")
    assert "Сторона дала пояснение." in text_of(answer)


async def test_a_buyer_watches_its_own_purchases_without_the_scope_of_the_list(
    seen: House,
) -> None:
    office = await verified(seen)
    key = await management.add_key(
        seen.database, SystemClock(), organisation=office.id, scopes=["webhooks:admin"]
    )
    endpoint = await office.made(
        "app", "/v1/webhooks/endpoints", {"url": "https://hooks.example.org/"}
    )
    channel = {"kind": "webhook", "endpoint": endpoint["id"]}

    async def ask(*buyers: str) -> int:
        body = {"name": "a", "filter": {"buyer": buyers}, "channel": channel}
        answers = [
            await office.ask(key.text, "POST", f"/v1/subscriptions{path}", asked)
            for path, asked in (("", body), (":preview", {"filter": body["filter"]}))
        ]
        assert answers[0].status_code // 100 == answers[1].status_code // 100
        return answers[0].status_code

    assert await ask(BUYER_BIN) == 201
    assert await ask(BUYER_BIN, SUPPLIER_BIN) == 403
    assert await ask() == 403
