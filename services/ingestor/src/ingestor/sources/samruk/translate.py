"""Records of the public search become OCDS releases: a notice its tender, a card its contract.

A card that names its notice (`advertNumber`) joins the notice's process; one without is a process
of its own. Bids are not shown by the search, so none are made up. Statuses are kept as received
beside the words of OCDS. Sums are without VAT where the field says so (NoNds) and with it else.
"""

from collections.abc import Mapping
from typing import Any, Final

PREFIX: Final = "ocds-sk0000"

TENDER_STATUS: Final = {
    "PUBLISHED": "active", "CANCELED": "cancelled", "CANCELLED": "cancelled",
    "COMPLETED": "complete", "FINISHED": "complete", "FAILED": "unsuccessful",
}  # fmt: skip
CONTRACT_STATUS: Final = {
    "PROJECT": "pending", "DRAFT": "pending", "SIGNED": "active", "ACTIVE": "active",
    "EXECUTED": "terminated", "FULFILLED": "terminated", "TERMINATED": "terminated",
    "RESCINDED": "terminated", "CANCELED": "cancelled", "CANCELLED": "cancelled",
}  # fmt: skip
CATEGORY: Final = {"GOODS": "goods", "WORKS": "works", "WORK": "works", "SERVICES": "services"}
ZERO: Final[tuple[Any, ...]] = (None, "", [], {})

Record = Mapping[str, Any]


def of_notice(notice: Record) -> dict[str, Any] | None:
    """Return the release of a notice; None where it has no id."""
    number = notice.get("id")
    if number is None:
        return None
    customer = _party(notice.get("customer"), "buyer")
    status = str(notice.get("advertStatus") or "")
    tender = {
        "id": str(number),
        "title": notice.get("nameRu") or notice.get("nameKk"),
        "status": TENDER_STATUS.get(status),
        "statusDetails": status,
        "value": _value(notice.get("sumTruNoNds")),
        "tenderPeriod": _filled(
            startDate=notice.get("acceptanceBeginDateTime"),
            endDate=notice.get("acceptanceEndDateTime"),
        ),
        "procuringEntity": _reference(customer),
        "lots": [lot for lot in map(_lot, _objects(notice.get("lots"))) if lot],
    }
    return _release(
        f"{PREFIX}-{number}", notice.get("lastModifiedDate"), "tender", [customer],
        tender=_filled(**tender), buyer=_reference(customer),
    )  # fmt: skip


def of_card(card: Record) -> dict[str, Any] | None:
    """Return the release of a contract card; None where it has no id."""
    number = card.get("id")
    if number is None:
        return None
    customer, supplier = (
        _party(card.get("customer"), "buyer"),
        _party(card.get("supplier"), "supplier"),
    )
    status = str(card.get("contractCardStatus") or "")
    award = _filled(id=f"a{number}", status="active", suppliers=[_reference(supplier)])
    contract = _filled(
        id=str(card.get("systemNumber") or number),
        awardID=f"a{number}",
        status=CONTRACT_STATUS.get(status),
        statusDetails=status,
        dateSigned=card.get("contractDateTime"),
        value=_value(card.get("sumNds")),
        x_executed=_value(card.get("executionSumNds")),
        items=[item for item in map(_item, _objects(card.get("contractItems"))) if item],
    )
    advert = card.get("advertNumber")
    category = CATEGORY.get(str(card.get("tenderSubjectType") or ""))
    return _release(
        f"{PREFIX}-{advert}" if advert else f"{PREFIX}-c{number}",
        card.get("lastModifiedDate") or card.get("contractDateTime"),
        "contract",
        [customer, supplier],
        buyer=_reference(customer),
        awards=[award] if supplier else [],
        contracts=[contract],
        tender=_filled(id=str(advert), mainProcurementCategory=category) if advert else None,
    )


def _release(
    ocid: str, date: Any, tag: str, parties: list[dict[str, Any]], **parts: Any
) -> dict[str, Any]:
    known = [party for party in parties if party]
    return _filled(ocid=ocid, id=f"{ocid}-{tag}-{date}", date=date, tag=[tag],
                   language="ru", parties=known, **parts)  # fmt: skip


def _party(subject: Any, role: str) -> dict[str, Any]:
    """Return a party, by its BIN or IIN; who it is, and whether a person, is judged at intake."""
    if not isinstance(subject, Mapping):
        return {}
    number = subject.get("bin") or subject.get("identifier")
    local = number or subject.get("id")
    if local is None and not subject.get("nameRu"):
        return {}
    return _filled(
        id=str(local) if local is not None else None,
        name=subject.get("nameRu") or subject.get("nameKk"),
        identifier=_filled(id=str(number)) if number else None,
        roles=[role],
    )


def _reference(party: Record) -> dict[str, Any]:
    return _filled(id=party.get("id"), name=party.get("name"))


def _lot(lot: Record) -> dict[str, Any]:
    return _filled(
        id=str(lot["id"]) if lot.get("id") is not None else None,
        title=lot.get("nameRu") or lot.get("nameKk"),
        value=_value(lot.get("sumTruNoNds")),
        statusDetails=lot.get("lotStatus"),
    )


def _item(item: Record) -> dict[str, Any]:
    product = item.get("truHistory")
    product = product if isinstance(product, Mapping) else {}
    code = _filled(scheme="ENSTRU", id=product.get("code"), description=product.get("ru"))
    return _filled(
        id=str(item.get("lotNumber") or item.get("lotId") or item.get("id") or ""),
        relatedLot=str(item["lotId"]) if item.get("lotId") is not None else None,
        quantity=item.get("count"),
        classification=code if code.get("id") else None,
        description=product.get("briefRu") or product.get("ru"),
        x_sum=_value(item.get("sumNds")),
    )


def _value(amount: Any) -> dict[str, Any] | None:
    return None if amount is None else {"amount": amount, "currency": "KZT"}


def _objects(value: Any) -> list[Record]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _filled(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ZERO}
