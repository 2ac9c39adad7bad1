"""Telling a partner that is away for the moment from a mistake of our own."""

import errno
import socket
import sys

import asyncpg
import httpx
import redis.exceptions

_AWAY: tuple[type[BaseException], ...] = (
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    httpx.TransportError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, or a statement took too long
    asyncpg.InsufficientResourcesError,  # too many connections, disk or memory full
    asyncpg.ReadOnlySQLTransactionError,  # connected to a standby after a switch
    asyncpg.TransactionRollbackError,  # lost a race with another transaction
)

_FULL = {errno.ENOSPC, errno.EDQUOT}
"""A disk of our own without space: somebody will make room."""


def is_connection_fault(error: BaseException) -> bool:
    """Return whether the same request may succeed once a database, queue or service is back."""
    alchemy = sys.modules.get("sqlalchemy.exc")  # not imported means that it raised nothing
    if alchemy is not None and isinstance(error, alchemy.DBAPIError):
        original = error.__cause__ or error.orig
        return error.connection_invalidated or (
            original is not None and is_connection_fault(original)
        )
    if isinstance(error, asyncpg.InterfaceError):
        # The driver has one class for a lost connection and for its misuse; only the text differs.
        return "clos" in str(error)
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return isinstance(error, _AWAY)
