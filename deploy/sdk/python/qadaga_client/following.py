"""Follow what happens and what changes, and be able to prove that nothing was missed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from .transport import Transport

WAIT = 20


class Missed(Exception):  # noqa: N818 (what happened)
    """The numbers of a stream have a gap, so that something was lost on the way."""


class Feed:
    """A stream of events from the number that was kept last.

    Events of a stream are numbered 1, 2, 3 and so on. Each number is checked to follow the one
    before; `after` is what to keep, in the transaction in which the event had its effect.
    """

    def __init__(
        self, client: Transport, stream: Literal["public", "own"] = "own", *, after: int = 0
    ) -> None:
        self._client = client
        self.stream = stream
        self.after = after

    def new(self, *, wait: int = 0, limit: int = 1000) -> Iterator[dict[str, Any]]:
        """Walk over all events there are; with `wait`, wait that many seconds for the first.

        Raises Missed at a gap.
        """
        more = True
        while more:
            asked = {"stream": self.stream, "after": self.after, "limit": limit, "wait": wait}
            page = self._client.ask("GET", "/v1/feed", query=asked)
            for event in page["data"]:
                self._follows(event["seq"])
                yield event
                self.after = event["seq"]
            if self.after != page["last_seq"]:
                raise Missed(f"{self.stream}: told up to {page['last_seq']}, got {self.after}")
            more, wait = page["has_more"], 0

    def forever(self) -> Iterator[dict[str, Any]]:
        """Walk over events as they happen, without end."""
        while True:
            yield from self.new(wait=WAIT)

    def complete(self) -> bool:
        """Whether as many events were walked over as the platform counts."""
        heads = self._client.ask("GET", "/v1/feed/heads")
        return bool(heads[self.stream] == self.after)

    def _follows(self, seq: int) -> None:
        if seq != self.after + 1:
            raise Missed(f"{self.stream}: {seq} came after {self.after}")


class Sync:
    """Scores of watched purchases, kept level by asking only for what changed.

    `rows` holds them by id; keep it and `since` together, and go on from there.
    """

    def __init__(
        self,
        client: Transport,
        *,
        ids: Sequence[str] = (),
        regions: Sequence[str] = (),
        since: int = 0,
        rows: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        self._client = client
        self._asked = {"id": list(ids), "region": list(regions)}
        self.since = since
        self.rows = rows if rows is not None else {}

    def level(self, *, limit: int = 500) -> list[str]:
        """Take in what changed and return the ids; broken off anywhere, it can be asked again."""
        changed: list[str] = []
        mark: dict[str, Any] = {"since": self.since}
        while True:
            page = self._client.ask(
                "GET", "/v1/sync", query={**self._asked, **mark, "limit": limit}
            )
            changed += [self._take(row) for row in page["data"]]
            if not page["next_cursor"]:
                self.since = page["seq"]
                return changed
            mark = {"cursor": page["next_cursor"]}

    def _take(self, row: dict[str, Any]) -> str:
        key: str = row["id"]
        if row.get("gone"):
            self.rows.pop(key, None)
        else:
            self.rows[key] = row
        return key
