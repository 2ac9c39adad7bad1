"""The portal as its documents describe it, over tables the test fills; faults by script."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.ingestor.goszakup_pull.wire import Answer, Call, Wire

TOKEN = "0123456789abcdef0123456789abcdef"
CAP = 200
INDEXED = {"id", "pid", "buyId", "trdBuyId", "contractRootId", "customerBin", "orgBin"}
DATES = {
    *("publishDate", "lastUpdateDate", "indexDate", "signDate", "dateApply", "approveDate"),
    *("revokeDate", "timestamp", "dateCreate", "crdate"),
}

Row = dict[str, Any]
Fault = Callable[[Call], Answer | None]
"""Answers instead of the portal, where it wants to."""


@dataclass
class Standin:
    """Tables by root; whatever a test changes is what the portal now says."""

    tables: dict[str, dict[int, Row]] = field(default_factory=dict)
    journal: list[Row] = field(default_factory=list)
    refs: dict[str, list[Row]] = field(default_factory=dict)
    token: str = TOKEN
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    mend: Callable[[Call, dict[str, Any]], None] = lambda _, __: None
    wire: Wire = field(init=False)
    _indexes: dict[tuple[str, str], dict[Any, list[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wire = Wire(self._answer)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.wire.url

    def asked(self, root: str = "") -> list[Call]:
        """Calls so far, of one root or all."""
        return [call for call in self.calls if not root or call.root == root]

    def put(self, root: str, *rows: Row) -> None:
        """Add rows, or change them."""
        number = "pid" if root == "Subjects" else "id"
        self.tables.setdefault(root, {}).update({row[number]: row for row in rows})
        self._indexes.clear()

    def once(self, fault: Answer, *, where: Callable[[Call], bool] = lambda _: True) -> None:
        """Answer so the first time that it fits."""
        left = [fault]
        self.faults.append(lambda call: left.pop() if left and where(call) else None)

    async def _answer(self, call: Call) -> Answer:
        self.calls.append(call)
        for fault in self.faults:
            if (answer := fault(call)) is not None:
                return answer
        if call.headers.get("authorization") != f"Bearer {self.token}":
            return Answer.of({"name": "Not Found", "message": "Invalid Route"}, 404)
        return self._graphql(call) if call.method == "POST" else self._rest(call)

    def _graphql(self, call: Call) -> Answer:
        variables = call.json["variables"]
        limit = min(variables.get("limit") or 50, CAP)
        found = self.matching(call.root, call.filter)
        after = variables.get("after")
        below = [row for row in found if after is None or _id(call.root, row) < after]
        page = below[:limit]
        info = {
            "limitPage": limit,
            "totalCount": len(found),
            "hasNextPage": len(below) > limit,
            "lastId": _id(call.root, page[-1]) if page else None,
        }
        document = {"data": {call.root: page}, "extensions": {"pageInfo": info}}
        self.mend(call, document)
        return Answer.of(document)

    def _rest(self, call: Call) -> Answer:
        name = call.path.removeprefix("/v3/")
        if name.startswith("refs/"):
            entries = self.refs.get(name.removeprefix("refs/"))
            return _missing() if entries is None else Answer.of(_whole(entries))
        if name == "journal":
            first, last = call.query["date_from"], call.query["date_to"]
            return Answer.of(
                _whole([e for e in self.journal if first <= e["date_action"][:10] <= last])
            )
        root = {"trd-buy": "TrdBuy", "contract": "Contract", "treasury-pay": "TreasuryPay"}
        kind, _, number = name.partition("/")
        rows = self.tables.get(root.get(kind, ""), {})
        if number:
            found = rows.get(int(number))
            return _missing() if found is None else Answer.of(found)
        return self._list(call, [rows[key] for key in sorted(rows, reverse=True)])

    def _list(self, call: Call, rows: list[Row]) -> Answer:
        limit, after = int(call.query.get("limit", 50)), call.query.get("search_after")
        below = [row for row in rows if after is None or int(row["id"]) < int(after)]
        page = below[:limit]
        # Sometimes without /v3, as the portal does.
        onward = f"/x?page=next&search_after={page[-1]['id']}" if len(below) > limit else ""
        return Answer.of({"total": len(rows), "limit": limit, "next_page": onward, "items": page})

    def matching(self, root: str, criteria: dict[str, Any]) -> list[Row]:
        """Rows of a root that a filter lets through, newest first."""
        rows = self.tables.get(root, {})
        named = next((name for name in criteria if name in INDEXED), None)
        keys: Iterable[int] = rows
        if named is not None:
            wanted = criteria[named]
            index = self._index(root, named)
            values = wanted if isinstance(wanted, list) else [wanted]
            keys = {key for value in values for key in index.get(value, ())}
        fitting = [key for key in keys if key in rows and _fits(root, rows[key], criteria)]
        return [rows[key] for key in sorted(fitting, reverse=True)]

    def _index(self, root: str, name: str) -> dict[Any, list[int]]:
        if (root, name) not in self._indexes:
            index: dict[Any, list[int]] = {}
            for key, row in self.tables.get(root, {}).items():
                index.setdefault(row.get(name), []).append(key)
            self._indexes[root, name] = index
        return self._indexes[root, name]


def _fits(root: str, row: Row, criteria: dict[str, Any]) -> bool:
    return all(_passes(root, row, name, wanted) for name, wanted in criteria.items())


def _passes(root: str, row: Row, name: str, wanted: Any) -> bool:
    if name == "strKato":
        return any(code.startswith(wanted) for code in row.get("kato") or [])
    if name == "dateAction":
        value = max(row.get(f) or "" for f in ("approveDate", "revokeDate", "createDateAct"))
    elif name in DATES:
        value = row.get(name) or ""
    else:
        return row.get(name) in (wanted if isinstance(wanted, list) else [wanted])
    first, last = [*wanted, "9999"][:2]
    return bool(value) and first <= value <= last


def _id(root: str, row: Row) -> int:
    number: int = row["pid" if root == "Subjects" else "id"]
    return number


def _whole(rows: list[Row]) -> dict[str, Any]:
    return {"total": len(rows), "limit": 500, "next_page": "", "items": rows}


def _missing() -> Answer:
    body = {"name": "Not Found", "message": "нет", "type": "yii\\web\\NotFoundHttpException"}
    return Answer.of(body, 404)
