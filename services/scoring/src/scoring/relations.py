"""The small relations that a query joins beside the facts: profile, parameters, population.

They are temporary tables of one connection, made anew for every run (profile) or every indicator
(the others), so that one query text serves every profile.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from weakref import WeakKeyDictionary

import duckdb

from scoring import law
from scoring.indicator import Indicator, Parameter
from scoring.parsed import parsed
from scoring.profiles import Profile
from scoring.reading import by_parameters, read_by, sql_of, views

SHARED = ("price_gap", "entry", "dealing", "rivalry", "known_mark", "common_mark")
"""Views that cost much and are read by several queries: computed once in a bulk run."""

ONCE = ("register_span", "earlier_attempt", "lot_attempt")
"""Views that are computed once in every run, for a macro or many queries read them."""

LAID = ("judged", "dealing", "dealing_register", *ONCE)
"""Views that many queries read: of a few processes they are laid down as tables. They stand on
facts, on the profile, on the law and on each other alone."""

_MADE: WeakKeyDictionary[duckdb.DuckDBPyConnection, set[str]] = WeakKeyDictionary()
"""What each connection has of the views; made outside transactions, none takes them back."""

_TYPES = {"integer": "BIGINT", "number": "DOUBLE", "text_list": "VARCHAR[]"}


def set_profile(
    connection: duckdb.DuckDBPyConnection,
    profile: Profile,
    indicators: Iterable[Indicator],
    *,
    laid: str | None = None,
) -> None:
    """Make the relation `profile`, the shared views, and the law where it is read.

    A main currency is found if need be. Of a few processes tables are made that `take_up` takes
    away again, for queries over them are planned in less time than over views; `laid` is what the
    statements begin with that make them, empty where another connection has made them for both.
    """
    make_profile(connection, profile, profile.main_currency)
    chosen = list(indicators)
    read = read_by(chosen)
    if law.is_read(sql_of(chosen)):
        law.install(connection)
    for name, statement in views().items():
        if name in read:
            if laid is not None and name in LAID:
                _lay_down(connection, name, statement, laid)
            else:
                _make(connection, name, statement)
                if name in ONCE:
                    _compute(connection, name)
    if profile.one_currency and profile.main_currency is None:
        codes = {indicator.code for indicator in chosen}
        make_profile(connection, profile, first_currency(connection, codes))


def _make(connection: duckdb.DuckDBPyConnection, name: str, statement: str) -> None:
    """Make a view or macro that the connection does not have yet.

    It reads whatever bears the names in it when it is asked, so that it need not follow them; but
    what a table was put in the place of is made anew.
    """
    made = _MADE.setdefault(connection, set())
    if name not in made:
        connection.execute(statement)
        if name not in {*SHARED, *ONCE}:
            made.add(name)


def _lay_down(connection: duckdb.DuckDBPyConnection, name: str, statement: str, laid: str) -> None:
    connection.execute(f"DROP VIEW IF EXISTS temp.main.{name}")
    _MADE.setdefault(connection, set()).discard(name)
    if laid:
        connection.execute(statement.replace("TEMP VIEW ", laid))


def take_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables that were laid down, also where a view still stands in the place of one."""
    for name in LAID:
        with suppress(duckdb.CatalogException):
            connection.execute(f"DROP TABLE IF EXISTS temp.main.{name}")


def make_profile(
    connection: duckdb.DuckDBPyConnection, profile: Profile, currency: str | None
) -> None:
    """Make the one-row relation `profile`."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE profile AS SELECT $1::BOOLEAN AS strict,
        $2::BOOLEAN AS dates_as_text, $3::VARCHAR AS main_currency, $4::INTEGER AS minimum_group,
        $5::VARCHAR[] AS compare_only, $6::VARCHAR[] AS compare_never""",
        [
            profile.strict,
            profile.dates_as_text,
            currency,
            profile.minimum_group,
            profile.compare_only,
            profile.compare_never,
        ],
    )


def first_currency(connection: duckdb.DuckDBPyConnection, codes: set[str]) -> str | None:
    """Find the currency of the first bid whose price a rule would look at, as Cardinal does.

    R024 and R058 look before R036, and only at valid bids of one tenderer in processes with one
    winner; R036 looks at every submitted bid where an award is active.
    """
    looks = [
        sql
        for wanted, sql in ((("R024", "R058"), _OFFERED_FIRST), (("R036",), _SUBMITTED_FIRST))
        if codes.intersection(wanted)
    ]
    if not looks:
        return None
    union = " UNION ALL ".join(looks)
    row = connection.execute(
        f"SELECT currency FROM ({union}) ORDER BY pid, turn, bid_no LIMIT 1"
    ).fetchone()
    return None if row is None else str(row[0])


