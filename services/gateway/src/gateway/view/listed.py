"""Lots, contracts and plan points of a release as rows of lists, with the numbers they go by."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from gateway.documents import PartyRef, ProcessFacts
from gateway.listed import ListedContract, ListedLot, ListedPlan, Origin
from gateway.naming import contract_keys, folded_number
from gateway.places import places
from gateway.view import reading
from gateway.view.contracts import Followed
from gateway.view.parties import Parties
from gateway.view.reading import Json
from gateway.view.rows import LONG_AGO, UNKNOWN_AMOUNT, Handle, ListedRow
from gateway.view.search import search_text
from gateway.view.whereabouts import Codes, Whereabouts
from shared.vocabulary.identifiers import part_id

YEARS: Final = range(1990, 2200)

_encode = msgspec.json.Encoder().encode

Listed = ListedLot | ListedContract | ListedPlan
Rows = tuple[list[ListedRow], list[Handle]]


class Lister:
    """Makes the rows of one release; `after` has what follows each of its contracts."""

    def __init__(
        self, facts: ProcessFacts, release: Json, parties: Parties, after: Sequence[Followed]
    ) -> None:
        self._facts = facts
        self._after = after
        self._release = release
        self._parties = parties
        self._where = Whereabouts(release)
        link = facts.links.self
        self._origin = Origin(facts.id, facts.source, facts.ocid, link)

    def rows(self) -> Rows:
        """Return all rows, each id once, and the numbers they are found by."""
        tender = reading.part(self._release, "tender")
        planning = reading.part(self._release, "planning")
        made = [self._lot(*each) for each in enumerate(reading.rows(tender, "lots"))]
        made += [self._contract(*e) for e in enumerate(reading.rows(self._release, "contracts"))]
        made += [self._plan(*e) for e in enumerate(reading.rows(planning, "x_plan_points"))]
        listed = {row.id: row for row, _ in made}
        keys = {(key, row.id): Handle(key, row.kind, row.id, row.process_id)
                for row, held in made for key in held}  # fmt: skip
        return list(listed.values()), list(keys.values())

    def _lot(self, place: int, lot: Json) -> tuple[ListedRow, list[str]]:
        local, number = reading.text(lot, "id"), reading.text(lot, "x_number")
        customer = self._parties.named_in([reading.part(lot, "x_customer")])
        buyers, delivery = customer or self._facts.buyers, self._where.of_lot(lot)
        shown = ListedLot(
            id=part_id("lot", self._facts.id, local or str(place)),
            local_id=local,
            number=number,
            title=reading.wording(lot, "title"),
            status=reading.text(lot, "status"),
            status_details=reading.text(lot, "statusDetails"),
            method=self._facts.method,
            value=reading.money(lot),
            published=self._facts.published,
            buyers=buyers,
            seats=places(self._seats(buyers).today),
            delivery=places(delivery.today),
            process=self._origin,
        )
        words = (shown.title, reading.wording(lot, "description"), number)
        row = self._row("lot", shown, shown.published, words, delivery)
        return row, _keys("lot", local, folded_number(number) if number else None)

    def _contract(self, place: int, contract: Json) -> tuple[ListedRow, list[str]]:
        local, number = reading.text(contract, "id"), reading.text(contract, "title")
        named = self._parties.named_in([reading.part(contract, "buyer")])
        buyers, delivery = named or self._facts.buyers, self._where.of_contract(contract)
        original = reading.part(contract, "x_goszakup")
        amendments = reading.rows(contract, "amendments")
        after = self._after[place]
        shown = ListedContract(
            id=part_id("ctr", self._facts.id, local or str(place)),
            local_id=local,
            number=number,
            title=reading.wording(contract, "description") or self._facts.title,
            status=reading.text(contract, "status"),
            status_details=reading.text(contract, "statusDetails"),
            method=self._facts.method,
            value=reading.money(contract),
            signed=reading.moment(contract, "dateSigned"),
            amendments=len(amendments),
            acts=after.accepted(),
            payments=after.paid(),
            buyers=buyers,
            suppliers=self._suppliers(contract),
            seats=places(self._seats(buyers).today),
            delivery=places(delivery.today),
            process=self._origin,
        )
        register = reading.text(original, "number")
        row = self._row("contract", shown, shown.signed, (shown.title, number, register), delivery)
        versions = [reading.text(one, "id") for one in (original, *amendments)]
        numbers = [key for each in (number, register) if each for key in contract_keys(each)]
        return row, [*_keys("contract", local, *versions), *numbers]

    def _plan(self, place: int, point: Json) -> tuple[ListedRow, list[str]]:
        root = reading.text(point, "root")
        customer = self._parties.named_in([{"id": reading.text(point, "customer")}])
        buyers, delivery = customer or self._facts.buyers, self._where.of_point(point)
        year, month = reading.whole(point, "year"), reading.whole(point, "month")
        shown = ListedPlan(
            id=part_id("pln", self._facts.id, root or str(place)),
            local_id=root,
            title=reading.text(point, "title"),
            status=reading.text(point, "statusDetails") or reading.text(point, "status"),
            method=reading.text(point, "procurementMethod"),
            justification=reading.text(point, "justification"),
            year=year,
            month=month,
            planned=_month(year, month),
            value=reading.money_of(point, "amount", reading.text(point, "currency")),
            quantity=reading.exact(point, "quantity"),
            product=reading.text(point, "enstru"),
            buyers=buyers,
            seats=places(self._seats(buyers).today),
            delivery=places(delivery.today),
            taken_up="tender" in self._release or "contracts" in self._release,
            process=self._origin,
        )
        words = (shown.title, reading.text(point, "description"), shown.product)
        row = self._row("plan", shown, shown.planned, words, delivery)
        return row, _keys("plan", root, reading.text(point, "id"))

    def _row(
        self,
        kind: str,
        shown: Listed,
        date: datetime | None,
        words: Sequence[str | None],
        delivery: Codes,
    ) -> ListedRow:
        suppliers = shown.suppliers if isinstance(shown, ListedContract) else []
        named = [party.name for party in (*shown.buyers, *suppliers)]
        return ListedRow(
            id=shown.id,
            kind=kind,
            process_id=self._facts.id,
            source=self._facts.source,
            status=shown.status,
            method=shown.method,
            amount=shown.value.amount if shown.value else UNKNOWN_AMOUNT,
            currency=shown.value.currency if shown.value else None,
            date=date or LONG_AGO,
            search=search_text(*words, *named),
            buyers=_ids(shown.buyers),
            suppliers=_ids(suppliers),
            buyer_region=self._seats(shown.buyers).found(),
            delivery_region=delivery.found(),
            body=_encode(shown),
        )

    def _seats(self, buyers: Iterable[PartyRef]) -> Codes:
        return self._where.seats(self._parties, [party.id for party in buyers])

    def _suppliers(self, contract: Json) -> list[PartyRef]:
        named = self._parties.named_in(reading.rows(contract, "suppliers"))
        if named:
            return named
        award = reading.text(contract, "awardID")
        awards = reading.rows(self._release, "awards")
        own = [each for each in awards if award and reading.text(each, "id") == award]
        return self._parties.named_in([s for each in own for s in reading.rows(each, "suppliers")])


def process_handles(facts: ProcessFacts, release: Json) -> list[Handle]:
    """Return the numbers of a notice that a process is found by."""
    tender = reading.part(release, "tender")
    numbers = (
        reading.text(tender, "id"),
        reading.text(reading.part(tender, "x_goszakup"), "number"),
    )
    keys = [
        f"notice:{number}" for number in dict.fromkeys(numbers) if number and number[0].isdigit()
    ]
    return [Handle(key[:200], "process", facts.id, facts.id) for key in keys]


def _keys(kind: str, *numbers: str | None) -> list[str]:
    return [f"{kind}:{number}"[:200] for number in dict.fromkeys(numbers) if number]


def _ids(parties: Iterable[PartyRef]) -> str:
    return " ".join(party.id for party in parties if not party.person)


def _month(year: int | None, month: int | None) -> datetime | None:
    """Return the first moment of a planned month; a month 99, "last year", is none."""
    if year is None or month is None or year not in YEARS or month not in range(1, 13):
        return None
    return datetime(year, month, 1, tzinfo=UTC)
