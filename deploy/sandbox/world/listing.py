"""Entries in the register of unfair participants that have nothing to do with any purchase here."""

from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.tale import Record, Tale
from deploy.sandbox.world.workdays import DAY, iso, office_hour, text, working_after

BARRED_DAYS = 730
"""Two years (L8(4))."""


def list_party(tale: Tale, party: Party, known: int, first_day: int) -> Record:
    """Enter a supplier in the register from a day on; the entry leaves it after two years."""
    last = first_day + BARRED_DAYS
    start, end = text(first_day * DAY), text(last * DAY)
    record = tale.add("Rnu", known, {})
    named = {"supplierNameRu": party.name_ru, "supplierNameKz": party.name_kz,
             "supplierBiin": party.number, "supplierInnunp": None, "systemId": 3,
             "startDate": start, "endDate": end,
             "katoList": [int(party.place.kato)]}  # fmt: skip
    detail = {
        **named, "id": str(record.id), "pid": party.pid, "customerNameRu": tale.buyer.name_ru,
        "customerNameKz": tale.buyer.name_kz, "customerBiin": tale.buyer.number,
        "supplierHeadNameKz": party.head, "supplierHeadNameRu": party.head,
        "supplierHeadBiin": party.head_iin, "courtDecision": f"7119-{record.id % 1000}",
        "courtDecisionDate": start, "sendDate": start, "approveDate": start, "refReasonId": 1,
        "founders": [],
    }  # fmt: skip
    record.row.update(named, pid=party.pid, supplier=None, Detail=[detail])
    if last * DAY > known:
        record.gone = last * DAY
    tale.enter("unfair", known, bin=party.number, name=party.name_ru, start=iso(first_day),
               end=iso(last))  # fmt: skip
    return record


def list_somebody(tale: Tale) -> None:
    """A court decides about a supplier of earlier years; a few entries are nearly over."""
    rng = tale.rng
    entered = office_hour(rng, working_after(tale.day, 0), 9, 18)
    party = tale.character(entered - 60, sector=rng.randrange(8))
    over_soon = rng.random() < 0.3  # noqa: PLR2004 (some leave while one looks on)
    first = tale.day - (BARRED_DAYS - rng.randint(5, 120) if over_soon else 1)
    list_party(tale, party, entered, first)
