"""How whoever may not do a thing by their role is told so, and what they can do about it."""

from collections.abc import Collection

from shared.errors import RoleMissing
from shared.security import Caller


def role_missing(caller: Caller, roles: Collection[str]) -> RoleMissing:
    """Return the refusal of what some roles may do and the caller's does not.

    A key of an organisation that no member holds does what a reader's does; nobody gave it that
    role, so that its holder is told whose token is needed.
    """
    known = ", ".join(sorted(roles))
    if caller.member is None:
        return RoleMissing(
            "The key belongs to no member. Show a token of a member: POST /v1/members/{id}/tokens."
            f" Roles: {known}."
        )
    return RoleMissing(f"Not for the role {caller.role}: {known}.")
