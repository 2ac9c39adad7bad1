"""Whether a locked version has a published weakness: asks the advisory source, by pip-audit.

Silence is no acquittal: what could not be asked is counted and told, and ends with status 3.
"""

import json
from dataclasses import dataclass

from deploy.supply.locked import Pin, read
from deploy.supply.tools import ask

LOCKS = ("requirements.lock", "requirements-build.lock")
"""What runs, and what builds it."""

SECONDS = 15
"""For one answer of the source."""

CLEAN, WEAK, NOT_ASKED = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many versions were held against the advisories, which are weak, which were not."""

    checked: int
    weak: list[str]
    unchecked: list[str]

    @property
    def status(self) -> int:
        """The exit status: a weakness outweighs what was not asked."""
        return WEAK if self.weak else NOT_ASKED if self.unchecked else CLEAN

    def __str__(self) -> str:
        told = f"{self.checked} versions checked, {len(self.weak)} with a published weakness, "
        lines = [f"{told}{len(self.unchecked)} NOT checked", *self.weak]
        if self.unchecked:
            lines.append(f"not checked: {', '.join(self.unchecked)}")
        return "\n".join(lines)


def audit() -> Verdict:
    """Ask about every version that our locks pin."""
    checked, weak, unchecked = 0, [], []
    for lock in LOCKS:
        options = ("--disable-pip", "--require-hashes", "--progress-spinner=off")
        done = ask(
            *("pip-audit", *options, "--format=json", f"--timeout={SECONDS}"),
            f"--requirement={lock}",
        )
        verdict = judged(done.stdout, read(lock))
        checked += verdict.checked
        weak += verdict.weak
        unchecked += verdict.unchecked
    return Verdict(checked, weak, unchecked)


def judged(told: str, pins: list[Pin]) -> Verdict:
    """What pip-audit's answer says of the pins, and which of them it does not speak of."""
    try:
        answers = json.loads(told)["dependencies"]
    except (ValueError, KeyError):
        answers = []
    spoken = {(one["name"], one["version"]): one["vulns"] for one in answers if "vulns" in one}
    here = [pin for pin in pins if pin.wanted_here]
    weak = [
        f"{pin.name} {pin.version}: {vulnerability['id']}"
        for pin in here
        for vulnerability in spoken.get((pin.name, pin.version), [])
    ]
    unchecked = [pin.name for pin in here if (pin.name, pin.version) not in spoken]
    return Verdict(len(here) - len(unchecked), weak, unchecked)
