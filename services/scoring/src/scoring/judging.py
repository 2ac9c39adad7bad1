"""One batch of judging, in memory: the facts are asked, the answers are composed into scores.

Nothing here waits for PostgreSQL; it runs in the one thread that may touch the facts. A fault of
one indicator on one record becomes the result `error` there, and nowhere else.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

import duckdb
import msgspec
import structlog

from scoring.carrying import carried
from scoring.document import Judgement, Scored, score
from scoring.drafts.watch import MOST_MEMORY, MOST_SECONDS, MOST_SPILL, Watch
from scoring.evaluate import bulk, compute_populations, incremental
from scoring.facts import Facts
from scoring.fences import Population
from scoring.findings import RECORDED, Finding
from scoring.indicator import Indicator
from scoring.judgements import Judgements
from scoring.method import Standard
from scoring.purchases import Key, Purchase, newest_date, parties, purchases
from scoring.score import FLAGGED
from shared.contracts.scores import Evidence, Portfolio, Subject

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

KINDS: Final = {"process": "process", "buyer": "buyer", "entity": "buyer", "supplier": "supplier"}
"""Public subject type of each kind: a procuring entity is looked up as a buyer."""

WORST_FIRST: Final = (
    FLAGGED,
    "error",
    "not_computable",
    "insufficient_sample",
    "clear",
    "not_applicable",
)

MOST_EVIDENCE: Final = 100
"""Places shown for one finding; a supplier's thousand bids would be no reading."""

Flags = Mapping[Key, Sequence[Judgement]]
"""What is flagged of buyers and suppliers now."""


class GaveWay(Exception):  # noqa: N818 (it is no error: something more urgent came)
    """The judging was broken off and has to be begun again."""


@dataclass(frozen=True, slots=True)
class Case:
    """One subject, judged and scored, with its findings; `purchase` where it is a process."""

    key: Key
    scored: Scored
    findings: Sequence[Finding]
    data_seq: int
    data_date: datetime | None
    purchase: Purchase | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """Processes in their order in the feed, and what all indicators say of them, not yet scored.

    `asked`: the indicators that are asked of what each source tells.
    """

    purchases: Sequence[Purchase]
    results: dict[Key, dict[str, Judgement]]
    asked: Mapping[str | None, Container[str]]


@dataclass(slots=True)
class Results:
    """What all indicators say of a batch of subjects."""

    judgements: dict[Key, dict[str, Judgement]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, others: "Results") -> None:
        """Take in the results of other indicators."""
        for key, found in others.judgements.items():
            self.judgements[key].update(found)

    def add_all(self, found: Iterable[tuple[Key, Judgement]]) -> None:
        """Take in judgements; of two on one subject (buyer and entity in one) the worse stays."""
        for key, judgement in found:
            known = self.judgements[key].get(judgement.code)
            if known is None or _worse(judgement, known):
                self.judgements[key][judgement.code] = judgement


def judge_processes(
    facts: Facts,
    standard: Standard,
    pids: Sequence[int],
    *,
    as_of: date | None = None,
    give_way: Callable[[], bool] = lambda: False,
) -> Judged:
    """Judge processes by their numbers as of a day.

    Raises GaveWay when asked to, between two indicators.
    """
    bought = purchases(facts, pids)
    asked = {one.source: standard.asked_of(one.source) for one in bought.values()}
    chosen = {code: one for some in asked.values() for code, one in some.items()}
    judged = _of_processes(facts, standard, dict(sorted(chosen.items())), bought, as_of, give_way)
    ordered = sorted(bought.values(), key=lambda one: one.seq)
    return Judged(ordered, judged, {source: some.keys() for source, some in asked.items()})


def compose(
    judged: Judged, some: Iterable[Purchase], standard: Standard, flags: Flags
) -> list[Case]:
    """Score some of the processes that were judged, each once: what is said of it is let go.

    A process that no indicator judges is left out: what was scored before stays.
    """
    return [
        _process_case(one, own, standard, flags)
        for one in some
        if (own := _only(judged.results.pop(("process", one.id), {}), judged.asked[one.source]))
    ]


