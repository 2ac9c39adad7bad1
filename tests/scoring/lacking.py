"""What of an example's facts goes when a field of the releases goes: by field, and its variants.

contract.signed_on      the column is not known any more
-act                    the rows are not there
process.submitted?      counted anew from the rows, though the example named it
process.has_bids!       the array is not there at all
"""

import copy
import re
from collections.abc import Iterator
from typing import Any, Final

from scoring.declared import tables
from scoring.example_defaults import NAME, holds_party

Row = dict[str, Any]
Rows = dict[str, list[Row]]

WON: Final = "lot.winner lot.awarded lot.active_awards? process.winner process.active_awards?"
TALLIES: Final = (
    "process.submitted? process.disqualified? process.unknown_bids? process.unpriced? "
    "process.unnamed? lot.submitted? lot.admitted? lot.disqualified? lot.unknown_bids?"
)
AMOUNTS: Final = "contract.value contract.gross contract.first_value"
PLAN: Final = "planning.x_plan_points"
BIDS: Final = "bids.details"
DEAL: Final = "contracts"
SCHEME: Final = "parties.identifier.scheme"
PAID: Final = f"{DEAL}.implementation.transactions"

FIELDS: Final = {
    "awards": f"-award -award_supplier -award_item process.has_awards! {WON}",
    "awards.date": "award.date_at award.date_on",
    "awards.items.classification.id": "award_item.class_id",
    "awards.relatedLots": "award.lot_no lot.winner lot.awarded",
    "awards.status": f"award.status award_supplier.status award_item.status {WON}",
    "awards.suppliers.id": f"award.sole award_supplier.party award_item.sole {WON}",
    "awards.value.amount": "award.amount lot.awarded",
    "awards.value.currency": "award.currency",
    BIDS: f"-bid -bid_lot -bid_tenderer process.has_bids! {TALLIES}",
    f"{BIDS}.date": "bid.date_at bid.date_text bid_lot.date_at",
    f"{BIDS}.lotValues.rank": "bid_lot.rank",
    f"{BIDS}.lotValues.status": f"bid_lot.status {TALLIES}",
    f"{BIDS}.lotValues.value.amount": "bid_lot.amount",
    f"{BIDS}.lotValues.x_conditional.amount": "bid_lot.conditional",
    f"{BIDS}.lotValues.x_discount": "bid_lot.discount",
    f"{BIDS}.relatedLots": "bid_lot.lot_no",
    f"{BIDS}.status": f"bid.status bid_tenderer.status {TALLIES}",
    f"{BIDS}.tenderers.id": "bid.sole bid.who bid.named bid_tenderer.party bid_lot.sole "
    f"bid_lot.who {TALLIES}",
    f"{BIDS}.value.amount": f"bid.amount {TALLIES}",
    f"{BIDS}.value.currency": f"bid.currency bid_lot.currency {TALLIES}",
    "buyer.id": "process.buyer contract.buyer lot.customer",
    "complaints": "-complaint process.has_complaints! process.complaints?",
    "complaints.addressee": "complaint.addressee",
    "complaints.date": "complaint.applied_at complaint.applied_on",
    "complaints.decisionDate": "complaint.decided_at complaint.decided_on",
    "complaints.relatedLots": "",
    f"{DEAL}.amendments": "-amendment -amendment_change contract.has_amendments! "
    "contract.amendments?",
    f"{DEAL}.amendments.date": "amendment.dated_on",
    f"{DEAL}.amendments.rationale": "amendment.rationale amendment.reasons",
    f"{DEAL}.amendments.x_changes": "-amendment_change amendment.changes_told! "
    "contract.first_value contract.first_net contract.first_planned_on contract.first_end_on",
    f"{DEAL}.amendments.x_net.amount": "amendment.net",
    f"{DEAL}.amendments.x_signed": "amendment.signed",
    f"{DEAL}.dateSigned": "contract.signed_at contract.signed_on",
    PAID: "-payment contract.has_payments! contract.payments_known! contract.payments?",
    f"{PAID}.date": "payment.paid_on",
    f"{PAID}.value.amount": "payment.amount",
    f"{PAID}.value.currency": "payment.currency",
    f"{DEAL}.items": "-contract_item contract.has_items! contract.items?",
    f"{DEAL}.items.classification.id": "contract_item.class_id",
    f"{DEAL}.items.quantity": "contract_item.quantity",
    f"{DEAL}.items.unit.id": "contract_item.unit",
    f"{DEAL}.items.x_plan_point": "contract_item.plan_root",
    f"{DEAL}.items.x_total_net.amount": "contract_item.total contract_item.total_net",
    f"{DEAL}.items.x_unit_net.amount": "contract_item.unit_net",
    f"{DEAL}.relatedLots": "contract.lot_no contract.lots",
    f"{DEAL}.status": "contract.status contract_supplier.status process.signed? process.running?",
    f"{DEAL}.suppliers.id": "contract.supplier contract_supplier.party act.supplier",
    f"{DEAL}.value.amount": AMOUNTS,
    f"{DEAL}.value.currency": "contract.currency",
    f"{DEAL}.x_acts": "-act contract.has_acts! contract.acts_known! contract.acts?",
    f"{DEAL}.x_acts.amount": "act.amount",
    f"{DEAL}.x_acts.approvedDate": "act.approved_at act.approved_on",
    f"{DEAL}.x_acts.createdDate": "act.created_on",
    f"{DEAL}.x_acts.date": "act.dated_on",
    f"{DEAL}.x_acts.fine": "act.fine",
    f"{DEAL}.x_acts.overdueDays": "act.overdue_days",
    f"{DEAL}.x_dates.ended": "contract.ended_on",
    f"{DEAL}.x_dates.planned": "contract.planned_on contract.first_planned_on",
    f"{DEAL}.x_dates.reportCreated": "contract.report_created_on",
    f"{DEAL}.x_dates.reportSigned": "contract.report_signed_on",
    f"{DEAL}.x_goszakup.reportStatus": "contract.report_code",
    f"{DEAL}.x_goszakup.stateInstitution": "contract.state_institution",
    f"{DEAL}.x_goszakup.status": "contract.status_code",
    f"{DEAL}.x_goszakup.year": "contract.year",
    f"{DEAL}.x_net.amount": "contract.net contract.first_net",
    "parties.address.streetAddress": "-participant_mark:address",
    "parties.details.x_contact_marks": "-participant_mark:phone -participant_mark:email",
    "parties.details.x_head": "-participant_mark:head",
    "parties.details.x_registered": "participant.registered_on",
    SCHEME: "party.weak",
    "parties.name": "participant.village_office",
    PLAN: "-plan -plan_version process.has_plan! process.planned",
    f"{PLAN}.amount": "plan.amount plan_version.amount process.planned",
    f"{PLAN}.act": "plan.act plan_version.act",
    f"{PLAN}.approved": "plan.approved_on plan_version.approved_on",
    f"{PLAN}.earlier": "-plan_version",
    f"{PLAN}.enstru": "plan.class_id",
    f"{PLAN}.id": "plan.original plan_version.original",
    f"{PLAN}.method": "plan.method plan.method_code",
    f"{PLAN}.prepayment": "plan.prepayment",
    f"{PLAN}.root": "plan.root plan_version.root",
    f"{PLAN}.year": "plan.year",
    "relatedProcesses": "process.prior",
    "relatedProcesses.identifier": "process.prior",
    "tender.awardPeriod.endDate": "process.results_at process.results_on",
    "tender.datePublished": "process.published_at process.published_on",
    "tender.documents": "-document process.has_documents! process.documents?",
    "tender.documents.documentType": "document.type",
    "tender.enquiryPeriod.endDate": "process.discussion_end_at",
    "tender.items": "-item process.has_items! process.items?",
    "tender.items.classification.id": "item.class_id",
    "tender.items.relatedLot": "item.lot_no",
    "tender.lots": "-lot process.has_lots! process.lots?",
    "tender.lots.title": "lot.title",
    "tender.lots.value.amount": "lot.amount",
    "tender.lots.x_number": "lot.number lot.attempt",
    "tender.mainProcurementCategory": "process.category",
    "tender.numberOfTenderers": "process.number_of_tenderers",
    "tender.procurementMethod": "process.method",
    "tender.procurementMethodDetails": "process.method_details",
    "tender.status": "process.tender_status",
    "tender.tenderPeriod.endDate": "process.end_at process.end_text",
    "tender.tenderPeriod.startDate": "process.start_at process.start_text",
    "tender.x_goszakup.kato": "process.kato",
    "tender.x_goszakup.method": "process.method_code contract.method_code",
    "tender.x_goszakup.number": "process.notice_number",
    "tender.x_goszakup.signs": "process.construction lot.construction",
    "tender.x_goszakup.years": "process.year",
    "tender.x_single_source.ground": "process.ground_article process.ground_paragraph "
    "process.ground_sub",
    "tender.x_single_source.supplier.id": "process.invited",
}

