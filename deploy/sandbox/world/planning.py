"""The annual plan: a customer's intention to buy something, in one or several versions.

Sums of the plan are without VAT (R12(2)). An edit is a new row with a new id and the same
`rootrecordId`; the old one stops being active.
"""

from dataclasses import dataclass
from typing import Any, Final

from deploy.sandbox.world import places, terms
from deploy.sandbox.world.catalogue import GOODS, Position
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.places import Place
from deploy.sandbox.world.tale import Record, Row, Tale
from deploy.sandbox.world.workdays import DAY, date_of, text

APPROVED, PUBLISHED, EXECUTED, REFUSED, DESK_CONTROL = 2, 310, 19, 20, 444
MIDDLE: Final = 15  # day of a month
SPECIFICS: Final = {1: ("149", "Приобретение прочих запасов"), 2: ("421", "Капитальный ремонт"),
                    3: ("159", "Оплата прочих услуг и работ")}  # fmt: skip
ELSEWHERE_SHARE: Final = 0.12
BUDGETS: Final = {"rural": (6, "Бюджет сельского округа"), "district": (5, "Районный бюджет")}


@dataclass(slots=True)
class Point:
    """A plan point as the purchase uses it: sums net of VAT, in KZT."""

    record: Record
    root: int
    buyer: Party
    position: Position
    method: int
    quantity: float
    price: float
    amount: float
    year: int
    place: Place
    prepayment: int = 0
    justification: int = 0
    act: str = ""
    """The number of the act that approves it, where the story tells it."""

    @property
    def id(self) -> int:
        """The id of the version in force."""
        return self.record.id


def quantity_for(position: Position, amount: float) -> tuple[float, float, float]:
    """How many for about that money: quantity, price of one, and the exact amount."""
    if position.subject != GOODS:
        return 1, round(amount, 2), round(amount, 2)
    quantity = max(1, round(amount / position.price))
    price = round(min(position.price, amount / quantity), 2)
    return quantity, price, round(price * quantity, 2)


def plan(
    tale: Tale,
    at: int,
    position: Position,
    method: int,
    amount: float,
    *,
    price: float | None = None,
    buyer: Party | None = None,
    justification: int = 0,
    prepayment: int | None = None,
    year: int | None = None,
    place: Place | None = None,
) -> Point:
    """Enter a point in the plan and have the plan approved the same hour.

    `price` is the price of one where the story sets it; otherwise it follows the catalogue.
    """
    buyer = buyer or tale.buyer
    quantity, usual, exact = quantity_for(position, amount)
    if price is not None:
        quantity = max(1, round(amount / price))
        usual, exact = price, round(price * quantity, 2)
    point = Point(
        record=Record("Plans", 0, at, {}),
        root=0,
        buyer=buyer,
        position=position,
        method=method,
        quantity=quantity,
        price=usual,
        amount=exact,
        year=year or tale.year,
        place=place or place_of(tale, buyer),
        prepayment=_advance(position, prepayment),
        justification=justification,
    )
    point.record = tale.add("Plans", at, _row(point, at))
    point.root = point.record.id
    _complete(point.record, point)
    return point


def place_of(tale: Tale, buyer: Party) -> Place:
    """Where to deliver: at the customer's seat, now and then elsewhere."""
    return places.pick(tale.rng) if tale.rng.random() < ELSEWHERE_SHARE else buyer.place


def _advance(position: Position, wanted: int | None) -> int:
    if position.kind == "construction":
        return terms.ADVANCE_WORKS
    return wanted or 0


def replan(tale: Tale, point: Point, at: int, **changes: Any) -> None:
    """Change the plan: a new version of the point takes the place of the old one."""
    old = point.record
    for name, value in changes.items():
        setattr(point, name, value)
    point.record = tale.add("Plans", at, _row(point, at))
    _complete(point.record, point)
    old.patch(at, isActive=0)


def withdraw(point: Point, at: int) -> None:
    """Take the point back: the customer refuses the purchase."""
    point.record.patch(at, refPlnPointStatusId=REFUSED)


