"""What the tax service answered about one number each: an empty body means no payer of VAT.

A recorded answer is {"taxpayerCode": "<BIN>", "retrieved": "<day>", "body": {…} or null}.
"""

from collections.abc import Iterator, Mapping
from typing import Any


def rows(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the answer as one row; `listed` tells whether the number is, or was, registered."""
    body = record.get("body")
    said = body if isinstance(body, dict) else {}
    asked = record.get("taxpayerCode") or said.get("iinBin")
    listed = bool(said.get("ndsRegistrationDate"))
    yield {**said, "number": asked, "retrieved": record.get("retrieved"), "listed": listed}
