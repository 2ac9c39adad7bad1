"""Each alert fires on a series that should fire it and on no other; each has a page."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

from deploy.local.place import ROOT
from deploy.observability import FOLDER, slo
from tests.deploy.observed_names import rules

RUNBOOKS: Final = ROOT / "docs" / "runbooks"
INDEX: Final = ROOT / "docs" / "operations.md"
PROMTOOL: Final = shutil.which("promtool")

Series = dict[str, str]
"""The name and labels of a series, and its values a minute, as promtool writes them."""


class Trial(NamedTuple):
    """What fires an alert and what does not, looked at after so many minutes."""

    alert: str
    severity: str
    fires: Series
    calm: Series
    after: str = "1h"


FRONT: Final = 'up{job="qadaga",process="gateway-api"}'

TRIALS: Final = (
    Trial(
        "ProcessDown",
        "page",
        {FRONT: "1x120", 'up{job="qadaga",process="gateway-worker"}': "1x30 0x90"},
        {FRONT: "1x120", 'up{job="qadaga",process="gateway-worker"}': "1x58 0x1 1x60"},
    ),
    Trial("ProcessDown", "page", {FRONT: "1x30 0x90"}, {FRONT: "1x120"}),
    Trial("ValkeyAway", "ticket", {"redis_up": "1x30 0x90"}, {"redis_up": "1x58 0x2 1x60"}),
    Trial(
        "DatabaseBusy",
        "ticket",
        {'db_pool_in_use{process="a"}': "8x120", 'db_pool_size{process="a"}': "8x120"},
        {'db_pool_in_use{process="a"}': "7x120", 'db_pool_size{process="a"}': "8x120"},
    ),
    Trial(
        "JobFails",
        "ticket",
        {'jobs_total{process="a",job="sweep",result="failed"}': "0+1x120"},
        {
            'jobs_total{process="a",job="sweep",result="failed"}': "0+1x120",
            'jobs_total{process="a",job="sweep",result="done"}': "0+1x120",
        },
    ),
    Trial(
        "DiskFilling",
        "ticket",
        {'disk_free_bytes{volume="facts"}': "14x120", 'disk_size_bytes{volume="facts"}': "100x120"},
        {'disk_free_bytes{volume="facts"}': "16x120", 'disk_size_bytes{volume="facts"}': "100x120"},
    ),
    Trial(
        "DiskFull",
        "page",
        {'disk_free_bytes{volume="facts"}': "4x120", 'disk_size_bytes{volume="facts"}': "100x120"},
        {'disk_free_bytes{volume="facts"}': "6x120", 'disk_size_bytes{volume="facts"}': "100x120"},
    ),
    Trial(
        "BackupOld",
        "ticket",
        {"backup_last_success_timestamp_seconds": "-93000x60"},
        {"backup_last_success_timestamp_seconds": "-89000x60"},
    ),
    Trial("BackupOld", "ticket", {"up": "1x60"}, {"backup_last_success_timestamp_seconds": "0x60"}),
    Trial(
        "CertificateEnds",
        "ticket",
        {"certificate_not_after_timestamp_seconds": "1200000x60"},
        {"certificate_not_after_timestamp_seconds": "1300000x60"},
    ),
    Trial(
        "QueueStuck",
        "page",
        {'outbox_oldest_seconds{process="a",outbox="releases"}': "0+60x60"},
        {'outbox_oldest_seconds{process="a",outbox="releases"}': "300x60"},
    ),
    Trial(
        "SourceDown",
        "ticket",
        {'run_complete_timestamp{source="goszakup"}': "0x200"},
        {
            'run_complete_timestamp{source="goszakup"}': "0+60x200",
            'run_complete_timestamp{source="sandbox"}': "0x200",
        },
        "3h",
    ),
    Trial(
        "SchemaDrift",
        "ticket",
        {'portal_schema_drift_alarm{root="Lots"}': "0x30 1x60"},
        {'portal_schema_drift_alarm{root="Lots"}': "0x90"},
    ),
    Trial(
        "TokenEnds",
        "ticket",
        {"portal_token_days_left": "29x60"},
        {"portal_token_days_left": "30x60"},
    ),
    Trial(
        "TokenEnds",
        "ticket",
        {'portal_token_days_left{process="a"}': "0x60"},
        {'portal_token_days_left{process="a"}': " ".join(["NaN"] * 60)},
    ),
    Trial(
        "MuchQuarantined",
        "ticket",
        {
            'releases_total{source="s",result="quarantined"}': "0+2x120",
            'releases_total{source="s",result="accepted"}': "0+100x120",
        },
        {
            'releases_total{source="s",result="quarantined"}': "0+1x120",
            'releases_total{source="s",result="accepted"}': "0+100x120",
        },
    ),
    Trial(
        "DeadLetters",
        "ticket",
        {'dead_letters{process="a",feed="scores"}': "0x30 1x60"},
        {'dead_letters{process="a",feed="scores"}': "0x58 1x1 0x30"},
    ),
    Trial(
        "ComplaintOverdue",
        "ticket",
        {'complaint_deadlines{due="overdue"}': "1x60"},
        {'complaint_deadlines{due="overdue"}': "0x60", 'complaint_deadlines{due="soon"}': "5x60"},
    ),
    Trial(
        "QueueStuck",
        "page",
        {'outbox_oldest_seconds{process="gateway-dispatcher",outbox="email"}': "0+60x60"},
        {'outbox_pending{process="gateway-dispatcher",outbox="email"}': "0+60x60"},
    ),
    Trial(
        "LettersFail",
        "ticket",
        {'subscription_attempts_total{channel="email",state="pending"}': "0+1x120"},
        {
            'subscription_attempts_total{channel="email",state="pending"}': "0+1x120",
            'subscription_attempts_total{channel="email",state="delivered"}': "0+1x120",
        },
        after="2h",
    ),
    Trial(
        "WebhooksWait",
        "page",
        {"webhook_oldest_untried_seconds": "0+60x60"},
        {
            "webhook_oldest_untried_seconds": "200x60",
            "webhook_oldest_undelivered_seconds": "200000x60",
        },
    ),
    Trial(
        "EndpointDisabled",
        "ticket",
        {"webhook_endpoints_disabled": "2x50 3x60"},
        {"webhook_endpoints_disabled": "3x120"},
        "80m",
    ),
    Trial(
        "AuditNotWritten",
        "page",
        {"audit_append_failures_total": "0x50 1x60"},
        {"audit_append_failures_total": "4x120"},
    ),
    Trial(
        "AuditShorter",
        "page",
        {"audit_head_index": "100x30 99x60"},
        {"audit_head_index": "100x30 101x60"},
    ),
    Trial(
        "EmbargoBroken",
        "page",
        {"embargo_violations_total": "0x30 1x60"},
        {"embargo_violations_total": "0x90"},
    ),
    Trial(
        "ManyRefused",
        "ticket",
        {'authz_denied_total{route="/v1",reason="unauthenticated"}': "0+120x120"},
        {'authz_denied_total{route="/v1",reason="unauthenticated"}': "0+30x120"},
    ),
)


def burning(metric: str, labels: str, within: str, late: int) -> Series:
    """A hundred events a minute, of which so many come too late: the share is that of any time."""
    return {
        f"{metric}_count{{{labels.rstrip(',')}}}": "0+100x60",
        f'{metric}_bucket{{{labels}le="{within}"}}': f"0+{100 - late}x60",
    }


HTTP: Final = 'service="gateway",area="/v1/scores",'
HELD: Final = 'service="gateway",area="/v1/feed",'
REQUESTS: Final = 'http_requests_total{{service="gateway",code="{}"}}'


def promised(severity: str) -> list[Trial]:
    """Failures that use the allowance up fast enough to wake somebody, or in days."""
    failed, fine = (10, 2) if severity == "page" else (2, 0)
    late, early = (20, 5) if severity == "page" else (2, 0)
    return [
        Trial(
            "GatewayErrors",
            severity,
            {REQUESTS.format(500): f"0+{failed}x60", REQUESTS.format(200): "0+100x60"},
            {
                REQUESTS.format(500): f"0+{fine}x60",
                REQUESTS.format(200): "0+100x60",
                REQUESTS.format(404): "0+50x60",
            },
        ),
        Trial(
            "GatewaySlow",
            severity,
            burning("http_request_duration_seconds", HTTP, "0.3", late),
            burning("http_request_duration_seconds", HTTP, "0.3", early)
            | burning("http_request_duration_seconds", HELD, "0.3", 100),
        ),
        *(
            Trial(
                alert,
                severity,
                burning(metric, "", within, late),
                burning(metric, "", within, early),
            )
            for alert, metric, within in (
                ("ResultsLate", "portal_results_seconds", "3600.0"),
                ("ScoresLate", "score_age_seconds", "300.0"),
                ("WebhooksLate", "webhook_first_try_seconds", "60.0"),
            )
        ),
    ]


ALL: Final = (*TRIALS, *promised("page"), *promised("ticket"))


def of(trial: Trial) -> dict[str, Any]:
    """The rule that a trial is about."""
    [rule] = [
        each
        for each in rules()
        if each.get("alert") == trial.alert and each["labels"]["severity"] == trial.severity
    ]
    return rule


def test_every_alert_is_tried() -> None:
    declared = {(rule["alert"], rule["labels"]["severity"]) for rule in rules() if "alert" in rule}

    assert declared == {(trial.alert, trial.severity) for trial in ALL}


def test_every_alert_has_a_page_and_every_page_an_alert_or_a_place_among_the_situations() -> None:
    named = {rule["annotations"]["runbook_url"] for rule in rules() if "alert" in rule}
    pages = {f"docs/runbooks/{path.name}" for path in RUNBOOKS.glob("*.md")}
    listed = {
        f"docs/{found}" for found in re.findall(r"\((runbooks/[\w-]+\.md)\)", INDEX.read_text())
    }

    assert named - pages == set()
    assert listed == pages, "the index names every page, and no other"


def test_pages_name_the_alerts_they_are_for() -> None:
    for rule in rules():
        if "alert" in rule:
            page = (ROOT / rule["annotations"]["runbook_url"]).read_text("utf-8")
            assert f"`{rule['alert']}`" in page, rule["annotations"]["runbook_url"]


def test_what_is_promised_is_told_by_pairs_of_times() -> None:
    [errors] = [each for each in slo.PROMISES if each.alert == "GatewayErrors"]

    page = next(rule for rule in rules() if rule.get("alert") == errors.alert)

    assert page["expr"] == (
        "(qadaga:gateway_errors:bad_share1h > 0.072 and qadaga:gateway_errors:bad_share5m > 0.072)"
        " or (qadaga:gateway_errors:bad_share6h > 0.03"
        " and qadaga:gateway_errors:bad_share30m > 0.03)"
    )


def samples(series: Series) -> list[dict[str, str]]:
    return [{"series": name, "values": values} for name, values in series.items()]


def tried(trial: Trial, *, fires: bool) -> dict[str, Any]:
    """One test as promtool reads it: of the alert no more is compared than whether it fires."""
    series = dict(trial.fires if fires else trial.calm)
    which = f'alertname="{trial.alert}",severity="{trial.severity}",alertstate="firing"'
    query = f"count(ALERTS{{{which}}})"
    return {
        "name": f"{trial.alert} {trial.severity} {'fires' if fires else 'is calm'}",
        "interval": "1m",
        "input_series": samples(series),
        "promql_expr_test": [
            {
                "expr": f"{query} > bool 0 or vector(0)",
                "eval_time": trial.after,
                "exp_samples": [{"labels": "{}", "value": 1 if fires else 0}],
            }
        ],
    }


@pytest.mark.extra
@pytest.mark.skipif(
    PROMTOOL is None, reason="promtool (of the package prometheus) is not installed"
)
def test_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    assert PROMTOOL is not None
    files = [str(path) for path in sorted((FOLDER / "rules").glob("*.yaml"))]
    paths = []
    for name, trials in (("alerts", TRIALS), ("slo", (*promised("page"), *promised("ticket")))):
        tests = [tried(trial, fires=fires) for trial in trials for fires in (True, False)]
        own = [str(FOLDER / "rules" / f"{name}.yaml")]
        paths.append(str(tmp_path / f"{name}.yaml"))
        Path(paths[-1]).write_text(yaml.safe_dump({"rule_files": own, "tests": tests}))

    checked = subprocess.run(
        [PROMTOOL, "check", "rules", *files], check=False, capture_output=True, text=True
    )
    done = subprocess.run(
        [PROMTOOL, "test", "rules", *paths], check=False, capture_output=True, text=True
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.extra
@pytest.mark.skipif(
    PROMTOOL is None, reason="promtool (of the package prometheus) is not installed"
)
def test_what_prometheus_is_told_is_what_it_reads() -> None:
    assert PROMTOOL is not None
    command = [PROMTOOL, "check", "config", "--syntax-only", str(FOLDER / "prometheus.yml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
