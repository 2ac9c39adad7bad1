"""From DuckDB's SQL to ClickHouse's: what the transpiler leaves to us.

The transpiler knows the grammar of both. It does not know our macros, nor that ClickHouse counts in
unsigned numbers, finds no common type of whole and broken ones, takes days from days by a function
only, and looks rows up beside a row by plain equality at most. The macros that look up the law are
therefore written anew, over small arrays instead of subqueries; all others are put in their place.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

Schema = Mapping[str, Mapping[str, str]]
"""The columns of each relation, with DuckDB's types."""

Rule = Callable[[exp.Expr], exp.Expr]

SETTINGS: Final = (
    "join_use_nulls = 1",
    "aggregate_functions_null_for_empty = 1",
    "union_default_mode = 'DISTINCT'",
    "data_type_default_nullable = 1",
    "cast_keep_nullable = 1",
    "use_variant_as_common_type = 1",
    "allow_experimental_correlated_subqueries = 1",
    "schema_inference_make_columns_nullable = 1",
)
"""By default ClickHouse fills with zeros and empty texts where SQL says NULL."""


@dataclass(frozen=True)
class Macro:
    """A macro: its parameters, and what stands for it."""

    parameters: tuple[str, ...]
    body: exp.Expr

    def put(self, call: exp.Anonymous) -> exp.Expr:
        """Write the body with the call's arguments in the place of the parameters."""
        given = dict(zip(self.parameters, call.expressions, strict=True))

        def argument(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column) and not node.table and node.name.lower() in given:
                return exp.paren(given[node.name.lower()].copy())
            return node

        return exp.paren(_everywhere(self.body.copy(), argument))


def macros_of(statements: Iterable[str]) -> dict[str, Macro]:
    """Read the macros out of DuckDB's statements, but those that are written anew here."""
    found = {}
    for statement in statements:
        if made := _MACRO.match(statement):
            name, parameters, body = made.groups()
            if name not in _ANEW:
                names = tuple(each.strip().lower() for each in parameters.split(","))
                found[name] = Macro(names, _parse(_CORRECTED.get(name, body)))
    return found


def translate(sql: str, macros: Mapping[str, Macro], schema: Schema) -> str:
    """Write a query of ours for ClickHouse; raises sqlglot.errors.SqlglotError where it cannot."""
    tree = _put(_parse(sql), macros)
    tree = qualify(
        tree,
        schema=dict(schema),
        dialect="duckdb",
        identify=False,
        quote_identifiers=False,
        validate_qualify_columns=False,
    )
    tree = annotate_types(tree, schema=dict(schema), dialect="duckdb")
    _tell_apart(tree)
    for rule in (_typed, lambda node: _put_one(node, _ANEW), _named):
        tree = _everywhere(tree, rule)
    return tree.sql(dialect="clickhouse")


def _parse(sql: str) -> exp.Expr:
    """Parse DuckDB's SQL; the length of a list keeps a name of its own."""
    return sqlglot.parse_one(re.sub(r"\blen\(", "list_len(", sql), read="duckdb")


def _everywhere(tree: exp.Expr, rule: Rule) -> exp.Expr:
    """Apply a rule to every node, those within first."""
    for node in reversed(list(tree.walk(bfs=False))):
        other = rule(node)
        if other is not node:
            if node is tree:
                return other
            node.replace(other)
    return tree


def _put(tree: exp.Expr, macros: Mapping[str, Macro]) -> exp.Expr:
    """Put macros in their place until none is left: one may call another."""
    while any(_called(node, macros) for node in tree.walk()):
        tree = _everywhere(tree, lambda node: _put_one(node, macros))
    return tree


def _put_one(node: exp.Expr, macros: Mapping[str, Macro]) -> exp.Expr:
    called = _called(node, macros)
    return called.put(node) if called and isinstance(node, exp.Anonymous) else node


def _called(node: exp.Expr, macros: Mapping[str, Macro]) -> Macro | None:
    return macros.get(node.name.lower()) if isinstance(node, exp.Anonymous) else None


def _tell_apart(tree: exp.Expr) -> None:
    """Name the columns below a UNION by their place: two of one name are refused."""
    for union in tree.find_all(exp.Union):
        below = union.expression
        if isinstance(below, exp.Select):
            columns = [
                exp.alias_(column.unalias().copy(), f"u{place}_")
                for place, column in enumerate(below.expressions)
            ]
            below.set("expressions", columns)


