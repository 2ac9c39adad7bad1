"""Judging: every indicator over all facts, or over the processes that changed, by one query text.

    populations = compute_populations(facts, catalogue(), profile)       # fences, versioned
    for judgements in bulk(facts, catalogue(), profile, populations=populations): ...
    for judgements in incremental(facts, catalogue(), profile, pids, populations): ...

Each `Judgements` is one indicator and is valid until the next one is asked for. An incremental
run makes temporary tables of the same names as the facts with the changed processes only; they
come before the facts in every query (`scoring.placing`). Fences come from the stored populations
in both modes, so that both agree.
"""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import date
from functools import partial
from typing import Final

import duckdb

from scoring.attempts import add_attempts
from scoring.both_ends import from_both_ends
from scoring.by_one import confined, judge, judge_few
from scoring.facts import Facts
from scoring.fences import Population, tukey
from scoring.indicator import Indicator, Status, catalogue
from scoring.judgements import Judgements, Populations
from scoring.parsed import parsed
from scoring.placing import home_of, shadow, sliced, unshadow
from scoring.planning import in_a_hurry
from scoring.profiles import Profile
from scoring.reading import by_the_clock, read_by
from scoring.relations import (
    materialise_shared,
    set_judging_day,
    set_parameters,
    set_profile,
    take_up,
)

LIVE: Final = frozenset({"tested", "stable"})
"""Lives of the indicators that score and alert; an experiment is judged offline only."""

SLICE: Final = 700_000
"""Most processes judged at once in bulk, by indicators that look at one alone: of so many, what is
joined and grouped stays nearer to the processor. Fewer would be planned for too often."""

MANY: Final = 500
"""Changed processes from which a second connection helps to judge them."""

MANY_INDICATORS: Final = 10
"""Fewer are judged before a second connection has the relations that they join."""


def compute_populations(
    facts: Facts, catalogue: Mapping[str, Indicator], profile: Profile
) -> Populations:
    """Take every group's fences over all facts."""
    indicators = enabled(catalogue, profile)
    try:
        _begin(facts, indicators, profile, None)
        return _populations(facts.connection, indicators, profile)
    finally:
        unshadow(facts, indicators)


def bulk(
    facts: Facts,
    catalogue: Mapping[str, Indicator],
    profile: Profile,
    *,
    populations: Populations | None = None,
    only: Status | None = None,
    at_once: int = SLICE,
    as_of: date | None = None,
) -> Iterator[Judgements]:
    """Judge everything, one indicator after the other; `only` keeps one status and no other.

    What an indicator of scope `process` says of a process is the same beside any others, so it
    judges `at_once` of them. Terms have passed or not `as_of` a day: that of the newest release
    where none is named.
    """
    indicators = enabled(catalogue, profile)
    try:
        _begin(facts, indicators, profile, as_of)
        with _reading_all(facts.connection):
            materialise_shared(facts.connection, indicators, profile)
            slices = sliced(facts, indicators, at_once)
            taken = populations or _populations(facts.connection, indicators, profile)
        for indicator in indicators:
            chosen = slices if _looks_at_one(indicator) else ()
            with _reading_all(facts.connection):
                judged = judge(
                    facts.connection, indicator, profile, taken, only=only, slices=chosen
                )
            yield judged
    finally:
        unshadow(facts, indicators)


def incremental(
    facts: Facts,
    catalogue: Mapping[str, Indicator],
    profile: Profile,
    pids: Sequence[int],
    populations: Populations,
    *,
    as_of: date | None = None,
) -> Generator[Judgements]:
    """Judge the processes given by the indicators of scope `process`, as of a day."""
    indicators = [one for one in enabled(catalogue, profile) if one.scope == "process"]
    connections = _connections(facts, indicators, pids)
    _set_day(facts, indicators, as_of, connections)
    facts.connection.execute(_AFFECTED, [list(pids)])
    if read_by(indicators) & _OF_ATTEMPTS:
        add_attempts(facts.connection, "affected", f"{home_of(facts)}.process")
    [[number]] = facts.connection.execute(parsed("SELECT count(*) FROM affected")).fetchall()

    def judge_one(connection: duckdb.DuckDBPyConnection, indicator: Indicator) -> Judgements:
        return judge_few(connection, indicator, profile, populations, names)

    with in_a_hurry(facts.connection, number), _threads_for(facts, connections):
        try:
            laid = shadow(facts, indicators, "pid IN (FROM affected)", _OF_AFFECTED, connections)
            names = dict(facts.connection.execute("SELECT pid, key FROM subject").fetchall())
            set_profile(facts.connection, profile, indicators, laid=laid)
            for other in connections[1:]:
                set_profile(other, profile, indicators, laid="")
            if connections == [facts.connection]:
                yield from (judge_one(facts.connection, one) for one in indicators)
            else:
                yield from _by_both(connections, indicators, judge_one)
        finally:
            for connection in connections:
                take_up(connection)
            unshadow(facts, indicators, connections)


def _connections(
    facts: Facts, indicators: Sequence[Indicator], pids: Sequence[int]
) -> list[duckdb.DuckDBPyConnection]:
    """Choose who judges: two connections where there is much to plan, and a core for either."""
    [[threads]] = facts.connection.execute("SELECT current_setting('threads')").fetchall()
    both = threads > 1 and len(pids) >= MANY and len(indicators) >= MANY_INDICATORS
    return [facts.connection, facts.second] if both else [facts.connection]


