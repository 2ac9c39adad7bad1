import asyncio
import gzip
import itertools
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from ingestor.intake import Batch
from ingestor.judge import Judge
from ingestor.load import Delivery, load
from ingestor.reading import FileReader
from ingestor.runs import Run
from ingestor.source import Terms, declarations
from ingestor.sources_feed import publish_sources
from ingestor.withdraw import withdraw
from shared.vocabulary.identifiers import process_id
from tests.ingestor.office import NOON, PSEUDONYM_KEY, Office, lines, release

KEY = ("test", "ocds-t-1")


async def take_in_batches(office: Office, content: bytes, size: int) -> Run:
    judge = Judge("test", "test.jsonl", UTC, PSEUDONYM_KEY.encode(), office.desk.cipher)
    reader = FileReader(lambda: BytesIO(content), judge, releases=size)
    delivery = Delivery("test", "test.jsonl", "live", declarations()["ocds_file"], Terms())
    return await load(office.desk, delivery, reader)


async def test_a_release_is_published_with_its_process_counts_and_parties(office: Office) -> None:
    run = await office.take([release(bids={"details": [{"id": "b1"}, {"id": "b2"}]})])

    [entry] = await office.feed()
    body = json.loads(entry.body)
    assert (run.status, run.received, run.accepted, run.quarantined) == ("complete", 1, 1, 0)
    assert entry.key == body["id"] == process_id("test", "ocds-t-1")
    assert (body["revision"], body["origin"]) == (1, "live")
    assert (body["date"], body["received_at"]) == ("2026-03-01T09:00:00Z", "2026-11-24T12:00:00Z")
    assert body["counts"] == {"bids": 2, "awards": 0, "contracts": 0, "items": 0}
    assert body["release"]["tag"] == ["compiled"]
    assert body["release"]["id"] == "ocds-t-1-2026-03-01T09:00:00Z"
    [buyer] = body["parties"]
    assert (buyer["local_id"], buyer["roles"], buyer["person"]) == (
        "KZ-BIN-971240001315",
        ["buyer"],
        False,
    )


async def test_unchanged_input_moves_nothing_and_the_run_says_so(office: Office) -> None:
    await office.take([release(), release("ocds-t-2")])
    before = await office.feed()

    run = await office.take([release(), release("ocds-t-2")])

    assert (run.accepted, run.unchanged) == (0, 2)
    assert await office.feed() == before


async def test_the_same_release_with_other_spaces_moves_nothing_in_the_feed(
    office: Office,
) -> None:
    await office.take([release()])
    before = await office.feed()

    await office.take(json.dumps(release(), indent=2).encode())

    assert [entry.seq for entry in await office.feed()] == [entry.seq for entry in before]


async def test_releases_of_one_process_are_merged_whatever_their_order_and_batches(
    office: Office,
) -> None:
    told = [
        release(number=1, tender={"id": "t", "status": "planned", "title": "Жол"}),
        release(number=2, tender={"id": "t", "status": "active", "numberOfTenderers": 3}),
        release(number=3, tender={}, awards=[{"id": "a", "status": "pending"}]),
        release(number=4, tender={}, awards=[{"id": "a", "status": "active"}, {"id": "b"}]),
    ]
    seen = set()
    for number, order in enumerate(itertools.permutations(told)):
        ocid = f"ocds-order-{number}"
        content = lines({**one, "ocid": ocid} for one in order)
        await take_in_batches(office, content, size=number % 4 + 1)
        body = (await office.published())["test", ocid]
        text = json.dumps([body["release"], body["quality"]]).replace(ocid, "OCID")
        seen.add(text)

    assert len(seen) == 1
    merged = json.loads(seen.pop())[0]
    assert merged["tender"]["status"] == "active"
    assert merged["tender"]["title"] == "Жол"
    assert [(a["id"], a.get("status")) for a in merged["awards"]] == [("a", "active"), ("b", None)]


async def test_a_release_that_is_merged_with_others_goes_back_to_its_earlier_text_too(
    office: Office,
) -> None:
    first = release(tender={"id": "t", "description": "a long and at last right description"})
    second = release(tender={"id": "t", "description": "short"})
    for text in (first, second, first):
        await office.take([text, release(number=2)])

    tender = (await office.published())[KEY]["release"]["tender"]
    assert tender["description"] == "a long and at last right description"
    assert tender["title"] == "Жол жөндеу"


async def test_the_same_release_with_a_newer_date_replaces_the_older_version(
    office: Office,
) -> None:
    older = {**release(awards=[{"id": "a"}]), "date": "2026-03-01T09:00:00Z"}
    newer = {**release(awards=[{"id": "b"}]), "date": "2026-03-05T09:00:00Z"}

    await office.take([older])
    await office.take([newer])
    body = (await office.published())[KEY]
    await office.take([older])

    assert [award["id"] for award in body["release"]["awards"]] == ["b"]
    assert (body["revision"], body["date"]) == (2, "2026-03-05T09:00:00Z")
    assert (await office.published())[KEY] == body


