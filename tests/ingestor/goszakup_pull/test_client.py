"""The client against a portal that misbehaves: U1, U3, U4, U9, U10, U11 of one request each."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from prometheus_client import REGISTRY

from ingestor.sources.goszakup.portal.failures import (
    PortalAwayError,
    RequestError,
    TokenRefusedError,
)
from ingestor.sources.goszakup.portal.token import Token
from shared.clock import FixedClock
from tests.ingestor.goszakup_pull.house import Hourglass, client
from tests.ingestor.goszakup_pull.purchases import fill, notice
from tests.ingestor.goszakup_pull.standin import TOKEN, Standin
from tests.ingestor.goszakup_pull.wire import HTML, Answer, Wire, bomb
from tests.support.certificates import certified

QUESTION = {"id": [17_000_000]}


@pytest.fixture
def hourglass(standin: Standin) -> Hourglass:
    """The time of client and server."""
    fill(standin, range(1))
    glass = Hourglass()
    standin.wire.now = glass.now
    return glass


async def test_at_one_request_a_second_thirty_requests_take_29_seconds(
    standin: Standin, hourglass: Hourglass
) -> None:
    async with client(standin.url, timer=hourglass, rate=1.0) as portal:
        for _ in range(30):
            await portal.page("TrdBuy", QUESTION)

    moments = [call.at for call in standin.calls]
    assert len(moments) == 30
    assert all(later - earlier >= 1 for earlier, later in pairwise(moments))
    assert moments[-1] - moments[0] == pytest.approx(29)


async def test_a_struggling_portal_is_asked_half_as_often_and_twenty_good_answers_raise_it_again(
    standin: Standin, hourglass: Hourglass
) -> None:
    standin.once(Answer(503))
    async with client(standin.url, timer=hourglass, rate=1.0) as portal:
        await portal.page("TrdBuy", QUESTION)
        slow = [call.at for call in standin.calls][-1]
        await portal.page("TrdBuy", QUESTION)
        assert standin.calls[-1].at - slow == pytest.approx(2.0)
        for _ in range(100):
            await portal.page("TrdBuy", QUESTION)

    assert standin.calls[-1].at - standin.calls[-2].at == pytest.approx(1.0)


@pytest.mark.check("U1", tier=1, limit="0 calls within 7 s")
async def test_u1_after_429_with_retry_after_7_nobody_calls_for_7_seconds(
    standin: Standin, hourglass: Hourglass
) -> None:
    standin.once(Answer(429, b"", {"Retry-After": "7"}))
    async with client(standin.url, timer=hourglass) as portal:
        await portal.page("TrdBuy", QUESTION)
        await portal.page("TrdBuy", QUESTION)

    first, second, third = (call.at for call in standin.calls)
    assert second - first >= 7
    assert third - second < 1  # two asked for, one more than planned made


@pytest.mark.check("U2", tier=1, limit="opens after 5")
async def test_u2_the_breaker_opens_after_five_failures_tries_singly_and_closes_again(
    standin: Standin, hourglass: Hourglass
) -> None:
    down = [True]
    standin.faults.append(lambda _: Answer(502) if down[0] else None)
    async with client(standin.url, timer=hourglass) as portal:
        with pytest.raises(RequestError, match="502"):
            await portal.page("TrdBuy", QUESTION)
        moments = [call.at for call in standin.calls]
        with pytest.raises(PortalAwayError):
            await portal.page("TrdBuy", QUESTION)
        down[0] = False
        await portal.page("TrdBuy", QUESTION)

    assert len(moments) == 7
    assert moments[4] - moments[0] < 31  # five close to each other, then single trials
    assert round(moments[5] - moments[4], 6) >= 30  # a difference of floats
    assert moments[6] - moments[5] >= 60


async def test_u2_a_trial_that_is_broken_off_is_given_back_and_whoever_asks_next_makes_it(
    standin: Standin, hourglass: Hourglass
) -> None:
    down = [Answer(502)]
    standin.faults.append(lambda _: down[0] if down else None)
    async with client(standin.url, timer=hourglass) as portal:
        with pytest.raises(RequestError, match="502"):
            await portal.page("TrdBuy", QUESTION)
        failed = len(standin.calls)
        down[0] = Answer(200, b"{}", hang=9)
        trial = asyncio.create_task(portal.page("TrdBuy", QUESTION))
        while len(standin.calls) == failed:
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(portal.page("TrdBuy", QUESTION))
        down.clear()
        trial.cancel()
        async with asyncio.timeout(5):
            page = await waiting

    assert [row["id"] for row in page.rows] == [17_000_000]
    assert len(standin.calls) == failed + 2  # the trial broken off, and the one made in its place


@pytest.mark.parametrize("answer", [Answer(200, b"{}", hang=9), Answer(200, b"{}" * 99, drip=True)])
@pytest.mark.check("U3", tier=1, limit="its time-out")
async def test_u3_an_answer_that_hangs_or_drips_is_left_when_its_time_is_over(
    standin: Standin, hourglass: Hourglass, answer: Answer
) -> None:
    standin.once(answer)
    async with client(standin.url, timer=hourglass, patience=0.4) as portal:
        page = await portal.page("TrdBuy", QUESTION)

    assert [row["id"] for row in page.rows] == [17_000_000]
    assert len(standin.calls) == 2


WHOLE = b'{"data":{"TrdBuy":[{"id":17000000}]},"extensions":{"pageInfo":{"totalCount":1}}}'


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(200, WHOLE[:40]), "truncated"),
        (Answer(200, WHOLE, cut=40), "truncated"),
        (HTML, "not_json"),
        (Answer.of({"data": None}), "not_json"),
        (Answer.of({"data": {"TrdBuy": "much"}}), "not_json"),
        (Answer.of({"errors": [{"message": "Internal server error"}]}), "graphql_errors"),
        (Answer(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}), "truncated"),
    ],
)
@pytest.mark.check("U4", tier=1, limit="0 half stored")
async def test_u4_half_an_answer_is_none_it_is_asked_for_again_and_counted_under_its_reason(
    standin: Standin, hourglass: Hourglass, answer: Answer, reason: str
) -> None:
    before = failures(reason)
    standin.once(answer)
    async with client(standin.url, timer=hourglass) as portal:
        page = await portal.page("TrdBuy", QUESTION)

    assert [row["id"] for row in page.rows] == [17_000_000]
    assert failures(reason) == before + 1


@pytest.mark.check("U5", tier=1, limit="the field alone")
async def test_u5_a_field_that_the_portal_no_longer_knows_is_left_out_and_the_others_come(
    standin: Standin, hourglass: Hourglass
) -> None:
    message = 'Cannot query field "countLots" on type "TrdBuy".'
    refusal = Answer.of({"errors": [{"message": message}]})
    standin.faults.append(lambda call: refusal if "countLots" in call.json["query"] else None)
    async with client(standin.url, timer=hourglass) as portal:
        page = await portal.page("TrdBuy", QUESTION)
        await portal.page("TrdBuy", QUESTION)

    assert len(page.rows) == 1
    assert portal.moved == ["TrdBuy.countLots"]
    assert len(standin.calls) == 3


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.check("U9", tier=1, limit="1 call")
async def test_u9_a_refused_token_is_tried_once_and_a_new_one_in_its_file_is_taken_at_once(
    standin: Standin, hourglass: Hourglass, tmp_path: Path, status: int
) -> None:
    file = tmp_path / "token"
    file.write_text("f" * 32)
    invalid = Answer.of({"message": "Invalid Route"}, status)
    standin.faults.append(
        lambda call: invalid if TOKEN not in call.headers["authorization"] else None
    )
    async with client(standin.url, timer=hourglass, token=Token(None, file=file)) as portal:
        with pytest.raises(TokenRefusedError, match="a new one has to be put in place"):
            await portal.page("TrdBuy", QUESTION)
        assert len(standin.calls) == 1
        file.write_text(f"{TOKEN}\n")
        page = await portal.page("TrdBuy", QUESTION)

    assert len(page.rows) == 1


def test_the_end_of_a_token_is_seen_thirty_days_ahead() -> None:
    clock = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
    token = Token(None, expires=datetime(2026, 12, 24, tzinfo=UTC).date())

    assert token.warning(clock) == (
        "The token of the portal expires in 30 days; ask for a new one and put it in place"
    )
    clock.advance(timedelta(days=-1))
    assert token.warning(clock) is None


@pytest.mark.parametrize("answer", [bomb, lambda: Answer(endless=True)], ids=["bomb", "endless"])
@pytest.mark.check("U10", tier=1, limit="the limit of bytes")
async def test_u10_an_answer_without_end_is_left_at_its_limit_and_fills_no_memory(
    standin: Standin, hourglass: Hourglass, answer: Callable[[], Answer]
) -> None:
    standin.once(answer())
    process = psutil.Process()
    before = process.memory_info().rss
    async with client(standin.url, timer=hourglass) as portal:
        with pytest.raises(RequestError, match="larger than"):
            await portal.page("TrdBuy", QUESTION)

    assert process.memory_info().rss - before < 64 * 1024**2


@pytest.mark.check("U11", tier=1, limit="0 calls")
async def test_u11_a_redirect_is_refused_and_its_target_never_asked(
    standin: Standin, hourglass: Hourglass
) -> None:
    other = Standin()
    await other.wire.start()
    standin.once(Answer(302, b"", {"Location": f"{other.url}/v3/graphql"}))
    async with client(standin.url, timer=hourglass) as portal:
        with pytest.raises(RequestError, match="points elsewhere, which is refused"):
            await portal.page("TrdBuy", QUESTION)
    await other.wire.stop()

    assert other.calls == []
    assert len(standin.calls) == 1


@pytest.mark.check("U11", tier=1, limit="refused")
async def test_u11_a_certificate_nobody_vouches_for_is_refused_until_its_authority_is_named(
    standin: Standin, hourglass: Hourglass, tmp_path: Path
) -> None:
    certificate = certified(tmp_path, "127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    secure = Wire(standin._answer, tls=context)
    await secure.start()
    async with client(secure.url, timer=hourglass) as portal:
        with pytest.raises(RequestError) as refused:
            await portal.page("TrdBuy", QUESTION)
    async with client(secure.url, timer=hourglass, ca_bundle=certificate) as portal:
        page = await portal.page("TrdBuy", QUESTION)
    await secure.stop()

    assert refused.value.reason == "tls"
    assert [row["id"] for row in page.rows] == [notice(0)["id"]]
    assert len(standin.calls) == 1


def failures(reason: str) -> float:
    return REGISTRY.get_sample_value("portal_failures_total", {"reason": reason}) or 0.0
