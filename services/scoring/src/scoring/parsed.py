"""Statements that run with every batch, parsed once: a tenth of what a small batch costs.

Their plans cannot be kept: DuckDB plans a statement anew for the rows that its tables have by then.
"""

from functools import lru_cache

import duckdb


@lru_cache(maxsize=1_000)
def parsed(sql: str) -> duckdb.Statement:
    """Parse one statement; raises duckdb.ParserException for what is none, or more than one."""
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1:
        raise duckdb.ParserException("A query does not hold several statements, or none")
    return statements[0]
