"""Whole runs against the sandbox with its faults: what arrived, and what the run says.

The upstream failures of the threat model, and where each is shown. Here: U1 to U6, U9 to U12.
On a portal by script, because the sandbox has no such fault or no list of two pages: that nobody
calls before Retry-After is over (U1), the breaker's steps (U2), memory under an endless answer
(U10) and bad certificates (U11) in test_client; records without id (U5), pages that repeat (U6), a
list in circles (U7), an older date (U8) and dates to come (U12) in test_troubles; what was deleted
or disappeared (U8) in test_follow and test_nightly.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.faults import Fault
from deploy.sandbox.server.serve import background
from deploy.sandbox.server.usage import Usage
from deploy.sandbox.world import World
from deploy.servers import free_port
from ingestor.runs import Run
from ingestor.sources.goszakup.pull.backfill import fill
from ingestor.sources.goszakup.pull.connector import Connector
from ingestor.sources.goszakup.pull.follow import follow
from ingestor.sources.goszakup.pull.windows import Scope
from tests.ingestor.goszakup_pull.house import Hourglass, client, last_run, said
from tests.ingestor.goszakup_pull.standin import TOKEN
from tests.ingestor.office import PSEUDONYM_KEY, Office

START, LAST = date(2026, 6, 1), date(2026, 6, 10)
EVENING = datetime(2026, 6, 10, 21, 0)  # noqa: DTZ001 - the portal's time has no zone
HOURS = timedelta(hours=5)
SCOPE = Scope(START, LAST)
MOST = 80  # requests that the period takes of a portal that is well


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Server, str]]:
    """A small world behind the portal's addresses, one for all of these tests."""
    server = Server(World(7, 900, START), Access(TOKEN))
    server.advance(EVENING)
    with background(server, free_port()) as url:
        yield server, url


class House:
    """An office beside the sandbox, whose clocks are one."""

    def __init__(self, office: Office, server: Server, url: str) -> None:
        self.office, self.server, self.url = office, server, url
        self.hourglass = Hourglass()
        self.met = 0
        office.clock.moment = (server.portal.world.now - HOURS).replace(tzinfo=UTC)

    async def run(self, *faults: Fault, again: bool = True, **more: Any) -> Run:
        """Load the period, then follow once if that is wanted; return how the last run ended."""
        self.server.troubles.replace(faults)
        self.server.usage = Usage()
        told: dict[str, Any] = {"patience": 2, "timer": self.hourglass, **more}
        async with client(self.url, **told) as portal:
            connector = Connector(self.office.desk, portal, PSEUDONYM_KEY.encode(), since=LAST)
            if again:
                await fill(connector, SCOPE, again=True)
            else:
                await follow(connector)
        self.met = sum(one["met"] for one in self.server.troubles.report())
        self.server.troubles.replace([])
        return await last_run(self.office)

    @property
    def requests(self) -> int:
        return self.server.usage.requests

    async def holds_all(self) -> None:
        """Exactly the processes of the sandbox, each whole and none twice."""
        assert await said(self.office) == oracle(self.server.portal.world)
        [row] = await self.office.rows(
            "SELECT count(*), count(DISTINCT (root, id)) FROM portal_record"
        )
        assert row[0] == row[1]


@pytest.fixture
def house(office: Office, served: tuple[Server, str]) -> Iterator[House]:
    server, url = served
    yield House(office, server, url)
    server.troubles.replace([])


def oracle(world: World) -> dict[str, dict[str, set[str]]]:
    """What the feed must say of every process begun in the period."""
    notices = {
        key: row for key, row in world.table("TrdBuy").items() if row["publishDate"] >= f"{START}"
    }
    found: dict[str, dict[str, set[str]]] = {}

    def of(name: Any) -> dict[str, set[str]]:
        parts = {"lots": set[str](), "bidders": set[str](), "contracts": set[str]()}
        return found.setdefault(f"ocds-kz0000-{name}", parts)

    for key in notices:
        of(key)
    for key, lot in world.table("Lots").items():
        if lot["trdBuyId"] in notices:
            of(lot["trdBuyId"])["lots"].add(str(key))
    for key, bid in world.table("TrdApp").items():
        results = notices.get(bid["buyId"], {}).get("itogiDatePublic")
        if results and results <= f"{world.now}":
            of(bid["buyId"])["bidders"].add(str(key))
    for key, row in world.table("Contract").items():
        if row["trdBuyId"] in notices or (not row["trdBuyId"] and row["crdate"] >= f"{START}"):
            of(row["trdBuyId"] or f"c{row['rootId']}")["contracts"].add(str(key))
    return found


def failures(reason: str) -> float:
    return REGISTRY.get_sample_value("portal_failures_total", {"reason": reason}) or 0


@pytest.mark.check("U1", tier=1, limit="1 call more")
async def test_u1_after_429_the_one_question_is_asked_again_and_nothing_else(
    house: House,
) -> None:
    first = await house.run()
    assert house.requests <= MOST
    await house.holds_all()
    await house.run()
    asked = house.requests

    limited = await house.run(Fault("rate_limited", times=1, skip=5))

    assert (first.status, limited.status) == ("complete", "complete")
    assert house.requests == asked + 1
    assert any(wait >= 7 for wait in house.hourglass.waits)


