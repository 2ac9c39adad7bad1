"""The portal's REST addresses: lists, single rows, dictionaries, the journal and files."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from deploy.sandbox.server import fields, lists
from deploy.sandbox.server.lists import Answer, Asked, Missing
from deploy.sandbox.server.names import plain
from deploy.sandbox.server.portal import Portal
from deploy.sandbox.world import Row

Handler = Callable[[Portal, Asked, str], Answer]
"""Answers a GET; the text is what stands in the address at the star."""

NO_COMPANY: Final = "Компания не найдена"
CLEAN: Final = "Поставщик не найден в реестре"
NOTHING: Final = "Объект не найден"


def listing(root: str, shown: fields.Shown, by: str = "") -> Handler:
    """A list of a root; with `by`, of the rows that have the address's value in that field."""

    def handle(portal: Portal, asked: Asked, value: str) -> Answer:
        criteria: dict[str, Any] = {by: value} if by else {}
        if root == "TrdApp":
            criteria |= _searched(asked.query)
        return lists.of_rows(portal, asked, root, criteria, shown)

    return handle


BIDS: Final = {
    "id": "id",
    "buy_id": "buyId",
    "supplier_id": "supplierId",
    "supplier_bin_iin": "supplierBinIin",
    "prot_id": "protId",
}
"""What the list of bids can be searched by."""


