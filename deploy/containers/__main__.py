"""`make containers`: builds the images and runs the composition once, confined as it declares.

    python -m deploy.containers            the base, the images, then the run
    python -m deploy.containers --built    the images that an earlier run made

Needs root, podman, buildah, runc and mmdebstrap; says which is missing, and ends with 2. One
line per step, then `containers: N of N steps`. Containers, network, volumes and secrets are gone
afterwards; images stay in build/containers. CONTAINERS_CONF and CONTAINERS_STORAGE_CONF, where
set, are kept. Behind a mirror, BUILD_MOUNTS names what a build must see of this machine
("/etc/pip.conf:/etc/pip.conf:ro ..."), DEBIAN_MIRROR where Debian's packages come from.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy import make_secrets
from deploy.containers.composed import IMAGES
from deploy.containers.running import Running
from deploy.local.place import ROOT, Refusal
from deploy.processes import PREPARATIONS

PROGRAMS: Final = ("podman", "buildah", "runc", "mmdebstrap")
FOLDER: Final = ROOT / "build" / "containers"
BASE: Final = "python:3.13-slim"
"""The name our Dockerfiles start from; here an image of our own, seen in this storage alone."""

DEBIAN: Final = "qadaga-debian:local"
LIMITS: Final = {"nofile": 1024, "nproc": 4096}
"""At or below the usual ones: where CAP_SYS_RESOURCE is withheld, podman cannot raise them."""

Step = tuple[str, Callable[[], str]]


def main(arguments: list[str] | None = None) -> int:
    """Go all steps, or as far as they hold; 0 when all held, 2 when this machine cannot."""
    parser = argparse.ArgumentParser(prog="python -m deploy.containers")
    parser.add_argument("--built", action="store_true", help="build nothing")
    built: bool = parser.parse_args(arguments).built
    if lacking := missing():
        return cannot(lacking)
    settle()
    if built and (lacking := unbuilt()):
        return cannot(lacking)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what runs is cleared away
    with (
        tempfile.TemporaryDirectory() as folder,
        cleared(Running(secrets(Path(folder)))) as running,
    ):
        return go([*([] if built else builds()), *runs(running)])


def cannot(lacking: list[str]) -> int:
    """Say what this machine lacks."""
    print(f"containers: needs {', '.join(lacking)}", file=sys.stderr)
    return 2


def missing() -> list[str]:
    """The programs that are not here, and the rights."""
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    return [*lacking, *(["root"] if os.geteuid() else [])]


def unbuilt() -> list[str]:
    """The images that no earlier run has left."""
    return [f"the image {name} (make containers)" for name in IMAGES.values() if not there(name)]


def settle() -> None:
    """Give podman and buildah a storage of their own, and what runs without systemd."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    limits = ", ".join(f'"{name}={most}:{most}"' for name, most in LIMITS.items())
    texts = {
        "CONTAINERS_CONF": f'[containers]\ndefault_ulimits = [{limits}]\nlog_driver = "k8s-file"\n'
        '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
        "CONTAINERS_STORAGE_CONF": f'[storage]\ndriver = "overlay"\nrunroot = "{FOLDER}/run"\n'
        f'graphroot = "{FOLDER}/graph"\n',
    }
    for variable, text in texts.items():
        if variable not in os.environ:
            path = FOLDER / f"{variable.lower()}.toml"
            path.write_text(text, encoding="utf-8")
            os.environ[variable] = str(path)


def secrets(folder: Path) -> Path:
    """Secrets of this run alone, as deploy/make_secrets.py makes them."""
    for name, text in make_secrets.missing(folder).items():
        (folder / name).write_text(text + "\n")
        (folder / name).chmod(0o444)
    return folder


@contextmanager
def cleared(running: Running) -> Iterator[Running]:
    """Nothing of an earlier run before, nothing of this one after."""
    running.clear()
    try:
        yield running
    finally:
        running.clear()


def builds() -> list[Step]:
    """The base, then an image for each service."""
    images = [(f"image {service}", lambda service=service: image(service)) for service in IMAGES]
    return [("base", base), *images]


def runs(running: Running) -> list[Step]:
    """What `docker compose up` does, in its order, and what is asked then."""
    prepare = [(name, lambda name=name: running.once(name)) for name in PREPARATIONS]
    return [
        ("servers", running.servers),
        *prepare,
        ("processes", running.processes),
        ("confined", running.confined),
        ("question", running.question),
    ]


def go(steps: list[Step]) -> int:
    """One line for each step; the first that fails ends it, for the others need it."""
    held = 0
    for name, step in steps:
        began = time.monotonic()
        try:
            figure = step()
        except (subprocess.CalledProcessError, Refusal) as fault:
            said = getattr(fault, "stderr", None) or getattr(fault, "stdout", None) or str(fault)
            print(
                f"{name}  FAIL  {time.monotonic() - began:.1f} s\n{said.strip()[-2000:]}",
                flush=True,
            )
            break
        print(f"{name}  ok  {time.monotonic() - began:.1f} s  {figure}", flush=True)
        held += 1
    print(f"containers: {held} of {len(steps)} steps")
    return 0 if held == len(steps) else 1


def base() -> str:
    """Debian with Python, under the name that our Dockerfiles start from; made once."""
    if there(BASE):
        return f"kept, {megabytes(BASE)}"
    archive = FOLDER / "debian.tar"
    packages = "--include=python3,python3-venv,ca-certificates"
    mirror = os.environ.get("DEBIAN_MIRROR")
    words = ["--variant=minbase", packages, "bookworm", str(archive), *([mirror] if mirror else [])]
    said("mmdebstrap", *words)
    said("podman", "import", str(archive), DEBIAN)
    archive.unlink()
    build(BASE, Path(__file__).with_name("base.Containerfile"))
    return megabytes(BASE)


def image(service: str) -> str:
    """The image of one service, from the Dockerfile that is committed."""
    build(IMAGES[service], ROOT / "services" / service / "Dockerfile")
    return megabytes(IMAGES[service])


def build(name: str, recipe: Path) -> None:
    """Build without a daemon. Layers are kept, so that what did not change is not made again."""
    mounts = [f"--volume={mount}" for mount in os.environ.get("BUILD_MOUNTS", "").split()]
    isolated = ("--isolation", "chroot", "--network", "host", "--pull-never", "--layers")
    said("buildah", "bud", *isolated, *mounts, "--tag", name, "--file", str(recipe), str(ROOT))


def there(name: str) -> bool:
    """Whether the storage has an image of that name."""
    return subprocess.run(["podman", "image", "exists", name], check=False).returncode == 0


def megabytes(name: str) -> str:
    """The size of an image with all it starts from."""
    size = said("podman", "image", "inspect", "--format", "{{.Size}}", name)
    return f"{int(size) / 1e6:.0f} MB"


def said(*command: str) -> str:
    """What a command prints. Raises subprocess.CalledProcessError with its own words."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
