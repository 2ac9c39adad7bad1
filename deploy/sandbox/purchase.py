"""One invented purchase as an OCDS 1.1 compiled release, from its announcement to its contract."""

from dataclasses import dataclass
from random import Random
from typing import Any

from deploy.sandbox.bidding import STORIES, Bid, compete, pick, winner
from deploy.sandbox.calendar import Dates, Span, moment, plan
from deploy.sandbox.parties import Party, World
from deploy.sandbox.sectors import SECTORS, Sector

METHODS = {"open": 68.0, "selective": 6.0, "limited": 14.0, "direct": 12.0}
METHOD_NAMES = {
    "open": "Открытый конкурс",
    "selective": "Конкурс с предварительным квалификационным отбором",
    "limited": "Запрос ценовых предложений",
    "direct": "Из одного источника путем прямого заключения договора",
}
CURRENCIES = {"KZT": 97.0, "USD": 2.0, "RUB": 1.0}
ENDINGS = {"complete": 90.0, "cancelled": 4.0, "unsuccessful": 6.0}
SINGLE_BID_SHARE = 0.12
WITHDRAWN_SHARE = 0.02
PLACES = ("ауылдық округ", "аудан орталығы", "қала", "микрорайон", "мектеп", "аурухана")

Json = dict[str, Any]


@dataclass(slots=True)
class Purchase:
    """What is decided about a purchase before it is written down."""

    number: int
    ocid: str
    buyer: Party
    sector: Sector
    method: str
    currency: str
    estimate: int
    dates: Dates
    bids: list[Bid]
    ending: str
    today: int

    @property
    def status(self) -> str:
        """The tender's status on the day the data was taken."""
        if self.today < self.dates.decided:
            return "active"
        return self.ending

    @property
    def awarded(self) -> Bid | None:
        """The winning bid, once there is a decision."""
        return winner(self.bids) if self.status == "complete" else None


def imagine(rng: Random, world: World, ocid: str, number: int, days: Span) -> Purchase:
    """Draw everything about one purchase."""
    story = pick(rng, STORIES)
    method = "open" if story == "rigged" else pick(rng, METHODS)
    dates = plan(rng, method, days, hurried=story == "rigged")
    buyer = world.buyers.draw(rng)
    sector = SECTORS[rng.randrange(len(SECTORS))]
    low, high = sector.price
    estimate = round(low * (high / low) ** rng.random())
    crowd = world.suppliers[sector]
    single = method == "direct" or (story == "honest" and rng.random() < SINGLE_BID_SHARE)
    bids = (
        [Bid(crowd.draw(rng), round(estimate * rng.uniform(0.97, 1.0)))]
        if single
        else compete(rng, crowd, estimate, harshness=buyer.disqualified, story=story)
    )
    return Purchase(
        number=number,
        ocid=ocid,
        buyer=buyer,
        sector=sector,
        method=method,
        currency=pick(rng, CURRENCIES),
        estimate=estimate,
        dates=dates,
        bids=bids,
        ending=pick(rng, ENDINGS),
        today=days.today,
    )


def _value(amount: int, currency: str) -> Json:
    return {"amount": amount, "currency": currency}


def _items(rng: Random, purchase: Purchase) -> list[Json]:
    division = purchase.sector.division
    items = []
    for number in range(1, rng.randint(1, 3) + 1):
        kazakh, russian, _ = purchase.sector.subjects[number % len(purchase.sector.subjects)]
        code = f"{division}.{rng.randint(10, 14)}.{rng.randint(10, 99)}.{rng.randint(100, 900)}"
        items.append(
            {
                "id": str(number),
                "description": f"{russian} / {kazakh}, {rng.choice(PLACES)} № {rng.randint(1, 90)}",
                "classification": {"scheme": "ENSTRU", "id": code, "description": russian},
                "quantity": rng.randint(1, 400),
                "unit": {"name": purchase.sector.unit},
            }
        )
    return items


def _documents(purchase: Purchase) -> list[Json]:
    published = moment(purchase.dates.announced, 600)
    return [
        {
            "id": f"doc-{purchase.number}-{kind}",
            "documentType": kind,
            "title": title,
            "url": f"https://sandbox.invalid/documents/{purchase.number}/{kind}.pdf",
            "datePublished": published,
            "format": "application/pdf",
            "language": "ru",
        }
        for kind, title in (
            ("biddingDocuments", "Конкурсная документация"),
            ("technicalSpecifications", "Техникалық ерекшелік / Техническая спецификация"),
        )
    ]


