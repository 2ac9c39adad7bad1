from tests.ingestor.goszakup_pull.house import filled, said
from tests.ingestor.goszakup_pull.purchases import fill, oracle
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
