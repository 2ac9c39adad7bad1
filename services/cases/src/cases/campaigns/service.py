"""Campaigns as callers ask for them: started, published, and the figures they want to move."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import asyncpg
import msgspec
from fastapi import APIRouter, Query, Request, Response

from cases.campaigns import counting, published
from cases.casefile.asking import moment_and_id
from cases.casefile.store import insert, new_id
from cases.desk import Attempting, Called, Shared, on_version, one, page, serves
from cases.events import Happened, record
from cases.focus import lists, people
from cases.law.counting import local_day
from cases.letters.template import templates
from shared.contracts.casework.campaigns import (
    Campaign,
    CampaignBrief,
    CampaignChange,
    CampaignStart,
    MeasureStart,
    PublishedFigure,
    ReadingStart,
)
from shared.errors import FieldError, GuardFailed, NotFound, TransitionNotAllowed, ValidationFailed
from shared.security import Caller

router: Final = APIRouter(tags=["campaigns"])

Row = Mapping[str, Any]


@serves(router, "list_campaigns")
async def list_campaigns(
    desk: Shared,
    caller: Called,
    *,
    organisation: list[str] | None = Query(None),
    on: date | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Response:
    """List what is published and one's own."""
    at, id_ = moment_and_id(after) if after else (None, None)
    asked = (caller.organisation, organisation, on, at, id_, limit + 1)
    async with desk.database.connection() as connection:
        rows = await connection.fetch(_LISTED, *asked)
    found = [CampaignBrief(**_brief(row, caller)) for row in rows]
    return page(found, limit, lambda each: [each.created_at.isoformat(), each.id])


@serves(router, "start_campaign")
async def start_campaign(
    request: Request, body: CampaignStart, desk: Shared, caller: Called
) -> Response:
    """Start a campaign, which nobody else sees yet."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        asked = body.model_dump()
        values = {
            "id": new_id("cmn"),
            "organisation": people.owner(caller),
            **asked,
            "created_by": caller.member,
            **dict.fromkeys(("created_at", "updated_at"), do.now),
            "revision": 1,
        }
        await _refuse_flaws(do.connection, values, caller)
        await insert(do.connection, "campaign", values)
        changes = {name: (None, value) for name, value in asked.items() if value is not None}
        await record(do.connection, caller, do.now, _happened(values, "created", changes))
        return await _answered(do, values["id"], caller, 201)


@serves(router, "read_campaign")
async def read_campaign(campaign_id: str, desk: Shared, caller: Called) -> Response:
    """Read a campaign with what it came to."""
    async with desk.database.connection() as connection:
        row = await _seen(connection, campaign_id, caller)
        return one(await _whole(connection, row, caller, desk.clock.now()), row["revision"])


@serves(router, "change_campaign")
async def change_campaign(
    request: Request, campaign_id: str, body: CampaignChange, desk: Shared, caller: Called
) -> Response:
    """Change a campaign."""
    async with desk.changing() as (connection, now):
        row = await _own(connection, campaign_id, caller)
        on_version(request, row["revision"])
        asked = body.model_dump(exclude_unset=True)
        lists.refuse_null(asked, ("title", "goal", "starts_on"))
        values = {name: value for name, value in asked.items() if row[name] != value}
        await _refuse_flaws(connection, {**row, **values}, caller)
        if values:
            changes = {name: (row[name], value) for name, value in values.items()}
            await _change(connection, caller, now, row, what="changed", changes=changes)
        row = await _own(connection, campaign_id, caller)
        return one(await _whole(connection, row, caller, now), row["revision"])


@serves(router, "publish_campaign")
async def publish_campaign(
    request: Request, campaign_id: str, desk: Shared, caller: Called
) -> Response:
    """Let everybody read a campaign."""
    return await _publish(request, campaign_id, desk, caller, public=True)


@serves(router, "unpublish_campaign")
async def unpublish_campaign(
    request: Request, campaign_id: str, desk: Shared, caller: Called
) -> Response:
    """Let nobody else read it any more."""
    return await _publish(request, campaign_id, desk, caller, public=False)


@serves(router, "add_measure")
async def add_measure(
    request: Request, campaign_id: str, body: MeasureStart, desk: Shared, caller: Called
) -> Response:
    """Name a figure that the campaign wants to move, with what it was at first."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        row = await _own(do.connection, campaign_id, caller)
        unit, baseline = await _baseline(do.connection, body)
        measure = {
            "id": new_id("mea"),
            "campaign_id": campaign_id,
            **body.model_dump(include={"title", "region", "better"}),
            "unit": unit,
            "figure": body.figure and msgspec.json.encode(body.figure.model_dump()).decode(),
            "created_at": do.now,
        }
        await insert(do.connection, "campaign_measure", measure)
        await _read(do, row, caller, measure=measure["id"], body=baseline, place="/body/baseline")
        return await _answered(do, campaign_id, caller, 201)


