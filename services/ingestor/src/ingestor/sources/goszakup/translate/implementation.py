"""What follows a contract: acts of acceptance, the milestones they meet, and payments."""

from typing import Any

from ingestor.sources.goszakup.payloads_contracts import Act, Contract, Payment, TreasuryPayment
from ingestor.sources.goszakup.translate.documents import documents
from ingestor.sources.goszakup.translate.parts import TENGE, money, present
from ingestor.sources.goszakup.translate.versions import Versions, customer_in_number
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import key, moment, number, text


def acts(view: View, versions: Versions, currency: str) -> list[dict[str, Any]]:
    """Write the acts of a contract as they are, revoked ones too; an amount is in `currency`."""
    return [_act(act, currency) for act in acts_of(view, versions)]


def implementation(view: View, versions: Versions, currency: str) -> dict[str, Any]:
    """Write payments as transactions and acts as milestones with their documents."""
    own = acts_of(view, versions)
    files = [file for act in own for file in act.file or ()]
    return present(
        {
            "transactions": _transactions(view, versions, currency),
            "milestones": [_milestone(act) for act in own],
            "documents": documents(files, kind="completionCertificate"),
        }
    )


def asked(view: View, versions: Versions) -> list[str]:
    """Say of what the portal was asked: then none that is told is none there.

    The treasury tells of payments by state bodies; that it tells of none says nothing of others'.
    """
    one = versions.all
    acts_told = view.bundle.acts_asked or any(v.acts is not None for v in one)
    paid_told = any(v.treasury_pay is not None or v.contract_payment is not None for v in one)
    return [name for name, told in (("acts", acts_told), ("payments", paid_told)) if told]


def acts_of(view: View, versions: Versions) -> list[Act]:
    """Return the acts of any version of a contract, oldest first."""
    ids = versions.ids()
    found = [
        act
        for act in view.bundle.acts
        if (key(act.contract_root_id) in ids or key(act.contract_id) in ids)
        and text(act.is_deleted) != "1"
    ]
    return sorted(found, key=lambda act: number(act.id) or 0)


def _act(act: Act, currency: str) -> dict[str, Any]:
    return present(
        {
            "id": key(act.id),
            "number": text(act.number_act),
            "date": moment(act.akt_date) or moment(act.create_date_act),
            "createdDate": moment(act.create_date_act),
            "approvedDate": moment(act.approve_date),
            "revokedDate": moment(act.revoke_date),
            "amount": _amount(act),
            "currency": currency,
            "advance": number(act.sum_avans),
            "overdueDays": number(act.day_overdue),
            "fine": number(act.sum_fine),
            "status": text(act.status_id),
            "statusDetails": text(act.status_name_ru),
            "paper": text(act.type_act) == "2" or None,
            "final": text(act.all_done) == "1" or None,
            "replaces": key(act.parent_id),
        }
    )


def _amount(act: Act) -> int | float | None:
    """Return what an act accepts: told in one sum, or line by line, or by budget specifics."""
    told = number(act.sum_transfer)
    if told is not None:
        return told
    for lines in (act.place, act.spec_sum):
        known = [amount for line in lines or () if (amount := number(line.amount)) is not None]
        if known:
            return sum(known)
    return None


def _milestone(act: Act) -> dict[str, Any]:
    met = moment(act.approve_date) if moment(act.revoke_date) is None else None
    return present(
        {
            "id": f"act-{key(act.id)}",
            "title": text(act.number_act),
            "type": "delivery",
            "dateMet": met,
            "dateModified": moment(act.index_date),
            "status": "met" if met else ("notMet" if moment(act.revoke_date) else "scheduled"),
        }
    )


def _transactions(view: View, versions: Versions, currency: str) -> list[dict[str, Any]]:
    """Write the treasury's payments; without any, those of the contract's own register."""
    ids = versions.ids()
    treasury = [one for one in view.bundle.payments if key(one.contract_id) in ids]
    if treasury:
        return [_treasury(view, versions.force, one) for one in treasury]
    own = {
        key(one.id) or "": one for version in versions.all for one in version.contract_payment or ()
    }
    return [_own_payment(view, versions.force, one, currency) for one in own.values()]


def _treasury(view: View, contract: Contract, payment: TreasuryPayment) -> dict[str, Any]:
    paid = {"value": money(payment.pay_amount, TENGE), "date": moment(payment.pay_date)}
    return present(
        {
            "id": key(payment.id),
            **paid,
            **_sides(view, contract),
            "x_prepaid": number(payment.prepay_sum) or None,
            "x_treasury": present(
                {
                    "application": text(payment.nom_za),
                    "notification": text(payment.nom_uved),
                    "office": text(payment.kato),
                    "function": text(payment.func),
                    "specifics": text(payment.espk),
                    "institution": text(payment.gu),
                    "budget": text(payment.type_bujet),
                    "source": text(payment.fin_source),
                }
            ),
        }
    )


def _own_payment(view: View, contract: Contract, payment: Payment, currency: str) -> dict[str, Any]:
    own = text(payment.currency) or currency
    paid = {"value": money(payment.pay_sum, own), "date": moment(payment.pay_date)}
    return present({"id": key(payment.id), **paid, **_sides(view, contract)})


def _sides(view: View, contract: Contract) -> dict[str, Any]:
    return {
        "payer": view.parties.refer(
            "payer",
            key(contract.customer_bin) or customer_in_number(contract),
            pid=contract.customer_id,
        ),
        "payee": view.parties.refer("payee", contract.supplier_biin, pid=contract.supplier_id),
    }
