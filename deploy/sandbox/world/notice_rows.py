"""How the portal writes down notices, lots and bids."""

from typing import Final

from deploy.sandbox.world import terms
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.tale import Row, Tale
from deploy.sandbox.world.tenders import DISCUSSED, TAKING_PRICES, Bid, Lot, Notice
from deploy.sandbox.world.workdays import text

SYMBOLS: Final = {2: "ОК", 3: "ЗЦП", 6: "ОИ", 22: "ДК", 52: "ГСЗ", 60: "ЭМ", 78: "АУК",
                  120: "КпОПО", 133: "КиРС", 188: "КРБС", 201: "КСПК"}  # fmt: skip
FIRST, REPEATED, SINGLE = 1, 2, 3
"""`refTypeTradeId` in the world's dictionary."""


def app_lot(app: int, place: int, lot: Lot, bid: Bid, status: int) -> Row:
    """A bid's line for one lot, in one of its states."""
    assert lot.record
    quantity = sum(point.quantity for point in lot.points)
    line = app * 10 + place
    share = bid.amount / lot.amount
    return {
        "id": line, "appId": app, "lotId": lot.record.id, "pointList": [p.id for p in lot.points],
        "statusId": status, "price": round(bid.amount / quantity, 2), "amount": bid.amount,
        "discountValue": bid.discount,
        "discountPrice": round(bid.ranked, 2) if bid.discount else 0, "systemId": 3,
        "Offers": [
            {"id": line * 3 + k, "pointId": p.id, "lotId": lot.record.id, "appLotId": line,
             "price": round(p.price * share, 2), "amount": round(p.amount * share, 2),
             "systemId": 3}
            for k, p in enumerate(lot.points)
        ],
    }  # fmt: skip


def notice_row(tale: Tale, notice: Notice, parent: Notice | None, invited: Party | None) -> Row:
    """The notice as it is published."""
    lots, times, when = notice.lots, notice.times, text(notice.times.publish)
    first = lots[0].points[0]
    buyers = {point.buyer.number: point.buyer for lot in lots for point in lot.points}
    customer = next(iter(buyers.values())) if len(buyers) == 1 else None
    organiser = tale.buyer
    discussed = text(times.discussed) if times.discussed else None
    kind = SINGLE if invited else REPEATED if parent else FIRST
    works = int(first.position.kind == "construction")
    return {
        "numberAnno": notice.anno, "nameRu": first.position.name_ru,
        "nameKz": first.position.name_kz, "totalSum": round(sum(lot.amount for lot in lots), 2),
        "countLots": len(lots), "refTradeMethodsId": notice.method,
        "refSubjectTypeId": first.position.subject,
        "customerBin": customer.number if customer else None,
        "customerPid": customer.pid if customer else 0,
        "customerNameKz": customer.name_kz if customer else None,
        "customerNameRu": customer.name_ru if customer else None, "orgBin": organiser.number,
        "orgPid": organiser.pid, "orgNameKz": organiser.name_kz, "orgNameRu": organiser.name_ru,
        "refBuyStatusId": TAKING_PRICES if notice.method == terms.QUOTATIONS else DISCUSSED,
        "startDate": text(times.opens or times.publish), "repeatStartDate": None,
        "repeatEndDate": None, "endDate": text(times.closes), "publishDate": when,
        "itogiDatePublic": None, "refTypeTradeId": kind, "disablePersonId": 0,
        "discusStartDate": when if discussed else None, "discusEndDate": discussed,
        "idSupplier": invited.pid if invited else 0,
        "biinSupplier": invited.number if invited else None,
        "parentId": parent.record.id if parent else 0, "singlOrgSign": 0, "isLightIndustry": 0,
        "isConstructionWork": works, "refSpecPurchaseTypeId": 0, "finYear": [first.year],
        "kato": sorted({point.place.kato for lot in lots for point in lot.points}), "systemId": 3,
        "Commission": _commission(tale, notice), "Cancel": [], "Attrs": [], "Pause": None,
        "Files": _files(notice), "GeneralFiles": [],
    }  # fmt: skip


def _commission(tale: Tale, notice: Notice) -> list[Row]:
    if notice.method not in (terms.COMPETITION, terms.AUCTION, terms.FOOD):
        return []
    head = tale.buyer.head
    return [
        {"id": notice.record.id * 4 + k, "trdBuyId": notice.record.id, "fio": f"{head} {k}",
         "refCommRolesId": role, "active": 1, "bin": tale.buyer.number, "isDeleted": 0,
         "systemId": 3}
        for k, role in enumerate((1, 2, 2, 3))
    ]  # fmt: skip


def _files(notice: Notice) -> list[Row]:
    key = notice.record.id
    address = "https://ows.goszakup.gov.kz/download/trd_buy/"
    names = (
        (f"techspec_{key}.pdf", "Техническая спецификация", "Техникалық ерекшелік"),
        (f"contract_project_{key}.pdf", "Проект договора об электронных закупках", "Шарт жобасы"),
    )
    return [
        {"id": key * 2 + k, "filePath": f"{address}{key * 2 + k:032x}", "originalName": file,
         "objectId": [key], "nameRu": ru, "nameKz": kz, "systemId": 3}
        for k, (file, ru, kz) in enumerate(names)
    ]  # fmt: skip


def lot_row(notice: Notice, lot: Lot, planned: int, tries: int) -> Row:
    """A lot as it is published; `tries` counts the attempts to buy it."""
    point, union = lot.points[0], len(lot.points) > 1
    single = notice.method == terms.AFTER_FAILURE
    symbol = SYMBOLS[notice.method]
    assert lot.record
    stem = f"{lot.record.id}-ОЛ" if union else str(point.root)
    quantity = sum(p.quantity for p in lot.points)
    published = TAKING_PRICES if notice.method == terms.QUOTATIONS else DISCUSSED
    return {
        "lotNumber": f"{stem}-{symbol}{tries}", "refLotStatusId": published,
        "unionLots": int(union), "count": quantity, "amount": lot.amount,
        "nameRu": point.position.name_ru, "nameKz": point.position.name_kz,
        "descriptionRu": point.position.desc_ru, "descriptionKz": point.position.desc_kz,
        "customerId": point.buyer.pid, "customerBin": point.buyer.number,
        "customerNameRu": point.buyer.name_ru, "customerNameKz": point.buyer.name_kz,
        "trdBuyNumberAnno": notice.anno, "trdBuyId": notice.record.id, "dumping": 0,
        "refTradeMethodsId": planned if single else notice.method,
        "refBuyTradeMethodsId": notice.method,
        "psdSign": 1 if point.position.kind == "construction" else 0, "consultingServices": 0,
        "pointList": [p.id for p in lot.points], "enstruList": [0],
        "plnPointKatoList": _places(lot), "singlOrgSign": 0,
        "isLightIndustry": 0, "isConstructionWork": int(point.position.kind == "construction"),
        "disablePersonId": 0, "isDeleted": 0, "systemId": 3, "Files": [],
    }  # fmt: skip


def _places(lot: Lot) -> list[str]:
    """Codes of the places of delivery; one lot in eleven leaves them out, as on the portal."""
    if lot.points[0].root % 11 == 0:
        return []
    return sorted({point.place.kato for point in lot.points})
