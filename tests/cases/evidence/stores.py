"""Where evidence is kept in tests: a folder, and a bucket of a real store that speaks S3."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from cases.evidence.files import name_of
from deploy.servers import die_with_parent, free_port

PATIENCE: Final = 60.0
ACCESS, SECRET = "evidence", "for-tests-only"
_ALL: Final = {"name": "cases", "actions": ["Admin", "Read", "Write", "List"]}
_PORTS: Final = (
    *("master.port", "master.port.grpc", "volume.port", "volume.port.grpc"),
    *("filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc"),
)


@dataclass
class Kept:
    """One place of evidence: how the service is told of it, and how it is looked into."""

    settings: dict[str, Any]
    all: Callable[[], dict[str, bytes]]
    damage: Callable[[bytes, bytes | None], None]


def folder(path: Path) -> Kept:
    """A folder, whose files can be written over or taken away."""

    def all_() -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in path.glob("??/*")}

    def damage(sha256: bytes, content: bytes | None) -> None:
        at = path / name_of(sha256)
        at.unlink()
        if content is not None:
            at.write_bytes(content)

    return Kept({"evidence_path": path}, all_, damage)


def bucket(endpoint: str, path: Path) -> Kept:
    """A prefix of its own in the bucket."""
    prefix = path.parent.name.replace("[", "-").replace("]", "")
    store = opened(endpoint, prefix)

    def all_() -> dict[str, bytes]:
        found = [each["path"] for page in obstore.list(store) for each in page]
        return {each.rpartition("/")[2]: bytes(obstore.get(store, each).bytes()) for each in found}

    def damage(sha256: bytes, content: bytes | None) -> None:
        if content is None:
            obstore.delete(store, name_of(sha256))
        else:
            obstore.put(store, name_of(sha256), content)

    told = {
        "evidence_path": path,
        "evidence_store": f"s3://evidence/{prefix}",
        "evidence_endpoint": endpoint,
        "evidence_access_key": ACCESS,
        "evidence_secret_key": SECRET,
    }
    return Kept(told, all_, damage)


def opened(endpoint: str, prefix: str) -> S3Store:
    """The store as a client of S3 sees it."""
    return S3Store(
        "evidence",
        prefix=prefix,
        endpoint=endpoint,
        region="us-east-1",
        access_key_id=ACCESS,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )


@contextmanager
def running(path: Path) -> Iterator[str]:
    """Run a store in a folder: its endpoint. It is killed at the end, for nothing of it is kept."""
    keys = {"accessKey": ACCESS, "secretKey": SECRET}
    (path / "keys.json").write_text(json.dumps({"identities": [{**_ALL, "credentials": [keys]}]}))
    (path / "data").mkdir()
    ports = _different(len(_PORTS))
    command = [
        *(str(Path(sys.executable).with_name("weed")), "-logtostderr", "server"),
        *(f"-dir={path / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3"),
        *(f"-{name}={port}" for name, port in zip(_PORTS, ports, strict=True)),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={path / 'keys.json'}"),
        *("-master.volumeSizeLimitMB=64", "-volume.max=8", "-master.telemetry=false"),
    ]
    with (path / "log").open("wb") as log:
        tied: dict[str, Any] = {"preexec_fn": die_with_parent}
        process = subprocess.Popen(command, cwd=path, stdout=log, stderr=log, **tied)
    try:
        endpoint = f"http://127.0.0.1:{ports[-2]}"
        _wait(process, endpoint, path / "log")
        yield endpoint
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(path / "data")


def _different(count: int) -> list[int]:
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return list(found)


def _wait(process: "subprocess.Popen[bytes]", endpoint: str, log: Path) -> None:
    """Wait until it takes an object, which makes the bucket too."""
    until = time.monotonic() + PATIENCE
    store = opened(endpoint, "ready")
    while True:
        try:
            obstore.put(store, "yes", b"yes")
        except BaseError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the store did not start:\n{log.read_text()}") from None
            time.sleep(0.1)
        else:
            return