def set_parameters(
    connection: duckdb.DuckDBPyConnection, indicator: Indicator, profile: Profile
) -> None:
    """Make the one-row relation `parameters`, and one relation for each parameter of type table.

    Whose queries read none of them are asked beside what another left.
    """
    if not by_parameters(indicator):
        return
    scalars = [parameter for parameter in indicator.parameters if parameter.type != "table"]
    values = [value_of(parameter, indicator.code, profile) for parameter in scalars]
    fields = ", ".join(
        f"${place}::{_TYPES[parameter.type]} AS {parameter.name}"
        for place, parameter in enumerate(scalars, 1)
    )
    made = f"CREATE OR REPLACE TEMP TABLE parameters AS SELECT {fields or 'NULL AS nothing'}"
    connection.execute(parsed(made), values)
    for parameter in indicator.parameters:
        if parameter.type == "table":
            rows = value_of(parameter, indicator.code, profile)
            assert isinstance(rows, Mapping)
            _make_table(connection, parameter.name, rows)


def set_judging_day(connection: duckdb.DuckDBPyConnection, day: date | None) -> None:
    """Make the one-row relation `judging_day`: the day as of which terms have passed or not."""
    connection.execute("CREATE OR REPLACE TEMP TABLE judging_day AS SELECT $1::DATE AS day", [day])


def value_of(parameter: Parameter, code: str, profile: Profile) -> object:
    """Tell what a parameter is worth under a profile: its own word, else the declaration's."""
    own = profile.parameters.get(code, {})
    if parameter.name in own:
        return own[parameter.name]
    return parameter.profiles.get(profile.name, parameter.default)


def set_population(connection: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[object]]) -> None:
    """Make the relation `population` (peer, n, q1, q3, low, high) of the indicator at hand."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE population "
        "(peer VARCHAR, n BIGINT, q1 DOUBLE, q3 DOUBLE, low DOUBLE, high DOUBLE)"
    )
    if rows:  # a list per column: row by row, thousands of groups cost seconds in every batch
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(_INTO_POPULATION, columns)


def materialise_shared(
    connection: duckdb.DuckDBPyConnection, indicators: Iterable[Indicator], profile: Profile
) -> None:
    """Compute the costly shared views once, those that some indicator reads.

    Of several lines of one ocid Cardinal keeps the price gap of the last that has one.
    """
    texts = [f"{indicator.query} {indicator.population}" for indicator in indicators]
    for name in SHARED:
        if any(name in text for text in texts):
            _compute(connection, name)
            if name == "price_gap" and not profile.strict:
                connection.execute(_OVERTAKEN)


def _compute(connection: duckdb.DuckDBPyConnection, view: str) -> None:
    """Put a table of what a view gives now in its place."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE kept_{view} AS FROM {view}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS FROM kept_{view}")


def _make_table(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Mapping[str, float]
) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} (key VARCHAR, value DOUBLE)")
    if rows:
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", list(rows.items()))


_OVERTAKEN = """
DELETE FROM kept_price_gap WHERE pid NOT IN (
  SELECT max(g.pid) FROM kept_price_gap g JOIN subject s ON s.pid = g.pid GROUP BY s.ocid)"""

_OFFERED_FIRST = """
SELECT b.pid, 0 AS turn, b.bid_no, b.currency FROM bid b JOIN judged p ON p.pid = b.pid
WHERE b.status = 'valid' AND b.sole IS NOT NULL AND b.amount IS NOT NULL
  AND b.currency IS NOT NULL AND p.comparable AND p.open_awards = 0 AND p.winner IS NOT NULL"""

_SUBMITTED_FIRST = """
SELECT b.pid, 1 AS turn, b.bid_no, b.currency FROM bid b JOIN judged p ON p.pid = b.pid
WHERE b.status NOT IN ('invited', 'withdrawn') AND b.amount IS NOT NULL
  AND b.currency IS NOT NULL AND p.comparable AND p.active_awards > 0"""

_INTO_POPULATION = """
INSERT INTO population
SELECT unnest($1::VARCHAR[]), unnest($2::BIGINT[]), unnest($3::DOUBLE[]), unnest($4::DOUBLE[]),
  unnest($5::DOUBLE[]), unnest($6::DOUBLE[])"""