async def test_a_correction_with_the_same_date_replaces_what_an_earlier_run_delivered(
    office: Office,
) -> None:
    await office.take([release(tender={"id": "t", "title": "a long and wrong title"})])
    await office.take([release(tender={"id": "t", "title": "short"})])

    assert (await office.published())[KEY]["release"]["tender"]["title"] == "short"


async def test_a_publisher_who_goes_back_to_an_earlier_text_under_the_same_date_is_believed(
    office: Office,
) -> None:
    first = release(tender={"id": "t", "title": "a long and at last right title"})
    second = release(tender={"id": "t", "title": "short"})
    said = []
    for text in (first, second, first, first, second):
        run = await office.take([text, release("ocds-t-2")])
        body = (await office.published())[KEY]
        said.append((body["release"]["tender"]["title"], body["revision"], run.accepted))

    assert said == [
        ("a long and at last right title", 1, 2),
        ("short", 2, 1),
        ("a long and at last right title", 3, 1),
        ("a long and at last right title", 3, 0),
        ("short", 4, 1),
    ]


async def test_a_file_with_two_texts_of_one_release_moves_nothing_however_often_it_is_loaded(
    office: Office,
) -> None:
    full = release(tender={"id": "t", "title": "with all that is known"})
    bare = release(tender={"id": "t"})
    await office.take([full])
    await office.take([bare])
    both = await office.take([bare, full])
    settled = await office.feed()
    runs = [await office.take([full, bare]) for _ in range(2)]
    one_by_one = await take_in_batches(office, lines([bare, full]), 1)

    assert (await office.published())[KEY]["release"]["tender"]["title"] == full["tender"]["title"]
    assert (both.accepted, [run.accepted for run in runs], one_by_one.accepted) == (2, [0, 0], 0)
    assert await office.feed() == settled


async def test_two_versions_in_one_delivery_with_one_date_leave_the_fuller_one(
    office: Office,
) -> None:
    full = release(tender={"id": "t", "title": "with all that is known"})
    bare = release(tender={"id": "t"})

    await office.take([full, bare])
    await office.take([{**bare, "ocid": "ocds-t-2"}, {**full, "ocid": "ocds-t-2"}])

    published = await office.published()
    titles = [body["release"]["tender"].get("title") for body in published.values()]
    assert titles == ["with all that is known"] * 2


async def test_a_newer_compiled_release_replaces_the_older_as_a_whole(office: Office) -> None:
    older = release(number=1, tag=["compiled"], awards=[{"id": "a"}, {"id": "dropped"}])
    newer = release(number=2, tag=["compiled"], awards=[{"id": "a"}])

    await office.take([newer])
    await office.take([older])

    awards = (await office.published())[KEY]["release"]["awards"]
    assert [award["id"] for award in awards] == ["a"]


async def test_a_delivery_of_old_news_is_marked_as_such(office: Office) -> None:
    await office.take([release()], backfill=True)

    assert (await office.published())[KEY]["origin"] == "backfill"


async def test_a_line_may_name_its_source_unless_the_caller_does(office: Office) -> None:
    await office.take([{"source": "Портал 1", "release": release()}, release("ocds-t-2")])

    assert set(await office.published()) == {("портал-1", "ocds-t-1"), ("test", "ocds-t-2")}
    assert [entry.key for entry in await office.feed("sources")] == ["test", "портал-1"]


async def test_dates_without_a_zone_are_read_in_the_zone_of_the_source(office: Office) -> None:
    almaty = timezone(timedelta(hours=5))

    await office.take([release(date="2026-03-01T02:00:00")], zone=almaty)

    assert (await office.published())[KEY]["date"] == "2026-02-28T21:00:00Z"


async def test_packages_records_and_gzip_give_the_same_processes(office: Office) -> None:
    told = [release("ocds-t-1"), release("ocds-t-2")]
    package = {"uri": "u", "version": "1.1", "releases": told}
    records = {
        "version": "1.1",
        "records": [{"ocid": one["ocid"], "compiledRelease": one} for one in told],
    }
    deliveries: dict[str, bytes] = {
        "lines": lines(told),
        "package": json.dumps(package, indent=1).encode(),
        "records": json.dumps(records).encode(),
        "packed": gzip.compress(lines(told)),
    }

    for source, content in deliveries.items():
        run = await office.take(content, source)
        assert (run.status, run.accepted) == ("complete", 2)

    published = await office.published()
    assert len(published) == 8
    assert len({json.dumps(body["release"]) for body in published.values()}) == 2


