"""A sandbox server of the tests' own, asked over a real socket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import httpx

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from deploy.servers import free_port

TOKEN = "0123456789abcdef0123456789abcdef"
START = date(2026, 1, 1)
NOON = datetime.fromisoformat("2026-05-20 12:00")  # by the portal's clock
Row = dict[str, Any]


class Asker:
    """Somebody with the token."""

    def __init__(self, url: str) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=10)

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def ask(self, query: str, **variables: Any) -> Any:
        return self.post("/v3/graphql", {"query": query, "variables": variables})

    def page(self, root: str, wanted: str, fields: str = "id", **arguments: int) -> Any:
        """One page of a root with a filter as it stands in a query; raises for errors."""
        more = "".join(f",{name}:{value}" for name, value in arguments.items())
        answer = self.ask(f"{{{root}(filter:{{{wanted}}}{more}){{{fields}}}}}")
        assert "errors" not in answer, answer
        return answer

    def rows(self, root: str, wanted: str = "", fields: str = "id", limit: int = 200) -> list[Row]:
        """All rows of a root, going from page to page by lastId."""
        rows: list[Row] = []
        after: dict[str, int] = {}
        while True:
            answer = self.page(root, wanted, fields, limit=limit, **after)
            rows += answer["data"][root]
            info = answer["extensions"]["pageInfo"]
            if not info["hasNextPage"]:
                return rows
            after = {"after": info["lastId"]}

    def oracle(self, root: str, wanted: Row | None = None) -> list[int]:

        answer = self.http.get(
            f"/sandbox/oracle/{root}", params={"filter": json.dumps(wanted or {})}
        )
        assert answer.status_code == 200, answer.text
        ids: list[int] = answer.json()["ids"]
        return ids

    def trouble(self, *faults: Row) -> None:
        self.post("/sandbox/faults", list(faults))


def at(written: str) -> datetime:
    """A moment of the portal's clock."""
    return datetime.fromisoformat(written)


@contextmanager
def portal(contracts: int = 1_500, now: datetime = NOON, **access: Any) -> Iterator[Asker]:
    """A server over a world of its own."""
    world = World(4, contracts, START)
    world.advance(now)
    with background(Server(world, Access(TOKEN, **access)), free_port()) as url:
        asker = Asker(url)
        yield asker
        asker.http.close()
