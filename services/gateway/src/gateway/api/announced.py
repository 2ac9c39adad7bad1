"""The section `webhooks` of the OpenAPI document: one message for each type of event there is."""

from typing import Any, Final

from gateway.stream.catalogue import SENT, EventType

_HEADERS: Final = {
    "webhook-id": "The same at every try: who has seen it has had the event.",
    "webhook-timestamp": "Seconds since 1970; refuse what is older than five minutes.",
    "webhook-signature": "`v1,…` or `v1a,…` over `id.timestamp.body`; two while a secret changes.",
}
_PLACE: Final = {
    "event": "id of the event in the feed",
    "stream": "public or own",
    "seq": "number in that stream; a missing one is asked of GET /v1/feed",
}
_ANSWERS: Final = {
    "2XX": {"description": "Received. Anything else, redirects too, is tried again."},
    "410": {"description": "Gone: the endpoint is disabled."},
    "429": {"description": "Too much: the endpoint is spared, for Retry-After if it is sent."},
}


def announced() -> dict[str, Any]:
    """Return the section, made of the catalogue of events."""
    return {event.type: {"post": _operation(event)} for event in SENT.values()}


def _operation(event: EventType) -> dict[str, Any]:
    return {
        "operationId": "on_" + event.type.replace(".", "_"),
        "tags": ["webhooks"],
        "summary": event.meaning.en,
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": text,
                "schema": {"type": "string"},
            }
            for name, text in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _schema(event)}},
        },
        "responses": _ANSWERS,
    }


def _schema(event: EventType) -> dict[str, Any]:
    fields = {name: {"description": text} for name, text in (event.data | _PLACE).items()}
    return {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": event.type},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "required": [*fields], "properties": fields},
        },
    }