def _complete(record: Record, point: Point) -> None:
    row, position = record.row, point.position
    row["rootrecordId"] = point.root
    specifics = SPECIFICS[position.subject]
    row["PlanActs"]["id"] = record.id // 10
    row["PlansKato"][0].update(id=record.id * 2, plnPointsId=record.id)
    row["PlansSpec"] = [
        {
            "id": record.id * 2 + 1, "plnPointsId": record.id, "refEkrbId": 878,
            "ekrbCode": specifics[0], "ekrbNameRu": specifics[1], "ekrbNameKz": specifics[1],
            "count": point.quantity, "price": point.price, "amount": point.amount,
            "abpCode": "457", "abpNameRu": "Отдел района", "abpNameKz": "Аудан бөлімі",
            "fkrbProgramCode": "001", "fkrbProgramNameRu": "Услуги на местном уровне",
            "fkrbProgramNameKz": "Жергілікті деңгейдегі қызметтер", "isActive": 1, "isDeleted": 0,
            "systemId": 3, "indexDate": row["indexDate"],
        }
    ]  # fmt: skip


def act_number(at: int) -> str:
    """Name the act that approves a change: a plan is changed twice a month at most."""
    day = date_of(at // DAY)
    return str(2 * day.month - (day.day <= MIDDLE))


def _row(point: Point, at: int) -> Row:
    position, buyer, when = point.position, point.buyer, text(at)
    budget = BUDGETS["rural" if buyer.rural else "district"][0]
    days = max(15, 30 if position.subject == GOODS else 60)
    month = date_of(at // DAY).month if point.year == date_of(at // DAY).year else 1
    return {
        "idc": None, "sysSubjectsId": buyer.pid, "sysOrganizatorId": buyer.pid,
        "subjectBiin": buyer.number, "subjectNameRu": buyer.name_ru, "subjectNameKz": buyer.name_kz,
        "nameRu": position.name_ru, "nameKz": position.name_kz, "refTradeMethodsId": point.method,
        "refUnitsCode": position.unit, "codeGu": str(2_000_000 + buyer.pid) if buyer.gu else None,
        "count": point.quantity, "price": point.price, "amount": point.amount,
        "refMonthsId": month, "refPlnPointStatusId": APPROVED,
        "plnPointYear": point.year, "refSubjectTypeId": position.subject,
        "refEnstruCode": position.code, "refEnstruId": 0, "refFinsourceId": 1, "refAbpCode": 457,
        "isQvazi": 0, "dateCreate": when, "timestamp": when, "refPointTypeId": 1,
        "descRu": position.desc_ru, "descKz": position.desc_kz, "extraDescKz": None,
        "extraDescRu": None, "sum1": point.amount, "sum2": 0, "sum3": 0,
        "supplyDateRu": f"{days} күнтізбелік күн", "prepayment": point.prepayment,
        "refJustificationId": point.justification, "refAmendmentAgreemTypeId": 0,
        "refAmendmAgreemJustifId": 0, "contractPrevPointId": 0, "disablePersonId": 0,
        "transferSysSubjectsId": 0, "transferType": 0, "refBudgetTypeId": budget,
        "createdinActId": 0, "isActive": 1, "activeActId": 0, "isDeleted": 0, "systemId": 3,
        "indexDate": when,
        "PlanActs": {
            "planActNumber": point.act or act_number(at), "refPlanStatusId": 3,
            "planFinYear": point.year, "planPreliminary": 0, "dateApproved": when, "isActive": 1,
            "isDeleted": 0, "systemId": 3, "indexDate": when,
        },
        "PlansKato": [
            {
                "refKatoCode": point.place.kato, "refCountriesCode": "398",
                "fullDeliveryPlaceNameRu": point.place.full_ru,
                "fullDeliveryPlaceNameKz": point.place.full_kz, "count": point.quantity,
                "isActive": 1, "isDeleted": 0, "systemId": 3, "indexDate": when,
            }
        ],
        "RefEnstru": {
            "code": position.code, "nameRu": position.name_ru, "nameKz": position.name_kz,
        },
    }  # fmt: skip
