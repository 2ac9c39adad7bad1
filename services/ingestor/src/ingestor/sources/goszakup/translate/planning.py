"""The plan behind a purchase: budget, grounds, months; and the ground of a single source."""

import re
from calendar import monthrange
from collections.abc import Sequence
from typing import Any, Final

from ingestor.sources.goszakup.bundle import root_of, version_of
from ingestor.sources.goszakup.payloads_plans import BudgetLine, PlanPoint
from ingestor.sources.goszakup.payloads_purchases import Notice
from ingestor.sources.goszakup.translate.parts import (
    TENGE,
    classification,
    money,
    places,
    present,
)
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import YEARS, key, latest, moment, number, text

MONTHS: Final = range(1, 13)  # ref_months; 99 is "last year"

# "пп.52 п.3 ст.39 …": subparagraph, paragraph and article of the procurement law.
_GROUND: Final = re.compile(
    r"(?:пп\.?\s*(?P<sub>\d+)\D+)?п\.?\s*(?P<paragraph>\d+)\D+ст\.?\s*(?P<article>\d+)"
)


def planning(view: View, points: Sequence[PlanPoint]) -> dict[str, Any]:
    """Write the plan of the given points."""
    if not points:
        return {}
    return present(
        {
            "rationale": next(filter(None, (justification(view, p) for p in points)), None),
            "budget": _budget(points),
            "milestones": [m for point in points if (m := _milestone(point))],
            "x_plan_points": [_point(view, point) for point in points],
        }
    )


def justification(view: View, point: PlanPoint) -> str | None:
    """Return the ground for the method that a plan point names."""
    code = key(point.ref_justification_id)
    name = view.name("ref_justification", code, point.ref_justification)
    if code is not None and name is None:
        view.unknown[("ref_justification", code)] = None
    return name


def single_source(view: View, notice: Notice, method: str | None) -> dict[str, Any]:
    """Write why there is one source only, and who was invited; nothing of other methods."""
    invited = key(notice.biin_supplier) or key(notice.id_supplier)
    if method != "direct":
        return {}
    points = [point for lot in view.lots.values() for point in view.points_of(lot)]
    found = grounds(view, points)
    if invited is not None:
        found["supplier"] = view.parties.refer(
            "invitedSupplier", notice.biin_supplier, pid=notice.id_supplier
        )
    return present(found)


def grounds(view: View, points: Sequence[PlanPoint]) -> dict[str, Any]:
    """Write the ground of a direct purchase, as text and as article, paragraph, subparagraph."""
    told = next(filter(None, (justification(view, point) for point in points)), None)
    codes = (key(point.ref_justification_id) for point in points)
    found = _GROUND.search(told or "")
    ground = found.groupdict() if found else {}
    return present(
        {
            "justification": told,
            "code": next(filter(None, codes), None),
            "ground": present({name: int(v) for name, v in ground.items() if v}),
        }
    )


def _budget(points: Sequence[PlanPoint]) -> dict[str, Any]:
    amounts = [number(point.amount) for point in points]
    known = [amount for amount in amounts if amount is not None]
    lines = [line for point in points for line in point.plans_spec or ()]
    first = lines[0] if lines else BudgetLine()
    funded = points[0].ref_finsource
    return present(
        {
            "id": root_of(points[0]) if len(points) == 1 else None,
            "description": text(points[0].name_ru) if len(points) == 1 else None,
            "amount": money(sum(known)) if known else None,
            "project": text(first.fkrb_program_name_ru),
            "projectID": key(first.fkrb_program_code) or text(first.fkrb_program_code),
            "source": text(funded.name_ru) if funded else None,
            "budgetBreakdown": [_line(line, count) for count, line in enumerate(lines, 1)],
        }
    )


def _line(line: BudgetLine, count: int) -> dict[str, Any]:
    codes = [text(line.abp_code), text(line.fkrb_program_code), text(line.fkrb_subprogram_code)]
    return present(
        {
            "id": key(line.id) or str(count),
            "description": text(line.fkrb_program_name_ru) or text(line.ekrb_name_ru),
            "amount": money(line.amount),
            "x_administrator": text(line.abp_name_ru),
            "x_programme": "/".join(code for code in codes if code),
            "x_specifics": text(line.ekrb_code),
        }
    )


