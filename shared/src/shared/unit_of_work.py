"""One request, one transaction, committed before the answer leaves.

FastAPI ends a `yield` dependency only after the body is sent, unless it has function scope: then a
commit that fails would stand behind an answer that said it had succeeded.
"""

from collections.abc import AsyncIterator
from typing import Annotated

import asyncpg
from fastapi import Depends, Request


async def _transaction(request: Request) -> AsyncIterator[asyncpg.Connection]:
    async with request.app.state.database.transaction() as connection:
        yield connection


Transaction = Annotated[asyncpg.Connection, Depends(_transaction, scope="function")]
"""A connection of `app.state.database` inside a transaction of this request alone.

Whatever the endpoint raises rolls it back, a refusal too.
"""
