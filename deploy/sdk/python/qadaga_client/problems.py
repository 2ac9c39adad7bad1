"""What the platform refuses, as exceptions that keep the problem document (RFC 9457)."""

from __future__ import annotations

from typing import Any


class Problem(Exception):  # noqa: N818 (the name of RFC 9457)
    """A refusal or a fault. `code` is for programs and never changes its meaning."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        self.status = status
        self.document = document
        self.code = str(document.get("code") or document.get("error") or "unknown")
        self.detail = str(document.get("detail") or document.get("error_description") or "")
        self.request_id: str | None = document.get("request_id")
        self.errors: list[dict[str, Any]] = document.get("errors", [])
        super().__init__(f"{status} {self.code}: {self.detail or document.get('title', '')}")


class Unauthenticated(Problem):
    """401: the key or token is missing, ended, or not ours."""


class Forbidden(Problem):
    """403: the key lacks a scope, or this is not for its kind of organisation."""


class NotFound(Problem):
    """404: not there, or not yours."""


class Conflict(Problem):
    """409 and 412: it has changed since you read it."""


class RateLimited(Problem):
    """429, still after all retries."""


class Unavailable(Problem):
    """5xx, still after all retries."""


_KINDS: dict[int, type[Problem]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: RateLimited,
}
_FAULT = 500


def problem(status: int, document: dict[str, Any]) -> Problem:
    """Return the exception for an answer."""
    kind = _KINDS.get(status, Unavailable if status >= _FAULT else Problem)
    return kind(status, document)
