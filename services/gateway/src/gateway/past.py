"""Scores of a past day: the one question that is passed on to scoring, which keeps the history."""

from datetime import date
from typing import Final

import httpx

from gateway.view.apply import PERSON_PREFIX
from shared.clock import Clock
from shared.errors import DependencyDown, NotFound
from shared.security import Caller, InternalAuth
from shared.settings import Settings
from shared.trust import authorities

TIMEOUT: Final = httpx.Timeout(5.0, connect=1.0)


class PastScores:
    """Asks scoring, with a token that names the caller."""

    def __init__(
        self,
        *,
        url: str,
        settings: Settings,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._key = settings.internal_key
        self._clock = clock
        self._client = httpx.AsyncClient(
            base_url=url, timeout=TIMEOUT, transport=transport, verify=authorities()
        )

    async def read(self, subject_type: str, subject_id: str, at: date, caller: Caller) -> bytes:
        """Return the score document as it stood at the end of a day.

        Raises NotFound where there was none or the subject is a natural person, DependencyDown
        where scoring does not answer.
        """
        if subject_id.startswith(PERSON_PREFIX):
            raise NotFound("There was no score of this subject on that day.")
        response = await self._client.get(
            f"/internal/scores/{subject_type}/{subject_id}",
            params={"at": at.isoformat()},
            auth=self._auth(caller),
        )
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFound("There was no score of this subject on that day.")
        if response.status_code != httpx.codes.OK:
            raise DependencyDown("Scores of past days cannot be read at the moment.")
        return response.content

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    def _auth(self, caller: Caller) -> InternalAuth:
        return InternalAuth(
            caller, issuer="gateway", audience="scoring", key=self._key, clock=self._clock
        )
