"""Contracts: each under its root, as it stands after its newest amendment.

`value` is gross, with VAT; `x_net` is without. Where the portal gives the net sum alone, `value`
repeats it and `x_basis` says so.
"""

from typing import Any

from ingestor.sources.goszakup.payloads_contracts import Contract, Line
from ingestor.sources.goszakup.translate.awards import Awards
from ingestor.sources.goszakup.translate.changes import changes
from ingestor.sources.goszakup.translate.documents import documents
from ingestor.sources.goszakup.translate.implementation import acts, asked, implementation
from ingestor.sources.goszakup.translate.lots import unit
from ingestor.sources.goszakup.translate.parts import (
    TENGE,
    classification,
    codes,
    money,
    period,
    present,
    product,
)
from ingestor.sources.goszakup.translate.versions import Versions, customer_in_number, gathered
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import flag, key, moment, number, text


def contracts(view: View, awards: Awards) -> list[dict[str, Any]]:
    """Write every contract with its amendments, acts and payments, and link it to its awards."""
    written = []
    for versions in gathered(view.bundle.contracts, lambda one: _waits(view, one)):
        lots = lots_of(versions)
        contract = _contract(view, versions, lots)
        linked = awards.of_contract(versions, contract, lots)
        contract["awardID"] = linked[0]
        if len(linked) > 1:
            contract["x_awards"] = linked
        written.append(contract)
    return written


def lots_of(versions: Versions) -> list[str]:
    """Return the lots whose lines a contract holds."""
    lines = [line for one in versions.all for line in lines_of(one)]
    return list(dict.fromkeys(lot for line in lines if (lot := key(line.lot_id))))


def lines_of(contract: Contract) -> list[Line]:
    """Return the lines of a contract that were not deleted."""
    return [line for line in contract.contract_units or () if text(line.deleted) != "1"]


def currency_of(contract: Contract) -> str:
    """Return the currency of a contract: tenge unless it says another."""
    told = text(contract.ref_currency_code)
    return told if told is not None and len(told) == len(TENGE) else TENGE


def _waits(view: View, contract: Contract) -> bool:
    return _status(view, contract).word in ("pending", "cancelled")


def _status(view: View, contract: Contract) -> Any:
    return view.meaning(
        "ref_contract_status",
        "contracts",
        contract.ref_contract_status_id,
        contract.ref_contract_status,
    )


def _contract(view: View, versions: Versions, lots: list[str]) -> dict[str, Any]:
    force, first = versions.force, versions.first
    status, currency = _status(view, force), currency_of(force)
    customer = view.parties.refer(
        "buyer", key(force.customer_bin) or customer_in_number(force), pid=force.customer_id
    )
    supplier = view.parties.refer("supplier", force.supplier_biin, pid=force.supplier_id)
    return present(
        {
            "id": versions.root,
            "title": text(force.contract_number_sys) or text(force.contract_number),
            "description": text(force.description_ru) or text(first.description_ru),
            "description_kk": text(force.description_kz),
            "status": status.word,
            "statusDetails": status.details(),
            "period": period(first.sign_date, force.ec_end_date),
            "dateSigned": moment(first.sign_date),
            **sums(force),
            "buyer": customer,
            "suppliers": [supplier] if supplier else None,
            "relatedLots": lots,
            "items": [_item(view, force, line, count) for count, line in _lines(force, first)],
            "amendments": [_amendment(view, versions, one) for one in versions.amendments],
            "documents": documents(force.file or (), kind="contractSigned"),
            "implementation": implementation(view, versions, currency),
            "x_root": versions.root,
            "x_acts": acts(view, versions, currency),
            "x_asked": asked(view, versions),
            "x_dates": _dates(first, force),
            "x_goszakup": _original(view, force),
        }
    )


def sums(contract: Contract) -> dict[str, Any]:
    """Write the sum with VAT, the sum without, and whether the supplier charges VAT at all."""
    currency = currency_of(contract)
    gross, net = number(contract.contract_sum_wnds), number(contract.contract_sum)
    charged = flag(contract.with_nds)
    only_net = not gross and net is not None
    return {
        "value": money(net if only_net else gross, currency),
        "x_net": money(net, currency),
        "x_with_vat": charged,
        "x_basis": "net" if only_net and charged is not False else None,
        "x_paid": money(contract.fakt_sum_wnds, currency) or money(contract.fakt_sum, currency),
    }


