"""A record as received becomes a typed payload: both spellings accepted, each oddity counted.

GraphQL writes camelCase, REST snake_case, nested things begin with a capital in GraphQL only. A
value of the wrong type is left out and counted; so is a field nobody knows, which tells that the
portal's schema has moved. Only a record without its id is refused, and only that one.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Any, ClassVar, Final, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct, field

from ingestor.sources.goszakup.values import key

_SCALARS: Final = (str, int, float, bool, type(None))
_SCALAR_TYPES: Final = frozenset((str, int, float, bool))


class Payload(Struct, kw_only=True, omit_defaults=True, gc=False):
    """One record of the portal. Every field may be absent; `left` names what is not read."""

    aliases: ClassVar[Mapping[str, str]] = {}
    """Other names under which REST gives a field."""
    left: ClassVar[str] = ""
    """Fields that are known and never read: personal data first of all."""
    identified: ClassVar[tuple[str, ...]] = ("id",)
    """Fields of which one has to be there."""


class Report(Struct):
    """What was odd about the records: unknown fields and values of the wrong type, counted."""

    unknown: Counter[str] = field(default_factory=Counter)
    mistyped: Counter[str] = field(default_factory=Counter)


class Refused(Exception):  # noqa: N818 - "raise Refused(reason)" is what it says
    """Raised where a record cannot be used; the text is the reason."""


class _Place(NamedTuple):
    field: str
    inner: "type[Payload] | None"
    many: bool


P = TypeVar("P", bound=Payload)


def read(kind: type[P], record: Any, report: Report) -> P:
    """Read one record; raises Refused where it is no object or has no id."""
    if not isinstance(record, dict):
        raise Refused(f"An object was expected, not {type(record).__name__}")
    payload = _read(kind, record, report)
    if not any(key(getattr(payload, name)) for name in kind.identified):
        raise Refused(f"It has no {' or '.join(kind.identified)}")
    return payload


def joined(older: P, newer: P) -> P:
    """Put two answers about one record together: what the newer one does not say, stays."""
    known, told = msgspec.structs.astuple(older), msgspec.structs.astuple(newer)
    said = {
        name: value
        for name, value, before in zip(newer.__struct_fields__, told, known, strict=True)
        if value is not None and value != before and (value or value not in ("", []))
    }
    return msgspec.structs.replace(older, **said) if said else older


@cache
def reading(kind: type[Payload], names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads those of some fields that a kind of record has."""
    own = [name for name in names if name in kind.__struct_fields__]
    if len(own) > 1:
        return attrgetter(*own)
    return lambda one: tuple(getattr(one, name) for name in own)


def known_fields(kind: type[Payload]) -> frozenset[str]:
    """Name every field that is known, in each of its spellings."""
    return frozenset(_places(kind)) | _left(kind)


def _read(kind: type[P], record: dict[str, Any], report: Report) -> P:
    places, left = _places(kind), _left(kind)
    said: dict[str, Any] = {}
    for name, value in record.items():
        place = places.get(name)
        if place is None:
            if name not in left:
                report.unknown[f"{kind.__name__}.{name}"] += 1
        elif place.inner is None and type(value) in _SCALAR_TYPES:
            said[place.field] = value
        elif value is not None:
            fitting = _fitting(place, value, report)
            if fitting is None:
                report.mistyped[f"{kind.__name__}.{name}"] += 1
            else:
                said[place.field] = fitting
    return kind(**said)


def _fitting(place: _Place, value: Any, report: Report) -> Any:
    """Return the value in its declared form; None where it has another one."""
    if place.inner is None:
        return _plain(value, many=place.many)
    if not place.many:
        first = value[0] if isinstance(value, list) and value else value
        return _read(place.inner, first, report) if isinstance(first, dict) else None
    found = value if isinstance(value, list) else [value]
    inner = [_read(place.inner, one, report) for one in found if isinstance(one, dict)]
    return inner if inner or not found else None


def _plain(value: Any, *, many: bool) -> Any:
    if isinstance(value, _SCALARS):
        return value
    if many and isinstance(value, dict):
        value = value.get("id")
    if many and isinstance(value, list):
        return [_scalar(one) for one in value if isinstance(_scalar(one), _SCALARS)]
    return None


def _scalar(value: Any) -> Any:
    """Take the id out of an object that stands for it, as in a list of lots."""
    return value.get("id") if isinstance(value, dict) else value


@cache
def _places(kind: type[Payload]) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    hints = get_type_hints(kind)
    for name in kind.__struct_fields__:
        inner, many = _inside(hints[name])
        camel = name.split("_")[0] + "".join(word.capitalize() for word in name.split("_")[1:])
        spellings = [name, camel, camel[0].upper() + camel[1:]]
        spellings += [alias for alias, meant in kind.aliases.items() if meant == name]
        places |= dict.fromkeys(spellings, _Place(name, inner, many))
    return places


def _inside(annotation: Any) -> tuple[type[Payload] | None, bool]:
    """Tell which payload an annotation holds, if any, and whether it holds several."""
    if get_origin(annotation) is list:
        return _inside(get_args(annotation)[0])[0], True
    if isinstance(annotation, UnionType):
        found = [_inside(one) for one in get_args(annotation)]
        inner = next((one for one, _ in found if one is not None), None)
        return inner, any(many for _, many in found)
    is_payload = isinstance(annotation, type) and issubclass(annotation, Payload)
    return (annotation if is_payload else None), False


@cache
def _left(kind: type[Payload]) -> frozenset[str]:
    names = kind.left.split()
    return frozenset(names) | {_snake(name) for name in names}


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
