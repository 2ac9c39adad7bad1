"""What carries messages: encryption of letters, headers, wording, and the process that sends."""

import asyncio
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.mailing import Server
from gateway.push import dispatcher
from gateway.subscriptions import finding, letters, matching
from gateway.subscriptions.channels import Letters, Outgoing, letter_of
from gateway.subscriptions.documents import Item
from gateway.subscriptions.items import Count, Told
from gateway.subscriptions.letters import Period
from gateway.subscriptions.outbox import Claimed
from gateway.texts import DISCLAIMER
from shared.vocabulary.text import LANGUAGES, Text
from shared.vocabulary.wording import black_listed
from tests.gateway.builders import alert, process
from tests.gateway.post_office import certificate, opened_mail_server, text_of
from tests.gateway.test_subscriptions import Post, post

__all__ = ["post"]

AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
CLAIMED = Claimed(
    *("ntf_1", "immediate", "a", "b", 1, AT, "sub_1", "own_1", "Қор", "Көз", "kk"),
    *("desk@example.org", AT),
)
OUTGOING = Outgoing("ntf_1", "desk@example.org", "Тақырып", "Мәтін", "kk", "http://q/u?t=1")


async def test_a_letter_goes_by_tls_and_not_at_all_where_there_is_none(tmp_path: Path) -> None:
    shows, trusts = certificate(tmp_path)
    async with opened_mail_server(shows) as secure, opened_mail_server() as plain:

        async def sent(port: int, tls: Any, context: ssl.SSLContext | None = None) -> Any:
            server = Server(f"smtp://127.0.0.1:{port}", tls, context)
            return await Letters(server, "q@example.org").send(OUTGOING, CLAIMED)

        assert (await sent(secure.port, "required", trusts)).status == 200
        assert (await sent(secure.port, "offered")).fault == "SSLCertVerificationError"
        assert (await sent(plain.port, "required")).fault == "SMTPNotSupportedError"
        assert (await sent(plain.port, "offered")).status == 200
    assert (secure.secured, plain.secured) == ([True], [False])
    [letter] = secure.got
    assert (letter["Subject"], text_of(letter).strip()) == ("Тақырып", "Мәтін")
    assert (letter["List-Unsubscribe"], letter["Auto-Submitted"]) == (
        "<http://q/u?t=1>",
        "auto-generated",
    )


@pytest.mark.parametrize("field", ["address", "subject", "unsubscribe"])
def test_a_line_break_makes_no_header(field: str) -> None:
    broken: dict[str, Any] = {field: "a@example.org\r\nBcc: all@example.org"}
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        letter_of(OUTGOING._replace(**broken), CLAIMED, "q@example.org")


def test_names_and_titles_stay_on_their_line_and_turn_no_text_round() -> None:
    assert letters.plain(" a\r\nBcc: b\u202e\u2028c ", 80) == "a Bcc: b c"
    assert letters.plain("x" * 200, 80) == "x" * 79 + "…"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.check("E2", tier=1, limit="0 words")
def test_a_message_of_every_kind_accuses_nobody_and_fits_into_a_chat(language: Any) -> None:
    item = Item(
        seq=1,
        type="alert.corrected",
        alert="alr_1",
        process="prc_1",
        title="Т" * 500,
        buyer="Б" * 500,
        band="critical",
        indicators=["R018"] * 9,
        link="/v1/scores/process/prc_1/explanation",
    )
    told = [Told(item, AT, AT, "2026.11.1")] * 10
    made: letters.Message = letters.found(
        told,
        name="Көз",
        number=5000,
        language=language,
        titles={"R018": "а" * 60},
        address="https://qadaga.example.org",
        over=Period(AT, AT),
        counts=[Count(kind, "critical", 7) for kind in letters.TYPES],
    )
    link = "https://qadaga.example.org/unsubscribed?subscription=sub_0&token=" + "a" * 32
    whole = made.body + letters.footer(
        language=language, unsubscribe=link, message="ntf_" + "0" * 30
    )
    assert len(made.subject) + 2 + len(whole) <= 4096
    disclaimer = DISCLAIMER.in_(language).format(
        data_as_of="2026-03-02", method_version="2026.11.1"
    )
    assert disclaimer in whole
    assert "{" not in whole
    asked = letters.confirmation(
        owner="Қор", name="Көз", language=language, link="https://q/", code="abc"
    )
    told_by_us = [text for text in vars(letters).values() if isinstance(text, Text)]
    told_by_us += [*letters.TYPES.values(), *letters.KINDS.values()]
    for text in (
        whole.replace(disclaimer, ""),
        *asked,
        *(each.in_(language) for each in told_by_us),
    ):
        assert black_listed(text) == []


async def test_the_dispatcher_follows_subscriptions_as_it_is_set_up(post: Post) -> None:
    settings = post.house.settings.model_copy(update={"smtp_tls": "offered"})
    await post.active()
    await post.add(channel={"kind": "telegram", "chat": "7"})
    await post.house.fill("alerts", alert(1, process("o-1")))
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.dispatch(settings, stop=stop))
    async with asyncio.timeout(20):
        while not (post.mail.got and post.bot.said):
            await asyncio.sleep(0.02)
        stop.set()
        await running
    assert len(post.mail.got) == 1
    assert REGISTRY.get_sample_value("delivery_backlog", {"channel": "telegram"}) == 1.0
    assert REGISTRY.get_sample_value("delivery_backlog", {"channel": "webhook"}) == 0.0


@pytest.mark.check("F10", tier=1, limit="0 lost, 0 doubled")
async def test_who_dies_while_matching_has_done_nothing_and_two_do_it_once(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post.active()
    await post.active(cadence="daily")
    await post.house.fill("alerts", alert(1, process("o-1")), alert(2, process("o-2")))

    class Killed(BaseException):
        pass

    async def dies(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(matching, "head", dies)
        with pytest.raises(Killed):
            await post.notifier.look()
    with monkeypatch.context() as broken:
        broken.setattr(finding, "_write", dies)
        with pytest.raises(Killed):
            await post.notifier.look()
    async with post.house.database.connection() as connection:
        count = "SELECT (SELECT count(*) FROM subscription_hit), (SELECT count(*) FROM"
        count += " subscription_message WHERE kind = 'immediate')"
        assert tuple(await connection.fetchrow(count)) == (0, 0)

    await asyncio.gather(post.notifier.look(), post.another().look(), post.another().look())
    await post.pass_on()
    async with post.house.database.connection() as connection:
        assert tuple(await connection.fetchrow(count)) == (2, 1)
    assert [letter["Subject"] for letter in post.mail.got] == ["Qadaga: “Көз”, found: 2"]


def test_a_letter_keeps_its_id_and_date_at_every_try() -> None:
    made: list[EmailMessage] = [letter_of(OUTGOING, CLAIMED, "q@example.org") for _ in range(2)]
    assert {letter["Message-ID"] for letter in made} == {"<ntf_1@example.org>"}
    assert {letter["Date"] for letter in made} == {"Mon, 02 Mar 2026 06:00:00 +0000"}
