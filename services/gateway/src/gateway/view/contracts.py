"""Contracts of a release with what followed them: addenda, acts of acceptance, payments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from gateway.documents import Money, PartyRef
from gateway.execution import Act, Amendment, Change, Contract, Dates, Payment, Tally
from gateway.view import reading
from gateway.view.details import period
from gateway.view.parties import Parties
from gateway.view.reading import LONGEST_INNER_LIST, Json
from shared.vocabulary.identifiers import part_id

APPROVED: Final = "approved"
PAID: Final = "paid"
NOT_MADE: Final = {"planned", "scheduled", "cancelled", "rejected", "returned"}
"""States of a payment, as publishers word them, in which no money has gone."""

UNIT_PRICE: Final = "unitPrice"
OF_ADDENDUM: Final = {"x_reasons": "reasons", "x_parent": "parent"}


class Followed(NamedTuple):
    """What follows one contract, all of it."""

    amendments: list[Amendment]
    acts: list[Act]
    payments: list[Payment]

    def counts(self) -> dict[str, int]:
        """Return how many of each there are."""
        return {name: len(getattr(self, name)) for name in self._fields}

    def accepted(self) -> Tally:
        """Count the acts; those stand that are approved and that no approved one replaces."""
        approved = [act for act in self.acts if act.state == APPROVED]
        replaced = {act.replaces for act in approved}
        stand = [act for act in approved if act.id is None or act.id not in replaced]
        return _tally(self.acts, [act.amount for act in stand])

    def paid(self) -> Tally:
        """Count the payments; those stand that were made."""
        made = [each for each in self.payments if each.state and each.state not in NOT_MADE]
        return _tally(self.payments, [each.amount for each in made])


def _tally(all_of_them: Sequence[object], amounts: Sequence[Money | None]) -> Tally:
    sums = reading.sums([amount for amount in amounts if amount])
    return Tally(count=len(all_of_them), standing=len(amounts), sums=sums)


def followed(release: Json, parties: Parties) -> list[Followed]:
    """Return what follows each contract of a release, in their order."""
    return [_followed(each, parties) for each in reading.rows(release, "contracts")]


def contracts(
    process: str, release: Json, parties: Parties, after: Sequence[Followed]
) -> list[Contract]:
    """Return all contracts, whatever their status; `after` has what follows each of them."""
    rows = zip(reading.rows(release, "contracts"), after, strict=True)
    return [_contract(process, place, row, parties, then) for place, (row, then) in enumerate(rows)]


def _followed(contract: Json, parties: Parties) -> Followed:
    value = reading.money(contract)
    currency = value.currency if value else None
    transactions = reading.rows(reading.part(contract, "implementation"), "transactions")
    return Followed(
        [_amendment(each, currency) for each in reading.rows(contract, "amendments")],
        [_act(each, currency) for each in reading.rows(contract, "x_acts")],
        [_payment(each, parties) for each in transactions],
    )


def _contract(
    process: str, place: int, contract: Json, parties: Parties, after: Followed
) -> Contract:
    local = reading.text(contract, "id")
    return Contract(
        id=local,
        award_id=reading.text(contract, "awardID"),
        title=reading.text(contract, "title"),
        description=reading.wording(contract, "description"),
        status=reading.text(contract, "status"),
        status_details=reading.text(contract, "statusDetails"),
        signed=reading.moment(contract, "dateSigned"),
        period=period(contract, "period"),
        value=reading.money(contract),
        value_without_tax=reading.money(contract, "x_net"),
        suppliers=parties.named_in(reading.rows(contract, "suppliers")),
        lots=reading.words(contract, "relatedLots"),
        dates=_dates(reading.part(contract, "x_dates")),
        amendments=after.amendments[:LONGEST_INNER_LIST],
        acts=after.acts[:LONGEST_INNER_LIST],
        payments=after.payments[:LONGEST_INNER_LIST],
        counts=after.counts(),
        accepted=after.accepted().sums,
        paid=after.paid().sums,
        codes=reading.codes(contract),
        link=f"/v1/contracts?id={part_id('ctr', process, local or str(place))}",
    )


def _dates(told: Json) -> Dates:
    return Dates(*(reading.moment(told, name) for name in Dates.__struct_fields__))


def _amendment(one: Json, currency: str | None) -> Amendment:
    changes = _changes(one, currency)
    value = reading.money(one, "x_value")
    before = next((each.before for each in changes or () if each.what == "value"), None)
    own = {name: " ".join(reading.words(one, field)) for field, name in OF_ADDENDUM.items()}
    return Amendment(
        id=reading.text(one, "id"),
        number=reading.text(one, "x_number"),
        date=reading.moment(one, "date"),
        signed=reading.flag(one, "x_signed"),
        in_force=reading.flag(one, "x_in_force"),
        rationale=reading.text(one, "rationale"),
        description=reading.text(one, "description"),
        value_before=before or (value if changes is not None else None),
        value=value,
        changes=changes,
        status_details=reading.text(one, "x_status"),
        codes={name: code for name, code in own.items() if code},
    )


def _changes(one: Json, currency: str | None) -> list[Change] | None:
    """Return what was changed; publishers of plain OCDS tell only what it was before."""
    name = "x_changes" if isinstance(one.get("x_changes"), list) else "changes"
    if not isinstance(one.get(name), list):
        return None
    return [
        Change(
            what=reading.text(each, "property") or "",
            lot=reading.text(each, "relatedLot"),
            before=_shown(each, "former_value", currency),
            after=_shown(each, "value", currency),
        )
        for each in reading.rows(one, name)[:LONGEST_INNER_LIST]
    ]


def _shown(change: Json, name: str, currency: str | None) -> Money | datetime | str | None:
    """Return a value before or after; a unit price, which is a bare number, is money."""
    if reading.text(change, "property") == UNIT_PRICE:
        return reading.money_of(change, name, currency)
    number = reading.exact(change, name)
    told = reading.money(change, name) or reading.moment(change, name)
    return told or (format(number, "f") if number is not None else reading.text(change, name))


def _act(act: Json, currency: str | None) -> Act:
    approved, revoked = reading.moment(act, "approvedDate"), reading.moment(act, "revokedDate")
    currency, status = reading.text(act, "currency") or currency, reading.text(act, "status")
    return Act(
        id=reading.text(act, "id"),
        number=reading.text(act, "number"),
        date=reading.moment(act, "date"),
        amount=reading.money_of(act, "amount", currency),
        state="revoked" if revoked else APPROVED if approved else "pending",
        status_details=reading.text(act, "statusDetails"),
        approved=approved,
        revoked=revoked,
        replaces=reading.text(act, "replaces"),
        final=reading.flag(act, "final"),
        overdue_days=reading.exact(act, "overdueDays"),
        fine=reading.money_of(act, "fine", currency),
        advance=reading.money_of(act, "advance", currency),
        codes={"status": status} if status else {},
    )


def _payment(one: Json, parties: Parties) -> Payment:
    amount, date = reading.money(one) or reading.money(one, "amount"), reading.moment(one, "date")
    payer, payee = (parties.named_in([reading.part(one, side)]) for side in ("payer", "payee"))
    return Payment(
        id=reading.text(one, "id"),
        date=date,
        amount=amount,
        state=reading.text(one, "status") or (PAID if date else None),
        payer=_first(payer),
        payee=_first(payee),
        prepaid=reading.money_of(one, "x_prepaid", amount.currency if amount else None),
        codes=reading.codes(one, "x_treasury"),
    )


def _first(parties: Sequence[PartyRef]) -> PartyRef | None:
    return parties[0] if parties else None
