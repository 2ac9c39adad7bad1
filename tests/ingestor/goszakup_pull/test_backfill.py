from tests.ingestor.goszakup_pull.house import filled, said
from tests.ingestor.goszakup_pull.purchases import contract, fill, oracle
from tests.ingestor.goszakup_pull.standin import Standin
from tests.ingestor.office import Office


async def test_a_back_fill_brings_every_process_of_its_period_whole(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(60))

    run = await filled(office, standin)

    assert await said(office) == oracle(standin)
    assert (run.status, run.reason, run.origin) == ("complete", None, "backfill")
    assert run.expected == run.received == 60 + 57
    assert (run.accepted, run.quarantined) == (72, 0)
    assert len(standin.asked("TrdApp")) == 45  # once for every notice with results


async def test_contracts_are_loaded_that_nobody_signed_or_that_were_drawn_up_before(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(2))
    draft = contract(10, direct=True, signDate=None, refContractStatusId=110)
    unsaid = contract(11, direct=True, signDate=None, refContractStatusId=190)
    earlier = contract(12, direct=True, crdate="2026-10-20 10:00:00")
    signed_later = contract(13, direct=True, signDate="2026-12-24 10:00:00")
    long_ago = contract(
        14, direct=True, crdate="2026-10-20 10:00:00", signDate="2026-10-21 10:00:00"
    )
    standin.put("Contract", draft, unsaid, earlier, signed_later)
    expected = oracle(standin)
    standin.put("Contract", long_ago)

    run = await filled(office, standin)

    assert (run.status, run.reason) == ("complete", None)
    assert await said(office) == expected
