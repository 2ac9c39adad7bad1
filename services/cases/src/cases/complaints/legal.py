"""The law as callers ask it: routes, deadlines, days, bodies, templates, who stands by them."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from cases.complaints.drafting import events_given, in_languages
from cases.complaints.store import look_again, new_id
from cases.desk import Called, Desk, Shared, among, one, page, region_asked, serves
from cases.events import Happened, record
from cases.law import deadlines
from cases.law.authorities import Authority as Body
from cases.law.authorities import authorities
from cases.law.catalogue import Declared, declarations, route, routes, vocabulary
from cases.law.choosing import Asked, Offer, Refused, choose
from cases.law.counting import KAZAKHSTAN, local_day
from cases.law.deadlines import Event
from cases.letters import confirmations
from cases.letters.template import Template, for_route, templates
from cases.outcomes.sense import out_of_time
from shared.contracts.casework.legal import (
    Authority,
    Calendar,
    CalendarDay,
    Confirmation,
    Deadline,
    DeadlineAsked,
    DeadlineStep,
    LetterTemplate,
    NewConfirmation,
    RouteFound,
    RouteReason,
    RouteRefused,
    Routes,
    TemplateTakes,
)
from shared.errors import FieldError, ValidationFailed
from shared.law.calendar import kazakhstan

router: Final = APIRouter(tags=["legal"])

Words = Annotated[list[str], Query()]
LONGEST_SPAN: Final = timedelta(days=366)
MONTH: Final = timedelta(days=30)
NOON: Final = time(12)


@serves(router, "list_legal_routes")
async def list_legal_routes(
    desk: Shared,
    *,
    standing: str | None = None,
    stage: str | None = None,
    method: str | None = None,
    object: str | None = None,  # noqa: A002 (the name of the parameter)
    regime: str = "public",
    region: str | None = None,
    event: str | None = None,
    since: date | None = None,
    taken: Words = [],  # noqa: B006 (FastAPI copies it)
    day: date | None = None,
) -> Response:
    """Find the routes that are open, and say of the others why they are not."""
    told = {"standing": standing, "stage": stage, "method": method}
    flaws = [_flaw(name, "missing", "say it") for name, value in told.items() if value is None]
    if (event is None) is not (since is None):
        flaws.append(_flaw("since", "missing", "event and since belong together"))
    if regime not in {"public", "quasi_state"}:
        flaws.append(_flaw("regime", "unknown_word", "known: public, quasi_state"))
    if unknown := sorted(set(taken) - declarations().keys()):
        flaws.append(_flaw("taken", "unknown_word", f"no such route: {', '.join(unknown)}"))
    if flaws:
        raise ValidationFailed("The situation is not told.", errors=flaws)
    async with desk.database.connection() as connection:
        words = await confirmations.words(connection)
    asked = Asked(
        standing=standing or "",
        stage=stage or "",
        method=method or "",
        object=object,
        regime="public" if regime == "public" else "quasi_state",
        events=[Event(event, since)] if event is not None and since is not None else [],
        region=region_asked(region),
        taken=taken,
        now=_moment(desk, day),
    )
    choice = choose(asked, words)
    return one(Routes([_open(each) for each in choice.routes], [_not(x) for x in choice.refused]))


@serves(router, "compute_deadline")
async def compute_deadline(desk: Shared, body: DeadlineAsked) -> Response:
    """Compute where a term ends."""
    now = _moment(desk, body.as_of)
    today = local_day(now)
    async with desk.database.connection() as connection:
        words = await confirmations.words(connection)
    declared = _declared(body.route, today, words)
    known = {"window", "answer", "forward", *(name for name, _ in declared.route.terms())}
    if body.term not in known:
        raise _refused("/body/term", "unknown", f"known: {', '.join(sorted(known))}")
    unknown = sorted({each.kind for each in body.happened} - vocabulary().events.keys())
    if unknown:
        raise _refused("/body/happened", "unknown_word", f"no such event: {', '.join(unknown)}")
    events_given(body.happened, today)
    events = [Event(each.kind, each.on) for each in body.happened]
    found = (
        deadlines.window(declared, events, now=now)
        if body.term == "window"
        else deadlines.deadline(declared, events, now=now, term=body.term)
    )
    return one(_deadline(found, declared))


@serves(router, "read_legal_calendar")
async def read_legal_calendar(
    desk: Shared, first: date | None = None, last: date | None = None
) -> Response:
    """Read the days between two days: whether offices are open, and why."""
    calendar = kazakhstan()
    begin = first or local_day(desk.clock.now())
    end = last or min(max(begin, calendar.first), calendar.last - MONTH) + MONTH
    if not calendar.first <= begin <= end <= calendar.last or end - begin > LONGEST_SPAN:
        raise ValidationFailed(
            f"Days are known from {calendar.first} to {calendar.last}, 366 at once.",
            errors=[_flaw("first", "outside", f"{begin} to {end}")],
        )
    days = [begin + timedelta(number) for number in range((end - begin).days + 1)]
    shown = [_day(day) for day in days]
    working = sum(each.working for each in shown)
    return one(Calendar(begin, end, calendar.last, working, shown))


@serves(router, "list_authorities")
async def list_authorities(
    desk: Shared,
    *,
    limit: int,
    kind: str | None = None,
    region: str | None = None,
    day: date | None = None,
    after: str | None = None,
) -> Response:
    """List the bodies there are on a day, by code."""
    among("kind", [kind] if kind is not None else None, vocabulary().kinds)
    place = region_asked(region)
    found = [
        each
        for each in authorities(day or local_day(desk.clock.now()))
        if kind in (None, each.kind) and (place is None or each.region in (None, place))
    ]
    shown = sorted((_body(each) for each in found), key=lambda each: each.code)
    return page(_following(shown, after, limit), limit, lambda last: [last.code])


@serves(router, "list_letter_templates")
async def list_letter_templates(
    desk: Shared, limit: int, route: str | None = None, after: str | None = None
) -> Response:
    """List the templates of letters, by code."""
    among("route", [route] if route is not None else None, declarations())
    async with desk.database.connection() as connection:
        confirmed = await confirmations.confirmed_templates(connection)
    found = for_route(route) if route is not None else [*templates().values()]
    shown = sorted((_template(each, confirmed) for each in found), key=lambda each: each.code)
    return page(_following(shown, after, limit), limit, lambda last: [last.code])


@serves(router, "list_confirmations")
async def list_confirmations(
    desk: Shared, limit: int, code: str | None = None, after: str | None = None
) -> Response:
    """List who stands by routes and templates, the newest first."""
    at, id_ = json.loads(after) if after else (None, None)
    mark = (datetime.fromisoformat(at), id_) if at else ()
    async with desk.database.connection() as connection:
        rows = await confirmations.listed(connection, code, mark, limit + 1)
    present = _present(local_day(desk.clock.now()))
    shown = [
        Confirmation(**row, present=present.get((row["kind"], row["code"])) == row["version"])
        for row in rows
    ]
    return page(shown, limit, lambda last: [last.recorded_at.isoformat(), last.id])


@serves(router, "confirm_declaration")
async def confirm_declaration(
    desk: Shared, caller: Called, request: Request, body: NewConfirmation
) -> Response:
    """Write down a named person's word, for the version that stands now."""
    async with desk.once(request, caller) as attempt:
        if attempt.replay is not None:
            return attempt.replay
        today = local_day(attempt.now)
        present = _present(today).get((body.kind, body.code))
        if present is None:
            raise _refused("/body/code", "unknown", f"there is no such {body.kind}")
        if present != body.version:
            raise _refused("/body/version", "not_present", f"the present version is {present}")
        if (said := out_of_time(body.confirmed_on, today)) is not None:
            flaw = FieldError("/body/confirmed_on", "out_of_time", said)
            raise ValidationFailed("Nobody can have confirmed it on that day.", errors=[flaw])
        id_ = new_id("cnf")
        await confirmations.write(attempt.connection, id_, body, caller.member, attempt.now)
        if body.kind == "route":
            await look_again(attempt.connection, body.code)
        await record(attempt.connection, caller, attempt.now, _happened(id_, body, caller))
        shown = Confirmation(
            id=id_,
            **body.model_dump(),
            recorded_by=caller.member,
            recorded_at=attempt.now,
            present=True,
        )
        return attempt.answer(shown, 201)


