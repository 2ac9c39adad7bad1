"""A YAML document that knows on which line each of its parts stands.

Parts are named by paths as msgspec writes them in its errors: `$.entries[3].value`.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import yaml

_STEP: Final = re.compile(r"\.(?P<key>[^.\[\]]+)|\[(?P<place>\d+)\]")


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where: refusals name file and line."""

    name: str
    content: Any
    root: yaml.Node | None
    refusal: type[ValueError]

    @classmethod
    def parse(cls, text: str, name: str, refusal: type[ValueError]) -> "Document":
        """Read a document; what is no YAML or says a key twice is refused."""
        loader = yaml.CSafeLoader(text)
        try:
            root = loader.get_single_node()
            twice = _said_twice(root)
            if twice is not None:
                raise refusal(f"{name}:{twice.start_mark.line + 1}: {twice.value!r} is said twice")
            content = loader.construct_document(root) if root is not None else None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise refusal(f"{name}:{line}: {error.problem}") from error
        finally:
            loader.dispose()
        return cls(name, content, root, refusal)

    def line(self, path: str) -> int:
        """Return the line of a part, or of the innermost thing around it that is written."""
        node = self.root
        if node is None:
            return 1
        for step in _STEP.finditer(path):
            inner = _child(node, step["key"], step["place"])
            node = inner if inner is not None else node
        return int(node.start_mark.line) + 1

    def refuse(self, path: str, reason: str) -> NoReturn:
        """Refuse the document for what stands at that path."""
        raise self.refusal(f"{self.name}:{self.line(path)}: {reason}")


def _child(node: yaml.Node, key: str | None, place: str | None) -> yaml.Node | None:
    if place is not None:
        listed = node.value if isinstance(node, yaml.SequenceNode) else []
        return listed[int(place)] if int(place) < len(listed) else None
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _said_twice(node: yaml.Node | None) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode):
        return next(filter(None, (_said_twice(each) for each in node.value)), None)
    if not isinstance(node, yaml.MappingNode):
        return None
    seen: set[str] = set()
    for name, value in node.value:
        if name.value in seen:
            return name  # type: ignore[no-any-return]
        seen.add(name.value)
        inner = _said_twice(value)
        if inner is not None:
            return inner
    return None
