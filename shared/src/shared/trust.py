"""Whom TLS trusts: read once for a process, since reading it takes a tenth of a second."""

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """Return what httpx would read anew for each of its clients."""
    return httpx.create_ssl_context()