def _moment(desk: Desk, day: date | None) -> datetime:
    """Return noon of a day in Kazakhstan, or the present moment."""
    return datetime.combine(day, NOON, KAZAKHSTAN) if day is not None else desk.clock.now()


def _declared(code: str, day: date, words: Sequence[Any]) -> Declared:
    if code not in routes(day):
        raise _refused("/body/route", "unknown", f"known: {', '.join(routes(day))}")
    return route(code, day, words)


def _present(day: date) -> dict[tuple[str, str], str]:
    """Return the version that stands now of every route and template."""
    found = {("route", each.code): each.version for each in routes(day).values()}
    return found | {("template", each.code): each.version for each in templates().values()}


def _happened(id_: str, body: NewConfirmation, caller: Any) -> Happened:
    return Happened(
        object="confirmation",
        id=id_,
        organisation=caller.organisation or "",
        what="confirm",
        note=body.note,
        shown={"kind": body.kind, "code": body.code, "version": body.version},
    )


def _open(offer: Offer) -> RouteFound:
    made = [each.code for each in for_route(offer.code)]
    unknown = offer.answer_unknown
    return RouteFound(
        code=offer.code,
        version=offer.version,
        title=in_languages(offer.title),
        summary=in_languages(offer.summary),
        window=offer.window.state,
        window_closes_on=offer.window.due_on,
        answer_due_on=offer.answer.due_on,
        answer_unknown=in_languages(unknown) if unknown is not None else None,
        addressee=in_languages(offer.addressee),
        authorities=[each.code for each in offer.authorities],
        channels=[*offer.channels],
        effect=in_languages(offer.effect.text),
        silence=in_languages(offer.silence.text),
        after_refusal=offer.following.refusal,
        after_silence=offer.following.silence,
        cautions=[in_languages(each) for each in offer.cautions],
        cite=offer.cite,
        confidence=offer.confidence,
        confirmed=offer.confirmed,
        renders=offer.confirmed and bool(made),
        templates=made,
    )