def _bid(rng: Random, purchase: Purchase, index: int, bid: Bid) -> Json:
    dates = purchase.dates
    day = dates.closes + 1 if bid.late else rng.randint(dates.announced, dates.closes - 1)
    return {
        "id": f"{purchase.ocid}-bid-{index}",
        "date": moment(day, 540 + rng.randint(0, 480)),
        "status": "pending" if purchase.status == "active" else bid.status,
        "tenderers": [bid.party.reference],
        "value": _value(bid.amount, purchase.currency),
    }


def _bids(rng: Random, purchase: Purchase) -> Json:
    shown = list(purchase.bids)
    rng.shuffle(shown)
    details = [_bid(rng, purchase, index, bid) for index, bid in enumerate(shown, 1)]
    if len(details) > 2 and rng.random() < WITHDRAWN_SHARE and shown[-1] is not purchase.awarded:  # noqa: PLR2004
        details[-1]["status"] = "withdrawn"
    return {"details": details}


def _tender(purchase: Purchase, items: list[Json]) -> Json:
    dates = purchase.dates
    kazakh, russian, english = purchase.sector.subjects[
        purchase.number % len(purchase.sector.subjects)
    ]
    tender: Json = {
        "id": f"{purchase.ocid}-tender",
        "title": f"{russian} ({purchase.number})",
        "title_kk": f"{kazakh} ({purchase.number})",
        "title_en": f"{english} ({purchase.number})",
        "description": f"{russian} для нужд заказчика: {purchase.buyer.reference['name']}. "
        f"{kazakh}: жеткізу орны мен мерзімі техникалық ерекшелікте көрсетілген.",
        "status": purchase.status,
        "procuringEntity": purchase.buyer.reference,
        "value": _value(purchase.estimate, purchase.currency),
        "procurementMethod": purchase.method,
        "procurementMethodDetails": METHOD_NAMES[purchase.method],
        "mainProcurementCategory": purchase.sector.category,
        "awardCriteria": "priceOnly",
        "submissionMethod": ["electronicSubmission"],
        "tenderPeriod": {
            "startDate": moment(dates.announced, 600),
            "endDate": moment(dates.closes, 600),
            "durationInDays": dates.closes - dates.announced,
        },
        "awardPeriod": {
            "startDate": moment(dates.closes, 660),
            "endDate": moment(dates.decided, 1080),
        },
        "items": items,
        "documents": _documents(purchase),
    }
    if purchase.method != "direct":
        tender["numberOfTenderers"] = len(purchase.bids)
    return tender


def _award(purchase: Purchase, won: Bid, items: list[Json]) -> Json:
    return {
        "id": f"{purchase.ocid}-award-1",
        "title": "Протокол об итогах / Қорытынды хаттама",
        "date": moment(purchase.dates.decided, 900),
        "status": "active",
        "value": _value(won.amount, purchase.currency),
        "suppliers": [won.party.reference],
        "items": items,
    }


def _contract(purchase: Purchase, won: Bid) -> Json:
    dates = purchase.dates
    return {
        "id": f"{purchase.ocid}-contract-1",
        "awardID": f"{purchase.ocid}-award-1",
        "title": "Договор о государственных закупках",
        "status": "active",
        "dateSigned": moment(dates.signed, 720),
        "period": {"startDate": moment(dates.signed, 720), "endDate": moment(dates.until, 1080)},
        "value": _value(won.amount, purchase.currency),
    }


def _parties(purchase: Purchase) -> list[Json]:
    won = purchase.awarded
    buyer: Json = {**purchase.buyer.entry, "roles": ["buyer", "procuringEntity"]}
    sellers: list[Json] = [
        {**bid.party.entry, "roles": ["tenderer", "supplier"] if bid is won else ["tenderer"]}
        for bid in purchase.bids
    ]
    return [buyer, *sellers]


def write(rng: Random, purchase: Purchase) -> Json:
    """Write down a purchase as it is known on its world's day."""
    dates = purchase.dates
    items = _items(rng, purchase)
    won = purchase.awarded
    newest = max(
        d
        for d in (dates.announced, dates.closes, dates.decided, dates.signed)
        if d <= max(purchase.today, dates.announced)
    )
    release: Json = {
        "ocid": purchase.ocid,
        "id": f"{purchase.ocid}-{_stage(purchase, newest)}",
        "date": moment(newest, 1000 if newest < purchase.today else 0),
        "tag": ["compiled"],
        "language": "ru",
        "initiationType": "tender",
        "parties": _parties(purchase),
        "buyer": purchase.buyer.reference,
        "tender": _tender(purchase, items),
    }
    if purchase.method != "direct":
        release["bids"] = _bids(rng, purchase)
    if won:
        release["awards"] = [_award(purchase, won, items)]
        if dates.signed <= purchase.today:
            release["contracts"] = [_contract(purchase, won)]
    return release


def _stage(purchase: Purchase, newest: int) -> str:
    return "contract" if newest == purchase.dates.signed else f"day{newest}"
