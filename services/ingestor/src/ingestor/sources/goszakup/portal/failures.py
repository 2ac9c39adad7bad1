"""Why a request to the portal failed, and whether asking again can help."""

from typing import Final, Literal

Reason = Literal[
    "rate_limited",
    "server_error",
    "timeout",
    "connection",
    "truncated",
    "not_json",
    "graphql_errors",
    "too_large",
    "redirect",
    "tls",
    "token_refused",
    "not_found",
    "refused",
]

AGAIN: Final[frozenset[Reason]] = frozenset(
    {
        "rate_limited",
        "server_error",
        "timeout",
        "connection",
        "truncated",
        "not_json",
        "graphql_errors",
    }
)
"""What may pass by itself. The others need somebody: the same question gets the same answer."""


class PortalError(Exception):
    """The portal could not be read to the end; the text says why, for whoever reads the run."""

    about: tuple[str, int] | None = None
    """Root and id of the one record that was asked for, where it was one."""


class PortalAwayError(PortalError):
    """The portal does not answer, or only with errors, for minutes."""


class RequestError(PortalError):
    """One request failed for good, or for now."""

    def __init__(
        self, reason: Reason, detail: str, *, retry_after: float | None = None, status: int = 0
    ) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.retry_after = retry_after
        self.status = status

    @property
    def passing(self) -> bool:
        """Whether asking again may help."""
        return self.reason in AGAIN


class TokenRefusedError(RequestError):
    """The portal does not accept the token: nothing can be asked until there is another one."""

    def __init__(self, status: int) -> None:
        super().__init__(
            "token_refused",
            f"The portal refuses the token (HTTP {status}); a new one has to be put in place",
            status=status,
        )


class UnknownFieldError(RequestError):
    """The portal does not know a field it is asked for: its schema has moved."""

    def __init__(self, field: str, kind: str) -> None:
        super().__init__("graphql_errors", f"The portal knows no field {field} of {kind} any more")
        self.field = field
        self.kind = kind
