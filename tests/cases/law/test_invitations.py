"""Deadlines in a calendar."""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from cases.law.catalogue import route
from cases.law.deadlines import Event, deadline
from cases.law.invitations import Entry, entry, ics

STAMP = datetime(2026, 3, 27, 6, tzinfo=UTC)


def test_a_deadline_is_a_day_in_the_calendar_with_its_steps_and_reminders() -> None:
    day = date(2026, 3, 21)
    found = deadline(route("appc76_appeal", day), [Event("received", day)], now=STAMP)
    made = entry(found, uid="cmp_1.answer", title="Ответ на обращение", language="ru")
    assert made

    written = ics([made], name="Qadaga", language="ru", stamp=STAMP)
    (event,) = Calendar.from_ical(written).walk("VEVENT")

    assert event.decoded("dtstart") == date(2026, 4, 16)
    assert event.decoded("dtend") == date(2026, 4, 17)
    assert str(event["summary"]) == "Ответ на обращение (не подтверждено)"
    assert "День 15: четверг, 16 апреля 2026 года." in str(event["description"])
    assert [alarm.decoded("trigger") for alarm in event.walk("VALARM")] == [
        timedelta(days=-3, hours=9),
        timedelta(hours=9),
    ]


def test_the_file_keeps_to_the_form_of_its_lines_and_to_the_text_it_was_given() -> None:
    hostile = "a,b;c\\d\nEND:VCALENDAR\r\nBEGIN:VEVENT" + "қ" * 200
    one = Entry(uid="x", day=date(2026, 4, 16), title=hostile, text=hostile)

    written = ics([one], name="Қадаға", language="kk", stamp=STAMP)
    lines = written.split(b"\r\n")

    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)
    assert [lines.count(b"BEGIN:VEVENT"), lines.count(b"END:VCALENDAR")] == [1, 1]
    assert lines[1:3] == [b"VERSION:2.0", b"PRODID:-//Qadaga//Deadlines//EN"]
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    assert str(event["summary"]).replace("\r\n", "\n") == hostile.replace("\r\n", "\n")


def test_the_same_deadlines_are_the_same_bytes_in_any_order_and_none_is_an_empty_calendar() -> None:
    two = [
        Entry(uid=name, day=date(2026, 4, day), title=name, text="")
        for name, day in (("b", 16), ("a", 17))
    ]

    assert ics(two, name="Q", language="en", stamp=STAMP) == ics(
        two[::-1], name="Q", language="en", stamp=STAMP
    )
    assert Calendar.from_ical(ics([], name="Q", language="en", stamp=STAMP)).walk("VEVENT") == []


def test_what_has_no_day_is_in_no_calendar() -> None:
    day = date(2026, 3, 21)
    found = deadline(route("acs_report", day), [Event("received", day)], now=STAMP)

    assert entry(found, uid="x", title="t", language="en") is None
