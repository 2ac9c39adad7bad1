"""How facts travel between services: numbered entries, read from where the reader stands.

`publish` tells how entries get their numbers, `pages` how they are read again, `client` and
`reader` how another service follows them. The door, `serve`, stands apart: it alone needs FastAPI.
"""

from shared.feed.client import FeedClient, RawPage
from shared.feed.entries import Change, Entry, Page
from shared.feed.pages import head, read
from shared.feed.publish import publish_events, publish_state
from shared.feed.reader import Cursor, FeedReader

__all__ = [
    "Change",
    "Cursor",
    "Entry",
    "FeedClient",
    "FeedReader",
    "Page",
    "RawPage",
    "head",
    "publish_events",
    "publish_state",
    "read",
]
