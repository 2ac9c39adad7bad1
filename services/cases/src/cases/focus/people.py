"""Who may make lists, queues and campaigns, and who may take from a queue."""

from collections.abc import Mapping
from typing import Any, Final

from cases.roles import role_missing
from shared.errors import GuardFailed, NotFound, RoleMissing
from shared.security import Caller

MAKING: Final = frozenset({"monitor", "editor", "admin", "coordinator"})
PUBLISHING: Final = frozenset({"editor", "admin", "coordinator"})


def owner(caller: Caller) -> str:
    """Return the organisation whose thing it will be. Raises RoleMissing."""
    if caller.organisation is None or caller.role not in MAKING:
        raise role_missing(caller, MAKING)
    return caller.organisation


def publisher(caller: Caller) -> None:
    """Let whoever may show things to everybody pass. Raises RoleMissing."""
    if caller.role not in PUBLISHING:
        raise RoleMissing("Only an editor, an admin or a coordinator shows it to everybody.")


def own(row: Mapping[str, Any] | None, caller: Caller, word: str) -> Mapping[str, Any]:
    """Return a thing of the caller's organisation. Raises NotFound, RoleMissing."""
    if row is None or row["organisation"] != caller.organisation:
        raise NotFound(f"There is no such {word}.")
    owner(caller)
    return row


def person(caller: Caller) -> tuple[str, str]:
    """Return whose member the caller is, and which. Raises GuardFailed for a key of nobody's."""
    if caller.organisation is None or caller.member is None:
        raise GuardFailed("This is done by a member of an organisation.", conditions=["member"])
    return caller.organisation, caller.member
