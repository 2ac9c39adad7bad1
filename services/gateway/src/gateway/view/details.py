"""The notice of a purchase, as the release tells it: lots, terms, and what befell it."""

from gateway.stages import Complaint, Enquiry, Lot, NoticeChange, Period, Related
from gateway.view import reading
from gateway.view.parties import Parties
from gateway.view.reading import LONGEST_LIST, Json
from shared.vocabulary.identifiers import part_id, process_id

OWN_CODES = ("x_code", "x_status")


def period(value: Json, name: str) -> Period | None:
    """Return from when until when; None if neither end is known."""
    told = reading.part(value, name)
    found = Period(reading.moment(told, "startDate"), reading.moment(told, "endDate"))
    return found if found.start or found.end else None


def lots(process: str, tender: Json, parties: Parties) -> list[Lot]:
    """Return the lots of the tender."""
    return [
        Lot(
            id=reading.text(lot, "id"),
            number=reading.text(lot, "x_number"),
            title=reading.wording(lot, "title"),
            status=reading.text(lot, "status"),
            status_details=reading.text(lot, "statusDetails"),
            value=reading.money(lot),
            buyers=parties.named_in([reading.part(lot, "x_customer")]),
            codes=reading.codes(lot),
            link=f"/v1/lots?id={part_id('lot', process, reading.text(lot, 'id') or str(place))}",
        )
        for place, lot in enumerate(reading.rows(tender, "lots")[:LONGEST_LIST])
    ]


def notice_changes(tender: Json) -> list[NoticeChange]:
    """Return cancellations, pauses and amendments of the notice."""
    return [
        NoticeChange(
            id=reading.text(one, "id"),
            date=reading.moment(one, "date"),
            rationale=reading.text(one, "rationale"),
            description=reading.text(one, "description"),
            codes={name[2:]: code for name in OWN_CODES if (code := reading.text(one, name))},
        )
        for one in reading.rows(tender, "amendments")[:LONGEST_LIST]
    ]


def enquiries(tender: Json) -> list[Enquiry]:
    """Return the questions that were asked and their answers."""
    return [
        Enquiry(
            id=reading.text(one, "id"),
            date=reading.moment(one, "date"),
            title=reading.wording(one, "title"),
            description=reading.wording(one, "description"),
            answer=reading.wording(one, "answer"),
            answered=reading.moment(one, "dateAnswered"),
            lot=reading.text(one, "relatedLot"),
        )
        for one in reading.rows(tender, "enquiries")[:LONGEST_LIST]
    ]


def complaints(release: Json) -> list[Complaint]:
    """Return the complaints that were made."""
    return [
        Complaint(
            id=reading.text(one, "id"),
            number=reading.text(one, "number"),
            date=reading.moment(one, "date"),
            title=reading.wording(one, "title"),
            status=reading.text(one, "status"),
            addressee=reading.text(one, "addressee"),
            period=period(one, "period"),
            decided=reading.moment(one, "decisionDate"),
            codes=reading.codes(one),
        )
        for one in reading.rows(release, "complaints")[:LONGEST_LIST]
    ]


def related(source: str, release: Json) -> list[Related]:
    """Return the processes that the publisher relates to this one; a link where it names one."""
    return [
        Related(
            relationship=reading.words(one, "relationship"),
            ocid=(ocid := _ocid(one)),
            title=reading.text(one, "title"),
            link=f"/v1/processes/{process_id(source, ocid)}" if ocid else None,
        )
        for one in reading.rows(release, "relatedProcesses")[:LONGEST_LIST]
    ]


def _ocid(related_process: Json) -> str | None:
    named = reading.text(related_process, "scheme") == "ocid"
    return reading.text(related_process, "identifier") if named else None