def _threads_for(
    facts: Facts, connections: Sequence[duckdb.DuckDBPyConnection]
) -> AbstractContextManager[None]:
    """Give each of two connections one thread: so little is not worth sharing out."""
    return facts.one_thread() if len(connections) > 1 else nullcontext()


def _by_both(
    connections: Sequence[duckdb.DuckDBPyConnection],
    indicators: Sequence[Indicator],
    judge: Callable[[duckdb.DuckDBPyConnection, Indicator], Judgements],
) -> Iterator[Judgements]:
    """Judge on two connections, the first ones on one, the last ones on the other."""
    first, second = connections
    found = from_both_ends(indicators, partial(judge, first), lambda one: judge(second, one).held())
    with closing(found):
        yield from found


def enabled(catalogue: Mapping[str, Indicator], profile: Profile) -> list[Indicator]:
    """List those indicators of a catalogue that the profile runs, in the order of their codes."""
    if profile.enabled is None:
        return list(catalogue.values())
    return [catalogue[code] for code in sorted(profile.enabled) if code in catalogue]


def live(profile: Profile, only: Sequence[str] | None = None) -> dict[str, Indicator]:
    """Read the indicators that the running platform judges by, and no other; by code.

    Those of the profile that are no experiment, or `only` the named. Raises KeyError for a code
    that no file bears.
    """
    codes = only or profile.enabled
    found = catalogue(None if codes is None else frozenset(codes))
    chosen = {code: found[code] for code in codes or found}
    return chosen if only else {c: one for c, one in chosen.items() if one.life in LIVE}


def newest_day(facts: Facts) -> date | None:
    """Return the day (UTC+5) of the newest release; None where none is dated."""
    [[day]] = facts.connection.execute(_NEWEST.format(facts=home_of(facts))).fetchall()
    return None if day is None else date.fromisoformat(str(day))


def _set_day(
    facts: Facts,
    indicators: Iterable[Indicator],
    as_of: date | None,
    connections: Sequence[duckdb.DuckDBPyConnection] = (),
) -> None:
    if any(map(by_the_clock, indicators)):
        day = as_of or newest_day(facts)
        for connection in connections or (facts.connection,):
            set_judging_day(connection, day)


def _begin(
    facts: Facts, indicators: Sequence[Indicator], profile: Profile, as_of: date | None
) -> None:
    _set_day(facts, indicators, as_of)
    if not profile.judge_cancelled and _any_cancelled(facts):
        cancelled = _CANCELLED.format(facts=home_of(facts))
        shadow(facts, indicators, f"pid NOT IN ({cancelled})", "true")
    set_profile(facts.connection, profile, indicators)


def _any_cancelled(facts: Facts) -> bool:
    sql = f"SELECT 1 FROM ({_CANCELLED.format(facts=home_of(facts))}) LIMIT 1"
    return bool(facts.connection.execute(sql).fetchall())


@contextmanager
def _reading_all(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Plan without what pays only where little of a table is wanted, if the plan is ours to set."""
    if confined(connection):
        yield
        return
    connection.execute(f"SET disabled_optimizers = '{_FOR_LITTLE}'")
    try:
        yield
    finally:
        connection.execute("RESET disabled_optimizers")


def _looks_at_one(indicator: Indicator) -> bool:
    return indicator.scope == "process" and not any(name in indicator.query for name in _WHOLE)


def _populations(
    connection: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator], profile: Profile
) -> Populations:
    rows: list[Population] = []
    for indicator in indicators:
        if indicator.population is not None:
            set_parameters(connection, indicator, profile)
            cursor = connection.execute(indicator.population)
            names = [column[0] for column in cursor.description or ()]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            rows += [tukey(indicator.code, row) for row in found]
    rows.sort(key=lambda row: (row.code, row.peer))
    digest = hashlib.sha256(repr((profile, rows)).encode()).hexdigest()[:12]
    return Populations(digest, rows)


_OF_ATTEMPTS: Final = frozenset({"earlier_attempt", "attempt_family", "lot_attempt"})
"""Views that lay attempts at one purchase beside each other."""

_WHOLE: Final = (*sorted(_OF_ATTEMPTS), "law_change_reason")
"""The first lay processes beside each other; words are looked for in few texts of all
processes, and slices of them would only be planned worse."""

_FOR_LITTLE: Final = "join_filter_pushdown,distinct_aggregate_rewrite"
"""The first looks among the rows of a join for a range of them to read; the second keeps all rows
to count distinct ones apart. Together they took a tenth of what thirteen indicators took."""

_AFFECTED = "CREATE OR REPLACE TEMP TABLE affected AS SELECT unnest($1::INTEGER[]) AS pid"

_OF_AFFECTED = """party IS NULL OR party IN (
  SELECT party FROM {home}.participant WHERE pid IN (FROM affected))"""

_CANCELLED = "SELECT pid FROM {facts}.process WHERE tender_status = 'cancelled'"

_NEWEST = """
SELECT max(CAST(TRY_CAST(date_text AS TIMESTAMPTZ) AT TIME ZONE 'UTC' + INTERVAL 5 HOUR AS DATE))
FROM {facts}.process"""