async def test_a_gzip_file_that_breaks_off_is_incomplete_and_keeps_what_came_before(
    office: Office,
) -> None:
    told = [release(f"ocds-t-{n}", note=random.Random(n).randbytes(300).hex()) for n in range(50)]
    packed = gzip.compress(lines(told))

    run = await office.take(packed[: len(packed) // 2])

    assert run.status == "incomplete"
    assert "Upload it again" in (run.reason or "")
    assert 10 < run.accepted < 40
    assert len(await office.published()) == run.accepted


async def test_a_delivery_with_less_than_announced_is_incomplete(office: Office) -> None:
    run = await office.take([release()], announced=3)

    assert (run.status, run.reason) == ("incomplete", "Only 1 of 3 arrived")
    assert (run.expected, run.received) == (3, 1)


async def test_an_empty_file_failed_and_says_why(office: Office) -> None:
    run = await office.take(b"")

    assert run.status == "failed"
    [row] = await office.rows("SELECT code FROM quarantine")
    assert row["code"] == "empty"


async def test_two_loaders_of_the_same_file_do_each_other_no_harm(office: Office) -> None:
    content = lines(
        release(f"ocds-t-{process}", number) for process in range(60) for number in (1, 2, 3)
    )

    first, second = await asyncio.gather(
        take_in_batches(office, content, 7), take_in_batches(office, content, 11)
    )

    assert first.accepted + second.accepted == 180
    assert first.unchanged + second.unchanged == 180
    assert (first.status, second.status) == ("complete", "complete")
    published = await office.published()
    assert len(published) == 60
    assert {body["date"] for body in published.values()} == {"2026-03-03T09:00:00Z"}


async def test_the_feed_of_sources_tells_terms_and_the_last_run(office: Office) -> None:
    terms = Terms(title="Жоспар", publisher="Ministry", licence="CC-BY-4.0", attribution="© M")

    run = await office.take([release(), b"{"], terms=terms)

    [entry] = await office.feed("sources")
    body: dict[str, Any] = json.loads(entry.body)
    last, lacks = body.pop("last_run"), body.pop("lacks")
    assert [each["field"] for each in lacks][:2] == ["plans", "registers"]
    assert all(set(each["because"]) == {"kk", "ru", "en"} for each in lacks)
    assert body == {
        "id": "test",
        "title": "Жоспар",
        "publisher": "Ministry",
        "licence": "CC-BY-4.0",
        "attribution": "© M",
        "url": None,
        "kind": "file",
        "processes": 1,
        "newest_release": "2026-03-01T09:00:00Z",
        "blind_spots": [],
        "promised_hours": None,
    }
    assert (last["id"], last["status"]) == (f"run_{run.id}", run.status)
    assert (last["received"], last["accepted"], last["quarantined"]) == (2, 1, 1)


async def test_an_ocid_that_stands_for_everything_does_not_fill_the_memory(
    office: Office,
) -> None:
    told = [
        {"ocid": "same", "id": str(n), "date": spelled(n), "awards": [{"id": str(n)}]}
        for n in range(1_200)
    ]

    await office.take(told)

    awards = (await office.published())["test", "same"]["release"]["awards"]
    assert [award["id"] for award in awards] == [str(n) for n in range(200, 1_200)]


def spelled(minute: int) -> str:
    moment: datetime = NOON + timedelta(minutes=minute)
    return moment.isoformat()


async def test_a_file_of_which_nothing_is_of_use_is_a_run_but_no_source(office: Office) -> None:
    for name, content in {"empty": b"", "binary": bytes(range(256)), "words": b"no json"}.items():
        failed = await office.take(content, name)
        assert failed.status == "failed", name

    assert await office.feed("sources") == []
    assert [row["source"] for row in await office.rows("SELECT source FROM run ORDER BY id")] == [
        "empty",
        "binary",
        "words",
    ]

    await office.take([release()], "words")

    assert [entry.key for entry in await office.feed("sources")] == ["words"]


async def test_a_source_that_is_known_tells_of_a_failed_run_and_stays_when_all_is_withdrawn(
    office: Office,
) -> None:
    await office.take([release()])
    async with office.database.transaction() as connection:
        await withdraw(connection, "test", "ocds-t-1", "published by mistake")
        await publish_sources(connection, ["test"])

    await office.take(b"no json")

    [entry] = await office.feed("sources")
    body = json.loads(entry.body)
    assert (entry.deleted, body["processes"], body["last_run"]["status"]) == (False, 0, "failed")


async def test_a_source_is_told_of_with_its_first_release_not_at_the_end_of_its_run(
    office: Office,
) -> None:
    seen = []

    class Halting(FileReader):
        def __iter__(self) -> Iterator[Batch]:
            for batch in super().__iter__():
                yield batch
                seen.append(asyncio.run_coroutine_threadsafe(office.feed("sources"), loop).result())

    loop = asyncio.get_running_loop()
    judge = Judge("test", "t", UTC, PSEUDONYM_KEY.encode(), office.desk.cipher)
    raw = lines([release(f"ocds-t-{n}") for n in range(3)])
    reader = Halting(lambda: BytesIO(raw), judge, releases=1)

    await load(
        office.desk,
        Delivery("test", "t", "live", declarations()["ocds_file"], Terms()),
        reader,
    )

    last = [json.loads(found[0].body) for found in seen[-1:]]
    assert [(body["id"], body["last_run"]["status"]) for body in last] == [("test", "running")]