def judge_promptly(  # noqa: PLR0917 (by what is judged, in its order)
    facts: Facts,
    standard: Standard,
    flags: Flags,
    pids: Sequence[int],
    before: Mapping[str, bytes],
    as_of: date | None = None,
) -> list[Case]:
    """Judge a few processes by the prompt indicators; of the others stands what they said before.

    `before` holds the present score documents by process.
    """
    later = standard.later
    bought = purchases(facts, pids)
    awaited = {one.source: later & standard.asked_of(one.source).keys() for one in bought.values()}
    prompt = {c: one for c, one in standard.indicators("process").items() if c not in later}
    judged = _of_processes(facts, standard, prompt, bought, as_of)
    return [
        _process_case(
            one,
            judged["process", one.id] | carried(before.get(one.id), awaited[one.source]),
            standard,
            flags,
            awaiting=len(awaited[one.source]),
        )
        for one in sorted(bought.values(), key=lambda one: one.seq)
    ]


def _only(judged: Mapping[str, Judgement], codes: Container[str]) -> dict[str, Judgement]:
    return {code: one for code, one in judged.items() if code in codes}


def _of_processes(  # noqa: PLR0917 (the same)
    facts: Facts,
    standard: Standard,
    indicators: dict[str, Indicator],
    bought: Mapping[int, Purchase],
    as_of: date | None,
    give_way: Callable[[], bool] = lambda: False,
) -> dict[Key, dict[str, Judgement]]:
    def run(chosen: Mapping[str, Indicator], some: Sequence[int]) -> Iterator[Judgements]:
        found = incremental(
            facts, chosen, standard.profile, some, standard.populations, as_of=as_of
        )
        with closing(found):
            for judgements in found:
                if give_way():
                    raise GaveWay
                yield judgements

    files, drafts = _apart(indicators, standard)
    results = _results(files, bought, run)
    for code, draft in drafts.items():
        with _watch(facts, code) as watch:
            results.take(_results({code: draft}, bought, _checked(run, watch), watch))
    return results.judgements


def _watch(facts: Facts, code: str) -> Watch:
    return Watch(facts, code, MOST_SECONDS, MOST_MEMORY, MOST_SPILL)


def _apart(
    indicators: Mapping[str, Indicator], standard: Standard
) -> tuple[dict[str, Indicator], dict[str, Indicator]]:
    """Part the indicators of files from drafts, which are run one by one and watched."""
    drafts = {code: one for code, one in indicators.items() if code in standard.drafts}
    return {code: one for code, one in indicators.items() if code not in drafts}, drafts


def _checked(run: "Run", watch: Watch) -> "Run":
    """Run no further once the time is up: what failed for that is not tried in halves."""

    def checked(chosen: dict[str, Indicator], some: Sequence[int]) -> Iterator[Judgements]:
        watch.check()
        yield from run(chosen, some)

    return checked


def take_populations(facts: Facts, standard: Standard) -> list[Population]:
    """Take the fences of all indicators over all facts; drafts are watched."""
    files, drafts = _apart(standard.catalogue, standard)
    rows = list(compute_populations(facts, files, standard.profile).rows)
    for code, draft in drafts.items():
        with _watch(facts, code):
            rows += compute_populations(facts, {code: draft}, standard.profile).rows
    return rows


