"""The legal navigator as callers ask it, as of a day."""

import json
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from cases.complaints.drafting import in_languages
from cases.desk import Shared, among, one, page, serves
from cases.law.catalogue import Declared, routes, vocabulary
from cases.law.counting import local_day
from cases.letters import confirmations
from cases.letters.template import for_route
from cases.navigator.catalogue import Violation as Declaration
from cases.navigator.catalogue import violations
from shared.contracts.casework.navigator import Basis, Retold, RouteOf, Violation, ViolationBrief
from shared.errors import NotFound

router: Final = APIRouter(tags=["legal"])

Words = Annotated[list[str] | None, Query()]


@serves(router, "list_violations")
async def list_violations(
    *, limit: int, stage: Words = None, indicator: Words = None, after: str | None = None
) -> Response:
    """List the kinds of violations, by code."""
    among("stage", stage, vocabulary().stages)
    (last,) = json.loads(after) if after else ("",)
    found = [
        ViolationBrief(**_brief(each))
        for code, each in violations().items()
        if code > last
        and (not stage or {*stage} & {*each.stages})
        and (not indicator or {*indicator} & {*each.indicators})
    ]
    return page(found, limit, lambda each: [each.code])


@serves(router, "read_violation")
async def read_violation(desk: Shared, code: str, day: date | None = None) -> Response:
    """Read a kind of violation with the rules and routes of a day."""
    declared = violations().get(code)
    if declared is None:
        raise NotFound("There is no such kind of violation.")
    today = day or local_day(desk.clock.now())
    async with desk.database.connection() as connection:
        words = await confirmations.words(connection)
    open_then = routes(today, words)
    return one(
        Violation(
            **_brief(declared),
            innocent=in_languages(declared.innocent),
            stakeholders=[in_languages(each) for each in declared.stakeholders],
            stage_titles=[
                in_languages(vocabulary().title("stages", each)) for each in declared.stages
            ],
            basis=[
                Basis(each.cite, in_languages(each.words), each.valid_from, each.valid_to)
                for each in declared.basis
                if each.covers(today)
            ],
            evidence=[in_languages(each) for each in declared.evidence],
            routes=[_route(open_then[each]) for each in declared.routes if each in open_then],
            templates=declared.templates,
            example=Retold(declared.example.origin, in_languages(declared.example.text)),
            confirmed=bool(declared.confirmed),
        )
    )


def _brief(declared: Declaration) -> dict[str, Any]:
    return {
        "code": declared.code,
        "title": in_languages(declared.title),
        "meaning": in_languages(declared.meaning),
        "stages": declared.stages,
        "indicators": declared.indicators,
    }


def _route(declared: Declared) -> RouteOf:
    route = declared.route
    return RouteOf(
        declared.code,
        in_languages(route.title),
        [*route.standing],
        [*route.stages],
        route.window.kind,
        bool(route.confirmed),
        [each.code for each in for_route(declared.code)],
    )
