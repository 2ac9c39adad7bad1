"""The TypeScript client's generated table of operations; the types are openapi-typescript's."""

import json
from typing import Any

from deploy.sdk.document import Operation


def table(operations: list[Operation]) -> str:
    """Return a module that names each operation's verb, path, manners and what it acts on."""
    rows = "\n".join(f"  {one.id}: {json.dumps(_row(one))}," for one in operations)
    return (
        "// Made by `make sdk` from the OpenAPI document of the gateway.\n"
        f"export const OPERATIONS = {{\n{rows}\n}} as const;\n"
    )


def _row(operation: Operation) -> dict[str, Any]:
    return {
        "verb": operation.verb,
        "path": operation.path,
        "boundTo": operation.bound_to,
        "repeatable": operation.takes("idempotency-key"),
        "list": operation.row is not None,
        "file": operation.file,
        "form": operation.form,
    }