def judge_parties(
    facts: Facts,
    standard: Standard,
    data_seq: int,
    portfolios: Mapping[Key, Portfolio] = MappingProxyType({}),
) -> tuple[list[Case], frozenset[str]]:
    """Judge and score every buyer and supplier over all facts.

    Of a party that no indicator counts (a buyer whose purchases show no bids) every indicator of
    its kind says so. Returns the codes of indicators that failed too: `error` on every party that
    others judged; what was scored before of parties that none judged then stays.
    """
    results = Results()
    failed: set[str] = set()
    indicators = standard.indicators("all")
    files, drafts = _apart(indicators, standard)
    _take_all(facts, standard, files, results, failed)
    for code, draft in drafts.items():
        with _watch(facts, code) as watch:
            _take_all(facts, standard, {code: draft}, results, failed, watch)
    for code in failed:
        results.add_all([(key, Judgement(code, "error")) for key in list(results.judgements)])
    if not failed:
        uncounted = set(parties(facts)) - results.judgements.keys()
        results.add_all(pair for key in uncounted for pair in _uncounted(key, indicators))
    newest = newest_date(facts)
    cases = [
        _party_case(key, list(judgements.values()), standard, data_seq, newest, portfolios.get(key))
        for key, judgements in sorted(results.judgements.items())
    ]
    return cases, frozenset(failed)


def _take_all(  # noqa: PLR0917 (by what, into what)
    facts: Facts,
    standard: Standard,
    indicators: Mapping[str, Indicator],
    results: Results,
    failed: set[str],
    watch: Watch | None = None,
) -> None:
    """Judge all facts by some indicators; note the codes of those that failed."""
    for judgements in bulk(facts, indicators, standard.profile, populations=standard.populations):
        try:
            results.add_all(_read(judgements))
        except duckdb.Error as fault:
            if watch is not None:
                watch.heed(fault)
            _tell(judgements.indicator.code, fault)
            failed.add(judgements.indicator.code)


def _uncounted(key: Key, indicators: Mapping[str, Indicator]) -> Iterator[tuple[Key, Judgement]]:
    """Say of a party without anything to count that the sample of every indicator is too small."""
    for code, indicator in indicators.items():
        if indicator.subject in {"organisation", key[0]}:
            yield key, Judgement(code, "insufficient_sample")


Run = Callable[[dict[str, Indicator], Sequence[int]], Iterator[Judgements]]
Found = Iterable[tuple[Key, Judgement]]


def _results(
    indicators: dict[str, Indicator],
    bought: Mapping[int, Purchase],
    run: Run,
    watch: Watch | None = None,
) -> Results:
    """Take in the results of all indicators; one that fails is run again around the guilty.

    A draft that used up its memory, which its `watch` says, is not: it would in halves as well.
    """
    results, pids, failed = Results(), list(bought), []
    for judgements in run(indicators, pids):
        try:
            results.add_all(_read(judgements))
        except duckdb.Error as fault:
            if watch is not None:
                watch.heed(fault)
            failed.append(judgements.indicator)
    for indicator in failed:
        results.add_all(_isolated(indicator, bought, pids, run))
    return results


def _isolated(
    indicator: Indicator, bought: Mapping[int, Purchase], pids: Sequence[int], run: Run
) -> Found:
    """Run one indicator, halving the batch around whatever it cannot judge."""
    try:
        return [
            pair
            for judgements in run({indicator.code: indicator}, pids)
            for pair in _read(judgements)
        ]
    except duckdb.Error as fault:
        if len(pids) == 1:
            _tell(indicator.code, fault)
            return [(("process", bought[pids[0]].id), Judgement(indicator.code, "error"))]
    middle = len(pids) // 2
    first = _isolated(indicator, bought, pids[:middle], run)
    return [*first, *_isolated(indicator, bought, pids[middle:], run)]


def _tell(code: str, fault: duckdb.Error) -> None:
    log.warning("indicator failed", indicator=code, reason=str(fault).splitlines()[0][:300])


