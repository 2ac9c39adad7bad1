"""What a stranger's SQL may consist of: an allow-list over the tree that DuckDB's own parser makes.

Everything that is not listed is refused: kinds of nodes, functions, relations. Settings of the
engine stop files and network as well (`scoring.drafts.copy`); limits of the process stop time and
memory (`scoring.drafts.limits`). This list is what stops all the rest, and says why.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import duckdb
import msgspec

from scoring import law
from scoring.declared import tables
from scoring.indicator import Indicator
from scoring.reading import JUDGING_DAY, views

LONGEST: Final = 20_000
"""Characters of one text; the longest of the catalogue has a tenth of that."""

MOST_NODES: Final = 20_000
MOST_FLAWS: Final = 20

GIVEN: Final = frozenset({"profile", "parameters", "population", JUDGING_DAY})
"""Relations that every run has beside the facts; `flagged` is there for evidence."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NODES: Final = _words(
    "SELECT_NODE SET_OPERATION_NODE BASE_TABLE JOIN SUBQUERY EMPTY EXPRESSION_LIST "
    "TABLE_FUNCTION ORDER_MODIFIER DISTINCT_MODIFIER LIMIT_MODIFIER ORDER_DEFAULT ASCENDING "
    "DESCENDING COLUMN_REF VALUE_CONSTANT STAR CASE_EXPR OPERATOR_CAST TYPE FUNCTION "
    "COMPARE_EQUAL COMPARE_NOTEQUAL COMPARE_LESSTHAN COMPARE_GREATERTHAN COMPARE_BETWEEN "
    "COMPARE_LESSTHANOREQUALTO COMPARE_GREATERTHANOREQUALTO COMPARE_DISTINCT_FROM "
    "COMPARE_NOT_DISTINCT_FROM COMPARE_IN COMPARE_NOT_IN COMPARE_NOT_BETWEEN CONJUNCTION_AND "
    "CONJUNCTION_OR OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE "
    "OPERATOR_NULLIF WINDOW_AGGREGATE WINDOW_ROW_NUMBER WINDOW_RANK WINDOW_RANK_DENSE "
    "WINDOW_LAG WINDOW_LEAD WINDOW_FIRST_VALUE WINDOW_LAST_VALUE WINDOW_NTILE"
)

_FUNCTIONS: Final = _words(
    "+ - * / % // || ~~ !~~ ->> abs sign round trunc floor ceil sqrt ln log10 exp pow isnan "
    "isfinite greatest least nullif coalesce ifnull "
    "count count_star sum avg min max median stddev_samp stddev_pop var_samp bool_or bool_and "
    "first last any_value arg_min arg_max count_if mode quantile_cont quantile_disc corr "
    "row_number rank dense_rank lag lead first_value last_value ntile "
    "len length lower upper trim ltrim rtrim left right substr substring strpos contains "
    "starts_with prefix suffix ends_with concat concat_ws replace split_part regexp_matches "
    "regexp_extract regexp_replace regexp_full_match "
    "list list_value list_contains list_sort list_slice list_distinct list_unique array_slice "
    "list_extract array_extract list_has_any list_intersect unnest "
    "date_part date_trunc date_diff datediff epoch epoch_us epoch_ms year quarter month day "
    "dayofweek isodow make_date strptime try_strptime to_days to_hours to_months to_years "
    "json_extract_string hash"
)
"""Nothing among them grows without bounds (repeat, rpad, range, levenshtein) or looks outside."""

_PLAIN: Final = re.compile(r"[A-Za-z_]\w{0,60}", re.ASCII)
_TAKEN: Final = GIVEN | {"flagged", "judgement", "affected"}

_TABLE_FUNCTIONS: Final = frozenset({"unnest"})

_OF_THE_MOMENT: Final = _words(
    "current_date current_time current_timestamp localtime localtimestamp now today user "
    "current_user session_user current_role current_schema current_database current_catalog"
)
"""Names that stand for a function when no column bears them."""


class Flaw(NamedTuple):
    """What is wrong with a text: where in the document, a stable code, and words."""

    pointer: str
    code: str
    message: str


def flaws_of(indicator: Indicator) -> list[Flaw]:
    """Return what is wrong with the queries of an indicator; nothing of it is executed."""
    own = {each.name for each in indicator.parameters if each.type == "table"}
    found: list[Flaw] = []
    for name in ("query", "population", "evidence", "involved"):
        text = getattr(indicator, name)
        if text is not None:
            more = {"flagged"} if name in {"evidence", "involved"} else set()
            found += flaws_in(text, f"/body/{name}", relations=readable() | own | more)
    return found


