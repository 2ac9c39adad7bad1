import json
from collections import Counter
from datetime import UTC
from io import BytesIO

from ingestor import quarantine
from ingestor.batch import Occasion, store_batch
from ingestor.commands.quarantine import line
from ingestor.intake import Batch
from ingestor.judge import Judge
from ingestor.load import Delivery, load
from ingestor.raw.payloads import purge
from ingestor.reading import FileReader
from ingestor.replay import Replayed, Replayer
from ingestor.set_aside import divided
from ingestor.source import Terms, declarations
from shared.ocds import Refusal
from tests.ingestor.office import NOON, PSEUDONYM_KEY, Office, lines, release

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


async def test_after_a_hundred_of_one_code_a_run_counts_the_rest_in_one_row(
    office: Office,
) -> None:
    content = lines([*[b"null"] * 706, b"no json", release(), *[b"null"] * 100])

    run = await office.take(content)
    again = await office.take(content)

    async with office.database.connection() as connection:
        rows = await quarantine.listed(connection, run=again.id)
        counts = await quarantine.count_by_code(connection)
    [rest] = [row for row in rows if row.stands_for_many()]
    assert (run.quarantined, again.quarantined) == (807, 807)
    assert Counter(row.code for row in rows) == {"not_an_object": 101, "malformed": 1}
    assert (rest.count, rest.size, rest.line, rest.truncated) == (706, 4 * 706, None, True)
    assert "and 706 more. Only the first 100" in line(rest)
    assert counts == {"not_an_object": 806, "malformed": 1}
    assert len(await stored_payloads(office)) == 3


async def test_a_run_counts_over_its_batches_and_every_run_anew(office: Office) -> None:
    judge = Judge("test", "a.jsonl", UTC, PSEUDONYM_KEY.encode(), office.desk.cipher)
    content = lines([b"null"] * 250)
    reader = FileReader(lambda: BytesIO(content), judge, releases=60)
    delivery = Delivery("test", "a.jsonl", "live", declarations()["ocds_file"], Terms())

    first = await load(office.desk, delivery, reader)
    other = await office.take([b"null"] * 130, file="b.jsonl")

    rows = await office.rows("SELECT run, count(*), max(count) FROM quarantine GROUP BY run")
    assert {tuple(row) for row in rows} == {(first.id, 101, 150), (other.id, 101, 30)}


async def test_what_stands_for_many_is_not_replayed_and_says_why(office: Office) -> None:
    await office.take([b"null"] * 102)

    async with office.database.connection() as connection:
        [rest] = [r for r in await quarantine.listed(connection) if r.stands_for_many()]
    done = await Replayer(office.desk, office.vault, PSEUDONYM_KEY.encode(), UTC).replay(rest)

    assert done.fate == "gone"
    assert "stands for 2" in done.reason
    assert rest.id not in {one.row.id for one in await replayed(office)}


async def test_a_fault_of_ours_is_kept_whole_however_often_it_happens(office: Office) -> None:
    judge = Judge("test", "f.jsonl", UTC, PSEUDONYM_KEY.encode(), office.desk.cipher)
    ours = [
        judge.refuse(Refusal("fault", "Ours.", line=number, raw=b"%d" % number, size=4))
        for number in range(150)
    ]

    listed, rest = divided(ours, {"fault": 99})

    assert (len(listed), rest) == (150, [])


async def stored_payloads(office: Office) -> list[bytes]:
    async with office.vault.connection() as connection:
        return [row[0] for row in await connection.fetch("SELECT hash FROM payload")]