def _typed(node: exp.Expr) -> exp.Expr:
    """Mend what depends on types: differences of days, counts, and alternatives of two kinds."""
    if isinstance(node, exp.Sub) and _is(node.this, "DATE") and _is(node.expression, "DATE"):
        return _call("dateDiff", exp.Literal.string("day"), node.expression, node.this)
    if _counts(node):
        return _call("toInt64", node)
    if _is(node, "DOUBLE"):
        for each in _alternatives(node):
            each.replace(_as_double(each))
    return node


def _counts(node: exp.Expr) -> bool:
    if isinstance(node, exp.Window | exp.Filter):
        return isinstance(node.this, exp.Count | exp.RowNumber)
    return isinstance(node, exp.Count) and not isinstance(node.parent, exp.Window | exp.Filter)


def _alternatives(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Case):
        otherwise = node.args.get("default")
        return [each.args["true"] for each in node.args["ifs"]] + [otherwise] * bool(otherwise)
    if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least):
        return [node.this, *node.expressions]
    return []


def _as_double(node: exp.Expr) -> exp.Expr:
    kept = _is(node, "DOUBLE") or isinstance(node, exp.Null)
    return node.copy() if kept else exp.cast(node.copy(), "DOUBLE")


def _is(node: exp.Expr, kind: str) -> bool:
    return node.type is not None and node.type.this == exp.DataType.Type[kind]


def _named(node: exp.Expr) -> exp.Expr:
    """Call functions by the names they have there."""
    if isinstance(node, exp.Anonymous) and (function := _FUNCTIONS.get(node.name.lower())):
        return function(node.expressions)
    if kind := _KINDS.get(type(node)):
        return kind(node)
    if isinstance(node, exp.First | exp.AnyValue) and isinstance(node.this, exp.Order):
        return _first(node.this)
    return node


def _first(order: exp.Order) -> exp.Expr:
    """Write the first value in an order: that of the least key, or of the greatest."""
    keys = [each.this.copy() for each in order.expressions]
    name = "argMax" if order.expressions[0].args.get("desc") else "argMin"
    return _call(name, order.this, exp.Tuple(expressions=keys) if len(keys) > 1 else keys[0])


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=[each.copy() for each in arguments])


def _split_part(node: exp.Expr) -> exp.Expr:
    parts = _call("splitByString", node.args["delimiter"], node.this)
    return _call("arrayElement", parts, node.args["part_index"])


def _concat_ws(node: exp.Expr) -> exp.Expr:
    """Join what is known with a separator, and leave out what is not."""
    separator, *parts = node.expressions
    texts = exp.Array(expressions=[_call("toString", each) for each in parts])
    known = exp.Anonymous(this="arrayFilter", expressions=[_KNOWN.copy(), texts])
    return _call("arrayStringConcat", known, separator)


def _slice(whole: exp.Expr, first: exp.Expr, last: exp.Expr) -> exp.Expr:
    """Cut from a place to another, where ClickHouse wants a length."""
    length = exp.Sub(this=exp.paren(last.copy()), expression=exp.paren(first.copy()))
    return _call("arraySlice", whole, first, exp.Add(this=length, expression=exp.Literal.number(1)))


def _on_day(column: str, day: str) -> str:
    """Look a working day up in a map made of the calendar; NULL outside of it."""
    there = f"(SELECT mapFromArrays(groupArray(day), groupArray({column})) FROM working_day)"
    key = f"assumeNotNull(toDate32({day}))"
    return f"if(mapContains({there}, {key}) AND {day} IS NOT NULL, {there}[{key}], NULL)"


def _greatest(value: str, where: str, relation: str, *columns: str) -> str:
    """Take the greatest value of those rows of a small relation that fit; NULL where none does."""
    rows = f"(SELECT groupArray(({', '.join(columns)})) FROM {relation})"
    return f"arrayReduce('maxOrNull', arrayMap(x_ -> {value}, arrayFilter(x_ -> {where}, {rows})))"


_MACRO: Final = re.compile(r"\s*CREATE OR REPLACE TEMP MACRO (\w+)\(([^)]*)\) AS\s+(.*)", re.DOTALL)

