"""Deadlines as an iCalendar file (RFC 5545), for the calendars of phones and offices.

    ics([Entry(uid="cmp_..due", day=date(2026, 4, 16), title="..", text="..", url=".."), ..],
        name="Qadaga", language="ru", stamp=now)

An entry is a day, not an hour, and takes no time from anyone. Its uid stays the same when its day
moves, so that a subscribed calendar moves it too. A text that a calendar shows to others is the
caller's: nothing of a tip or of an embargoed case belongs in one.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from cases.law.deadlines import Deadline
from shared.vocabulary.text import Language, Text

if TYPE_CHECKING:
    from icalendar import Alarm, Event

PRODUCT: Final = "-//Qadaga//Deadlines//EN"
MORNING: Final = timedelta(hours=9)
DAY: Final = timedelta(days=1)

_UNCONFIRMED: Final = Text(kk="(расталмаған)", ru="(не подтверждено)", en="(unconfirmed)")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A day to be in a calendar. `remind_on`: the days on whose morning it is told."""

    uid: str
    day: date
    title: str
    text: str
    sequence: int = 0
    url: str | None = None
    remind_on: list[date] = []


def ics(entries: Iterable[Entry], *, name: str, language: Language, stamp: datetime) -> bytes:
    """Write the entries; the same entries at the same moment give the same bytes."""
    # Dear to load, and few who start ever ask for a calendar.
    from icalendar import Calendar  # noqa: PLC0415

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name, parameters={"LANGUAGE": language})
    for one in sorted(entries, key=lambda each: (each.day, each.uid)):
        calendar.add_component(_event(one, stamp))
    return bytes(calendar.to_ical())


def entry(
    found: Deadline, *, uid: str, title: str, language: Language, url: str | None = None
) -> Entry | None:
    """Return the entry of a deadline with its steps as text; None where it has no day."""
    if found.due_on is None:
        return None
    mark = "" if found.confirmed else f" {_UNCONFIRMED.in_(language)}"
    return Entry(
        uid=uid,
        day=found.due_on,
        title=f"{title}{mark}",
        text="\n".join(one.words.in_(language) for one in found.steps),
        url=url,
        remind_on=[one.on for one in found.reminders if one.on <= found.due_on],
    )


def _event(one: Entry, stamp: datetime) -> "Event":
    from icalendar import Event  # noqa: PLC0415 (as above)

    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", one.day)
    event.add("dtend", one.day + DAY)
    event.add("summary", one.title)
    event.add("description", one.text)
    event.add("sequence", one.sequence)
    event.add("transp", "TRANSPARENT")
    if one.url is not None:
        event.add("url", one.url)
    for day in one.remind_on:
        event.add_component(_alarm(one, day))
    return event


def _alarm(one: Entry, day: date) -> "Alarm":
    from icalendar import Alarm  # noqa: PLC0415 (as above)

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one.title)
    alarm.add("trigger", day - one.day + MORNING)
    return alarm
