"""The whole API as its document describes it, tried by a program that knows nothing else of it."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import uvicorn
from prometheus_client import REGISTRY

from deploy.servers import free_port
from tests.gateway.casework import Casework, opened_casework
from tests.gateway.house import House
from tests.support.postgres import Cluster

pytestmark = pytest.mark.thorough  # it takes some minutes

CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
OF_SCORING = "indicator-drafts|back-tests|indicator-schema"
"""What the gateway passes on to a service that is not there."""


def faults() -> float:
    """How many answers were faults of ours."""
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name.endswith("requests_total") and sample.labels.get("status") == "500"
    )


@pytest.mark.timeout(1200)
@pytest.mark.check("B17", tier=1, limit="0 faults, 0 undocumented")
async def test_no_answer_is_undocumented_and_none_is_a_fault(
    full: House, cluster: Cluster, tmp_path: Path
) -> None:
    async with opened_casework(full, cluster, tmp_path) as casework:
        await _tried(casework, tmp_path)


async def _tried(casework: Casework, tmp_path: Path) -> None:
    full, port, before = casework.house, free_port(), faults()
    config = uvicorn.Config(full.app, port=port, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    own = await casework.organisation("Бақылаушылар")
    key = await casework.key(own, "admin", per_minute=10**7)
    report = tmp_path / "report.txt"
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("run", f"http://127.0.0.1:{port}/openapi.json"),
        *("--header", f"Authorization: Bearer {key}"),
        *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "3"),
        *("--checks", ",".join(CHECKS), "--exclude-path-regex", OF_SCORING),
        *("--generation-deterministic", "--no-color"),
    ]
    with report.open("wb") as out:
        program = await asyncio.create_subprocess_exec(
            *command, cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT
        )
        status = await program.wait()
    server.should_exit = True
    await serving

    told = report.read_text()
    assert status == 0, told[told.find("FAILURES") :]
    assert "generated" in told
    assert faults() == before