_NUMBER: Final = "toInt32(n)"
_WORKING: Final = "toInt32(working)"
_IN_FORCE: Final = "x_.1 = k AND d >= x_.3 AND d <= x_.4"
_SHARE: Final = "if(x_.5 = 'percent', x_.2 / 100, if(x_.5 = 'share', x_.2, NULL))"
_BETWEEN: Final = (
    "(s_.3 - floor(s_.3)) * (s_.1[toInt64(floor(s_.3)) + 1] - s_.1[toInt64(floor(s_.3))])"
)

_WRITTEN: Final = {
    "working_days(e, d)": f"{_on_day(_NUMBER, 'd')} - {_on_day(_NUMBER, 'e')}",
    "working_days_from(e, d)": (
        f"{_on_day(_NUMBER, 'd')} - ({_on_day(_NUMBER, 'e')} - {_on_day(_WORKING, 'e')})"
    ),
    "is_working_day(d)": f"{_on_day(_WORKING, 'd')} = 1",
    "number_of_day(d)": _on_day(_NUMBER, "d"),
    "law_on(k, d)": _greatest(
        "x_.2", _IN_FORCE, "law_value", "key", "value", "valid_from", "valid_to"
    ),
    "law_share(k, d)": _greatest(
        _SHARE, _IN_FORCE, "law_value", "key", "value", "valid_from", "valid_to", "unit"
    ),
    "mci_of(y)": _greatest("x_.2", "x_.1 = y", "law_year", "year", "mci"),
    "limit_of(k, y)": _greatest(
        "x_.3", "x_.1 = k AND x_.2 = y", "law_limit", "key", "year", "amount"
    ),
    "quantile8(xs, p)": (
        "arrayMap(s_ -> multiIf(s_.2 = 0, NULL, s_.3 < 1, s_.1[1], s_.3 >= s_.2, s_.1[s_.2], "
        f"s_.1[toInt64(floor(s_.3))] + {_BETWEEN}), "
        "[(arraySort(xs), length(xs), (length(xs) + 1.0 / 3) * p + 1.0 / 3)])[1]"
    ),
}
"""The macros over subqueries that ClickHouse does not take beside every row."""

_ANEW: Final = {
    head.partition("(")[0]: Macro(
        tuple(each.strip() for each in head.partition("(")[2].rstrip(")").split(",")),
        sqlglot.parse_one(body, read="clickhouse"),
    )
    for head, body in _WRITTEN.items()
}

_CORRECTED: Final = {
    "add_working_days": (
        "CAST(list_extract(getvariable('law_working_days'), number_of_day(event) "
        "+ CASE WHEN number = 0 AND NOT is_working_day(event) THEN 1 ELSE number END) AS DATE)"
    )
}

_DAYS_IN_ORDER: Final = """
(SELECT arrayMap(x_ -> x_.2, arraySort(groupArray((n_, day_))))
FROM (SELECT n AS n_, min(day) AS day_ FROM working_day WHERE working GROUP BY n))"""

_FUNCTIONS: Final[Mapping[str, Callable[[list[exp.Expr]], exp.Expr]]] = {
    "list_len": lambda given: _call("toInt64", _call("length", *given)),
    "list_extract": lambda given: _call("arrayElement", *given),
    "list_slice": lambda given: _slice(*given),
    "epoch_us": lambda given: _call("toUnixTimestamp64Micro", *given),
    "getvariable": lambda _: sqlglot.parse_one(_DAYS_IN_ORDER, read="clickhouse"),
}

_KNOWN: Final = sqlglot.parse_one("f(x_ -> x_ IS NOT NULL)", read="clickhouse").expressions[0]

_KINDS: Final[Mapping[type[exp.Expr], Rule]] = {
    exp.ArraySort: lambda node: _call("arraySort", node.this),
    exp.ConcatWs: _concat_ws,
    exp.SplitPart: _split_part,
    exp.LogicalOr: lambda node: _call("max", node.this),
    exp.LogicalAnd: lambda node: _call("min", node.this),
    exp.Lower: lambda node: _call("lowerUTF8", node.this),
    exp.Upper: lambda node: _call("upperUTF8", node.this),
    exp.RegexpReplace: lambda node: _call(
        "replaceRegexpAll", node.this, node.expression, node.args["replacement"]
    ),
}