def flaws_in(text: str, pointer: str, *, relations: frozenset[str] | set[str]) -> list[Flaw]:
    """Return what is wrong with one text that may read `relations`."""
    if len(text) > LONGEST:
        return [Flaw(pointer, "too_long", f"at most {LONGEST} characters")]
    tree = _parsed(text)
    if tree.get("error"):
        return [Flaw(pointer, "not_a_select", _reason(tree))]
    statements = tree["statements"]
    if len(statements) != 1:
        return [Flaw(pointer, "not_one_statement", "exactly one SELECT")]
    nodes = list(_nodes(statements[0]["node"]))
    if len(nodes) > MOST_NODES:
        return [Flaw(pointer, "too_large", f"at most {MOST_NODES} parts of a query")]
    own = {name for node in nodes for name in _named_here(node)}
    names = frozenset(name.casefold() for name in own | set(relations))
    wrong = [*(_wrong(node, names) for node in nodes), *(_wrong_name(name) for name in own)]
    found = {Flaw(pointer, *each) for each in wrong if each is not None}
    if not found and _parsed(f"SELECT * FROM ({text}) q").get("error"):
        found = {Flaw(pointer, "not_a_select", "cannot stand in brackets: it ends in a comment")}
    return sorted(found)[:MOST_FLAWS]


@cache
def readable() -> frozenset[str]:
    """Name the relations that a query may read: facts, shared views, law, and what is given."""
    facts = {table.name for table in tables().values() if not table.internal}
    return frozenset(facts | views().keys() | law.relations().keys() | GIVEN)


@cache
def functions() -> frozenset[str]:
    """Name the functions that a query may call, the macros of the views and of the law included."""
    return _FUNCTIONS | frozenset(views()) | law.names()


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config=_PARSER)


def _parsed(text: str) -> dict[str, Any]:
    try:
        row = _parser().cursor().execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    except duckdb.Error as fault:
        return {"error": True, "error_message": str(fault)}
    assert row is not None
    try:
        tree: dict[str, Any] = msgspec.json.decode(row[0])
    except (msgspec.DecodeError, RecursionError):
        return {"error": True, "error_message": "nested too deeply"}
    return tree


def _reason(tree: dict[str, Any]) -> str:
    return str(tree.get("error_message", "")).splitlines()[0][:300]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _named_here(node: dict[str, Any]) -> Iterator[str]:
    """Name the common table expressions that a node declares."""
    for entry in (node.get("cte_map") or {}).get("map", ()):
        yield entry["key"]


def _wrong(node: dict[str, Any], names: frozenset[str]) -> tuple[str, str] | None:
    kind, wrong = node.get("type"), None
    if not isinstance(kind, str):
        return None
    if kind not in _NODES:
        wrong = "not_allowed", f"{kind.lower().replace('_', ' ')} is not allowed here"
    elif kind == "BASE_TABLE":
        wrong = _wrong_table(node, names)
    elif kind == "TABLE_FUNCTION":
        wrong = _wrong_function(node["function"]["function_name"], _TABLE_FUNCTIONS)
    elif "function_name" in node:
        wrong = _wrong_function(node["function_name"], functions(), node)
    elif kind == "COLUMN_REF":
        wrong = _wrong_column(node["column_names"])
    return wrong


def _wrong_table(node: dict[str, Any], names: frozenset[str]) -> tuple[str, str] | None:
    name: str = node["table_name"]
    if node["schema_name"] or node["catalog_name"] or node.get("at_clause"):
        return "not_allowed", f"{name[:60]}: a relation is named without catalogue and schema"
    if name.casefold() not in names:
        return "unknown_relation", f"there is no relation {name[:60]!r}"
    return None


def _wrong_name(name: str) -> tuple[str, str] | None:
    """Say what is wrong with the name of a common table expression: it may hide nothing."""
    if not _PLAIN.fullmatch(name):
        return "not_allowed", f"{name[:60]!r} is no plain name"
    if name.casefold() in _TAKEN | tables().keys() | views().keys() | law.names():
        return "not_allowed", f"the name {name[:60]!r} is taken by a relation"
    return None


def _wrong_function(
    name: str, allowed: frozenset[str], node: dict[str, Any] | None = None
) -> tuple[str, str] | None:
    if name not in allowed or (node and (node.get("schema") or node.get("catalog"))):
        return "unknown_function", f"the function {name[:60]!r} is not allowed"
    return None


def _wrong_column(path: Sequence[str]) -> tuple[str, str] | None:
    if len(path) == 1 and path[0].casefold() in _OF_THE_MOMENT:
        return "not_reproducible", f"{path[0]}: a result follows from the facts, not from the day"
    return None


_PARSER: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "threads": "1",
    "memory_limit": "100MB",
}