def _not(refused: Refused) -> RouteRefused:
    reasons = [
        RouteReason(each.code, in_languages(each.words), each.cite, each.on)
        for each in refused.reasons
    ]
    return RouteRefused(refused.code, refused.version, in_languages(refused.title), reasons)


def _deadline(found: deadlines.Deadline, declared: Declared) -> Deadline:
    term = dict(declared.route.terms()).get(found.term)
    return Deadline(
        route=found.route,
        term=found.term,
        due_on=found.due_on,
        state=found.state,
        confirmed=found.confirmed,
        provisional=found.provisional,
        days_late=found.days_late,
        cite=term.cite if term is not None else [],
        flaws=found.flaws,
        steps=[DeadlineStep(each.on, in_languages(each.words)) for each in found.steps],
    )


def _day(day: date) -> CalendarDay:
    calendar = kazakhstan()
    reason = calendar.why(day)
    working, provisional = calendar.is_working(day), calendar.is_provisional(day)
    return CalendarDay(day, working, provisional, reason.ground, in_languages(reason.words(day)))


def _body(body: Body) -> Authority:
    return Authority(
        code=body.code,
        kind=body.kind,
        name=in_languages(body.name),
        region=body.region,
        channels=[{"kind": each.kind, "address": each.address} for each in body.channels],
        higher=body.higher,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        confidence=body.confidence,
        cite=body.cite,
    )


def _template(template: Template, confirmed: set[tuple[str, str]]) -> LetterTemplate:
    known = (template.code, template.version) in confirmed
    return LetterTemplate(
        code=template.code,
        version=template.version,
        title=in_languages(template.title),
        routes=template.routes,
        takes=[
            TemplateTakes(
                name,
                taken.kind,
                in_languages(taken.title),
                taken.needed,
                {code: in_languages(text) for code, text in taken.options.items()},
                taken.needed_if,
            )
            for name, taken in template.takes.items()
        ],
        articles=[each.cite for each in template.articles],
        text_as_of=template.text_as_of,
        confirmed=template.confirmed or known,
    )


def _following(shown: Sequence[Any], after: str | None, limit: int) -> Sequence[Any]:
    """Return the rest of a list that is ordered by code."""
    (last,) = json.loads(after) if after else ("",)
    return [each for each in shown if each.code > last][: limit + 1]


def _refused(place: str, code: str, message: str) -> ValidationFailed:
    return ValidationFailed("This is not known.", errors=[FieldError(place, code, message)])


def _flaw(name: str, code: str, message: str) -> FieldError:
    return FieldError(f"/query/{name}", code, message)
