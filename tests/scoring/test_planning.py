"""Few rows are planned for in a hurry; many, and what a stranger wrote, as DuckDB would."""

import duckdb
import pytest

from scoring.planning import FEW, SOME, in_a_hurry


def _left_out(connection: duckdb.DuckDBPyConnection) -> str:
    [[names]] = connection.execute("SELECT current_setting('disabled_optimizers')").fetchall()
    return str(names or "")


@pytest.mark.parametrize(
    ("number", "expressions", "joins"),
    [
        (1, True, True),
        (FEW, True, True),
        (FEW + 1, True, False),
        (SOME, True, False),
        (SOME + 1, False, False),
    ],
)
def test_rules_are_left_out_for_few_and_come_back(
    number: int, *, expressions: bool, joins: bool
) -> None:
    connection = duckdb.connect()
    with in_a_hurry(connection, number):
        assert ("common_subexpressions" in _left_out(connection)) is expressions
        assert ("join_order" in _left_out(connection)) is joins
        assert "build_side_probe_side" not in _left_out(connection)
    assert not _left_out(connection)


def test_they_come_back_after_a_fault() -> None:
    connection = duckdb.connect()
    with pytest.raises(duckdb.ParserException), in_a_hurry(connection, 1):
        connection.execute("no statement")
    assert not _left_out(connection)


def test_a_plan_that_is_locked_stays_as_it_is() -> None:
    connection = duckdb.connect()
    connection.execute("SET lock_configuration = true")
    with in_a_hurry(connection, 1):
        assert not _left_out(connection)