@serves(router, "add_reading")
async def add_reading(
    request: Request,
    *,
    campaign_id: str,
    measure_id: str,
    body: ReadingStart,
    desk: Shared,
    caller: Called,
) -> Response:
    """Say what a figure is on a day; the same day anew corrects it."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        row = await _own(do.connection, campaign_id, caller)
        found = await do.connection.fetchrow(_MEASURE, measure_id, campaign_id)
        if found is None:
            raise NotFound("The campaign has no such figure.")
        if found["published"]:
            raise GuardFailed("It is read from what is published.", conditions=["typed_in"])
        await _read(do, row, caller, measure=measure_id, body=body, place="/body")
        return await _answered(do, campaign_id, caller)


async def _publish(
    request: Request, campaign: str, desk: Shared, caller: Caller, *, public: bool
) -> Response:
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        row = await _own(do.connection, campaign, caller)
        people.publisher(caller)
        on_version(request, row["revision"])
        if public is (row["published_at"] is not None):
            allowed = ["unpublish"] if public else ["publish"]
            raise TransitionNotAllowed("It stands so already.", allowed=allowed)
        changes = {"published_at": (row["published_at"], do.now if public else None)}
        what = "published" if public else "unpublished"
        await _change(do.connection, caller, do.now, row, what=what, changes=changes)
        return await _answered(do, campaign, caller)


async def _baseline(connection: asyncpg.Connection, body: MeasureStart) -> tuple[str, ReadingStart]:
    """Return the unit and what it was at first: as typed in, or as it is published now.

    Raises ValidationFailed for both, neither, and for a figure that is not published.
    """
    if body.figure is None and body.baseline is not None and body.unit is not None:
        return body.unit, body.baseline
    if body.figure is None or body.baseline is not None or body.unit is not None:
        flaw = FieldError("/body", "either", "unit and baseline, or figure alone")
        raise ValidationFailed("Either it is typed in, or read.", errors=[flaw])
    asked = PublishedFigure(**body.figure.model_dump())
    found, unit = await published.now(connection, asked)
    return unit, ReadingStart(value=found.value, on=found.on, source=found.source)


async def _read(
    do: Attempting, row: Row, caller: Caller, *, measure: str, body: ReadingStart, place: str
) -> None:
    """Write a reading down, with the one it corrects. Raises ValidationFailed for a day to come."""
    if body.on > (today := local_day(do.now)):
        flaw = FieldError(f"{place}/on", "to_come", f"today is {today}")
        raise ValidationFailed("The day has not come yet.", errors=[flaw])
    former = await do.connection.fetchval(_FORMER, measure, body.on)
    values = (measure, body.on, body.value, body.source, caller.member, do.now)
    await do.connection.execute(_READ, *values)
    changes = {f"{measure}/{body.on}": (former, body.value)}
    await _change(do.connection, caller, do.now, row, what="read", changes=changes, columns=False)


async def _change(
    connection: asyncpg.Connection,
    caller: Caller,
    now: datetime,
    row: Row,
    *,
    what: str,
    changes: Mapping[str, tuple[Any, Any]],
    columns: bool = True,
) -> None:
    values = {name: new for name, (_, new) in changes.items()} if columns else {}
    await lists.change(connection, "campaign", row["id"], {**values, "updated_at": now})
    await record(connection, caller, now, _happened(row, what, changes))


async def _seen(connection: asyncpg.Connection, campaign: str, caller: Caller) -> Row:
    row: Row | None = await connection.fetchrow(_FIND, campaign)
    if row is None or (row["published_at"] is None and row["organisation"] != caller.organisation):
        raise NotFound("There is no such campaign.")
    return row


async def _own(connection: asyncpg.Connection, campaign: str, caller: Caller) -> Row:
    found = await connection.fetchrow(f"{_FIND} FOR UPDATE OF campaign", campaign)
    return people.own(found, caller, "campaign")


async def _whole(
    connection: asyncpg.Connection, row: Row, caller: Caller, now: datetime
) -> Campaign:
    return Campaign(
        **_brief(row, caller),
        counters=await counting.counters(
            connection, row["id"], row["organisation"], caller=caller.organisation, now=now
        ),
        measures=await counting.measures(connection, row["id"]),
    )


async def _answered(do: Attempting, id_: str, caller: Caller, status: int = 200) -> Response:
    row = await _seen(do.connection, id_, caller)
    document = await _whole(do.connection, row, caller, do.now)
    return do.answer(document, status, revision=row["revision"], at=f"/campaigns/{id_}")


async def _refuse_flaws(connection: asyncpg.Connection, values: Row, caller: Caller) -> None:
    """Refuse a period that ends before it begins, and a list or letter there is not."""
    flaws = []
    if values["ends_on"] is not None and values["ends_on"] < values["starts_on"]:
        flaws.append(FieldError("/body/ends_on", "before_start", f"{values['starts_on']}"))
    if values["template"] is not None and values["template"] not in templates():
        flaws.append(FieldError("/body/template", "unknown", "see GET /v1/templates"))
    if flaws:
        raise ValidationFailed("The campaign is not told in order.", errors=flaws)
    if values["focus_list"] is not None:
        await lists.seen(connection, values["focus_list"], caller)


def _brief(row: Row, caller: Caller) -> dict[str, Any]:
    shown = {name: row[name] for name in CampaignBrief.__struct_fields__}
    if row["organisation"] != caller.organisation and not row["list_public"]:
        shown["focus_list"] = None
    return shown


def _happened(row: Row, what: str, changes: Mapping[str, tuple[Any, Any]]) -> Happened:
    return Happened(
        object="campaign",
        id=row["id"],
        organisation=row["organisation"],
        what=what,
        changes=changes,
    )


_SEEN: Final = """
    SELECT campaign.*, list.public AS list_public
    FROM campaign LEFT JOIN focus_list AS list ON list.id = campaign.focus_list
"""

_FIND: Final = f"{_SEEN} WHERE campaign.id = $1"

_LISTED: Final = f"""
    {_SEEN} WHERE (campaign.published_at IS NOT NULL OR campaign.organisation = $1)
        AND ($2::text[] IS NULL OR campaign.organisation = ANY($2))
        AND ($3::date IS NULL OR (campaign.starts_on <= $3
            AND (campaign.ends_on IS NULL OR campaign.ends_on >= $3)))
        AND ($4::timestamptz IS NULL OR (campaign.created_at, campaign.id) < ($4, $5::text))
    ORDER BY campaign.created_at DESC, campaign.id DESC LIMIT $6
"""

_MEASURE: Final = """
    SELECT figure IS NOT NULL AS published FROM campaign_measure
    WHERE id = $1 AND campaign_id = $2
"""

_FORMER: Final = "SELECT value FROM campaign_reading WHERE measure_id = $1 AND on_day = $2"

_READ: Final = """
    INSERT INTO campaign_reading (measure_id, on_day, value, source, recorded_by, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (measure_id, on_day) DO UPDATE SET value = excluded.value,
        source = excluded.source, recorded_by = excluded.recorded_by,
        recorded_at = excluded.recorded_at
"""
