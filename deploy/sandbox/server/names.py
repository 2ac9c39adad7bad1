"""The two spellings of the portal: camelCase in GraphQL, snake_case in REST."""

import re
from functools import lru_cache
from typing import Any

from deploy.sandbox.world import Row

_BORDER = re.compile(r"(?<=[a-z])(?=[A-Z0-9])")


@lru_cache(maxsize=2_000)
def snake(name: str) -> str:
    """`refBuyStatusId` as `ref_buy_status_id`, `sum1` as `sum_1`."""
    return _BORDER.sub("_", name).lower()


@lru_cache(maxsize=2_000)
def camel(name: str) -> str:
    """`name_ru` as `nameRu`; a trailing underscore is dropped."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def plain(row: Row) -> dict[str, Any]:
    """A row as REST shows it: its own fields, without what is nested under a capital letter."""
    return {snake(name): value for name, value in row.items() if not name[0].isupper()}
