"""Whom a complaint goes to: a body that the law's data know, or an organisation by its BIN."""

from datetime import date
from typing import Final, NamedTuple

from cases.law.authorities import authority, bodies
from cases.law.catalogue import vocabulary
from cases.law.declaration import Route
from cases.letters import wording
from shared.errors import FieldError, ValidationFailed
from shared.vocabulary.identifiers import Bin
from shared.vocabulary.text import Text

PLACE: Final = "/body/addressee"


class Addressee(NamedTuple):
    """Whom it goes to: as complaints name it, and its name."""

    code: str
    name: Text


def addressee(route: Route | None, written: str, name: str | None, day: date) -> Addressee:
    """Return whom is written to on a day; a body that is no more gives way to its successor.

    Raises ValidationFailed for one that is not known, has no name, or is none of the route's kind.
    """
    kind, _, code = written.partition(":")
    if kind == "bin":
        return _organisation(route, code, name)
    try:
        found = authority(code, day)
    except KeyError as error:
        raise _flaw("unknown", f"no authority {code} on {day}: see GET /v1/authorities") from error
    if route is not None and _is_of_bodies(route) and found.kind != route.addressee.kind:
        raise _flaw("kind", f"this route goes to: {vocabulary().kinds[route.addressee.kind].en}")
    return Addressee(f"authority:{found.code}", found.name)


def _organisation(route: Route | None, code: str, name: str | None) -> Addressee:
    if Bin.parse(code) is None:
        raise _flaw("bin", "is no BIN: its control digit does not fit")
    shown = " ".join(wording.seen(name or "").split())
    if not shown:
        raise _flaw("name", "an organisation by its BIN needs addressee_name")
    if route is not None and _is_of_bodies(route):
        raise _flaw("kind", f"this route goes to: {vocabulary().kinds[route.addressee.kind].en}")
    return Addressee(f"bin:{code}", Text(shown, shown, shown))


def _is_of_bodies(route: Route) -> bool:
    """Whether the route goes to a kind of body that the data list."""
    return route.addressee.kind in {period.value.kind for _, period in bodies().periods()}


def _flaw(code: str, message: str) -> ValidationFailed:
    said = [FieldError(PLACE, code, message)]
    return ValidationFailed("It cannot be addressed like this.", errors=said)
