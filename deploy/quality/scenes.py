"""Where each story took place: the purchases and the parties by whose flags it is found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deploy.quality.judging import PSEUDONYM_KEY, Judgement
from deploy.sandbox.world import Row, World
from deploy.sandbox.world.schemes.codes import codes_of, ordinary
from shared.vocabulary.identifiers import Bin, person_pseudonym

OCID: Final = "ocds-kz0000-"
Rows = Mapping[str, tuple[Row, ...]]


@dataclass(slots=True)
class Scene:
    """One story, or one thing that happened: what should, must not, and may be seen where."""

    name: str
    guilty: frozenset[str]
    innocent: frozenset[str]
    may: frozenset[str]
    processes: frozenset[str] = frozenset()
    suppliers: set[str] = field(default_factory=set)
    buyers: set[str] = field(default_factory=set)
    seen_at: frozenset[tuple[str, str]] = frozenset()
    """The subjects, by kind and name, that its labels name."""

    def holds(self, flag: Judgement) -> bool:
        """Tell whether a flag is about this story.

        A flag of an organisation is, where its evidence lies in the story's purchases; one without
        evidence, where it is about one of the story's parties.
        """
        if flag.kind == "process":
            return flag.subject in self.processes
        if told := flag.processes():
            return not self.processes.isdisjoint(told)
        return flag.subject in (self.suppliers if flag.kind == "supplier" else self.buyers)


def scenes(world: World) -> Iterator[Scene]:
    """Yield the scene of every planted story, look-alikes among them, and of every happening."""
    by_tale: dict[int, list[Row]] = {}
    for row in world.ground_truth():
        by_tale.setdefault(row["tale"], []).append(row)
    for number, scheme in world.stories_told():
        yield _of_story(scheme, by_tale.get(number, []), world.rows_of_tale(number))
    for row in world.happenings():
        codes = frozenset(ordinary()[row["kind"]])
        at = frozenset(_processes(row["subject"]))
        yield Scene(row["kind"], frozenset(), frozenset(), codes, at)


def _of_story(scheme: str, labels: list[Row], rows: Rows) -> Scene:
    """Write the scene of a story; of one that is not over, nothing has to be seen yet."""
    codes = codes_of(scheme)
    scene = Scene(
        scheme,
        frozenset(row["indicator"] for row in labels if not row["innocent"]),
        frozenset(row["indicator"] for row in labels if row["innocent"]),
        frozenset(codes.may if labels else (*codes.may, *codes.guilty)),
        frozenset(_all_processes(rows)),
    )
    brought = (row["bin"] or row["iin"] for row in rows["Subjects"])
    named = (row["subject"].get("supplier_biin") for row in labels)
    scene.suppliers |= {_party(number) for number in (*brought, *named) if number}
    customers = (row["subject"].get("customer_bin") for row in labels)
    scene.buyers |= {_party(number) for number in customers if number}
    scene.seen_at = frozenset(_named(labels))
    return scene


def _named(labels: list[Row]) -> Iterator[tuple[str, str]]:
    for label in labels:
        subject = label["subject"]
        yield from (("process", process) for process in _processes(subject))
        for kind, name in (("supplier", "supplier_biin"), ("buyer", "customer_bin")):
            if subject.get(name):
                yield kind, _party(subject[name])


def _all_processes(rows: Rows) -> Iterable[str]:
    """Name the processes of a tale: its notices, and its contracts without one."""
    yield from (f"{OCID}{row['id']}" for row in rows["TrdBuy"])
    for row in rows["Contract"]:
        if not row["trdBuyId"]:
            yield f"{OCID}c{row['rootId'] or row['id']}"


def _processes(subject: Mapping[str, Any]) -> Iterable[str]:
    if "buy" in subject:
        yield f"{OCID}{subject['buy']}"
    elif "contract" in subject:
        yield f"{OCID}c{subject['contract']}"


def _party(number: str) -> str:
    """Return the id that the translation gives to a participant."""
    if Bin.parse(number) is not None:
        return f"KZ-BIN-{number}"
    return person_pseudonym("goszakup", number, PSEUDONYM_KEY.encode())
