"""Contracts: the draft, the signature, addenda, the end; with and without VAT."""

from dataclasses import dataclass, field
from typing import Any, Final

from deploy.sandbox.world import terms
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.planning import EXECUTED, Point
from deploy.sandbox.world.tale import Record, Row, Tale
from deploy.sandbox.world.tenders import Notice
from deploy.sandbox.world.workdays import DAY, NEVER, at, last_day, text, working_after, year_of

DRAFT, AT_SUPPLIER, TREASURY, VALID, AMENDED, EXECUTED_FULLY = 110, 131, 165, 190, 455, 390
NOT_CONCLUDED, BROKEN_BY_ONE, BROKEN_BY_BOTH = 330, 340, 350
REPORT_DRAFT, REPORT_SIGNED = "1", "2"
A_SHORT_TERM: Final = 40


@dataclass(slots=True)
class Line:
    """One line: which plan point and lot, how many, at which net price."""

    point: Point
    quantity: float
    price: float
    lot: int = 0

    @property
    def net(self) -> float:
        """The line's sum without VAT."""
        return round(self.quantity * self.price, 2)


@dataclass(slots=True)
class Deal:
    """A contract in its present version; days count from 1970, sums are in KZT."""

    root: Record
    record: Record
    buyer: Party
    supplier: Party
    lines: list[Line]
    method: int
    number: str
    signed: int
    until: int
    payer: bool
    version: int = 0
    since: int = 0
    earlier: list[Record] = field(default_factory=list)
    acts: list[Record] = field(default_factory=list)
    payments: list[tuple[int, Row]] = field(default_factory=list)

    def in_force(self, when: int) -> Record:
        """The version that was in force at a moment."""
        return next((r for r in (self.record, *reversed(self.earlier)) if r.at <= when), self.root)

    @property
    def net(self) -> float:
        """The sum without VAT."""
        return round(sum(line.net for line in self.lines), 2)

    @property
    def gross(self) -> float:
        """The sum that is really owed."""
        return terms.gross(self.net, self.signed // DAY, payer=self.payer)

    @property
    def subject(self) -> int:
        """Goods, works or services."""
        return self.lines[0].point.position.subject


def conclude(
    tale: Tale,
    *,
    supplier: Party,
    lines: list[Line],
    method: int,
    drafted: int,
    signed: int,
    until: int,
    notice: Notice | None = None,
    payer: bool | None = None,
    reported: int | None = None,
) -> Deal:
    """Draft and sign a contract that is to be carried out by the day `until`.

    `payer` says whether VAT is put on top; without it the supplier's registration decides.
    `reported` is when the report on a direct purchase is posted.
    """
    deal = _draft(
        tale, supplier=supplier, lines=lines, method=method, drafted=drafted, signed=signed,
        until=until, notice=notice, payer=payer,
    )  # fmt: skip
    deal.record.patch((drafted + signed) // 2, refContractStatusId=AT_SUPPLIER, ecCustomerApprove=1)
    _sign(deal, signed, reported)
    return deal


def evade(
    tale: Tale, supplier: Party, line: Line, notice: Notice, *, drafted: int, due: int
) -> Deal:
    """Send a draft to a winner who lets the day on which he has to sign go by."""
    deal = _draft(
        tale, supplier=supplier, lines=[line], method=notice.method, drafted=drafted, signed=due,
        until=due // DAY + A_SHORT_TERM, notice=notice, payer=None,
    )  # fmt: skip
    deal.record.patch(drafted + 3600, refContractStatusId=AT_SUPPLIER, ecCustomerApprove=1)
    deal.record.patch(due, refContractStatusId=NOT_CONCLUDED)
    return deal


def leave_unsigned(tale: Tale, supplier: Party, line: Line, notice: Notice, drafted: int) -> Deal:
    """Send a draft to a winner that nobody ever signs or calls off."""
    deal = _draft(
        tale, supplier=supplier, lines=[line], method=notice.method, drafted=drafted,
        signed=drafted, until=drafted // DAY + A_SHORT_TERM, notice=notice, payer=None,
    )  # fmt: skip
    deal.record.patch(drafted + 3600, refContractStatusId=AT_SUPPLIER, ecCustomerApprove=1)
    return deal


def _draft(
    tale: Tale,
    *,
    supplier: Party,
    lines: list[Line],
    method: int,
    drafted: int,
    signed: int,
    until: int,
    notice: Notice | None,
    payer: bool | None,
) -> Deal:
    buyer = lines[0].point.buyer
    own = buyer.number == tale.buyer.number
    entry = tale.contract_number()
    number = f"{entry:04}" if own else f"9{tale.number:05}{tale.roots:02}"
    sys_number = f"{buyer.number}/{lines[0].point.year % 100:02}{number}"
    record = tale.add("Contract", drafted, {})
    deal = Deal(
        record, record, buyer, supplier, lines, method, sys_number, signed, until,
        supplier.pays_vat(signed // DAY) if payer is None else payer,
    )  # fmt: skip
    record.row.update(_row(deal, notice, drafted))
    record.row.update(parentId=0, rootId=record.id, refContractTypeId=1)
    record.row["signDate"] = None
    return deal


def _sign(deal: Deal, signed: int, reported: int | None) -> None:
    record = deal.record
    status = TREASURY if deal.buyer.gu else VALID
    fields = {"signDate": text(signed), "ecSupplierApprove": 1, "refContractStatusId": status}
    record.patch(signed + 1, **fields)
    if deal.buyer.gu:
        registered = at(working_after(signed // DAY, 1), 10, 30)
        request = str(record.id % 10**7)
        record.patch(
            registered, refContractStatusId=VALID, treasureReqNum=request,
            treasureReqDate=text(registered), treasureNotNum=request,
            treasureNotDate=text(registered),
        )  # fmt: skip
    if reported is not None:
        record.patch(
            reported, reportStatus=REPORT_SIGNED, reportCreatedAt=text(reported - 3600),
            reportSignAt=text(reported),
        )  # fmt: skip


def amend(
    tale: Tale,
    deal: Deal,
    when: int,
    reasons: tuple[int, ...],
    *,
    prices: float = 1.0,
    quantities: float = 1.0,
    until: int | None = None,
) -> None:
    """Sign an addendum: factors for prices and quantities, a new day of completion."""
    old = deal.record
    deal.earlier.append(old)
    for line in deal.lines:
        line.price = round(line.price * prices, 2)
        line.quantity = round(line.quantity * quantities, 3)
    deal.until = until or deal.until
    deal.version += 1
    deal.since = when // DAY
    deal.record = tale.add("Contract", when, {})
    row = deal.record.row
    row.update(_row(deal, None, when))
    row.update({name: old.row[name] for name in KEPT})
    row.update(
        parentId=old.id, rootId=deal.root.id, refContractTypeId=2, signDate=text(when),
        refContractStatusId=VALID, refAmendmAgreemJustifId=list(reasons), ecCustomerApprove=1,
        ecSupplierApprove=1,
    )  # fmt: skip
    old.patch(when + 1, refContractStatusId=AMENDED)
    for moment, fields in deal.root.changes:
        if "reportStatus" in fields:
            deal.record.patch(moment, **fields)


KEPT: Final = ("trdBuyId", "trdBuyNumberAnno", "trdBuyNameRu", "trdBuyNameKz", "enforcement",
               "trdBuyItogiDatePublic", "signReasonDocName", "signReasonDocDate")  # fmt: skip


def finish(deal: Deal, when: int, paid: float) -> None:
    """Note that the contract has been carried out and paid."""
    net = round(paid * deal.net / deal.gross, 2) if deal.gross else 0
    units = [
        {**unit, "executed": 1, "execFaktDate": text(when), "factSum": unit["totalSum"],
         "factSumWnds": unit["totalSumWnds"], "refContractStatusId": EXECUTED_FULLY}
        for unit in deal.record.row["ContractUnits"]
    ]  # fmt: skip
    deal.record.patch(
        when, refContractStatusId=EXECUTED_FULLY, faktExecDate=text(when), faktSum=net,
        faktSumWnds=paid, contractEndDate=text(when), ContractUnits=units,
    )  # fmt: skip
    for line in deal.lines:
        line.point.record.patch(when, refPlnPointStatusId=EXECUTED)


def break_off(deal: Deal, when: int, status: int, ground: int) -> None:
    """End the contract before its term."""
    deal.record.patch(
        when, refContractStatusId=status, contractEndDate=text(when), refContractCancelId=ground
    )


def _units(deal: Deal, notice: Notice | None, when: int) -> list[Row]:
    day = deal.signed // DAY
    record = deal.record
    units = []
    for place, line in enumerate(deal.lines):
        wnds = terms.gross(line.net, day, payer=deal.payer)
        units.append({
            "id": record.id * 10 + place, "lotId": line.lot, "plnPointId": line.point.id,
            "itemPrice": line.price,
            "itemPriceWnds": terms.gross(line.price, day, payer=deal.payer),
            "quantity": line.quantity, "totalSum": line.net, "totalSumWnds": wnds,
            "contractSum": deal.net, "contractSumWnds": deal.gross, "factSum": 0,
            "factSumWnds": 0, "ksProc": 0, "ksSum": 0, "deleted": 0,
            "trdBuyId": notice.record.id if notice else deal.root.row.get("trdBuyId", 0),
            "contractRegistryId": record.id, "crdate": text(when), "execFaktDate": None,
            "execPlanDate": text(at(deal.until, 0)), "executed": 0,
            "parentId": 0 if deal.version == 0 else record.id * 10 + place,
            "rootId": deal.root.id * 10 + place, "refContractStatusId": VALID, "crDeleted": 0,
            "refAmendmAgreemJustifId": [0], "systemId": 3,
            "refEnstruCode": [line.point.position.code],
        })  # fmt: skip
    return units


def _row(deal: Deal, notice: Notice | None, when: int) -> dict[str, Any]:
    buyer, supplier, point = deal.buyer, deal.supplier, deal.lines[0].point
    direct = deal.method == terms.DIRECT
    several = year_of(deal.until) > point.year
    results = text(notice.times.results) if notice else None
    ends = last_day(max(point.year, year_of(deal.until)))
    return {
        "trdBuyId": notice.record.id if notice else 0,
        "trdBuyNumberAnno": notice.anno if notice else None,
        "trdBuyNameRu": point.position.name_ru if notice else None,
        "trdBuyNameKz": point.position.name_kz if notice else None,
        "refAmendmAgreemJustifId": [0], "refContractStatusId": DRAFT, "deleted": 0,
        "crdate": text(when), "supplierId": supplier.pid, "supplierBiin": supplier.number,
        "supplierBik": "QADGKZKA", "supplierIik": f"KZ000000{supplier.pid:012}",
        "supplierFio": supplier.head, "supplierBankNameKz": '"Ойдан шығарылған банк" АҚ',
        "supplierBankNameRu": 'АО "Вымышленный банк"', "supplierLegalAddress": supplier.address,
        "supplierBillId": supplier.pid * 3, "supplierPhone": supplier.phone,
        "contractNumber": f"{deal.number}/{deal.version:02}",
        "signReasonDocName": "Протокол об итогах" if notice else "Решение первого руководителя",
        "signReasonDocDate": results or text(when), "trdBuyItogiDatePublic": results,
        "customerId": buyer.pid, "customerBin": buyer.number, "customerBik": "QADGKZ2A",
        "customerIik": f"KZ000001{buyer.pid:012}", "customerFio": buyer.head,
        "customerBillId": buyer.pid * 3, "customerBankNameKz": '"Ойдан шығарылған қазынашылық"',
        "customerBankNameRu": "Вымышленное казначейство", "customerLegalAddress": buyer.address,
        "customerPhone": buyer.phone, "contractNumberSys": f"{deal.number}/{deal.version:02}",
        "paymentsTermsRu": "в течение 30 календарных дней", "paymentsTermsKz": "30 күн ішінде",
        "refSubjectTypeId": deal.subject, "refSubjectTypesId": deal.subject, "isGu": int(buyer.gu),
        "finYear": point.year, "refContractAgrFormId": 1,
        "refContractYearTypeId": 2 if several else 1, "refFinsourceId": 1,
        "refCurrencyCode": "KZT", "exchangeRate": 1, "contractSum": deal.net,
        "contractSumWnds": deal.gross, "ecEndDate": text(at(ends, 0)),
        "planExecDate": text(at(deal.until, 0)), "faktExecDate": None, "faktSum": 0,
        "faktSumWnds": 0, "contractEndDate": None, "refContractCancelId": 0,
        "descriptionKz": point.position.name_kz, "descriptionRu": point.position.name_ru,
        "faktTradeMethodsId": deal.method, "ecCustomerApprove": 0, "ecSupplierApprove": 0,
        "contractMs": 0, "treasureReqNum": None, "treasureReqDate": None, "treasureNotNum": None,
        "treasureNotDate": None, "withNds": int(deal.payer),
        "reportStatus": REPORT_DRAFT if direct else None, "reportCreatedAt": None,
        "reportSignAt": None, "enforcement": 2 if deal.method in (terms.DIRECT, 60) else 1,
        "systemId": 3, "ContractUnits": _units(deal, notice, when), "ContractTreas": [],
        "ContractPayment": [], "ContractSpecSum": [], "Agreement": [],
        "SupplierBills": {"id": supplier.pid * 3, "sysSubjectsId": supplier.pid, "enddate": NEVER},
    }  # fmt: skip
