"""The disk under evidence is full: what does not fit is refused, and nothing of it stays."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from tests.cases.evidence.test_evidence import opened, upload
from tests.cases.office import opened_office, problem
from tests.support.harness import Figure
from tests.support.postgres import Cluster
from tests.support.small_disk import small_disk

MEGABYTE = 1024 * 1024
DISK = 8 * MEGABYTE


def noise(seed: int) -> bytes:
    """A picture of about a megabyte and a half, which nothing makes smaller."""
    picture = Image.frombytes("RGB", (800, 800), random.Random(seed).randbytes(800 * 800 * 3))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=97)
    return written.getvalue()


@pytest.mark.check("F12", tier=1, limit="0 half files, 0 rows without a file")
async def test_what_does_not_fit_on_the_disk_is_refused_and_leaves_nothing(
    cluster: Cluster, tmp_path: Path, seed: int, figure: Figure
) -> None:
    picture = noise(seed)
    with small_disk(tmp_path / "evidence", DISK // MEGABYTE) as folder:
        async with opened_office(cluster, tmp_path) as office:
            case = await opened(office)
            filling = folder / "filling"
            # Room for less than the file; and for the file, but not for its cleaned copy.
            rooms, refused = (len(picture) // 2, len(picture) * 3 // 2), []
            for room in rooms:
                filling.write_bytes(bytes(DISK - room))
                refused.append(await upload(office, case, picture))
                left = [path for path in folder.rglob("*") if path.is_file() and path != filling]
                assert left == []
            filling.unlink()
            async with office.tables() as connection:
                rows = await connection.fetchval("SELECT count(*) FROM evidence")
            again = await upload(office, case, picture)

    figure(f"of {len(rooms)} files that did not fit 0 files and {rows} rows left")
    assert [problem(one) for one in refused] == [(503, "dependency_down")] * 2
    assert rows == 0
    assert again.status_code == 201
