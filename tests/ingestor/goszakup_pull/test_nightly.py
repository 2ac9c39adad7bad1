"""Once a night: records that disappeared, and days of which something is missing."""

from datetime import timedelta

import pytest

from ingestor.sources.goszakup.pull import nightly
from tests.ingestor.goszakup_pull.house import connected, followed, last_run, said
from tests.ingestor.goszakup_pull.purchases import contract, fill, notice, oracle
from tests.ingestor.goszakup_pull.standin import Standin
from tests.ingestor.office import Office


async def check(office: Office, standin: Standin) -> None:
    office.clock.advance(timedelta(hours=8))
    async with connected(office, standin) as connector:
        assert await nightly.check(connector)


@pytest.mark.check("U8", tier=1, limit="0 left behind")
async def test_what_disappeared_without_a_word_is_noticed_and_leaves_the_feed_with_the_reason(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(12))
    await followed(office, standin)
    for root, number in (("TrdBuy", 17_000_003), ("Contract", contract(5, direct=True)["id"])):
        del standin.tables[root][number]

    await check(office, standin)

    run = await last_run(office)
    found = await said(office)
    assert "ocds-kz0000-17000003" not in found
    assert found == oracle(standin)
    rows = await office.rows(
        "SELECT ocid, withdrawn_reason FROM process WHERE withdrawn_reason > ''"
    )
    assert {tuple(row) for row in rows} == {
        ("ocds-kz0000-17000003", "Not found at the portal on 2026-11-25"),
        ("ocds-kz0000-c30000050", "Not found at the portal on 2026-11-25"),
    }
    assert (run.status, run.file) == ("complete", "nightly")


async def test_a_portal_that_hides_half_of_everything_for_a_night_removes_nothing(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(12))
    await followed(office, standin)
    before = await said(office)
    for number in range(6):
        del standin.tables["TrdBuy"][17_000_000 + number]

    await check(office, standin)

    assert await said(office) == before
    run = await last_run(office)
    assert run.status == "incomplete"
    assert "TrdBuy: 6 of 12 are missing at once" in (run.reason or "")


async def test_a_day_of_which_the_portal_counts_more_is_read_again_and_the_run_says_so(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(3))
    await followed(office, standin)
    office.clock.advance(timedelta(days=2))
    # It appears late, dated before everything that following looks at again.
    late = {"publishDate": "2026-11-25 09:00:00", "lastUpdateDate": "2026-11-01 00:00:00"}
    standin.put("TrdBuy", notice(7, **late, indexDate=None, itogiDatePublic=None))
    await followed(office, standin)
    missed = await said(office)

    await check(office, standin)

    assert "ocds-kz0000-17000007" not in missed
    assert await said(office) == oracle(standin)
    run = await last_run(office)
    assert run.status == "incomplete"
    assert run.reason == "TrdBuy 2026-11-25: 0 of 1 were held; the day was read again"
