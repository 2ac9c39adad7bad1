"""How facts travel between services: numbered entries, read from where the reader stands.

`publish` tells how entries get their numbers, `serve` how they are handed out, `client` and
`reader` how another service follows them.
"""

from shared.feed.client import FeedClient, RawPage
from shared.feed.entries import Change, Entry, Page
from shared.feed.publish import publish_events, publish_state
from shared.feed.reader import Cursor, FeedReader
from shared.feed.serve import feed_router, head, read

__all__ = [
    "Change",
    "Cursor",
    "Entry",
    "FeedClient",
    "FeedReader",
    "Page",
    "RawPage",
    "feed_router",
    "head",
    "publish_events",
    "publish_state",
    "read",
]
