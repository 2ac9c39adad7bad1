"""The indicators' queries for another engine: what is translated, and that it says the same."""

import subprocess
import sys
from datetime import date
from importlib.resources import files

import pytest

from deploy.second_engine.__main__ import PYTHON, described, own, schema, statements
from deploy.second_engine.clickhouse import macros_of, translate
from scoring.evaluate import live
from scoring.facts import Facts
from scoring.profiles import load_profile
from scoring.reading import views
from scoring.relations import set_judging_day, set_parameters, set_population, set_profile

SCHEMA = {
    "contract": {"pid": "INTEGER", "signed_on": "DATE", "ends_on": "DATE", "net": "DOUBLE"},
    "price": {"peer": "VARCHAR", "amount": "DOUBLE", "bid_no": "INTEGER", "units": "VARCHAR[]"},
}

SAID = {
    "SELECT ends_on - signed_on AS days FROM contract": "dateDiff('day', contract.signed_on, ",
    "SELECT count(*) AS n FROM contract": "toInt64(COUNT(*))",
    "SELECT count(DISTINCT pid) FILTER (WHERE net > 1) AS n FROM contract": (
        "toInt64(COUNT(DISTINCT contract.pid) FILTER(WHERE contract.net > 1))"
    ),
    "SELECT CASE WHEN pid = 1 THEN 1 ELSE net END AS value FROM contract": (
        "THEN CAST(1 AS Nullable(Float64))"
    ),
    "SELECT len(units) AS n FROM price": "toInt64(length(",
    "SELECT first(peer ORDER BY amount, bid_no) AS least FROM price": (
        "argMin(price.peer, (price.amount, price.bid_no))"
    ),
    "SELECT concat_ws(',', peer, bid_no) AS missing FROM price": "arrayFilter(x_ -> NOT",
    "SELECT double_of(pid) AS twice FROM contract": "((contract.pid)) * 2",
    "SELECT p.* FROM contract p UNION ALL SELECT pid, ends_on, signed_on, net FROM contract": (
        "contract.ends_on AS u1_"
    ),
}
MACROS = ("CREATE OR REPLACE TEMP MACRO double_of(n) AS\n  n * 2",)


@pytest.mark.parametrize("query", SAID)
def test_what_the_transpiler_leaves_to_us_is_written_as_clickhouse_wants_it(query: str) -> None:
    said = translate(query, macros_of(MACROS), SCHEMA)

    assert SAID[query].replace("((", "(").replace("))", ")") in said.replace("((", "(").replace(
        "))", ")"
    )


@pytest.mark.thorough
def test_every_query_of_the_catalogue_is_translated_and_no_macro_of_ours_is_left() -> None:
    facts, profile = Facts.open(":memory:"), load_profile("kz")
    indicators = live(profile).values()
    set_judging_day(facts.connection, date(2026, 3, 31))
    set_profile(facts.connection, profile, indicators)
    law = statements((files("scoring.law") / "law.sql").read_text("utf-8"))
    macros = macros_of([*law, *views().values()])
    written = {"quantile8", "law_on", "law_share", "mci_of", "limit_of", "working_days"}

    known = schema(facts.connection)
    for indicator in indicators:
        set_parameters(facts.connection, indicator, profile)
        set_population(facts.connection, [])
        known |= {name: described(facts.connection, name) for name in own(indicator)}
        said = translate(indicator.query, macros, known).lower()
        assert not [name for name in {*macros, *written} if f"{name}(" in said], indicator.code
    facts.close()


@pytest.mark.extra
@pytest.mark.skipif(not PYTHON.exists(), reason="`make second-engine` was never run here")
def test_another_engine_finds_the_same_by_every_indicator() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.second_engine", "--size", "100"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(live(load_profile('kz')))} of " in done.stdout
