"""A running platform is observed: one trace from a release to a webhook, and nobody's name.

One platform with a collector of traces; an alarming purchase goes through it, and callers whose
keys, numbers and addresses are canaries ask for this and that. What the processes then show, log
and send to the collector is read whole.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.ports import METRICS
from deploy.processes import FRONT, PROCESSES
from gateway.keys import SCOPES
from shared.telemetry import Place
from shared.vocabulary.identifiers import process_id
from tests.deploy.observed_names import metrics_named
from tests.gateway.receiver import Receiver, opened_receiver
from tests.gateway.test_told_by_files import certificate
from tests.harness.collector import Collector, opened_collector
from tests.harness.purchases import purchase
from tests.harness.stage import Stage
from tests.journeys.site import Site

pytestmark = pytest.mark.thorough

WITHIN: Final = 30.0
MOST_SERIES: Final = 2000
ORGANISATION: Final = "Zerde77 Canary"
OCID: Final = "ocds-harness-00000"
TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
OF_TIP: Final = "77777777777777777777777777777777"

CANARIES: Final = {
    "number of a person": "850302341007",
    "number of an organisation": "990340005977",
    "key": "qdg_live_canarycanarycana_canarycanarycanarycanarycanaryca",
    "receipt": "7QK2M-9XRTV-0ABCD-EFGH8",
    "e-mail": "zerde77.canary@mail.example",
    "telephone": "+7 701 987 65 43",
    "agent": "Canary-Agent/7.7",
    "address": "203.0.113.77",
    "line": "canary-first\r\ncanary-second",
    "command": "canary\x1b[31mred",
}


@dataclass
class Observed:
    """The platform, what was sent to it, and all that its processes showed at the end."""

    site: Site
    collector: Collector
    receiver: Receiver
    scrapes: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)

    @property
    def process(self) -> str:
        return process_id("observed", OCID)

    async def seq(self) -> int:
        async with self.site.stage.admin() as admin:
            found: int = await admin.fetchval(
                "SELECT seq FROM ingestor.feed_state WHERE feed = 'releases' AND key = $1",
                self.process,
            )
        return found

    async def scrape(self) -> None:
        ports = self.site.stage.platform.ports
        async with httpx.AsyncClient() as client:
            for each in PROCESSES:
                port = ports[METRICS if each.name == FRONT else each.name]
                answer = await client.get(f"http://127.0.0.1:{port}/metrics")
                self.scrapes[each.name] = answer.raise_for_status().text

    def read_logs(self) -> None:
        for file in self.site.stage.platform.place.logs.glob("*.log"):
            self.logs[file.stem] = file.read_text("utf-8", "replace")


@pytest.fixture(scope="module")
async def observed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Observed]:
    folder = tmp_path_factory.mktemp("observed")
    (folder / "front.pem").write_bytes(certificate())
    with pytest.MonkeyPatch.context() as told:
        async with opened_collector() as collector, opened_receiver() as receiver:
            told.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
            told.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
            told.setenv("CERTIFICATE", str(folder / "front.pem"))
            told.setenv("LOG_LEVEL", "DEBUG")
            stage = Stage(folder / "data")
            (stage.platform.place.path / "backup.prom").write_text(
                "# TYPE backup_last_success_timestamp_seconds gauge\n"
                "backup_last_success_timestamp_seconds 1780000000\n"
            )
            try:
                await stage.up()
                async with httpx.AsyncClient(base_url=stage.platform.front, timeout=20) as client:
                    found = Observed(Site(stage, folder, client), collector, receiver)
                    await happen(found)
                    yield found
            finally:
                stage.down()


async def happen(observed: Observed) -> None:
    """Let a release become a webhook, let canaries ask, and read what is shown afterwards."""
    site = observed.site
    await site.command("gateway", "organisation", "add", ORGANISATION)
    words = ("--json", "--organisation", ORGANISATION, "--scopes", ",".join(SCOPES))
    made = await site.command("gateway", "key", "add", *words)
    site.client.headers["Authorization"] = f"Bearer {made.rows[0]['key']}"
    endpoint = {"url": observed.receiver.url, "types": ["alert.created"]}
    answer = await site.client.post(
        "/v1/webhooks/endpoints", json=endpoint, headers={"Idempotency-Key": "observed"}
    )
    assert answer.status_code == 201, answer.text
    await site.publish("observed", purchase(0, alarm=True, now=datetime.now(UTC)))
    await ask(site)
    async with asyncio.timeout(WITHIN):
        while not observed.receiver.got or not await arrived(observed):
            await asyncio.sleep(0.1)
    await observed.scrape()
    observed.read_logs()


async def arrived(observed: Observed) -> bool:
    """Whether the collector has the last span of the release."""
    trace = f"{Place(observed.process, await observed.seq()).trace:032x}"
    return {"send webhook", "apply alerts"} <= {span.name for span in observed.collector.of(trace)}


async def ask(site: Site) -> None:
    """Ask as strangers do, with a canary wherever one can be put."""
    marked = {
        "User-Agent": CANARIES["agent"],
        "X-Forwarded-For": CANARIES["address"],
        "Referer": f"https://canary.example/{CANARIES['number of a person']}",
        "From": CANARIES["e-mail"],
    }
    parent = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    tip = {"traceparent": f"00-{OF_TIP}-00f067aa0ba902b7-01"}
    client, each = site.client, CANARIES
    for path in (f"/v1/suppliers/{each['number of an organisation']}", "/v1/processes", "/v1/lots"):
        for canary in each.values():
            await client.get(path, params={"q": canary}, headers=marked)
    await client.get(f"/v1/suppliers/{each['number of a person']}", headers=marked)
    await client.get("/v1/me", headers={**marked, "Authorization": f"Bearer {each['key']}"})
    await client.get("/v1/cases", headers=marked | parent)
    for canary in each.values():
        body = {"title": canary, "processes": [canary]}
        await client.post("/v1/cases", json=body, headers={**marked, "Idempotency-Key": "x"})
    await client.get("/v1/tips/channels", headers=marked | tip)
    await client.post("/v1/tips/session", json={"receipt": each["receipt"]}, headers=marked | tip)


def families(observed: Observed) -> dict[str, list[Any]]:
    """Every sample of every process, by the name under which queries ask for it."""
    found: dict[str, list[Any]] = {}
    for text in observed.scrapes.values():
        for name in re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE):
            found.setdefault(name, [])
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append(sample)
    return found


async def test_a_release_its_score_its_alert_and_its_webhook_are_one_trace_over_all_services(
    observed: Observed,
) -> None:
    place = Place(observed.process, await observed.seq())

    spans = {span.name: span for span in observed.collector.of(f"{place.trace:032x}")}

    assert {name: span.service for name, span in spans.items()} == {
        "publish": "ingestor",
        "judge": "scoring",
        "apply releases": "gateway",
        "apply scores": "gateway",
        "apply alerts": spans["apply alerts"].service,
        "send webhook": "gateway",
    }
    applied = [s for s in observed.collector.of(f"{place.trace:032x}") if s.name == "apply alerts"]
    assert {span.service for span in applied} == {"gateway", "cases"}
    assert spans["publish"].id == f"{place.root:016x}"
    assert spans["publish"].parent == ""
    parents = {span.parent for name, span in spans.items() if name != "publish"}
    assert parents == {spans["publish"].id}
    assert spans["send webhook"].told["state"] == "delivered"


async def test_a_request_that_is_passed_on_is_one_trace_and_a_tip_has_none(
    observed: Observed,
) -> None:
    spans = {span.service: span for span in observed.collector.of(TRACE)}

    assert set(spans) == {"gateway", "cases"}
    assert spans["gateway"].parent == "00f067aa0ba902b7"
    assert spans["cases"].parent == spans["gateway"].id
    assert spans["gateway"].told["http.route"] == "/v1/cases"
    logged = {
        one["trace_id"]: one["route"] for one in lines(observed, "cases-api") if one.get("route")
    }
    assert logged[TRACE] == "/internal/cases"
    assert observed.collector.of(OF_TIP) == []
    assert not [
        span for span in observed.collector.spans if "tips" in span.told.get("http.route", "")
    ]


async def test_every_metric_of_rules_and_dashboards_is_in_a_scrape_with_the_labels_asked_for(
    observed: Observed,
) -> None:
    shown = families(observed)
    missing, unknown = set(), set()
    for name, labels in metrics_named():
        if name not in shown:
            missing.add(name)
        elif samples := shown[name]:
            known = {label for sample in samples for label in sample.labels}
            unknown |= {(name, label) for label in labels - known}

    assert missing == set()
    assert unknown == set()


async def test_a_scrape_is_small_and_names_no_purchase_no_organisation_and_no_person(
    observed: Observed,
) -> None:
    for process, text in observed.scrapes.items():
        values = set(re.findall(r'="([^"]*)"', text))
        assert len([line for line in text.splitlines() if line[0] != "#"]) < MOST_SERIES, process
        named = [v for v in values if re.search(r"prc_|ocds-|org_|own_|\d{12}|[@/]\S*\.\S", v)]
        assert named == [], process
        assert OCID not in text
        assert ORGANISATION not in text
        assert [what for what, canary in CANARIES.items() if canary in text] == [], process
        assert [value for value in values if "/tips" in value] == [], process


async def test_metrics_are_not_shown_to_strangers(observed: Observed) -> None:
    answer = await observed.site.client.get("/metrics")

    assert answer.status_code == 404


async def test_no_log_and_no_trace_holds_a_canary_and_every_line_is_one_document(
    observed: Observed,
) -> None:
    texts = {**observed.logs, "traces": observed.collector.raw.decode("utf-8", "replace")}
    found = {
        (where, what)
        for where, text in texts.items()
        for what, canary in CANARIES.items()
        if any(part in text for part in re.split(r"[\r\n\x1b]+", canary))
    }

    assert {f"{each.name}" for each in PROCESSES} <= set(observed.logs)
    assert found == set()
    assert all(lines(observed, each.name) for each in PROCESSES)
    assert [where for where, text in texts.items() if "127.0.0.1:" in text and "tips" in text] == []


def lines(observed: Observed, process: str) -> list[dict[str, Any]]:
    """What a process logged; each line must be a document."""
    return [json.loads(line) for line in observed.logs[process].splitlines()]
