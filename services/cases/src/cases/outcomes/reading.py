"""The impact as callers ask for it."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import asyncpg
import msgspec
from fastapi import APIRouter, Depends, Query, Response

from cases.desk import Called, Desk, Shared, one, page, places, serves
from cases.outcomes import impact
from cases.outcomes.figures import figures
from cases.outcomes.impact import ADDS_UP, HERE, OF_WORK, PARTS, REGION, Question
from shared.contracts.casework.impact import Figure, Impact, ImpactItem, Slice
from shared.errors import FieldError, NotFound, ValidationFailed
from shared.security import Caller
from shared.vocabulary.text import Text

router: Final = APIRouter(tags=["outcomes"])

COLUMNS: Final = (
    "object",
    "id",
    "organisation",
    "day",
    "region",
    "campaign",
    "indicators",
    "kind",
    "amount",
    "claimed",
)

Sum = tuple[int, Decimal]
NOTHING: Final[Sum] = (0, Decimal(0))

Words = Annotated[list[str] | None, Query()]


def _question(
    desk: Shared,
    caller: Called,
    *,
    since: date | None = None,
    until: date | None = None,
    region: Words = None,
    organisation: Words = None,
    campaign: Words = None,
    indicator: Words = None,
) -> Question:
    return Question(
        caller=caller.organisation,
        now=desk.clock.now(),
        since=since,
        until=until,
        region=places(region),
        organisation=organisation or (),
        campaign=campaign or (),
        indicator=indicator or (),
    )


Asked = Annotated[Question, Depends(_question)]


@serves(router, "read_impact")
async def read_impact(desk: Shared, question: Asked, by: str | None = None) -> Response:
    """Read the figures, and the same by part."""
    if by is not None and by not in PARTS:
        flaw = FieldError("/query/by", "unknown_part", f"known: {', '.join(PARTS)}")
        raise ValidationFailed("There are no such parts.", errors=[flaw])
    async with desk.database.connection() as connection:
        parts = await impact.parts(connection, question, by) if by else []
        whole = parts if by in ADDS_UP else await impact.totals(connection, question)
    return one(Impact(desk.clock.now(), _figures(whole), by, _slices(parts)))


@serves(router, "list_impact")
async def list_impact(
    *,
    desk: Shared,
    caller: Called,
    question: Asked,
    figure: str,
    limit: int = 50,
    after: str | None = None,
) -> Response:
    """List what a figure counts."""
    _known(figure)
    mark = msgspec.json.decode(after, type=tuple[str, str]) if after else None
    async with desk.database.connection() as connection:
        rows = await impact.counted(
            connection, question, figure, _secret(desk), after=mark, limit=limit + 1
        )
    found = [_counted(row, caller) for row in rows]
    return page(found, limit, lambda _: _mark(rows[limit - 1]))


@router.get("/internal/stats/impact/{figure}/csv", name="list_impact")
async def read_impact_csv(desk: Shared, caller: Called, question: Asked, figure: str) -> Response:
    """Read the list of a figure as a file for spreadsheets."""
    _known(figure)
    async with desk.database.connection() as connection:
        rows = await impact.counted(connection, question, figure, _secret(desk))
    name = {"Content-Disposition": f'attachment; filename="{figure}.csv"'}
    text = _csv(_counted(row, caller) for row in rows)
    return Response(text, media_type="text/csv; charset=utf-8", headers=name)


def _known(figure: str) -> None:
    if figure not in figures():
        raise NotFound("There is no such figure.")


def _figures(rows: Sequence[asyncpg.Record]) -> list[Figure]:
    sums: defaultdict[tuple[str, bool], Sum] = defaultdict(lambda: NOTHING)
    for row in rows:
        number, amount = sums[row["figure"], row["claim"]]
        sums[row["figure"], row["claim"]] = (number + row["number"], amount + row["amount"])
    return [_figure(code, sums[code, False], sums[code, True]) for code in figures()]


def _figure(code: str, sure: Sum, claims: Sum) -> Figure:
    each = figures()[code]
    return Figure(
        code=code,
        unit=each.unit,
        title=_texts(each.title),
        definition=_texts(each.definition),
        number=sure[0],
        amount=sure[1],
        claimed_number=claims[0] if each.claimed else None,
        claimed_amount=claims[1] if each.claimed else None,
        list=f"/v1/stats/impact/{code}",
        csv=f"/v1/stats/impact/{code}/csv",
    )


def _slices(rows: Sequence[asyncpg.Record]) -> list[Slice]:
    sums = {(row["part"], row["figure"], row["claim"]): row for row in rows}
    found = dict.fromkeys((row["part"], row["figure"]) for row in rows)
    return [
        Slice(
            part,
            code,
            *_sum(sums.get((part, code, False))),
            *(_sum(sums.get((part, code, True))) if figures()[code].claimed else (None, None)),
        )
        for part, code in found
    ]


def _sum(row: asyncpg.Record | None) -> Sum:
    return (row["number"], row["amount"]) if row is not None else NOTHING


def _mark(row: asyncpg.Record) -> tuple[str, str]:
    return row["at"].isoformat(), row["place"]


def _secret(desk: Desk) -> str:
    """Return what hides, in the marks of pages, of which thing a row is."""
    return desk.settings.internal_key.get_secret_value()


def _counted(row: asyncpg.Record, caller: Caller) -> ImpactItem:
    at: datetime = row["at"]
    if row["object"] in OF_WORK and row["organisation"] != caller.organisation:
        return _of_others(row["object"], row["region"], at)
    return ImpactItem(
        object=row["object"],
        id=row["object_id"],
        organisation=row["organisation"],
        day=at.astimezone(HERE).date(),
        region=row["region"],
        campaign=row["campaign"],
        indicators=row["indicators"],
        kind=row["kind"],
        amount=row["amount"],
        claimed=row["claim"],
    )


def _of_others(object_: str, region: str | None, at: datetime) -> ImpactItem:
    """Return what may be known of a purchase, a case or a complaint that others work on."""
    return ImpactItem(
        object=object_,
        id=None,
        organisation=None,
        day=at.astimezone(HERE).date(),
        region=region and region[:REGION],
        campaign=None,
        indicators=[],
        kind=None,
        amount=None,
        claimed=False,
    )


def _csv(found: Iterable[ImpactItem]) -> str:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    lines.writerows([_cell(getattr(each, name)) for name in COLUMNS] for each in found)
    return text.getvalue()


def _cell(value: Any) -> str:
    """Write a value as a spreadsheet takes it for text or a figure, never for a formula."""
    if isinstance(value, list):
        value = " ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in set("=+-@\t\r\n") else text


def _texts(text: Text) -> dict[str, str]:
    return {"kk": text.kk, "ru": text.ru, "en": text.en}
