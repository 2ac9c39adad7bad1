"""What a process does not load: each of the platform's starts pays for every import."""

import subprocess
import sys

WORKERS = ("scoring.commands.engine", "ingestor.worker", "gateway.worker")
DEAR = ("fastapi", "sqlalchemy")


def test_workers_start_without_the_libraries_of_doors_and_of_management() -> None:
    loads = f"import sys, {', '.join(WORKERS)}; print(*sorted({set(DEAR)} & sys.modules.keys()))"

    found = subprocess.run(
        [sys.executable, "-c", loads], capture_output=True, text=True, check=True
    )

    assert found.stdout.split() == []
