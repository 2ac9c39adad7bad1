"""What a command is given: a file, or an address whose document becomes one for a while."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from ingestor.sources.ocds_url.fetch import Fetcher


def is_address(text: str) -> bool:
    """Tell an address from a file; http is one too, so that it is refused by its reason."""
    return text.lower().startswith(("https://", "http://"))


def name_of(text: str) -> str:
    """Name a file, or a document by its host and the end of its path, without what is asked."""
    if not is_address(text):
        return Path(text).name
    parts = urlsplit(text)
    return f"{parts.hostname}-{PurePosixPath(parts.path).name}".strip("-")


@contextmanager
def fetched(text: str, fetcher: Fetcher | None = None) -> Iterator[Callable[[], Awaitable[str]]]:
    """Lend what fetches a document and returns its path; a file is its own path."""
    with TemporaryDirectory(prefix="qadaga-") as folder:

        async def path() -> str:
            if not is_address(text):
                return text
            place = Path(folder) / name_of(text)[-100:]
            with place.open("wb") as file:
                await (fetcher or Fetcher()).fetch(text, file)
            return str(place)

        yield path
