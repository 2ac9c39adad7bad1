"""The queries keep to the SQL that other engines understand, so that they can be carried over."""

import pytest
import sqlglot

from scoring import law
from scoring.declared import tables
from scoring.indicator import Indicator, catalogue
from scoring.reading import views

pytestmark = pytest.mark.thorough

INDICATORS = list(catalogue().values())


@pytest.mark.parametrize("target", ["spark", "trino"])
@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_a_query_can_be_written_for_another_engine(indicator: Indicator, target: str) -> None:
    written = sqlglot.transpile(
        indicator.query,
        read="duckdb",
        write=target,
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )

    assert len(written) == 1
    assert written[0].startswith("WITH")


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_a_query_reads_facts_and_declared_relations_only(indicator: Indicator) -> None:
    shared = {
        "profile",
        "parameters",
        "population",
        "judging_day",
        "flagged",
        *views(),
        *law.relations(),
    }
    shared |= {table.name for table in tables().values() if not table.internal}
    shared |= {one.name for one in indicator.parameters if one.type == "table"}

    for text in (indicator.query, indicator.population, indicator.evidence, indicator.involved):
        if text is not None:
            tree = sqlglot.parse_one(text, read="duckdb")
            own = {one.alias for one in tree.find_all(sqlglot.exp.CTE)}
            read = {one.name for one in tree.find_all(sqlglot.exp.Table) if one.name}
            assert read - own <= shared
