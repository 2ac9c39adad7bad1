"""A service as a process: it serves, shows its metrics apart, and ends when it is told to."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest

from deploy.servers import free_port

MEGABYTE = 1024 * 1024

PROGRAM = """
from shared.app import serve
from shared.settings import Settings
from tests.support.front import front
settings = Settings()
serve(lambda: front(settings=settings), settings)
"""


class Service:
    """The process, where it listens, and what it has written."""

    def __init__(self) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        given = {
            "DATABASE_URL": "postgresql://unused",
            "INTERNAL_KEY": "k" * 32,
            "PORT": str(self.port),
            "METRICS_PORT": str(self.metrics_port),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], env=os.environ | given, stderr=subprocess.PIPE
        )

    def wait(self) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/healthz")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the service did not start")

    def end(self) -> list[dict[str, object]]:
        self.process.send_signal(signal.SIGTERM)
        _, written = self.process.communicate(timeout=5)
        return [json.loads(line) for line in written.decode().splitlines()]


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    try:
        service.wait()
        yield service
    finally:
        service.process.kill()
        service.process.wait()
        assert service.process.stderr is not None
        service.process.stderr.close()


def test_a_service_serves_and_ends_cleanly_with_every_line_of_its_log_written(
    service: Service,
) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{service.port}") as client:
        answer = client.get("/v1/processes/prc_a", headers={"X-Request-Id": "r-1"})
        head = client.head("/v1/processes/prc_a")
        inside = client.get("/metrics")
    metrics = httpx.get(f"http://127.0.0.1:{service.metrics_port}/metrics")
    lines = service.end()

    assert answer.json() == {"id": "prc_a"}
    assert "Server" not in answer.headers
    assert (head.status_code, head.content) == (200, b"")
    assert inside.status_code == 404
    assert 'http_requests_total{code="200",method="GET",route="/v1/processes/{process_id}"' in (
        metrics.text
    )
    (line,) = [each for each in lines if each.get("request_id") == "r-1"]
    assert (line["event"], line["status"]) == ("request", 200)
    assert service.process.returncode in (0, -signal.SIGTERM)


@pytest.mark.check("B5", tier=1, limit="413, memory as before")
def test_a_body_of_300_megabytes_costs_neither_memory_nor_time(service: Service) -> None:
    began = time.monotonic()
    status = _status(service, itertools.repeat(b" " * MEGABYTE, 300))

    assert status in (413, None)
    assert time.monotonic() - began < 5
    assert psutil.Process(service.process.pid).memory_info().rss < 200 * MEGABYTE


def test_a_caller_who_sends_far_too_much_still_reads_the_refusal(service: Service) -> None:
    statuses = {_status(service, itertools.repeat(b" " * MEGABYTE, size)) for size in (2, 5, 20)}

    assert statuses == {413}


def _status(service: Service, body: Iterator[bytes]) -> int | None:
    """Send a body and return the status, or None if the connection was given up meanwhile."""
    headers = {"Content-Type": "application/json"}
    url = f"http://127.0.0.1:{service.port}/v1/scores:lookup"
    try:
        return httpx.post(url, content=body, headers=headers).status_code
    except (httpx.WriteError, httpx.ReadError):
        return None
