"""A service of cases whose vault takes tips: two recipients of one organisation, one of another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cases.office import opened_office
from tests.cases.vault.people import Vault, recipient
from tests.support.postgres import Cluster


@pytest.fixture
async def vault(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Vault]:
    """Tips cost little work here, and answers leave every fiftieth of a second."""
    async with opened_office(cluster, tmp_path) as office:
        quick = {"tip_work_bits": 2, "tip_answer_seconds": 0.02, "tips_per_day": 5}
        office.settings = office.settings.model_copy(update=quick)
        office.app.state.desk.settings = office.settings
        found = Vault(office)
        found.recipients = {
            name: recipient(f"mem_{name}", organisation, role)
            for name, organisation, role in (
                ("asel", "own_a", "editor"),
                ("berik", "own_a", "monitor"),
                ("zhanar", "own_b", "editor"),
            )
        }
        for one in found.recipients.values():
            answer = await found.register(one)
            assert answer.status_code == 201, answer.text
        yield found
