"""Fields of a body that name what the gateway knows: the gateway lets nothing pass that is not.

What cases keeps would otherwise point to an organisation, a member or a process that is not there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal, NamedTuple, get_args, get_type_hints

from pydantic import BaseModel, Field

from shared.contracts.casework.operation import LONGEST_ID

Kind = Literal["organisation", "partner", "member", "process"]


@dataclass(frozen=True, slots=True)
class Names:
    """What a field names: a member is one of the caller's organisation.

    `where`: only while another field of the body has this value.
    """

    kind: Kind
    where: tuple[str, str] | None = None


class Named(NamedTuple):
    """An id that a body names, and where it stands there."""

    kind: Kind
    id: str
    path: tuple[str | int, ...]


_Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=LONGEST_ID)]
OrganisationId = Annotated[_Id, Names("organisation")]
PartnerId = Annotated[_Id, Names("partner")]
MemberId = Annotated[_Id, Names("member")]
ProcessId = Annotated[_Id, Names("process")]
LINKED: Final = Names("process", where=("kind", "process"))


def named(body: BaseModel) -> Iterator[Named]:
    """Return all that a body names."""
    for field, names in fields_of(type(body)):
        if names.where is not None and getattr(body, names.where[0]) != names.where[1]:
            continue
        value = getattr(body, field)
        if isinstance(value, list):
            yield from (Named(names.kind, one, (field, n)) for n, one in enumerate(value))
        elif value is not None:
            yield Named(names.kind, value, (field,))


@cache
def fields_of(body: type[BaseModel]) -> tuple[tuple[str, Names], ...]:
    """Return the fields of a body that name something."""
    hints = get_type_hints(body, include_extras=True)
    return tuple((field, one) for field in body.model_fields for one in _marks(hints[field]))


def _marks(hint: Any) -> Iterator[Names]:
    yield from (one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Names))
    for inner in get_args(hint):
        yield from _marks(inner)