@pytest.mark.check("U2", tier=1, limit="the whole set")
@pytest.mark.check("U3", tier=1, limit="the whole set")
@pytest.mark.check("U4", tier=1, limit="the whole set")
async def test_u2_u3_u4_whatever_fails_in_passing_is_asked_again_and_the_whole_set_arrives(
    house: House,
) -> None:
    faults = {
        "timeout": [Fault("stall", root="Contract", times=1, seconds=4)],
        "truncated": [
            Fault("cut_off", root="TrdBuy", times=2),
            # Some meet a question that gets no answer but a 500: not all of them.
            *(
                Fault("truncated", root="Contract", times=1, skip=skip)
                for skip in (6, 9, 12, 15, 18)
            ),
            Fault("truncated", root="Subjects", times=1),
        ],
        "not_json": [Fault("html", root="Lots", times=2)],
        "connection": [Fault("reset", root="Contract", times=2, skip=2)],
        "server_error": [Fault("server_error", share=0.3, seed=7)],
    }
    before = {reason: failures(reason) for reason in faults}

    run = await house.run(*(one for some in faults.values() for one in some), patience=2)

    assert (run.status, run.expected) == ("complete", run.received)
    for reason, was in before.items():
        assert failures(reason) > was, reason
    assert house.requests - house.met <= MOST  # each failure cost one question more
    await house.holds_all()


async def test_u3_u4_what_never_comes_whole_leaves_nothing_half_and_comes_with_the_next_run(
    house: House,
) -> None:
    broken = Fault("truncated", root="Contract", skip=6)
    run = await house.run(broken, Fault("drip", root="Lots", times=1, seconds=1), patience=0.5)

    held, whole = await said(house.office), oracle(house.server.portal.world)
    assert run.status == ("incomplete" if run.received else "failed")
    assert "No whole answer" in (run.reason or "")
    assert len(held) < len(whole)
    assert all(parts == whole[ocid] for ocid, parts in held.items())
    assert (await house.run()).status == "complete"
    await house.holds_all()


@pytest.mark.check("U5", tier=1, limit="the field alone, alarm raised")
async def test_u5_a_moved_schema_costs_its_fields_alone_and_the_run_says_which(
    house: House,
) -> None:
    gone = await house.run(Fault("vanished_field", root="Lots", field="nameRu"))
    await house.holds_all()
    moved = await house.run(
        Fault("changed_type", root="TrdBuy", field="nameRu"),
        Fault("changed_value", root="TrdBuy", field="refTradeMethodsId", value=777),
        Fault("changed_value", root="Contract", field="ContractUnits", value=None),
    )

    assert (gone.status, gone.reason) == ("incomplete", "The portal no longer knows Lots.nameRu")
    assert moved.status == "incomplete"
    assert moved.reason == "The portal's schema has moved: Notice.nameRu"
    assert REGISTRY.get_sample_value("portal_schema_drift_alarm", {"root": "TrdBuy"}) == 1
    await house.holds_all()


@pytest.mark.check("U6", tier=1, limit="0 lost, 0 doubled")
@pytest.mark.check("U12", tier=1, limit="0 lost, 0 doubled")
async def test_u6_u12_pages_turned_round_or_shifting_and_a_clock_hours_off_lose_nothing(
    house: House,
) -> None:
    turned = await house.run(Fault("reversed_page"))
    await house.holds_all()
    late = await house.run(Fault("clock_off", hours=3))  # results lie in the future by our clock
    assert (turned.status, late.status) == ("complete", "complete")
    await house.holds_all()

    await house.run(Fault("shifting", minutes=2))
    house.office.clock.moment = (house.server.portal.world.now - HOURS).replace(tzinfo=UTC)
    followed = await house.run(again=False)

    assert followed.status == "complete"
    await house.holds_all()


@pytest.mark.check("U9", tier=1, limit="no storm")
async def test_u9_a_token_that_expires_in_the_middle_ends_the_run_without_a_storm(
    house: House,
) -> None:
    run = await house.run(Fault("expired_token", skip=40))

    assert run.status == ("incomplete" if run.received else "failed")
    assert "refuses the token" in (run.reason or "")
    assert house.requests <= 40 + 3
    assert (await house.run()).status == "complete"
    await house.holds_all()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("bomb", root="TrdBuy", times=1), "larger than"),
        (Fault("huge", root="TrdBuy", times=1), "larger than"),
        (Fault("redirect", root="TrdBuy", times=1), "points elsewhere, which is refused"),
    ],
)
@pytest.mark.check("U10", tier=1, limit="the whole set")
@pytest.mark.check("U11", tier=1, limit="the whole set")
async def test_u10_u11_an_endless_answer_or_a_redirect_is_left_and_its_slice_comes_later(
    house: House, fault: Fault, reason: str
) -> None:
    run = await house.run(fault, patience=20)  # a busy machine must not look like a stall

    assert run.status == "incomplete"
    assert reason in (run.reason or "")
    assert (await house.run()).status == "complete"
    await house.holds_all()
