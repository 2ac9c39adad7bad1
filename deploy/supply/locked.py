"""What the lock files pin, as this machine reads them."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from deploy.supply.tools import ROOT

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\\n]+))?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of a lock: a package, its version, and where it is wanted at all."""

    name: str
    version: str
    marker: str | None = None

    @property
    def wanted_here(self) -> bool:
        """Whether this Python on this machine installs it."""
        return self.marker is None or Marker(self.marker).evaluate()


def pins(text: str) -> list[Pin]:
    """The pins of a lock file's text."""
    return [
        Pin(canonicalize_name(name), version, marker.strip() or None)
        for name, version, marker in PIN.findall(text)
    ]


def read(name: str) -> list[Pin]:
    """The pins of one of our lock files."""
    return pins((ROOT / name).read_text("utf-8"))


def image_locks() -> dict[str, str]:
    """The lock file of each service's image."""
    files = sorted(Path(ROOT).glob("services/*/requirements.lock"))
    return {path.parent.name: str(path.relative_to(ROOT)) for path in files}
