"""The disk under evidence is full: what does not fit is refused, and nothing of it stays."""

from pathlib import Path

import pytest

from tests.cases.evidence.files import photograph
from tests.cases.evidence.test_evidence import opened, upload
from tests.cases.office import opened_office, problem
from tests.support.harness import Figure
from tests.support.postgres import Cluster
from tests.support.small_disk import small_disk

DISK = 8


@pytest.mark.check("F12", tier=1, limit="0 half files, 0 rows without a file")
async def test_what_does_not_fit_on_the_disk_is_refused_and_leaves_nothing(
    cluster: Cluster, tmp_path: Path, figure: Figure
) -> None:
    small = photograph()
    with small_disk(tmp_path / "evidence", DISK) as folder:
        async with opened_office(cluster, tmp_path) as office:
            case = await opened(office)
            filling = folder / "filling"
            filling.write_bytes(bytes(DISK * 1024 * 1024 - len(small) // 2 - 64 * 1024))
            room = folder.stat()
            refused = await upload(office, case, photograph(3000))
            left = [path for path in folder.rglob("*") if path.is_file() and path != filling]
            async with office.tables() as connection:
                rows = await connection.fetchval("SELECT count(*) FROM evidence")
            ready = await office.client.get("/readyz")
            filling.unlink()
            again = await upload(office, case, small)

    figure(f"{len(left)} files and {rows} rows left of what did not fit")
    assert room
    assert problem(refused) == (503, "dependency_down")
    assert (left, rows) == ([], 0)
    assert again.status_code == 201
    assert ready
