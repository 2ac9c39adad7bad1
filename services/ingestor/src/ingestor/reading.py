"""A file read: every release in it judged, in batches that fit into memory and one commit."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Final

from ingestor.intake import Accepted, Batch, Refused
from ingestor.judge import Judge
from shared.ocds import Document, Refusal, read

RELEASES: Final = 1_000  # a transaction
BYTES: Final = 8 * 1024 * 1024  # a transaction, in the size received

# Nothing that followed could be read, so the file did not arrive whole.
BREAKING: Final = frozenset({"truncated", "gzip_broken", "bomb"})

Opening = Callable[[], AbstractContextManager[BinaryIO]]


class FileReader:
    """Reads one file from its beginning to its end, once."""

    def __init__(
        self,
        opening: Opening,
        judge: Judge,
        *,
        expected: int | None = None,
        announced: int | None = None,
        releases: int = RELEASES,
    ) -> None:
        self.expected = expected if announced is None else announced
        self.announced = announced
        self.broken: str | None = None
        self.usable = 0
        self._opening = opening
        self._judge = judge
        self._releases = releases

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches."""
        batch = Batch()
        for found in self._found():
            self._put(batch, found)
            if batch.received() >= self._releases or batch.bytes >= BYTES:
                yield batch
                batch = Batch()
        if batch.received():
            yield batch

    def _found(self) -> Iterator[Document | Refusal]:
        try:
            with self._opening() as stream:
                yield from read(stream)
        except OSError as fault:
            self.broken = f"The file cannot be read: {fault.strerror or fault}"

    def _put(self, batch: Batch, found: Document | Refusal) -> None:
        """Judge what was found; only the last thing in a file can have broken it off."""
        self.broken = None
        if isinstance(found, Refusal):
            judged: Accepted | Refused = self._judge.refuse(found)
            if found.code in BREAKING:
                self.broken = found.reason
        else:
            judged = self._judge.judge(found)
        batch.bytes += judged.payload.size
        if isinstance(judged, Accepted):
            self.usable += 1
            batch.accepted.append(judged)
        else:
            batch.refused.append(judged)
