"""What every ocid of the portal begins with is chosen once, and refused where it cannot be one."""

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import connector_of
from ingestor.sources.goszakup.pull.backfill import fill as back_fill
from tests.ingestor.goszakup_pull.house import WHOLE, client, filled, last_run
from tests.ingestor.goszakup_pull.purchases import fill
from tests.ingestor.goszakup_pull.standin import Standin
from tests.ingestor.office import Office


def told(office: Office, **more: Any) -> IngestorSettings:
    given: dict[str, Any] = {key.lower(): value for key, value in office.environment().items()}
    return IngestorSettings.model_validate(given | more)


async def prefixed(office: Office, standin: Standin, prefix: str) -> None:
    """Back-fill under a prefix."""
    async with client(standin.url) as portal:
        settings = told(office, goszakup_ocid_prefix=prefix)
        desk = replace(office.desk, clock=office.clock)
        await back_fill(connector_of(settings, desk, portal), WHOLE, again=True)


async def test_every_purchase_bears_the_prefix_of_the_settings(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(3))
    await prefixed(office, standin, "ocds-a1b2c3")

    published = {ocid for _, ocid in await office.published()}
    assert "ocds-a1b2c3-17000000" in published
    assert all(ocid.startswith("ocds-a1b2c3-") for ocid in published)


async def test_without_a_word_it_is_the_placeholder(office: Office) -> None:
    assert told(office).goszakup_ocid_prefix == "ocds-kz0000"


@pytest.mark.parametrize(
    "prefix", ["", "kz0000", "ocds-kz000", "ocds-KZ0000", "ocds-kz0000-", "ocds-қз0000"]
)
async def test_what_cannot_be_a_prefix_is_refused_when_the_service_starts(
    office: Office, prefix: str
) -> None:
    with pytest.raises(ValidationError, match="an ocid begins with ocds- and six small letters"):
        told(office, goszakup_ocid_prefix=prefix)


async def test_a_prefix_that_is_changed_later_doubles_nothing_and_the_run_says_why(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(3))
    await filled(office, standin)
    before = await office.published()
    await prefixed(office, standin, "ocds-a1b2c3")

    run = await last_run(office)
    assert run.status == "failed"
    assert "GOSZAKUP_OCID_PREFIX stays what it was" in (run.reason or "")
    assert await office.published() == before


def test_the_command_refuses_it_too() -> None:
    wrong = subprocess.run(
        [sys.executable, "-m", "ingestor", "translate", "goszakup", "x", "--prefix", "ocds"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert wrong.returncode == 2
    assert "an ocid begins with ocds-" in wrong.stderr