NUMBERED: Final = {"bid": "bid_no", "award": "award_no", "contract": "contract_no"}
"""Of which one at a time is taken away as well."""

ALWAYS: Final = ("status", "currency")
"""Columns that every row has, though the example need not say so."""

MOST: Final = 1
"""So many purchases of an example, from either end, are spoilt one by one."""


def variants(given: Rows, field: str) -> Iterator[Rows]:
    """Give an example's tables without a field: everywhere, in one purchase, at one bid or deal."""
    if field.startswith("registers."):
        register = field.removeprefix("registers.")
        yield {
            name: [row for row in rows if row.get("register") != register]
            for name, rows in given.items()
        }
        return
    if field == SCHEME:
        yield {**given, "party": [{"id": one, "weak": True} for one in _named(given)]}
        return
    marks = FIELDS[field].split()
    named = _numbered(given)
    places = dict.fromkeys(
        place
        for mark in marks
        for row in named.get(_TABLE.findall(mark)[0], ())
        for place in _places(row)
    )
    whole = [place for place in places if len(place) == 1]
    single = [place for place in places if len(place) > 1]
    for place in [(), *_ends(whole), *_ends(single)] if places else []:
        yield _without(named, marks, place)


def _named(given: Rows) -> Iterator[str]:
    """Give the organisations of an example: those whose id belongs to no register are weak."""
    held = {
        name: [c.name for c in tables()[name].columns.values() if holds_party(c)] for name in given
    }
    yield from dict.fromkeys(
        row[column]
        for name, rows in given.items()
        for row in rows
        for column in held[name]
        if isinstance(row.get(column), str)
    )


