import json
from datetime import UTC

from ingestor import quarantine
from ingestor.batch import Occasion, store_batch
from ingestor.intake import Batch
from ingestor.judge import Judge
from ingestor.raw.payloads import purge
from ingestor.replay import Replayed, Replayer
from shared.ocds import Refusal
from tests.ingestor.office import NOON, PSEUDONYM_KEY, Office, release

GOOD = json.dumps(release()).encode()


async def set_aside(office: Office, raw: bytes, *, size: int | None = None) -> quarantine.Row:
    """Put a payload in quarantine as a normaliser did that could not read it yet."""
    judge = Judge("test", "old.jsonl", UTC, PSEUDONYM_KEY.encode(), office.desk.cipher)
    refusal = Refusal(
        "not_known_yet", "A shape not known yet.", line=7, raw=raw, size=size or len(raw)
    )
    batch = Batch(refused=[judge.refuse(refusal)])
    async with office.database.transaction() as connection:
        await store_batch(connection, batch, Occasion(1, "live", NOON, NOON.date()))
        [row] = await quarantine.listed(connection)
    return row


async def replayed(office: Office) -> list[Replayed]:
    replayer = Replayer(office.desk, office.vault, PSEUDONYM_KEY.encode(), UTC)
    await office.take([])
    return [one async for one in replayer.replay_all()]


async def test_what_can_be_read_by_now_is_published_and_leaves_the_list_with_its_trace(
    office: Office,
) -> None:
    await office.take([release("ocds-other")])
    row = await set_aside(office, GOOD)

    [done] = [one for one in await replayed(office) if one.row.id == row.id]

    assert done.fate == "used"
    assert ("test", "ocds-t-1") in await office.published()
    async with office.database.connection() as connection:
        kept = await quarantine.one(connection, row.id)
        open_now = [one.id for one in await quarantine.listed(connection)]
    assert kept is not None
    assert kept.attempts == 1
    assert kept.resolved_run is not None
    assert kept.replayed_at is not None
    assert row.id not in open_now


async def test_what_still_cannot_be_read_stays_with_its_new_reason(office: Office) -> None:
    row = await set_aside(office, b'{"ocid": ')

    [done] = [one for one in await replayed(office) if one.row.id == row.id]

    assert done.fate == "refused"
    async with office.database.connection() as connection:
        kept = await quarantine.one(connection, row.id)
    assert kept is not None
    assert (kept.attempts, kept.resolved_run) == (1, None)
    assert "too early" in kept.reason


async def test_a_payload_past_its_date_is_gone_and_the_replay_says_so(office: Office) -> None:
    row = await set_aside(office, GOOD)
    async with office.vault.connection() as connection:
        assert await purge(connection, NOON.date()) == 1

    [done] = [one for one in await replayed(office) if one.row.id == row.id]

    assert (done.fate, done.reason) == (
        "gone",
        "Its payload passed the retention date and was deleted",
    )


async def test_only_the_beginning_of_a_large_payload_is_kept_and_never_replayed(
    office: Office,
) -> None:
    row = await set_aside(office, b'{"ocid": "', size=10**9)

    assert row.truncated
    assert [one for one in await replayed(office) if one.row.id == row.id] == []


async def test_the_list_can_be_narrowed_to_a_run_or_a_code(office: Office) -> None:
    first = await office.take([b"null"])
    second = await office.take([b"{"], file="other.jsonl")

    async with office.database.connection() as connection:
        of_first = await quarantine.listed(connection, run=first.id)
        of_code = await quarantine.listed(connection, code="truncated")
    assert [row.code for row in of_first] == ["not_an_object"]
    assert [row.run for row in of_code] == [second.id]
