"""Planning in a hurry: of a few rows, what makes a plan better costs more than it saves.

A single release is nearly all planning. The rules left out look at every expression or try orders
of joins; what keeps a small table from being joined the wrong way round to a large one stays.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

FEW: Final = 100
"""Releases or purchases up to which that is so."""

SOME: Final = 1000
"""Up to so many as well, but for the order of joins, which pays by then."""


@contextmanager
def in_a_hurry(connection: duckdb.DuckDBPyConnection, number: int) -> Iterator[None]:
    """Plan with less while this lasts, if there are few and the plan is ours to set."""
    [[locked]] = connection.execute("SELECT current_setting('lock_configuration')").fetchall()
    if locked or number > SOME:
        yield
        return
    left_out = (*_LEFT_OUT, _FOR_FEW_ALONE) if number <= FEW else _LEFT_OUT
    connection.execute(f"SET disabled_optimizers = '{','.join(left_out)}'")
    try:
        yield
    finally:
        connection.execute("RESET disabled_optimizers")


_FOR_FEW_ALONE: Final = "join_order"

_LEFT_OUT: Final = (
    *("expression_rewriter", "statistics_propagation", "common_subplan", "common_subexpressions"),
    *("column_lifetime", "projection_placement", "projection_pullup", "duplicate_groups"),
    *("aggregate_reuse", "aggregate_function_rewriter", "outer_join_simplification"),
    "partial_aggregate_pushdown",
)