def _searched(query: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, field in BIDS.items():
        if name in query:
            yield field, query[name] if name == "supplier_bin_iin" else int(query[name])


def single(root: str, shown: fields.Shown, by: str = "", missing: str = NOTHING) -> Handler:
    """One row by its id, or by another field; of several the newest."""

    def handle(portal: Portal, asked: Asked, value: str) -> Answer:
        value = asked.query.get("number", value)
        return lists.document(root, shown(_the_row(portal, root, by, value, missing), portal))

    return handle


def _the_row(portal: Portal, root: str, by: str, value: str, missing: str = NOTHING) -> Row:
    row = None
    if by:
        row = next(iter(lists.found(portal, root, {by: value})), None)
    elif value.isdigit():
        row = portal.row(root, int(value))
    if row is None:
        raise Missing(missing)
    return row


def part(root: str, name: str, shown: Callable[[Row], Row] = plain) -> Handler:
    """What is nested in one row, as a list."""

    def handle(portal: Portal, asked: Asked, value: str) -> Answer:
        row = _the_row(portal, root, "", value)
        nested = row.get(name) or []
        several = nested if isinstance(nested, list) else [nested]
        dated = {"index_date": row["indexDate"]}
        return lists.whole(asked, root, [{**dated, **shown(one)} for one in several])

    return handle


def participant(shown: fields.Shown) -> Handler:
    """One participant by BIN or IIN."""

    def handle(portal: Portal, _asked: Asked, value: str) -> Answer:
        return lists.document("Subjects", shown(_participant(portal, value), portal))

    return handle


def of_participant(name: str, shown: Callable[[Row], Row] = plain) -> Handler:
    """What is nested in a participant, by BIN or IIN."""

    def handle(portal: Portal, asked: Asked, value: str) -> Answer:
        row = _participant(portal, value)
        return lists.whole(asked, "Subjects", [shown(one) for one in row[name]])

    return handle


def _participant(portal: Portal, number: str) -> Row:
    row = portal.row("Subjects", portal.pid(number))
    if row is None:
        raise Missing(NO_COMPANY)
    return row


def inclusions(portal: Portal, asked: Asked, value: str) -> Answer:
    """Every inclusion of one supplier in the register of unfair ones; 404 means clean."""
    rows = lists.found(portal, "Rnu", {"supplierBiin": value})
    if not rows:
        raise Missing(CLEAN)
    every = [
        {"index_date": row["indexDate"], **fields.inclusion(one)}
        for row in rows
        for one in row["Detail"]
    ]
    return lists.whole(asked, "Rnu", every)


def deleted_plans(portal: Portal, asked: Asked, _value: str) -> Answer:
    """Plan points that were deleted."""
    return lists.of_rows(portal, asked, "Plans", {"isDeleted": 1}, fields.deleted_plan)


class Route(NamedTuple):
    """An address, split at its slashes, and who answers it; a star stands for any text."""

    parts: tuple[str, ...]
    handler: Handler


def _routes() -> Iterator[Route]:
    for address, handler in ADDRESSES.items():
        yield Route(tuple(address.split("/")), handler)


ADDRESSES: Final[Mapping[str, Handler]] = {
    "journal": lists.journal,
    "subject": listing("Subjects", fields.short("Subjects")),
    "subject/all": listing("Subjects", fields.subject),
    "subject/*": single("Subjects", fields.subject_in_full, missing=NO_COMPANY),
    "subject/biin/*": participant(fields.subject_in_full),
    "subject/biin/*/address": of_participant("Address"),
    "subject/biin/*/employees": of_participant("Employees", fields.employee),
    "rnu": listing("Rnu", fields.short("Rnu")),
    "rnu/*": inclusions,
    "plans": lists.customers,
    "plans/all": listing("Plans", fields.plan),
    "plans/kato": lists.nested("Plans", "PlansKato"),
    "plans/spec": lists.nested("Plans", "PlansSpec"),
    "plans/deleted": deleted_plans,
    "plans/view/*": single("Plans", fields.plan),
    "plans/*": listing("Plans", fields.plan, by="subjectBiin"),
    "trd-buy": listing("TrdBuy", fields.short("TrdBuy")),
    "trd-buy/all": listing("TrdBuy", fields.everything),
    "trd-buy/*": single("TrdBuy", fields.everything),
    "trd-buy/number-anno/*": single("TrdBuy", fields.everything, by="numberAnno"),
    "trd-buy/bin/*": listing("TrdBuy", fields.short("TrdBuy"), by="orgBin"),
    "trd-buy/*/commission": part("TrdBuy", "Commission"),
    "trd-buy/*/pause": part("TrdBuy", "Pause", fields.pause),
    "trd-buy/*/cancel": part("TrdBuy", "Cancel"),
    "trd-app": listing("TrdApp", fields.bid),
    "trd-app/*": single("TrdApp", fields.bid),
    "lots": listing("Lots", fields.lot),
    "lots/*": single("Lots", fields.lot),
    "lots/number-anno/*": listing("Lots", fields.lot, by="trdBuyNumberAnno"),
    "lots/bin/*": listing("Lots", fields.lot, by="customerBin"),
    "contract": listing("Contract", fields.short("Contract")),
    "contract/all": listing("Contract", fields.everything),
    "contract/number": single("Contract", fields.everything, by="contractNumber"),
    "contract/number-sys": single("Contract", fields.everything, by="contractNumberSys"),
    "contract/*": single("Contract", fields.everything),
    "contract/number-anno/*": listing("Contract", fields.everything, by="trdBuyNumberAnno"),
    "contract/supplier/*": listing("Contract", fields.short("Contract"), by="supplierBiin"),
    "contract/customer/*": listing("Contract", fields.short("Contract"), by="customerBin"),
    "contract/*/units": part("Contract", "ContractUnits", fields.unit),
    "acts": listing("Acts", fields.act),
    "acts/*": single("Acts", fields.act),
    "treasury-pay": listing("TreasuryPay", fields.everything),
    "treasury-pay/*": single("TreasuryPay", fields.everything, by="contractId"),
    "refs/*": lists.dictionary,
    "refs/*/*": lists.dictionary_entry,
}
ROUTES: Final = tuple(_routes())


def answer(portal: Portal, asked: Asked) -> Answer:
    """Answer a GET below `/v3`. Raises Missing for what is not there."""
    parts = tuple(asked.path.removeprefix("/v3/").strip("/").split("/"))
    for route in ROUTES:
        if len(route.parts) == len(parts) and _fits(route.parts, parts):
            values = [value for mark, value in zip(route.parts, parts, strict=True) if mark == "*"]
            return route.handler(portal, asked, "/".join(values))
    raise Missing("Страница не найдена.")


def _fits(marks: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return all(mark in ("*", part) for mark, part in zip(marks, parts, strict=True))
