"""The page of the legal routes: each as it is declared today, and how its terms are counted."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from cases.law.authorities import Body, bodies
from cases.law.catalogue import Declared, declarations, vocabulary
from cases.law.declaration import Part, Route, Term, Window
from shared.law.entries import Period
from shared.vocabulary.text import Language

HEAD: Final = """# Legal routes

Generated from `services/cases/src/cases/law/` by `make docs`. What somebody may do about a
purchase, until when, before whom, and what follows. Not legal advice. A route or term that no
lawyer has confirmed is marked `unconfirmed`: it is computed and shown, but raises no overdue and
renders no letter until a named person has confirmed its very wording. Whether a check is made the
body alone decides; no route promises that one will start.

## How terms are counted

* The day of the event does not count; the last day does, to 24:00 in Kazakhstan (UTC+5, one zone).
* Working days are those of the calendar ([law.md](law.md)): holidays, days off in their stead, and
  moved days of rest as they were decided. Of a year whose moves are not decided yet the answer is
  marked provisional; beyond the calendar there is none.
* Months end on the same date of the last month, or its last day where it has no such date. What
  ends on a day off ends on the next working day.
* Where an appeal arrives on a day off it is registered on the next working day, and the term runs
  from there (marked "registered").
* A transfer starts the term anew when the other body receives it; until that is told, from the
  day of the transfer. An extension counts if it was decided before the end and keeps to its limit.
* While a term is suspended no day counts: the day of the suspension still runs, that of the
  resumption does not. An answer ends a suspension as well.

Every answer lists these steps for its own days, in Kazakh, Russian and English."""


def page() -> str:
    """Write the page."""
    found = [_newest(code) for code in declarations()]
    parts = [HEAD, _index(found), *map(_route, found), _authorities()]
    return "\n\n".join(parts) + "\n"


def _newest(code: str) -> Declared:
    (entry,) = declarations()[code].entries.values()
    period = entry.periods[-1]
    return Declared(code, period.value, period.valid_from, period.valid_to, "")


def _index(found: list[Declared]) -> str:
    rows = [
        f"| [`{one.code}`](#{one.code}) | {one.route.title.en} | {_names(one, 'standings')} "
        f"| {_window(one.route.window)} | {_answer(one.route)} |"
        for one in found
    ]
    head = "| code | route | for whom | window | answer |\n|---|---|---|---|---|"
    return "\n".join(["## All of them\n", head, *rows])


def _route(one: Declared) -> str:
    route = one.route
    texts = [
        f"**{code}** {route.title.in_(code)}. {route.summary.in_(code)}" for code in _LANGUAGES
    ]
    return "\n\n".join([f"## {one.code}", *texts, "\n".join(_facts(one))])


def _facts(one: Declared) -> Iterator[str]:
    route = one.route
    yield f"* law: {_cite(route)}; {_sure(route)}; {_days(one.valid_from, one.valid_to)}"
    yield f"* for: {_names(one, 'standings')}"
    yield f"* regime: {', '.join(route.regimes)}; methods: {_methods(route)}"
    yield f"* stages: {_names(one, 'stages')}"
    yield f"* against: {_names(one, 'objects')}"
    yield f"* window: {_window(route.window)}{_basis(route.window)}"
    yield f"* to: {route.addressee.text.en} ({', '.join(route.addressee.channels)})"
    yield f"* answer: {_answer(route)}{_basis(route.answer) if route.answer else ''}"
    if route.forward:
        yield f"* forwarded by the wrong body: {_term(route.forward)}{_basis(route.forward)}"
    if route.extension:
        yield (
            f"* extension: at most {route.extension.number} {_unit(route.extension.unit)} "
            f"from the end{_basis(route.extension)}"
        )
    for further in route.further:
        yield f"* {further.title.en}: {_term(further)}{_basis(further)}"
    yield f"* effect: {route.effect.text.en}{_basis(route.effect)}"
    yield f"* silence: {route.silence.text.en}{_basis(route.silence)}"
    yield from (f"* not: {each.why.en} ({', '.join(each.cite)})" for each in route.refusals)
    yield from (f"* mind: {each.en}" for each in route.cautions)
    if route.requires:
        yield f"* first: {', '.join(f'`{each}`' for each in route.requires)}"
    yield from _following("after a refusal", route.following.refusal)
    yield from _following("after silence", route.following.silence)
    yield f"* letter: {f'`{route.template}`' if route.template else 'none is written'}"


def _following(when: str, codes: list[str]) -> Iterator[str]:
    if codes:
        yield f"* {when}: {', '.join(f'[`{code}`](#{code})' for code in codes)}"


def _names(one: Declared, kind: str) -> str:
    words = {
        "standings": one.route.standing,
        "stages": one.route.stages,
        "objects": one.route.objects,
    }[kind]
    return ", ".join(vocabulary().title(kind, each).en for each in words)


def _methods(route: Route) -> str:
    if route.methods == ["any"]:
        return "any"
    return ", ".join(vocabulary().methods[each].en for each in route.methods)


def _window(window: Window) -> str:
    term = window.term()
    if term is not None:
        return _term(term)
    if window.closes is not None:
        return f"until {vocabulary().events[window.closes].en}"
    return "at any time" if window.kind == "open" else "not known"


def _answer(route: Route) -> str:
    if route.answer is not None:
        return _term(route.answer)
    assert route.answer_unknown is not None
    return f"no term: {route.answer_unknown.en}"


def _term(term: Term) -> str:
    after = vocabulary().events[term.after].en
    registered = ", registered" if term.registered else ""
    return f"{term.number} {_unit(term.unit)} after: {after}{registered}"


def _unit(unit: str) -> str:
    return f"{unit.replace('_', ' ')}s"


def _basis(part: Part) -> str:
    note = f". {part.note.en}" if part.note else ""
    return f" [{_cite(part)}; {_sure(part)}]{note}"


def _cite(part: Part) -> str:
    return ", ".join(part.cite) or "no passage at hand"


def _sure(part: Part) -> str:
    by = part.confirmed
    confirmed = "unconfirmed" if isinstance(by, bool) else f"confirmed by {by.by} on {by.day}"
    return f"{part.confidence}, {confirmed}"


def _days(first: date, last: date | None) -> str:
    return f"from {first} to {last or 'today'}"


def _authorities() -> str:
    rows = [_authority(key, period) for key, period in bodies().periods()]
    head = (
        "Customers, suppliers, and the body whose matter a case is are named by the case. "
        "`per region`: one in each region.\n\n"
        "| code | kind | body | days | then | passage |\n|---|---|---|---|---|---|"
    )
    return "\n".join(["## Authorities\n", head, *rows])


def _authority(key: str, period: Period[Body]) -> str:
    body = period.value
    names = " / ".join(body.name.in_(code) for code in _LANGUAGES)
    where = ", per region" if body.per_region else ""
    cite = ", ".join(str(each).strip() for each in period.cite)
    return (
        f"| `{key}` | {vocabulary().kinds[body.kind].en} | {names}{where} "
        f"| {_days(period.valid_from, period.valid_to)} | {body.successor or ''} "
        f"| {cite} ({period.confidence}) |"
    )


_LANGUAGES: Final[tuple[Language, ...]] = ("en", "ru", "kk")