def _lines(force: Contract, first: Contract) -> list[tuple[int, Line]]:
    return list(enumerate(lines_of(force) or lines_of(first), 1))


def _item(view: View, contract: Contract, line: Line, count: int) -> dict[str, Any]:
    point = view.point(line.pln_point_id) or line.plans
    currency = currency_of(contract)
    told = codes(line.ref_enstru_code)
    gross = number(line.item_price_wnds) or number(line.item_price)
    lot = view.lots.get(key(line.lot_id) or "")
    named = text(point.name_ru) if point else None
    return present(
        {
            "id": key(line.id) or str(count),
            "description": named or (text(lot.name_ru) if lot else text(contract.description_ru)),
            "classification": classification(point) or product(told[0] if told else None),
            "quantity": number(line.quantity),
            "unit": unit(point) | present({"value": money(gross, currency)}),
            "relatedLot": key(line.lot_id),
            "x_unit_net": money(line.item_price, currency),
            "x_total": money(line.total_sum_wnds, currency) or money(line.total_sum, currency),
            "x_total_net": money(line.total_sum, currency),
            "x_plan_point": key(point.rootrecord_id) if point else key(line.pln_point_id),
            "x_unplanned": True if text(line.pln_point_id) == "0" else None,
        }
    )


def _amendment(view: View, versions: Versions, one: Contract) -> dict[str, Any]:
    reasons = codes(one.ref_amendm_agreem_justif_id)
    named = [view.name("ref_amendm_agreem_justif", code) for code in reasons]
    nested = [text(entry.name_ru) for entry in one.ref_amendm_agreem_justif or ()]
    wording = [name for name in (named if any(named) else nested) if name]
    changed = changes(versions, one, sums)
    told = {} if changed is None else {"x_changes": changed}
    return told | present(
        {
            "id": key(one.id),
            "date": moment(one.sign_date) or moment(one.crdate),
            "rationale": "; ".join(wording) or None,
            "description": text(one.description_ru),
            "x_number": text(one.contract_number_sys),
            "x_parent": key(one.parent_id),
            "x_reasons": reasons,
            "x_status": _status(view, one).details(),
            "x_signed": moment(one.sign_date) is not None,
            "x_in_force": one is versions.force,
            "x_value": sums(one)["value"],
            "x_net": money(one.contract_sum, currency_of(one)),
            "x_unit_prices": [
                present({"relatedLot": key(line.lot_id), "net": number(line.item_price)})
                for line in lines_of(one)
            ],
        }
    )


def _dates(first: Contract, force: Contract) -> dict[str, Any]:
    return present(
        {
            "created": moment(first.crdate),
            "planned": moment(force.plan_exec_date),
            "executed": moment(force.fakt_exec_date),
            "ended": moment(force.contract_end_date),
            "reportCreated": moment(force.report_created_at) or moment(first.report_created_at),
            "reportSigned": moment(force.report_sign_at) or moment(first.report_sign_at),
        }
    )


def _original(view: View, contract: Contract) -> dict[str, Any]:
    method = view.meaning(
        "ref_trade_methods", "methods", contract.fakt_trade_methods_id, contract.fakt_trade_methods
    )
    return present(
        {
            "id": key(contract.id),
            "status": key(contract.ref_contract_status_id),
            "type": key(contract.ref_contract_type_id),
            "method": method.details(),
            "cancelled": view.name(
                "ref_contract_cancel", contract.ref_contract_cancel_id, contract.ref_contract_cancel
            ),
            "cancelCode": key(contract.ref_contract_cancel_id),
            "number": text(contract.contract_number),
            "year": number(contract.fin_year),
            "stateInstitution": flag(contract.is_gu),
            "security": flag(contract.enforcement),
            "reportStatus": text(contract.report_status),
        }
    )
