"""What a query selects, compiled once into functions that pick it out of rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
)

from deploy.sandbox.server.links import Link, link
from deploy.sandbox.server.portal import Portal
from deploy.sandbox.world import Row

Shape = Callable[[Row, Portal], dict[str, Any]]
"""Picks the selected fields out of a row."""


@dataclass(slots=True)
class Compiler:
    """Compiles the selections of one document and notes every field it met, by type."""

    fragments: Mapping[str, FragmentDefinitionNode]
    used: set[tuple[str, str]] = field(default_factory=set)

    def shape(self, kind: GraphQLObjectType, selected: SelectionSetNode | None) -> Shape:
        """The function that picks a selection out of rows of a type."""
        plain: list[tuple[str, str]] = []
        nested: list[tuple[str, Link, Shape]] = []
        typename: list[str] = []
        for node in self.fields(selected):
            key, name = (node.alias or node.name).value, node.name.value
            if name == "__typename":
                typename.append(key)
                continue
            self.used.add((kind.name, name))
            inner = get_named_type(kind.fields[name].type)
            if isinstance(inner, GraphQLObjectType):
                nested.append((key, link(kind.name, name), self.shape(inner, node.selection_set)))
            else:
                plain.append((key, name))
        constant = dict.fromkeys(typename, kind.name)
        return _picker(plain, nested, constant)

    def fields(self, selected: SelectionSetNode | None) -> Iterator[FieldNode]:
        """The fields of a selection, those of its fragments among them."""
        for node in selected.selections if selected else ():
            if node.directives:
                raise GraphQLError("Directives are not imitated here", node)
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                yield from self.fields(self.fragments[node.name.value].selection_set)
            elif isinstance(node, InlineFragmentNode):
                yield from self.fields(node.selection_set)


def _picker(
    plain: list[tuple[str, str]],
    nested: list[tuple[str, Link, Shape]],
    constant: dict[str, str],
) -> Shape:
    def pick(row: Row, portal: Portal) -> dict[str, Any]:
        get = row.get
        picked: dict[str, Any] = {key: get(name) for key, name in plain}
        if constant:
            picked |= constant
        for key, found_by, shape in nested:
            found = found_by(row, portal)
            if isinstance(found, dict):
                picked[key] = shape(found, portal)
            else:
                picked[key] = found and [shape(one, portal) for one in found]
        return picked

    return pick
