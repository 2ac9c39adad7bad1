"""What follows a contract: acts of acceptance, and the money."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal, finish
from deploy.sandbox.world.tale import Record, Row, Tale
from deploy.sandbox.world.workdays import DAY, at, office_hour, text, working_after

DRAFT_ACT, SIGNED_ACT, REVOKED_ACT = 10, 15, 20


def act(
    tale: Tale,
    deal: Deal,
    created: int,
    approved: int,
    amount: float,
    *,
    overdue: int = 0,
    fine: float = 0.0,
    last: bool = True,
) -> Record:
    """An act over a gross amount: handed in, then signed by the customer."""
    record = tale.add("Acts", created, {})
    record.row.update(_row(deal, record, created, amount, last=last))
    record.patch(
        approved, approveDate=text(approved), statusId=SIGNED_ACT, statusNameRu="утвержден",
        statusNameKz="бекітілді", dayOverdue=overdue, sumFine=fine,
    )  # fmt: skip
    deal.acts.append(record)
    return record


def pay(tale: Tale, deal: Deal, when: int, amount: float, *, advance: bool = False) -> None:
    """A payment: through the treasury, or noted in the contract by one who is no state body."""
    if deal.buyer.gu:
        record = tale.add("TreasuryPay", when, {})
        record.row.update(_payment(deal, record, when, amount, advance=advance))
        return
    deal.payments = sorted(
        [*deal.payments, (when, _noted(deal, when, amount, advance=advance))], key=_moment
    )
    for version in (deal.record, *deal.earlier):
        _write_payments(deal, version)


def _write_payments(deal: Deal, version: Record) -> None:
    own = [pair for pair in deal.payments if deal.in_force(pair[0]) is version]
    version.changes = [change for change in version.changes if "ContractPayment" not in change[1]]
    for number, (moment, _) in enumerate(own, 1):
        version.patch(moment, ContractPayment=[row for _, row in own[:number]])


def _moment(payment: tuple[int, Row]) -> int:
    return payment[0]


def _noted(deal: Deal, when: int, amount: float, *, advance: bool) -> Row:
    contract = deal.in_force(when).id
    return {
        "id": deal.root.id * 10 + len(deal.payments), "contractId": contract,
        "actId": 0 if advance or not deal.acts else deal.acts[-1].id, "createDate": text(when),
        "paySum": amount, "specId": 0, "payDate": text(at(when // DAY, 0)), "currency": "KZT",
        "rate": 1, "systemId": 3, "indexDate": text(when),
    }  # fmt: skip


def carry_out(tale: Tale, deal: Deal, *, parts: int = 1, late: int = 0) -> int:
    """Deliver in parts before the term (or so many days late), accept and pay; the last moment."""
    rng = tale.rng
    start, end = deal.signed // DAY, deal.until + late
    first = _first_act(deal, start, end)
    gross = deal.gross
    advance = _advance(tale, deal)
    done, moment = 0.0, deal.signed
    for part in range(1, parts + 1):
        low = first + (end - first) * (part - 1) // parts
        high = max(low, first + (end - first) * part // parts)
        day = end if late and part == parts else rng.randint(low, high)
        created = office_hour(rng, working_after(day, 0) if not late else day, 9, 13)
        approved = office_hour(rng, working_after(created // DAY, rng.randint(0, 2)), 14, 18)
        amount = round(gross / parts, 2) if part < parts else round(gross - done, 2)
        overdue = late if part == parts else 0
        fine = round(overdue * terms.PENALTY_A_DAY * amount, 2)
        act(tale, deal, created, approved, amount, overdue=overdue, fine=fine, last=part == parts)
        paid_day = working_after(approved // DAY + rng.randint(2, 20), 0)
        moment = max(moment + 60, office_hour(rng, paid_day, 10, 17))
        due = amount - (advance if part == parts else 0)
        pay(tale, deal, moment, round(due, 2))
        done += amount
    finish(deal, moment + 60, gross)
    return moment


def _first_act(deal: Deal, start: int, end: int) -> int:
    """The earliest day on which enough work can have been done to be accepted."""
    share = 0.2 if deal.subject == 1 else 0.5
    least = 2 if deal.subject == 1 else 8
    return min(end, max(deal.since + 1, start + max(least, int((end - start) * share))))


def _advance(tale: Tale, deal: Deal) -> float:
    percent = deal.lines[0].point.prepayment
    if not percent:
        return 0.0
    amount = round(deal.gross * percent / 100, 2)
    secured = working_after(deal.signed // DAY, terms.term("securities") + 1)
    pay(tale, deal, office_hour(tale.rng, secured, 10, 12), amount, advance=True)
    return amount


def _row(deal: Deal, record: Record, created: int, amount: float, *, last: bool) -> Row:
    when, contract = text(created), deal.in_force(created).id
    places = [
        {"id": record.id * 10 + k, "actId": record.id, "unitId": contract * 10 + k,
         "quantity": round(line.quantity * amount / deal.gross, 3) if deal.gross else 0,
         "amount": round(amount * line.net / deal.net, 2) if deal.net else 0,
         "createDate": when, "systemId": 3}
        for k, line in enumerate(deal.lines)
    ]  # fmt: skip
    return {
        "aktDate": when, "numberAct": f"A{record.id}/{deal.version:02}/{len(deal.acts) + 1}",
        "approveDate": None, "revokeDate": None, "createDateAct": when,
        "contractRootId": deal.root.id, "contractId": contract, "statusId": DRAFT_ACT,
        "isDeleted": 0, "dayOverdue": 0, "sumAvans": 0, "sumBeginning": 0, "sumFine": 0,
        "sumPreviously": 0, "createDateGenInfo": when, "statusNameRu": "на подписании",
        "statusNameKz": "қол қоюда", "supplierId": deal.supplier.pid, "customerId": deal.buyer.pid,
        "isGu": int(deal.buyer.gu), "typeAct": 1, "refSubjectTypeId": deal.subject, "parentId": 0,
        "allDone": int(last), "systemId": 3, "Place": places, "Members": [], "SpecSum": [],
    }  # fmt: skip


def _payment(deal: Deal, record: Record, when: int, amount: float, *, advance: bool) -> Row:
    signed = text(at(deal.signed // DAY, 0))
    position = deal.lines[0].point.position
    day, contract = text(at(when // DAY, 0)), deal.in_force(when).id
    return {
        "nomZa": f"EGZ-{record.id}/01-001", "contractId": contract, "dtReg": text(when),
        "nomUved": str(contract % 10**7), "supplier": deal.supplier.name_ru,
        "rnnSupplier": None, "bikSupplier": "QADGKZKA",
        "iikSupplier": f"KZ000000{deal.supplier.pid:012}", "codeSupplier": str(deal.supplier.pid),
        "nomDog": deal.number, "dtDog": signed, "itemDescription": position.name_ru,
        "quantity": 1, "unitPrice": amount, "nomDop": None, "dtDop": None, "typeBujet": "03",
        "budgetNameRu": "Районный бюджет", "budgetNameKz": "Аудан бюджеті", "kato": "620101",
        "func": "457001015", "espk": "000149", "gu": str(2_000_000 + deal.buyer.pid),
        "finSource": "1", "poHeaderId": contract, "vendorId": deal.supplier.pid,
        "pdiUpdateDate": text(when), "prepaySum": amount if advance else 0, "strPrepaySum": "",
        "checkId": record.id, "invoiceId": record.id,
        "payDescription": "аванс" if advance else "оплата по акту", "invnum": str(record.id),
        "payAmount": amount, "checkNumber": str(record.id), "payDate": day,
        "codeCombinationId": 0, "ppn": 0, "accountingDate": 0, "systemId": 3,
    }  # fmt: skip
