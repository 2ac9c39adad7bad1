"""The API keeps what it promised: what would break a caller is named, what is new is not."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from deploy.promises import broken, promises
from gateway.api_changes import ApiChange

API: dict[str, Any] = {
    "paths": {
        "/v1/lots": {
            "get": {
                "operationId": "list_lots",
                "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer"}}],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["data"],
                                    "properties": {
                                        "data": {
                                            "type": "array",
                                            "items": {"$ref": "#/components/schemas/Lot"},
                                        }
                                    },
                                }
                            }
                        }
                    }
                },
            }
        },
        "/v1/watches": {
            "post": {
                "operationId": "add_watch",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Watch"}}
                    },
                },
                "responses": {"204": {}},
            }
        },
    },
    "components": {
        "schemas": {
            "Lot": {"required": ["id"], "properties": {"id": {"type": "string"}}},
            "Watch": {
                "required": ["ids"],
                "properties": {"ids": {"type": "array", "items": {"type": "string"}}},
            },
        }
    },
}


def lots(api: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api["paths"]["/v1/lots"]["get"]
    return found


def schema(api: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = api["components"]["schemas"][name]
    return found


def gone(api: dict[str, Any]) -> None:
    del api["paths"]["/v1/watches"]


def no_limit(api: dict[str, Any]) -> None:
    lots(api)["parameters"] = []


def a_needed_parameter(api: dict[str, Any]) -> None:
    more = {"in": "query", "name": "region", "required": True, "schema": {"type": "string"}}
    lots(api)["parameters"].append(more)


def another_type(api: dict[str, Any]) -> None:
    schema(api, "Lot")["properties"]["id"] = {"type": "integer"}


def not_always(api: dict[str, Any]) -> None:
    schema(api, "Lot")["required"] = []


def a_needed_field(api: dict[str, Any]) -> None:
    schema(api, "Watch")["properties"]["name"] = {"type": "string"}
    schema(api, "Watch")["required"].append("name")


def another_type_taken(api: dict[str, Any]) -> None:
    schema(api, "Watch")["properties"]["ids"] = {"anyOf": [{"type": "integer"}, {"type": "null"}]}


def a_field_refused(api: dict[str, Any]) -> None:
    schema(api, "Watch")["properties"] = {}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (gone, "no longer: post /v1/watches = add_watch"),
        (no_limit, "no longer: get /v1/lots ?limit: integer"),
        (a_needed_parameter, "newly: get /v1/lots needs ?region"),
        (another_type, "no longer: Lot .id: string"),
        (not_always, "no longer: Lot .id: string"),
        (a_needed_field, "newly: Watch needs .name"),
        (another_type_taken, "no longer: Watch .ids takes [string]"),
        (a_field_refused, "no longer: Watch .ids takes [string]"),
    ],
)
def test_what_would_break_a_caller_is_named(
    change: Callable[[dict[str, Any]], None], named: str
) -> None:
    changed = deepcopy(API)
    change(changed)

    assert named in broken(changed, list(promises(API)), ())


def more_of_everything(api: dict[str, Any]) -> None:
    api["paths"]["/v1/acts"] = deepcopy(api["paths"]["/v1/lots"])
    lots(api)["parameters"].append({"in": "query", "name": "region", "schema": {"type": "string"}})
    schema(api, "Lot")["properties"]["title"] = {"type": "string"}
    schema(api, "Watch")["properties"]["name"] = {"type": "string"}


def less_is_needed(api: dict[str, Any]) -> None:
    schema(api, "Watch")["required"] = []


def also_nothing_is_taken(api: dict[str, Any]) -> None:
    ids = schema(api, "Watch")["properties"]["ids"]
    schema(api, "Watch")["properties"]["ids"] = {"anyOf": [ids, {"type": "null"}]}


@pytest.mark.parametrize("change", [more_of_everything, less_is_needed, also_nothing_is_taken])
def test_what_breaks_nobody_is_not(change: Callable[[dict[str, Any]], None]) -> None:
    changed = deepcopy(API)
    change(changed)

    assert set(promises(changed)) != set(promises(API))
    assert broken(changed, list(promises(API)), ()) == []


def test_an_operation_that_was_removed_as_announced_may_go() -> None:
    changed = deepcopy(API)
    gone(changed)
    removed = ApiChange(
        on=date(2027, 9, 2), kind="removed", operations=("add_watch",), text="No more."
    )

    assert broken(changed, list(promises(API)), (removed,)) == []
