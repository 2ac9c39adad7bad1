"""The plan behind a purchase, as the release tells it."""

from gateway.stages import Budget, Planning, PlanPoint
from gateway.view import reading
from gateway.view.reading import LONGEST_LIST, Json
from shared.vocabulary.identifiers import part_id

POINTS = "x_plan_points"


def planning(process: str, release: Json) -> Planning | None:
    """Return the plan; None where the release tells of none."""
    plan = reading.part(release, "planning")
    if not plan:
        return None
    points = reading.rows(plan, POINTS)[:LONGEST_LIST]
    return Planning(
        rationale=reading.wording(plan, "rationale"),
        budget=_budget(reading.part(plan, "budget")),
        points=[_point(process, place, point) for place, point in enumerate(points)],
    )


def link_of(process: str, place: int, point: Json) -> str:
    """Return where a plan point is read among all plan points."""
    return f"/v1/plans?id={part_id('pln', process, reading.text(point, 'root') or str(place))}"


def _budget(budget: Json) -> Budget | None:
    if not budget:
        return None
    return Budget(
        amount=reading.money(budget, "amount"),
        source=reading.text(budget, "source"),
        project=reading.text(budget, "project"),
        project_id=reading.text(budget, "projectID"),
    )


def _point(process: str, place: int, point: Json) -> PlanPoint:
    currency = reading.text(point, "currency")
    own = {name: reading.text(point, name) for name in ("method", "status", "justificationCode")}
    return PlanPoint(
        id=reading.text(point, "root"),
        title=reading.text(point, "title"),
        method=reading.text(point, "procurementMethod"),
        method_details=reading.text(point, "methodDetails"),
        justification=reading.text(point, "justification"),
        year=reading.whole(point, "year"),
        month=reading.whole(point, "month"),
        value=reading.money_of(point, "amount", currency),
        unit_price=reading.money_of(point, "unitPrice", currency),
        quantity=reading.exact(point, "quantity"),
        product=reading.text(point, "enstru"),
        status_details=reading.text(point, "statusDetails"),
        approved=reading.moment(point, "approved"),
        changed=reading.moment(point, "changed"),
        codes={name: code for name, code in own.items() if code},
        link=link_of(process, place, point),
    )