def _milestone(point: PlanPoint) -> dict[str, Any]:
    """Write the month in which the plan wants the purchase, as its last moment."""
    year, month = int(number(point.pln_point_year) or 0), int(number(point.ref_months_id) or 0)
    if year not in YEARS or month not in MONTHS:
        return {}
    last = monthrange(year, month)[1]
    return {
        "id": root_of(point) or "plan",
        "type": "preProcurement",
        "title": "Planned month of purchase",
        "dueDate": f"{year:04}-{month:02}-{last}T23:59:59+05:00",
        "status": "scheduled",
    }


def _point(view: View, point: PlanPoint) -> dict[str, Any]:
    act = point.plan_acts
    method = view.meaning(
        "ref_trade_methods", "methods", point.ref_trade_methods_id, point.ref_trade_methods
    )
    published = places(point)
    return present(
        {
            "root": root_of(point),
            "id": key(point.id),
            "title": text(point.name_ru),
            "description": text(point.extra_desc_ru) or text(point.desc_ru),
            "customer": _customer(view, point),
            "method": method.code or method.name,
            "methodDetails": method.details(),
            "procurementMethod": method.word,
            "justification": justification(view, point),
            "justificationCode": key(point.ref_justification_id),
            "year": number(point.pln_point_year),
            "month": number(point.ref_months_id),
            "amount": number(point.amount),
            "unitPrice": number(point.price),
            "currency": TENGE,
            "quantity": number(point.count),
            "enstru": classification(point).get("id"),
            "unit": key(point.ref_units_code) or _unit_name(point),
            "kato": (today := view.today(published)),
            "katoPublished": None if published == today else published,
            "prepayment": number(point.prepayment),
            "delivery": text(point.supply_date_ru),
            "status": key(point.ref_pln_point_status_id),
            "statusDetails": view.name(
                "ref_pln_point_status", point.ref_pln_point_status_id, point.ref_pln_point_status
            ),
            "deleted": True if text(point.is_deleted) == "1" else None,
            "created": moment(point.date_create),
            "changed": moment(point.timestamp),
            "approved": _approved(point),
            "act": text(act.plan_act_number) if act else None,
            **_history(view, point),
        }
    )


def _history(view: View, point: PlanPoint) -> dict[str, Any]:
    """Write how many versions of a point are at hand, the earlier ones, and the first approval.

    A record of the plan says of one version all that can change: the plan as of a day is the last
    one approved by then, as far as no version in between is missing.
    """
    root = root_of(point) or ""
    versions = view.versions.get(root, [])
    first = next((one for one in versions if key(one.id) == root), None)
    earlier = [one for one in versions if key(one.id) != key(point.id)]
    return {
        "versions": len(versions) or None,
        "firstApproved": _approved(first) if first else None,
        "earlier": [_version(view, one) for one in sorted(earlier, key=version_of)],
    }


def _version(view: View, point: PlanPoint) -> dict[str, Any]:
    act = point.plan_acts
    method = view.meaning(
        "ref_trade_methods", "methods", point.ref_trade_methods_id, point.ref_trade_methods
    )
    return present(
        {
            "id": key(point.id),
            "method": method.code or method.name,
            "procurementMethod": method.word,
            "year": number(point.pln_point_year),
            "month": number(point.ref_months_id),
            "amount": number(point.amount),
            "unitPrice": number(point.price),
            "quantity": number(point.count),
            "status": key(point.ref_pln_point_status_id),
            "deleted": True if text(point.is_deleted) == "1" else None,
            "created": moment(point.date_create),
            "changed": moment(point.timestamp),
            "approved": _approved(point),
            "act": text(act.plan_act_number) if act else None,
        }
    )


def _approved(point: PlanPoint) -> str | None:
    act = point.plan_acts
    return latest([point.date_approved, act.date_approved if act else None])


def _unit_name(point: PlanPoint) -> str | None:
    return text(point.ref_units.name_ru) if point.ref_units else None


def _customer(view: View, point: PlanPoint) -> str | None:
    found = view.parties.refer(
        "buyer", point.subject_biin, point.subject_name_ru, point.subject_name_kz
    )
    return found["id"] if found else None
