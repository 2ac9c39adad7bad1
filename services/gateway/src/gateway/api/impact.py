"""The list behind a figure of the impact as a file for spreadsheets: the one answer that is CSV."""

from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from gateway.api.asking import Day, Words, allowed, each
from gateway.api.describing import answers
from gateway.state import Gateway
from shared.contracts.casework.impact import COUNTED, ImpactItem
from shared.errors import DependencyDown, NotFound, RateLimited, ValidationFailed
from shared.errors import Unauthenticated as NoKey
from shared.late import Router
from shared.security import Caller

router: Final = Router(prefix="/v1/stats/impact", tags=["cases"])

CSV: Final = "text/csv"


class ImpactFilter(BaseModel):
    """What is counted, as the figures themselves take it."""

    since: Day | None = Field(None, description="First day that is counted (UTC+5).")
    until: Day | None = Field(None, description="Last day that is counted (UTC+5).")
    region: Words = Field([], description="KATO code: all within it.")
    organisation: Words = Field([], description="Whose work.")
    campaign: Words = Field([], description="Id of a campaign.")
    indicator: Words = Field([], description="Code of an indicator that led there.")

    def asked(self) -> dict[str, Any]:
        """Return the filters that were given, as they are handed on."""
        days = {"since": self.since, "until": self.until}
        words = {
            "region": self.region,
            "organisation": self.organisation,
            "campaign": self.campaign,
            "indicator": self.indicator,
        }
        return {name: day.isoformat() for name, day in days.items() if day} | {
            name: list(each(found)) for name, found in words.items() if found
        }


def _described() -> dict[int | str, dict[str, Any]]:
    found = answers(
        ImpactItem, COUNTED, NoKey, NotFound, ValidationFailed, RateLimited, DependencyDown
    )
    example = (
        "object,id,organisation,day,amount\r\noutcome,out_5f0c,own_a,2026-02-22,4500000.00\r\n"
    )
    found[200]["content"] = {CSV: {"schema": {"type": "string"}, "example": example}}
    return found


@router.get(
    "/{figure}/csv",
    operation_id="read_impact_csv",
    summary="Read what a figure counts, as a file",
    response_class=Response,
    response_model=None,
    responses=_described(),
)
async def read_impact_csv(
    request: Request,
    figure: Annotated[str, Path(max_length=60, pattern="^[a-z_]+$")],
    asked: Annotated[ImpactFilter, Query()],
    gateway: Gateway,
    caller: Annotated[Caller, Depends(allowed(None))],
) -> Response:
    """Read the things behind a number of the impact as CSV, newest first."""
    path = f"/stats/impact/{figure}/csv"
    answer = await gateway.cases.ask(request, path, caller, **asked.asked())
    if answer.is_error:
        return gateway.cases.passed_on(request, answer)
    name = {"Content-Disposition": f'attachment; filename="{figure}.csv"'}
    return Response(
        answer.content, media_type=f"{CSV}; charset=utf-8; header=present", headers=name
    )
