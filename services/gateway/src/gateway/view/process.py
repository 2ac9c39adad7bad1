"""From one entry of the feed "releases" to what the gateway serves of the process."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from gateway.documents import Money, PartyRef, ProcessFacts, ProcessLinks
from gateway.execution import Contract
from gateway.process_document import ProcessDetail
from gateway.stages import Mended
from gateway.view import bidding, details, reading
from gateway.view.contracts import Followed, contracts, followed
from gateway.view.listed import Lister, process_handles
from gateway.view.parties import Parties
from gateway.view.planning import planning
from gateway.view.reading import Json
from gateway.view.rows import LONG_AGO, UNKNOWN_AMOUNT, Handle, ListedRow, Part, ProcessRow
from gateway.view.search import search_text
from gateway.view.shapes import NOTHING_WATCHED, Shape, Watched, shape_of
from gateway.view.whereabouts import Codes, Whereabouts
from shared.contracts.releases import ReleaseEntry
from shared.quality import check

_STANDING_AWARDS: Final = {"active", None}
"""Statuses of an award that counts; a publisher without statuses publishes awards that stand."""

NO_CONTRACT: Final = {"cancelled", "pending"}
"""Statuses of a contract that is not concluded, or not yet."""

_encode = msgspec.json.Encoder().encode


class ProcessView(NamedTuple):
    """All rows of one process, and which of the watched fields its release has."""

    shape: Shape
    row: ProcessRow
    parts: list[Part]
    listed: list[ListedRow]
    handles: list[Handle]


def view_of(entry: ReleaseEntry, asked: Watched = NOTHING_WATCHED) -> ProcessView:
    """Make the rows of one process. Raises msgspec.DecodeError for a release that is no object."""
    release = reading.decode(entry.release)
    parties = Parties(entry.parties, release)
    facts = _facts(entry, release, parties)
    after = followed(release, parties)
    detail = _detail(facts, entry, release, parties, after)
    where = Whereabouts(release)
    seats = where.seats(parties, [party.id for party in facts.buyers])
    listed, handles = Lister(facts, release, parties, after).rows()
    shape = shape_of(release, asked, detail.checks)
    row = _row(entry, facts, detail, seats, where.all())
    return ProcessView(
        shape,
        row._replace(shape=shape.id),
        _parts(facts, detail, parties),
        listed,
        [*process_handles(facts, release), *handles],
    )


def listed_of(entry: ReleaseEntry) -> tuple[list[ListedRow], list[Handle]]:
    """Make the rows of a plan point that no purchase has taken up; it is no process yet."""
    release = reading.decode(entry.release)
    parties = Parties(entry.parties, release)
    after = followed(release, parties)
    return Lister(_facts(entry, release, parties), release, parties, after).rows()


def revision_of(body: bytes) -> str:
    """Name a version of a document by its content, so that a rebuilt view keeps its ETags."""
    return blake2b(body, digest_size=9).hexdigest()


def _facts(entry: ReleaseEntry, release: Json, parties: Parties) -> ProcessFacts:
    tender = reading.part(release, "tender")
    standing = _standing_awards(release)
    suppliers = [supplier for award in standing for supplier in reading.rows(award, "suppliers")]
    return ProcessFacts(
        id=entry.id,
        source=entry.source,
        ocid=entry.ocid,
        title=_title(release),
        status=reading.text(tender, "status"),
        method=reading.text(tender, "procurementMethod"),
        method_details=reading.text(tender, "procurementMethodDetails"),
        category=reading.text(tender, "mainProcurementCategory"),
        published=_published(entry, tender),
        date=entry.date,
        buyers=parties.in_role("buyer") or parties.in_role("procuringEntity"),
        suppliers=parties.named_in(suppliers),
        value=reading.money(tender),
        awarded=reading.sums([value for value in map(reading.money, standing) if value]),
        links=_links(entry.id),
    )


def _standing_awards(release: Json) -> list[Json]:
    awards = reading.rows(release, "awards")
    return [award for award in awards if reading.text(award, "status") in _STANDING_AWARDS]


def _title(release: Json) -> str | None:
    """Say what is bought: the title of the tender or what comes nearest to one."""
    tender = reading.part(release, "tender")
    first = [each for name in ("awards", "contracts") for each in reading.rows(release, name)[:1]]
    stages = [tender, *first]
    items = [item for stage in stages for item in reading.rows(stage, "items")[:1]]
    places = [(tender, "title"), (release, "title"), (tender, "description")]
    places += [(stage, "title") for stage in first]
    places += [(stage, "description") for stage in (*first, *items)]
    return next(filter(None, (reading.wording(*place) for place in places)), None)


def _published(entry: ReleaseEntry, tender: Json) -> datetime | None:
    return (
        reading.moment(tender, "datePublished")
        or reading.moment(reading.part(tender, "tenderPeriod"), "startDate")
        or entry.date
    )


def _links(process: str) -> ProcessLinks:
    return ProcessLinks(
        self=f"/v1/processes/{process}",
        score=f"/v1/scores/process/{process}",
        explanation=f"/v1/scores/process/{process}/explanation",
        releases=f"/v1/ocds/releases?process={process}",
    )


def _detail(
    facts: ProcessFacts,
    entry: ReleaseEntry,
    release: Json,
    parties: Parties,
    after: Sequence[Followed],
) -> ProcessDetail:
    tender = reading.part(release, "tender")
    signed = contracts(facts.id, release, parties, after)
    return ProcessDetail(
        **{name: getattr(facts, name) for name in facts.__struct_fields__},
        description=reading.text(tender, "description"),
        status_details=reading.text(tender, "statusDetails"),
        tender_period=details.period(tender, "tenderPeriod"),
        enquiry_period=details.period(tender, "enquiryPeriod"),
        award_period=details.period(tender, "awardPeriod"),
        planning=planning(facts.id, release),
        notice_changes=details.notice_changes(tender),
        lots=details.lots(facts.id, tender, parties),
        bids=bidding.bids(release, parties),
        bids_by_status=bidding.bids_by_status(release),
        awards=bidding.awards(release, parties),
        contracts=signed[: reading.LONGEST_LIST],
        enquiries=details.enquiries(tender),
        complaints=details.complaints(release),
        related=details.related(facts.source, release),
        contracted=reading.sums([each.value for each in signed if _lives(each) and each.value]),
        accepted=reading.sums([money for each in signed for money in each.accepted]),
        paid=reading.sums([money for each in signed for money in each.paid]),
        counts=_counts(entry, release, signed),
        codes=reading.codes(tender),
        quality=[Mended(*msgspec.structs.astuple(note)) for note in entry.quality],
        checks=check(release),
        origin=entry.origin,
        received_at=entry.received_at,
        revision=entry.revision,
    )


def _lives(contract: Contract) -> bool:
    return contract.status not in NO_CONTRACT


def _counts(entry: ReleaseEntry, release: Json, signed: Sequence[Contract]) -> dict[str, int]:
    tender, planned = reading.part(release, "tender"), reading.part(release, "planning")
    after = ("amendments", "acts", "payments")
    return {
        **msgspec.structs.asdict(entry.counts),
        "plan_points": len(reading.rows(planned, "x_plan_points")),
        "lots": len(reading.rows(tender, "lots")),
        **{name: sum(contract.counts[name] for contract in signed) for name in after},
        "enquiries": len(reading.rows(tender, "enquiries")),
        "complaints": len(reading.rows(release, "complaints")),
    }


def _row(
    entry: ReleaseEntry,
    facts: ProcessFacts,
    detail: ProcessDetail,
    seats: Codes,
    delivery: Codes,
) -> ProcessRow:
    brief, page = _encode(facts), _encode(detail)
    stake = facts.awarded[0] if len(facts.awarded) == 1 else facts.value
    named = [party.name for party in (*facts.buyers, *facts.suppliers)]
    return ProcessRow(
        id=entry.id,
        source=entry.source,
        ocid=entry.ocid,
        date=facts.date or LONG_AGO,
        published=facts.published or LONG_AGO,
        method=facts.method,
        amount=stake.amount if stake else UNKNOWN_AMOUNT,
        currency=stake.currency if stake else None,
        search=search_text(facts.title, detail.description, entry.ocid, *named),
        revision=revision_of(page),
        brief=brief,
        detail=page,
        release=bytes(entry.release),
        buyer_region=seats.found(),
        delivery_region=delivery.found(),
    )


def _parts(facts: ProcessFacts, detail: ProcessDetail, parties: Parties) -> list[Part]:
    """Say who took part and with how much; natural persons have no profile, so no part."""
    tenderers = parties.in_role("tenderer", "supplier")
    standing = [award for award in detail.awards if award.status in _STANDING_AWARDS]
    by_role: list[tuple[str, PartyRef, Sequence[Money | None]]] = [
        ("buyer", party, facts.awarded) for party in facts.buyers
    ]
    by_role += [("tenderer", party, []) for party in tenderers]
    for party in facts.suppliers:
        won = [award.value for award in standing if party in award.suppliers and award.value]
        by_role.append(("supplier", party, reading.sums(won)))
    return [
        Part(
            process_id=facts.id,
            party_id=party.id,
            role=role,
            name=party.name,
            bin=parties.bin_of(party.id),
            weak=party.weak,
            amount=money.amount if money else None,
            currency=money.currency if money else "",
        )
        for role, party, amounts in by_role
        if not party.person
        for money in amounts or [None]
    ]
