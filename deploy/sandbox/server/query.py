"""A GraphQL document read once: parsed, checked against the schema, its selections compiled."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_argument_values,
    get_named_type,
    get_variable_values,
    parse,
    validate,
)
from graphql.language import FieldNode

from deploy.sandbox.server.schema import SCHEMA
from deploy.sandbox.server.selection import Compiler, Shape


class QueryError(Exception):
    """A document that cannot be answered; `errors` go into the answer."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


class Call(NamedTuple):
    """One root of a document: under which key it is answered, and how its rows are shown."""

    key: str
    root: str
    node: FieldNode
    shape: Shape


class Query(NamedTuple):
    """A document that can be answered. `used` are the fields it touches, by their type."""

    operation: OperationDefinitionNode
    calls: tuple[Call, ...]
    used: frozenset[tuple[str, str]]

    def arguments(self, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The arguments of every root. Raises QueryError for values of a wrong type."""
        assert SCHEMA.query_type
        definitions = self.operation.variable_definitions or ()
        values = get_variable_values(SCHEMA, definitions, dict(variables))
        if isinstance(values, list):
            raise QueryError(values)
        try:
            return [
                get_argument_values(SCHEMA.query_type.fields[call.root], call.node, values)
                for call in self.calls
            ]
        except GraphQLError as error:
            raise QueryError([error]) from error


@lru_cache(maxsize=256)
def read(text: str, operation: str | None) -> Query | QueryError:
    """Read a document; one with errors is remembered too."""
    try:
        return _read(text, operation)
    except QueryError as error:
        return error
    except GraphQLError as error:
        return QueryError([error])


def _read(text: str, name: str | None) -> Query:
    document = parse(text)
    if errors := validate(SCHEMA, document):
        raise QueryError(errors)
    parts = document.definitions
    operations = [one for one in parts if isinstance(one, OperationDefinitionNode)]
    chosen = [one for one in operations if name is None or (one.name and one.name.value == name)]
    if len(chosen) != 1:
        raise GraphQLError("Must provide operation name if query contains multiple operations.")
    fragments = {p.name.value: p for p in parts if isinstance(p, FragmentDefinitionNode)}
    compiler = Compiler(fragments)
    calls = tuple(_call(node, compiler) for node in compiler.fields(chosen[0].selection_set))
    return Query(chosen[0], calls, frozenset(compiler.used))


def _call(node: FieldNode, compiler: Compiler) -> Call:
    assert SCHEMA.query_type
    root = node.name.value
    if root.startswith("__"):
        raise GraphQLError(f"{root} is answered only on its own", node)
    kind = get_named_type(SCHEMA.query_type.fields[root].type)
    assert isinstance(kind, GraphQLObjectType)
    shape = compiler.shape(kind, node.selection_set)
    return Call((node.alias or node.name).value, root, node, shape)
