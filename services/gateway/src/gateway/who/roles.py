"""What each role of each kind of organisation may do: the table that everything else asks.

A scope is offered once a route asks for it. A member never does more than the role allows, and a
token or key bound to a member never more than both allow.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from gateway.keys import SCOPES

ADMIN: Final = "org:admin"
"""Administering one's own organisation."""

OPERATOR: Final = "platform:admin"
"""Deciding on what organisations ask of the platform; held by its operators alone."""

APPROVE: Final = "drafts:approve"

RECEIVE: Final = "tips:receive"
"""Handling tips: not for who administers people, nor for authorities and operators."""

BY_TWO: Final = frozenset(
    {RECEIVE, "cases:write", "complaints:write", "complaints:file", "outcomes:write"}
)
"""What a key does in a member's name, and what one person does only after another: a key with them
that is not the asking member's own is given by two, since whoever makes a key sees its secret."""

GIVEN_BY_COMMAND: Final = frozenset({APPROVE, OPERATOR})
"""What no organisation can give to itself: the operator gives it, by name, on the command line."""

READS: Final = frozenset(
    {
        "processes:read",
        "scores:read",
        "scores:partner",
        "alerts:read",
        "cases:read",
        "complaints:read",
        "drafts:read",
        "feed:read",
    }
)
_WORKS: Final = frozenset({"alerts:write", "cases:write", "outcomes:write"})
_TRIES: Final = READS | {"drafts:write", "exports:create"} | _WORKS
_DECIDES: Final = _TRIES | {APPROVE, "alerts:reply"}
_DRAFTS: Final = frozenset({"complaints:write"})
_FILES: Final = _DRAFTS | {"complaints:file"}
RESPOND: Final = "authority:respond"
_ADMINISTERS: Final = _DECIDES | {ADMIN, "webhooks:admin"}


class Role(NamedTuple):
    """What a member of this role may do, if the key used allows it too."""

    kinds: frozenset[str]
    scopes: frozenset[str]
    granted_by_two: bool = False
    """Whether giving it to somebody takes a second person."""


_EVERY: Final = frozenset({"partner", "buyer", "authority", "coordinator", "operator"})
_OPEN: Final = frozenset({"partner", "buyer"})

KINDS: Final = {
    "partner": "an organisation or newsroom that watches",
    "buyer": "one that buys, and answers for itself",
    "authority": "a public body that alerts and complaints are sent to",
    "coordinator": "who coordinates the watching of a region",
    "operator": "who runs the platform",
}
ROLES: Final = {
    "reader": Role(_EVERY, READS),
    "monitor": Role(_OPEN, _TRIES | {RECEIVE} | _DRAFTS),
    "editor": Role(_OPEN, _DECIDES | {RECEIVE} | _FILES),
    "officer": Role(frozenset({"authority"}), _TRIES | {RESPOND}, granted_by_two=True),
    "coordinator": Role(
        frozenset({"coordinator"}), _DECIDES | {RECEIVE} | _FILES, granted_by_two=True
    ),
    "admin": Role(_EVERY, _ADMINISTERS | _FILES | {RESPOND}, granted_by_two=True),
    "operator": Role(frozenset({"operator"}), _ADMINISTERS | {OPERATOR}, granted_by_two=True),
}


def fits(role: str, kind: str) -> bool:
    """Say whether an organisation of this kind has this role."""
    return role in ROLES and kind in ROLES[role].kinds


def within_role(scopes: Iterable[str], role: str) -> frozenset[str]:
    """Return what of some scopes a role allows; nothing for a role that is not known."""
    return frozenset(scopes) & (ROLES[role].scopes if role in ROLES else frozenset())


def may_be_given(scopes: Iterable[str]) -> bool:
    """Say whether an organisation may give these scopes to a key of its own."""
    return frozenset(scopes) <= SCOPES.keys() - GIVEN_BY_COMMAND