def _read(judgements: Judgements) -> list[tuple[Key, Judgement]]:
    """Take one indicator's judgements out of DuckDB, the evidence beside the flags.

    Raises duckdb.Error when the indicator failed.
    """
    if judgements.error is not None:
        raise duckdb.Error(judgements.error)
    code = judgements.indicator.code
    rows = list(judgements.rows())
    evidence = _evidence(judgements) if any(row.status == FLAGGED for row in rows) else {}
    return [
        (
            (KINDS[row.kind], row.subject),
            Judgement(
                code,
                row.status,
                row.value,
                row.threshold,
                _shown(evidence.get((row.kind, row.number), ())),
                row.missing,
                certain=row.certain,
                again_on=row.again_on,
            ),
        )
        for row in rows
    ]


def _evidence(judgements: Judgements) -> dict[tuple[str, int], list[Evidence]]:
    """Read the evidence of all flags: a query of its own, as dear to plan as the judging."""
    found: dict[tuple[str, int], list[Evidence]] = defaultdict(list)
    for piece in judgements.evidence():
        process = None if piece.kind == "process" else piece.process
        found[piece.kind, piece.number].append(Evidence(piece.path, piece.value, process))
    return found


def _shown(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Put evidence in an order that does not depend on the order of loading, and bound it."""
    if len(evidence) <= 1:
        return tuple(evidence)
    ordered = sorted(evidence, key=lambda one: (one.process or "", one.path))
    return tuple(ordered[:MOST_EVIDENCE])


def _worse(new: Judgement, known: Judgement) -> bool:
    ranks = WORST_FIRST.index(new.status), WORST_FIRST.index(known.status)
    return ranks[0] < ranks[1] or (ranks[0] == ranks[1] and (new.value or 0) > (known.value or 0))


def _process_case(
    purchase: Purchase,
    judgements: Mapping[str, Judgement],
    standard: Standard,
    flags: Flags,
    awaiting: int = 0,
) -> Case:
    own = list(judgements.values())
    subject = Subject("process", purchase.id, purchase.source, purchase.ocid)
    scored = score(
        subject,
        [*own, *_context(purchase, flags)],
        standard.methods["process"],
        value=purchase.value,
        data_date=purchase.date,
        awaiting=awaiting,
    )
    key = ("process", purchase.id)
    found = _findings(key, own, standard, purchase.seq)
    return Case(key, scored, found, purchase.seq, purchase.date, purchase)


def _party_case(  # noqa: PLR0917 (what a case is made of, in its order)
    key: Key,
    own: list[Judgement],
    standard: Standard,
    data_seq: int,
    newest: datetime | None,
    portfolio: Portfolio | None,
) -> Case:
    scored = score(Subject(*key), own, standard.methods[key[0]], portfolio=portfolio)
    return Case(key, scored, _findings(key, own, standard, data_seq), data_seq, newest)


def _context(purchase: Purchase, flags: Flags) -> list[Judgement]:
    """Return the flags of the purchase's buyer and suppliers: of each code and role the gravest."""
    gravest: dict[tuple[str, str], Judgement] = {}
    for key in purchase.parties:
        for flag in flags.get(key, ()):
            place = (flag.code, key[0])
            known = gravest.get(place)
            if known is None or _graver(flag, known):
                gravest[place] = flag
    return list(gravest.values())


def _graver(flag: Judgement, known: Judgement) -> bool:
    """Compare by distance from the threshold, then by id, so that order does not matter."""
    return _gravity(flag) > _gravity(known)


def _gravity(flag: Judgement) -> tuple[float, str]:
    distance = abs((flag.value or 0.0) - (flag.threshold or 0.0))
    return distance, flag.context.id if flag.context else ""


def _findings(
    key: Key, judgements: Iterable[Judgement], standard: Standard, data_seq: int
) -> list[Finding]:
    return [
        Finding(
            *key,
            one.code,
            one.status,
            one.value,
            one.threshold,
            _encode(one.evidence).decode(),
            one.missing,
            standard.catalogue[one.code].version,
            standard.parameters[one.code],
            standard.population_version if standard.catalogue[one.code].population else None,
            data_seq,
        )
        for one in judgements
        if one.status in RECORDED
    ]


_encode = msgspec.json.Encoder().encode