def _ends(places: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list(dict.fromkeys([*places[:MOST], *places[-MOST:]]))


def _without(given: Rows, marks: list[str], place: tuple[Any, ...]) -> Rows:
    found = copy.deepcopy(given)
    for mark in marks:
        table, _, column = mark.strip("-?!").replace(":", ".").partition(".")
        for row in list(found.get(table, ())):
            if not _lies(row, place):
                continue
            if mark.startswith("-"):
                if not column or row["kind"] == column:
                    found[table].remove(row)
            elif mark.endswith("?"):
                row.pop(column, None)
            elif mark.endswith("!"):
                row[column] = False
            elif column in ALWAYS or column in row:
                row[column] = None
    return found


def _lies(row: Row, place: tuple[Any, ...]) -> bool:
    """Tell whether a row is in the purchase, and at the bid, award or contract, if it has one."""
    if not place:
        return True
    if row.get(NAME) != place[0]:
        return False
    return len(place) == 1 or row.get(place[1], place[2]) == place[2]


def _places(row: Row) -> Iterator[tuple[Any, ...]]:
    if NAME in row:
        yield (row[NAME],)
        for number in NUMBERED.values():
            if number in row:
                yield (row[NAME], number, row[number])


def _numbered(given: Rows) -> Rows:
    """Say the numbers of bids, awards and contracts that the example leaves to be counted."""
    found = copy.deepcopy(given)
    for name, number in NUMBERED.items():
        counted: dict[str, int] = {}
        for row in found.get(name, ()):
            row.setdefault(number, counted.get(row[NAME], 0))
            counted[row[NAME]] = counted.get(row[NAME], 0) + 1
        for table, rows in found.items():
            if table != name and number in tables()[table].columns and table not in NUMBERED:
                for row in rows:
                    if tables()[table].columns[number].required:
                        row.setdefault(number, 0)
    return found


def called(given: Rows, prefix: str) -> Rows:
    """Give every purchase, party and mark of an example other names, so that many lie together.

    What a register knows of everybody it then knows of each party that is named.
    """
    found: Rows = {name: [] for name in given}
    parties: dict[str, None] = {}
    for name, rows in given.items():
        columns = tables()[name].columns
        held = {column.name for column in columns.values() if holds_party(column)}
        keys = {NAME, "prior", "who", "mark", "root", "plan_root"} | held
        if name == "party":
            keys = {"id"}
        for row in rows:
            fresh = {
                key: f"{prefix}{value}" if key in keys and isinstance(value, str) else value
                for key, value in row.items()
            }
            parties |= dict.fromkeys(fresh[key] for key in held | {"id"} if fresh.get(key))
            found[name].append(fresh)
    found["register_coverage"] = [
        row | {"party": party}
        for row in found.get("register_coverage", ())
        for party in ([row["party"]] if row.get("party") else parties)
    ]
    return {name: rows for name, rows in found.items() if rows}


_TABLE: Final = re.compile(r"^-?(\w+)")
