import random

import msgspec
import pytest

from ingestor.source import source_id_of_file
from shared.contracts.releases import ReleaseEntry
from shared.ocds import counts, newest_date
from shared.ocds.inflate import Bound, unpacked
from tests.ingestor.office import Office, real_files

pytestmark = pytest.mark.realdata

RELEASES = 631
PROCESSES = 579


async def take_all(office: Office, *, shuffled: int | None = None) -> list[str]:
    """Take in every real file, its lines in order or shuffled with a seed; returns the endings."""
    endings: list[str] = []
    for path in real_files():
        with path.open("rb") as stream:
            content = b"".join(unpacked(stream, Bound()))
        if shuffled is not None:
            parts = content.splitlines(keepends=True)
            random.Random(shuffled).shuffle(parts)
            content = b"".join(parts)
        source = source_id_of_file(path.name)
        endings.append((await office.take(content, source, file=path.name)).status)
    return endings


async def test_the_real_releases_give_one_process_for_each_file_and_ocid(office: Office) -> None:
    endings = await take_all(office)

    published = await office.published()
    runs = await office.rows("SELECT sum(received), sum(accepted), sum(quarantined) FROM run")
    assert len(published) == PROCESSES
    assert tuple(runs[0]) == (RELEASES, RELEASES, 0)
    assert set(endings) == {"complete"}
    assert len({source for source, _ in published}) == len(real_files())


async def test_every_real_process_is_what_the_readers_of_the_feed_were_promised(
    office: Office,
) -> None:
    await take_all(office)

    for entry in await office.feed():
        body = msgspec.json.decode(entry.body, type=ReleaseEntry)
        release = msgspec.json.decode(body.release)
        assert b"\n" not in entry.body
        assert body.counts == counts(release)
        assert body.date == newest_date(release)
        assert {link.local_id for link in body.parties} >= {
            party["id"] for party in release.get("parties", []) if "id" in party
        }


async def test_loading_the_real_releases_again_changes_nothing(office: Office) -> None:
    await take_all(office)
    before = await office.feed()

    await take_all(office)

    assert await office.feed() == before
    unchanged = await office.rows(
        "SELECT sum(received), sum(accepted), sum(unchanged) FROM run WHERE id > $1",
        len(real_files()),
    )
    assert tuple(unchanged[0]) == (RELEASES, 0, RELEASES)


async def test_the_order_of_the_real_releases_does_not_matter(office: Office) -> None:
    await take_all(office)
    in_order = {key: body["release"] for key, body in (await office.published()).items()}
    await office.rows("TRUNCATE process, source_record, feed_state, feed_head")

    await take_all(office, shuffled=7)

    assert {key: body["release"] for key, body in (await office.published()).items()} == in_order
