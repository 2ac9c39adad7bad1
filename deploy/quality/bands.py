"""The band of each purchase, as it would be published if all indicators of the catalogue were live.

Flags are put together as the platform does it: those of the purchase, and as context those of its
customer and its suppliers. No look-alike may come out in band "high" or above.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.quality.judging import Judgement
from deploy.quality.scenes import Scene
from scoring.indicator import catalogue
from scoring.method import base_rates, weight
from scoring.score import FLAGGED, Composer, Sign, strength

HIGH: Final = ("high", "critical")
ROLES: Final = {"buyer": "buyer", "entity": "buyer", "supplier": "supplier"}
"""As what an organisation's flag counts in the score of a purchase."""

Flags = dict[str, list[Judgement]]


def bands(releases: Path, judged: Iterable[Judgement]) -> dict[str, str | None]:
    """Return the band of every purchase, by its public id."""
    of_process: Flags = defaultdict(list)
    of_party: Flags = defaultdict(list)
    tally: Counter[tuple[str, str, str]] = Counter()
    for one in judged:
        if one.kind == "process":
            of_process[one.subject].append(one)
            tally["process", one.indicator, one.status] += 1
        elif one.status == FLAGGED:
            of_party[one.subject].append(one)
    rates = base_rates(tally, catalogue())
    composer = Composer(
        [weight(one) for one in catalogue().values()],
        {code: rate for (kind, code), rate in rates.items() if kind == "process"},
    )
    return {
        process: composer.compose(_signs(own, of_party, parties)).band
        for process, parties in _parties(releases)
        if (own := of_process.get(process))
    }


def look_alikes_in_high(
    stories: Iterable[Scene], found: Mapping[str, str | None]
) -> Iterator[tuple[str, str]]:
    """Yield the look-alikes that came out in band "high" or above: story and purchase."""
    for story in stories:
        if story.innocent and not story.guilty:
            for process in sorted(story.processes):
                if found.get(process) in HIGH:
                    yield story.name, process


def _signs(own: Sequence[Judgement], flags: Flags, parties: Iterable[str]) -> tuple[Sign, ...]:
    signs = {Sign(one.indicator, one.status, _strength(one)) for one in own}
    for party in parties:
        for flag in flags.get(party, ()):
            signs.add(Sign(flag.indicator, FLAGGED, _strength(flag), ROLES[flag.kind]))
    return tuple(sorted(_gravest(signs)))


def _gravest(signs: Iterable[Sign]) -> Iterator[Sign]:
    """Of each indicator and role the strongest; two suppliers do not count twice."""
    kept: dict[tuple[str, str], Sign] = {}
    for sign in sorted(signs, key=lambda one: one.strength):
        kept[sign.code, sign.context] = sign
    return iter(kept.values())


def _strength(one: Judgement) -> float:
    extreme = catalogue()[one.indicator].extreme
    return strength(one.value, one.threshold, extreme) if one.status == FLAGGED else 1.0


def _parties(releases: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield every purchase with its customer and those who won."""
    with releases.open("rb") as lines:
        for line in lines:
            release = msgspec.json.decode(line)
            named = [release.get("buyer")] + [
                supplier
                for award in release.get("awards") or ()
                for supplier in award.get("suppliers") or ()
            ]
            yield release["ocid"], [one["id"] for one in named if _identified(one)]


def _identified(party: Any) -> bool:
    return isinstance(party, dict) and isinstance(party.get("id"), str)
