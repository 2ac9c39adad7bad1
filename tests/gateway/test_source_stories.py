"""The stories that the platform is made for, told again by its public API from end to end."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from cases.complaints import due
from cases.law.catalogue import routes
from cases.law.counting import local_day
from cases.letters.template import templates
from cases.triage import arriving
from deploy.sdk.python.qadaga_client import tips
from shared.contracts.alerts import Alert
from shared.contracts.scores import Subject, Value
from shared.feed import Entry
from tests.cases.evidence.files import photograph, place_in
from tests.gateway import builders
from tests.gateway.casework import Casework, opened_casework
from tests.gateway.house import House
from tests.gateway.office import opened_office
from tests.gateway.test_replies import verified
from tests.gateway.tip_people import Recipients, send
from tests.support.postgres import Cluster

pytestmark = pytest.mark.thorough

BUYER: Final = "org_aaaaaaaaaaaaaaaaaaaaaaaaaa"
SUPPLIER: Final = "org_bbbbbbbbbbbbbbbbbbbbbbbbbb"
SENDER: Final = {
    "sender_name": "«Қадаға» ҚБ",
    "sender_bin": "000240000016",
    "sender_address": "Астана қ.",
    "sender_contact": "qadaga@example.kz",
    "signatory": "А. Серік",
    "signatory_position": "Директор",
}
SIGNAL: Final = {
    "kk": {"title": "Тікелей сатып алу", "body": "Негізі жарияланымда көрсетілмеген."},
    "ru": {"title": "Закупка из одного источника", "body": "Основание в публикации не указано."},
    "en": {"title": "A direct purchase", "body": "The publication does not tell its ground."},
}
_numbers = itertools.count(1)


@dataclass
class Partner:
    """An organisation that watches: its people and their keys, and how they ask."""

    casework: Casework
    id: str
    keys: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, who: str = "editor") -> Any:
        answer = await self.casework.ask("GET", path, self.keys[who])
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    async def post(self, path: str, body: Any = None, who: str = "editor", **said: str) -> Any:
        answer = await self.casework.ask("POST", path, self.keys[who], body, **said)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    async def refused(self, path: str, body: Any, who: str = "editor") -> Any:
        answer = await self.casework.ask("POST", path, self.keys[who], body, If_Match="*")
        assert answer.is_client_error, (path, answer.text)
        return answer.json()

    async def move(self, path: str, move: str, who: str = "editor", **more: Any) -> Any:
        """Move something on the version it has now."""
        seen = await self.casework.ask("GET", path, self.keys[who])
        body = {"move": move, **more}
        at = path.replace("/triage/", "/alerts/")
        return await self.post(f"{at}/moves", body, who, If_Match=seen.headers["etag"])

    async def change(self, path: str, values: Any, who: str = "editor") -> Any:
        """Change something on the version it has now."""
        key, ask = self.keys[who], self.casework.ask
        seen = await ask("GET", path, key)
        answer = await ask("PATCH", path, key, values, If_Match=seen.headers["etag"])
        assert answer.is_success, (path, answer.text)
        return answer.json()

    async def attach(self, case: str, name: str, content: bytes) -> str:
        """Attach a file to a case: the id of the piece of evidence."""
        answer = await self.casework.house.client.post(
            f"/v1/cases/{case}/evidence?name={name}",
            content=content,
            headers={
                "Authorization": f"Bearer {self.keys['editor']}",
                "Idempotency-Key": f"file-{next(_numbers)}",
                "Content-Type": "application/octet-stream",
            },
        )
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        return found

    async def verified(self, case: str, violation: str) -> None:
        """Take a case to where its facts are confirmed by documents."""
        at = f"/cases/{case}"
        await self.change(at, {"violations": [violation]})
        for move in ("open", "investigate"):
            await self.move(at, move)
        await self.move(at, "verify", "admin")

    async def written(self, case: str, process: str) -> tuple[str, Any]:
        """Write a signal that names a buyer, and give it to a second person."""
        named = {"role": "named_party", "bin": builders.BUYER_BIN, "name": "Мектеп"}
        await self.post(f"/cases/{case}/parties", named)
        at = f"/cases/{case}/publication"
        written = await self.post(at, {"texts": SIGNAL, "processes": [process]})
        answers = [{"item": each["item"], "answer": "yes"} for each in written["checklist"]]
        await self.change(at, {"answers": answers})
        return at, await self.move(at, "submit")

    async def filed(self, complaint: str, template: str, language: str = "kk", **more: Any) -> Any:
        """Make the letter, have it approved by somebody else, and file it."""
        at = f"/complaints/{complaint}"
        await self.post(f"{at}/letters", {"template": template, "language": language})
        await self.move(at, "submit")
        await self.move(at, "approve", "admin")
        return await self.move(at, "file", "admin", number=f"ЖТ-{next(_numbers)}", **more)


@dataclass
class Stage:
    """The platform with two organisations on it, a public body, and who operates it."""

    casework: Casework
    watchers: Partner
    newsroom: Partner
    audit: Partner
    operator: Partner

    async def confirm(self, kind: str, *codes: str) -> None:
        """Have a lawyer stand by routes or templates as they are now."""
        today = local_day(self.casework.office.clock.now())
        for code in codes:
            known: Any = templates() if kind == "template" else routes(today)
            said = {
                "kind": kind,
                "code": code,
                "version": known[code].version,
                "name": "Серік Айдана Болатқызы",
                "capacity": "advocate",
                "confirmed_on": today.isoformat(),
            }
            await self.operator.post("/legal/confirmations", said, "operator")

    async def alert(self, process: str, *indicators: str, **more: Any) -> str:
        """Let scoring raise an alert: its id."""
        number = next(_numbers)
        known: dict[str, Any] = {
            "id": f"alr_{number}",
            "subject": Subject("process", process),
            "process": process,
            "indicators": [*indicators],
            "band": "high",
            "previous_band": None,
            "score": 61.5,
            "raised_at": self.casework.office.clock.now(),
            "data_date": self.casework.office.clock.now(),
            "data_seq": number,
            "method_version": "1",
            "value": Value(amount=Decimal("11200000.00"), currency="KZT"),
            "buyer": BUYER,
            "suppliers": [SUPPLIER],
            "kato": "751110000",
        }
        raised = Alert(**{**known, **more})
        entry = Entry(number, raised.id, deleted=False, body=msgspec.json.encode(raised))
        async with self.casework.office.tables() as connection:
            await arriving.apply(connection, [entry])
        return raised.id

    async def figures(self) -> dict[str, tuple[int, str]]:
        """The figures of impact that are not nought, as anybody reads them."""
        found = await self.newsroom.get("/stats/impact", "reader")
        return {
            one["code"]: (one["number"], one["amount"]) for one in found["figures"] if one["number"]
        }

    async def pass_days(self, days: int) -> None:
        """Let days go by, and let the worker do what is due."""
        self.casework.office.clock.moment += timedelta(days=days)
        await due.look(self.casework.office.database, self.casework.office.clock)


@pytest.fixture
async def stage(house: House, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened_casework(house, cluster, tmp_path) as casework:
        people = {"partner": ("reader", "monitor", "editor", "admin")}
        kinds = {"authority": ("officer", "admin"), "operator": ("operator",), **people}
        partners = []
        for name, kind in (
            ("Бақылаушылар", "partner"),
            ("Редакция", "partner"),
            ("Аудит", "authority"),
        ):
            own = Partner(casework, await casework.organisation(name, kind))
            for role in kinds[kind]:
                own.keys[role] = await casework.key(own.id, role)
            partners.append(own)
        platform = await opened_office(house, "Платформа", kind="operator")
        operator = Partner(casework, platform.id, {"operator": platform.keys["first"]})
        watchers, newsroom, audit = partners
        stage = Stage(casework, watchers, newsroom, audit, operator)
        asked = await audit.post(
            "/verifications",
            {"speaks_for": "authority:internal_audit", "document": "Order 12"},
            "admin",
        )
        for who in ("first", "second"):
            path = f"/v1/approvals/{asked['id']}/decisions"
            await platform.made(who, path, {"decision": "approve"})
        await house.level()
        yield stage


async def test_vat_paid_to_who_pays_none_goes_from_an_alert_to_money_returned(stage: Stage) -> None:
    watchers = stage.watchers
    await stage.confirm("route", "supplier_notice")
    await stage.confirm("template", "supplier_notice")
    alert = await stage.alert("prc_school", "KZ-43")
    triaged = await watchers.get(f"/triage/{alert}", "monitor")
    promoted = await watchers.move(f"/triage/{alert}", "promote", title="ҚҚС, мектеп")
    case = promoted["cases"][0]
    scan = await watchers.attach(case, "register.jpg", photograph())
    await watchers.verified(case, "vat_to_non_payer")
    notice = await watchers.post(
        "/complaints",
        {
            "case": case,
            "route": "supplier_notice",
            "addressee": "bin:990340005977",
            "addressee_name": "«Үлгі» ЖШС",
            "standing": "person",
            "stage": "execution",
            "object": "contract",
            "method": "direct",
            "subject": "Шарт 990340005977/250012/00",
            "values": {
                "contract": "990340005977/250012/00",
                "customer": "Мектеп",
                "vat": "1200000.00",
                "checked_on": "2026-03-01",
                "facts": ["Шарт сомасында ҚҚС бар."],
                "clears": "тіркеу туралы куәлік",
                **SENDER,
            },
        },
    )
    filed = await watchers.filed(notice["id"], "supplier_notice")
    await watchers.move(f"/cases/{case}", "act")
    await watchers.move(f"/cases/{case}", "await_response")
    outcome = await watchers.post(
        "/outcomes",
        {
            "kind": "money_returned",
            "case": case,
            "contract": "990340005977/250012/00",
            "amount": "1200000.00",
            "amount_kind": "returned",
            "proof": scan,
        },
    )
    early = await watchers.refused(
        f"/cases/{case}/moves", {"move": "close_remedied", "note": "Returned."}
    )
    await watchers.move(f"/outcomes/{outcome['id']}", "claim")
    alone = await watchers.refused(f"/outcomes/{outcome['id']}/moves", {"move": "confirm"})
    before = await stage.figures()
    await watchers.move(f"/outcomes/{outcome['id']}", "confirm", "admin")
    closed = await watchers.move(f"/cases/{case}", "close_remedied", note="Returned.")
    await stage.pass_days(2)
    after = await stage.figures()

    assert triaged["state"] == "new"
    assert filed["state"] == "filed"
    assert (early["code"], early["conditions"]) == ("guard_failed", ["proven_outcome"])
    assert (alone["code"], alone["conditions"]) == ("guard_failed", ["another_person"])
    assert closed["state"] == "closed_remedied"
    assert "money_returned" not in before
    assert after["money_returned"] == (1, "1200000.00")
    assert after["tenders_monitored"] == (1, "11200000.00")
    assert (after["cases_opened"][0], after["violations"][0], after["complaints"][0]) == (1, 1, 1)


async def test_a_direct_purchase_is_stopped_by_a_published_signal(stage: Stage) -> None:
    watchers, house = stage.watchers, stage.casework.house
    process = builders.process("direct-1")
    # 1. An alert of a direct purchase; article 25 is refused with its reason.
    await house.fill("catalogue", builders.indicator("R018"))
    await house.fill("releases", builders.release("direct-1", method="direct", status="active"))
    await house.fill("scores", builders.score(process, ocid="direct-1"))
    alert = await stage.alert(process, "R018", method="direct")
    case = (await watchers.move(f"/triage/{alert}", "promote", title="Тікелей сатып алу"))["cases"][
        0
    ]
    found = await watchers.get(
        "/legal/routes?standing=potential_supplier&stage=results&method=direct&object=results"
    )
    [refused] = [one for one in found["refused"] if one["code"] == "pp25_supplier"]
    await watchers.attach(case, "announced.jpg", photograph())
    await watchers.verified(case, "single_source_without_ground")
    # 2. The signal is written, read by a second person, and shown to whom it names.
    buyer = await verified(house, builders.BUYER_BIN, "Мектеп")
    at, written = await watchers.written(case, process)
    alone = await watchers.refused(f"{at}/moves", {"move": "notify"})
    public = f"/published-cases/{written['id']}"
    unseen = await stage.casework.ask("GET", public, stage.newsroom.keys["reader"])
    await watchers.move(at, "notify", "admin")
    listed = (await buyer.ask("first", "GET", "/v1/received-notices")).json()["data"]
    [notice] = [
        await buyer.ask("first", "GET", f"/v1/received-notices/{each['id']}") for each in listed
    ]
    early = await watchers.refused(f"{at}/moves", {"move": "publish"}, "admin")
    # 3. Nobody replies in 72 hours, and everybody can read it.
    stage.casework.office.clock.moment += timedelta(hours=72)
    published = await watchers.move(at, "publish", "admin")
    told = await stage.newsroom.get(public, "reader")
    # 4. The buyer cancels the purchase, which the source says.
    before = (await stage.newsroom.get(f"/processes/{process}", "reader"))["status"]
    cancelled = builders.release("direct-1", method="direct", status="cancelled", revision=2)
    await house.fill("releases", cancelled)
    after = (await stage.newsroom.get(f"/processes/{process}", "reader"))["status"]
    # 5. The outcome is claimed, confirmed by somebody else, and counted.
    proof = await watchers.attach(case, "cancelled.jpg", photograph())
    outcome = await watchers.post(
        "/outcomes",
        {
            "kind": "procedure_cancelled",
            "case": case,
            "process": process,
            "amount": "11200000.00",
            "amount_kind": "prevented",
            "proof": proof,
        },
    )
    await watchers.move(f"/outcomes/{outcome['id']}", "claim")
    uncounted = await stage.figures()
    await watchers.move(f"/outcomes/{outcome['id']}", "confirm", "admin")
    await stage.pass_days(2)
    counted = await stage.figures()

    assert refused["reasons"], "it says why there is no complaint of article 25"
    assert alone["code"] in {"role_missing", "guard_failed"}
    assert unseen.status_code == 404, "nothing is seen before it is published"
    assert notice.json()["texts"] == SIGNAL
    assert early["conditions"] == ["heard"]
    assert published["state"] == "published"
    assert (told["texts"], told["processes"]) == (SIGNAL, [process])
    assert (before, after) == ("active", "cancelled")
    assert "purchases_stopped" not in uncounted
    assert counted["purchases_stopped"] == (1, "11200000.00")
    assert counted["money_prevented"] == (1, "11200000.00")


async def test_a_direct_purchase_has_no_complaint_of_article_25_and_the_chooser_says_why(
    stage: Stage,
) -> None:
    found = await stage.watchers.get(
        "/legal/routes?standing=potential_supplier&stage=results&method=direct&object=results"
    )
    case = await stage.watchers.post("/cases", {"title": "Direct", "region": "75"})
    wrong = await stage.watchers.refused(
        "/complaints",
        {
            "case": case["id"],
            "route": "pp25_supplier",
            "addressee": "bin:990340005977",
            "addressee_name": "Мектеп",
            "standing": "potential_supplier",
            "stage": "results",
            "object": "results",
            "method": "direct",
            "subject": "12345678-1",
        },
    )

    refused = {one["code"]: one["reasons"] for one in found["refused"]}
    assert "pp25_supplier" in refused
    assert refused["pp25_supplier"]
    assert "pp25_supplier" not in [one["code"] for one in found["routes"]]
    assert wrong["code"] in {"guard_failed", "validation_failed"}


async def test_a_competition_is_complained_of_within_three_days_by_a_warned_supplier(
    stage: Stage,
) -> None:
    supplier = stage.newsroom
    await stage.confirm("route", "pp25_supplier")
    await stage.confirm("template", "pp25_complaint")
    posted = datetime.fromisoformat("2026-03-02T08:30:00+05:00")
    alert = await stage.alert(
        "prc_competition", "R036", stage="award_unsigned", method="competition", results_at=posted
    )
    seen = await supplier.get(f"/triage/{alert}")
    case = (await supplier.move(f"/triage/{alert}", "promote"))["cases"][0]
    body = {
        "case": case,
        "route": "pp25_supplier",
        "addressee": "bin:990340005977",
        "addressee_name": "Мектеп",
        "standing": "potential_supplier",
        "stage": "results",
        "object": "results",
        "method": "competition",
        "subject": "12345678-1",
        "happened": [{"kind": "results_posted", "on": "2026-03-02"}],
        "values": {"facts": ["Өтінім негізсіз қабылданбады."], **SENDER},
    }
    in_time = await supplier.post("/complaints", body)
    late = await supplier.post("/complaints", body)
    clock = (await supplier.get(f"/complaints/{in_time['id']}"))["clock"]
    await stage.pass_days(4)
    expired = await supplier.get(f"/complaints/{late['id']}")
    refused = await supplier.refused(
        f"/complaints/{late['id']}/moves", {"move": "file", "number": "1"}, "admin"
    )

    open_to = {one["route"]: one["standing"] for one in seen["windows"]}
    assert open_to["pp25_supplier"] == ["potential_supplier"]
    # Results on Mon 2 March: Tue 3 one, Wed 4 two, Thu 5 three.
    assert clock["window_closes_on"] == "2026-03-05"
    assert expired["state"] == "expired"
    assert refused["code"] in {"transition_not_allowed", "window_closed"}
    assert "validation_failed" not in refused["code"]


async def test_an_authority_answers_by_its_own_system_and_two_organisations_count_once(
    stage: Stage,
) -> None:
    await stage.confirm("route", "appc76_appeal")
    await stage.confirm("template", "general_appeal")
    protocol = {
        "kind": "administrative_protocol",
        "counted_once_key": "№ 2026/17",
        "authority": "internal_audit",
        "region": "75",
    }
    for partner in (stage.watchers, stage.newsroom):
        case = (await partner.post("/cases", {"title": "Жол", "region": "75"}))["id"]
        photo = await partner.attach(case, "road.jpg", photograph())
        await partner.verified(case, "works_not_done_as_paid")
        complaint = await partner.post(
            "/complaints",
            {
                "case": case,
                "route": "appc76_appeal",
                "addressee": "authority:internal_audit",
                "standing": "person",
                "stage": "execution",
                "object": "performance",
                "method": "competition",
                "subject": "Жол жөндеу",
                "values": {"facts": ["Қабаттың қалыңдығы – 2 см."], **SENDER},
                "recommendations": ["Қабатты өлшеу."],
            },
        )
        await partner.filed(complaint["id"], "general_appeal", evidence=photo)
        at = f"/authority/complaints/{complaint['id']}"
        seen = await stage.audit.get(at, "officer")
        await _told(stage, at, "register", number=f"01-12/{next(_numbers)}")
        answer = {"number": 1, "code": "accepted", "reason": "Measured: 2 cm."}
        await _told(stage, at, "answer", note="A protocol was drawn up.", answers=[answer])
        assert not seen.keys() & {"case", "author", "approver"}
        outcome = await partner.post("/outcomes", {**protocol, "case": case, "proof": photo})
        await partner.move(f"/outcomes/{outcome['id']}", "claim")
        await partner.move(f"/outcomes/{outcome['id']}", "confirm", "admin")

    at_once = await stage.figures()
    await stage.pass_days(2)
    figures = await stage.figures()
    assert figures["administrative_protocols"][0] == 1
    assert at_once["complaints"][0] == 1, "of another's complaint it is heard a day later"
    assert (figures["complaints"][0], figures["answers"][0]) == (2, 2)
    assert figures["answers_in_time"][0] == 2
    hidden = await stage.casework.ask("GET", "/inbox/tips", stage.audit.keys["officer"])
    assert hidden.status_code in {403, 404}


async def test_an_authority_that_stays_silent_is_overdue_and_the_next_route_is_offered(
    stage: Stage,
) -> None:
    watchers = stage.watchers
    await stage.confirm("route", "appc76_appeal", "appc91_complaint")
    await stage.confirm("template", "general_appeal")
    case = (await watchers.post("/cases", {"title": "Үнсіздік"}))["id"]
    body = {
        "case": case,
        "route": "appc76_appeal",
        "addressee": "authority:internal_audit",
        "standing": "person",
        "stage": "execution",
        "object": "performance",
        "method": "competition",
        "subject": "Жол жөндеу",
        "values": {"facts": ["Жауап жоқ."], **SENDER},
        "recommendations": ["Жауап беру."],
    }
    photo = await watchers.attach(case, "signed.jpg", photograph())
    complaint = await watchers.post("/complaints", body)
    filed = await watchers.filed(complaint["id"], "general_appeal", evidence=photo)
    await stage.pass_days(25)
    in_time = await watchers.get(f"/complaints/{complaint['id']}")
    await stage.pass_days(1)
    silent = await watchers.get(f"/complaints/{complaint['id']}")
    told = [event["type"] for event in await stage.casework.office.told()]

    assert filed["clock"]["due_on"] == "2026-03-27"  # counted by hand in tests/cases/complaints
    assert (in_time["overdue"], silent["overdue"]) == (False, True)
    assert "appc91_complaint" in silent["next_routes"]
    assert told.count("complaint.overdue") == 1


async def _told(stage: Stage, at: str, verb: str, **body: Any) -> Any:
    seen = await stage.casework.ask("GET", at, stage.audit.keys["officer"])
    said = {"If_Match": seen.headers["etag"]} if "etag" in seen.headers else {}
    return await stage.audit.post(f"{at}:{verb}", body, "officer", **said)


async def test_a_residents_photographs_of_a_bad_road_go_from_a_tip_to_a_protocol(
    line: Recipients,
) -> None:
    """What the sender wrote stays in the vault; the case has the summary and a cleaned picture."""
    casework = line.casework
    watchers = Partner(casework, line.id, {**line.keys})
    watchers.keys["editor"], photo = line.keys["editor"], photograph()
    channels = (await send(line, "GET", "/channels")).json()
    told = {"text": "Мен осы көшеде тұрамын, үйім 7", "objects": ["12345678-1"]}
    receipt, body = tips.seal_tip(channels, told, [line.id])
    assert (await send(line, "POST", "", body)).status_code == 201
    derived, opening = tips.session(channels, receipt)
    opened = (await send(line, "POST", "/session", opening)).json()
    own = (await send(line, "GET", "/me", Tip_Session=opened["token"])).json()
    readers = {key["id"]: key["public_key"] for key in own["recipients"]}
    for part in tips.seal_file(channels, photo, {**readers, "tip": body["public_key"]}):
        await send(line, "POST", "/me/chunks", part, Tip_Session=opened["token"])

    tip = (await watchers.get("/inbox/tips"))["data"][0]["id"]
    pieces = (await watchers.get(f"/inbox/tips/{tip}/pieces"))["data"]
    private = tips.load_private(line.private["editor"])
    key = line.key_ids["editor"]
    [message] = [one for one in pieces if one["kind"] == "tip"]
    parts = [one for one in pieces if one["kind"] == "chunk"]
    read = tips.open_piece(message["content"], message["keys"][key], private)
    picture = tips.open_file(parts, {key: private})
    await _stepped(watchers, tip, "triage")
    summary = {"summary": "Көшедегі жаңа жол бетінің қалыңдығы күмән тудырады."}
    seen = await casework.ask("GET", f"/inbox/tips/{tip}", watchers.keys["editor"])
    at = f"/inbox/tips/{tip}:release-summary"
    await watchers.post(at, summary, If_Match=seen.headers["etag"])
    await _stepped(watchers, tip, "adopt")
    case = (await watchers.post("/cases", {"title": "Жол", **summary, "region": "75"}))["id"]
    await _stepped(watchers, tip, "link", case=case)
    evidence = await watchers.attach(case, "road.jpg", picture)
    await watchers.verified(case, "works_not_done_as_paid")
    outcome = await watchers.post(
        "/outcomes",
        {
            "kind": "administrative_protocol",
            "case": case,
            "counted_once_key": "2026/9",
            "proof": evidence,
        },
    )
    await watchers.move(f"/outcomes/{outcome['id']}", "claim")
    await watchers.move(f"/outcomes/{outcome['id']}", "confirm", "admin")

    assert read == told
    assert (place_in(photo), place_in(picture)) == (place_in(photo), {}), "taken off by the client"
    impact = (await watchers.get("/stats/impact"))["figures"]
    counted = {one["code"]: one["number"] for one in impact}
    assert counted["administrative_protocols"] == 1
    shown = await casework.ask("GET", f"/cases/{case}", watchers.keys["editor"])
    assert str(told["text"]) not in shown.text
    assert derived.lookup.hex() not in shown.text


async def _stepped(partner: Partner, tip: str, move: str, **more: Any) -> None:
    at = f"/inbox/tips/{tip}"
    seen = await partner.casework.ask("GET", at, partner.keys["editor"])
    said = {"move": move, **more}
    await partner.post(f"{at}/transitions", said, If_Match=seen.headers["etag"])
