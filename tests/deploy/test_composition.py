"""docker-compose.yml says the same as the table of processes, and every container is confined."""

import re
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import environment, make_secrets
from deploy.check import BIN, careless, exposed, loose
from deploy.local.place import ROOT
from deploy.processes import (
    COMMON,
    DASHBOARDS,
    FETCHER,
    OBSERVERS,
    OUTWARD,
    OWN,
    PREPARATIONS,
    PROCESSES,
    PROXY,
    ROLES,
    SANDBOX,
    SERVERS,
    Process,
)
from shared.provision import ROLES as ROLES_IN_POSTGRES
from shared.settings import describe

COMPOSITION: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSITION["services"]

GOOD = """FROM python:3.13-slim AS build
RUN python -m pip install --require-hashes -r a.lock
FROM python:3.13-slim
USER 10001:10001
CMD ["gateway", "serve"]
"""


def test_composition_and_table_name_the_same_processes() -> None:
    ours = [process.name for process in PROCESSES]

    observing = [name for name, c in CONTAINERS.items() if c.get("profiles") == ["observe"]]

    assert sorted(CONTAINERS) == sorted([*ours, *PREPARATIONS, *SERVERS, PROXY, *observing])
    assert sorted(observing) == sorted(OBSERVERS)


def test_the_invented_portal_is_no_part_of_what_is_run_in_earnest() -> None:
    assert SANDBOX.name not in CONTAINERS
    assert SANDBOX not in PROCESSES
    assert not any("sandbox" in str(container) for container in CONTAINERS.values())


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_container_runs_the_command_of_the_table_with_what_it_must_be_told(
    process: Process,
) -> None:
    container = CONTAINERS[process.name]

    assert tuple(container["command"]) == process.command
    assert {name.removesuffix("_FILE") for name in container["environment"]} == process.told
    assert process.sign_of_life in container["healthcheck"]["test"][3]


@pytest.mark.parametrize("service", OWN)
def test_a_service_is_told_only_what_its_settings_read_and_all_that_they_demand(
    service: str,
) -> None:
    settings = describe(environment.own_settings(service))
    told = {*COMMON, *OWN[service], "PORT", "METRICS_PORT"}

    assert told <= {variable.name for variable in settings}
    assert told >= {variable.name for variable in settings if variable.required}


@pytest.mark.parametrize("name", CONTAINERS)
@pytest.mark.check("S4", tier=1, limit="every container")
def test_every_container_is_confined(name: str) -> None:
    assert exposed(name, CONTAINERS[name]) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"read_only": False}, "its file system can be written to"),
        ({"cap_drop": ["NET_RAW"]}, "keeps capabilities"),
        ({"cap_add": ["SYS_ADMIN"]}, "keeps capabilities"),
        ({"security_opt": []}, "may gain privileges"),
        ({"user": "0:0"}, "runs as root"),
        ({"user": "root"}, "runs as root"),
        ({"mem_limit": None}, "has no limit of memory"),
        ({"pids_limit": 0}, "has no limit of processes"),
        ({"logging": {"driver": "json-file"}}, "its log grows without end"),
        ({"restart": "on-failure"}, "is not started again"),
        ({"healthcheck": {"disable": True}}, "is not watched"),
        ({"image": "qadaga-cases"}, "an image without a version"),
        ({"image": "qadaga-cases:latest"}, "an image without a version"),
        ({"environment": {"RECEIPT_KEY": "abc"}}, "a secret in its environment"),
        ({"ports": ["8000:8000"]}, "publishes a port"),
        ({"networks": ["inside", "outward"]}, "has a way out"),
    ],
    ids=str,
)
def test_each_rule_of_confinement_can_be_broken(change: dict[str, Any], fault: str) -> None:
    broken = deepcopy(COMPOSITION)
    broken["services"]["cases-worker"] |= change

    assert loose(COMPOSITION) == []
    assert loose(broken) == [f"cases-worker: {fault}"]


def test_what_runs_once_need_not_be_watched_and_the_inside_stays_inside() -> None:
    assert "healthcheck" not in CONTAINERS["provision"]
    assert loose(COMPOSITION | {"networks": {"inside": {}}}) == ["the network inside has a way out"]


@pytest.mark.check("S4", tier=1, limit="one port")
def test_only_the_front_publishes_a_port_and_the_rest_has_no_way_out() -> None:
    published = {name for name, container in CONTAINERS.items() if "ports" in container}
    outside = {name for name, c in CONTAINERS.items() if c["networks"] != ["inside"]}

    # Whoever asks for the dashboards gets them on this machine alone, wherever the front listens.
    assert all(port.startswith("127.0.0.1:") for port in CONTAINERS[DASHBOARDS]["ports"])
    assert published - {DASHBOARDS} == {PROXY}
    assert outside - {DASHBOARDS} == {PROXY, OUTWARD, FETCHER}
    assert COMPOSITION["networks"]["inside"] == {"internal": True}


def test_prometheus_and_grafana_find_what_they_are_told_where_they_look_for_it() -> None:
    told: dict[str, dict[str, str]] = {
        name: {inside: outside for outside, inside, _ in map(_mount, CONTAINERS[name]["volumes"])}
        for name in OBSERVERS
    }
    prometheus = yaml.safe_load(
        (ROOT / told["prometheus"]["/etc/prometheus/prometheus.yml"]).read_text()
    )
    provisioning = ROOT / told["grafana"]["/etc/grafana/provisioning"]
    source = yaml.safe_load((provisioning / "datasources/prometheus.yaml").read_text())
    folder = yaml.safe_load((provisioning / "dashboards/qadaga.yaml").read_text())
    dashboards = folder["providers"][0]["options"]["path"]
    rules = Path(prometheus["rule_files"][0])

    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    assert list((ROOT / told["prometheus"][str(rules.parent)]).glob(rules.name))
    assert list((ROOT / told["grafana"][dashboards]).glob("*.json"))
    assert all(
        mount.endswith(":ro")
        for name in OBSERVERS
        for mount in CONTAINERS[name]["volumes"]
        if mount.startswith("./")
    )


def _mount(volume: str) -> tuple[str, str, str]:
    outside, inside, *rights = volume.split(":")
    return outside, inside, "".join(rights)


def test_the_bucket_for_evidence_as_operations_tells_it_is_a_composition(tmp_path: Path) -> None:
    page = (ROOT / "docs/operations.md").read_text()
    override = tmp_path / "docker-compose.override.yml"
    (written,) = re.findall(r"```yaml\n(x-bucket:.*?)```", page, re.DOTALL)
    override.write_text(written)
    base = tmp_path / "docker-compose.yml"
    shutil.copy(ROOT / "docker-compose.yml", base)

    done = subprocess.run(
        [BIN / "docker-compose", "--file", base, "--file", override, "config"],
        check=False,
        capture_output=True,
        text=True,
    )
    containers = yaml.safe_load(done.stdout or "{}").get("services", {})
    settings = {variable.name for variable in describe(environment.own_settings("cases"))}

    assert done.returncode == 0, done.stderr
    for name in ("cases-api", "cases-worker"):
        told = {variable.removesuffix("_FILE") for variable in containers[name]["environment"]}
        secrets = {secret["source"] for secret in containers[name]["secrets"]}
        assert {"EVIDENCE_STORE", "EVIDENCE_SECRET_KEY", "EVIDENCE_PATH"} <= told <= settings
        assert {"evidence_access_key", "evidence_secret_key", "receipt_key"} <= secrets
        assert {"inside", "outward"} == containers[name]["networks"].keys()


def test_secrets_come_as_files_and_all_of_them_are_made(tmp_path: Path) -> None:
    made = make_secrets.missing(tmp_path)
    used = {name for container in CONTAINERS.values() for name in container.get("secrets", [])}
    plain = [
        (name, variable)
        for name, container in CONTAINERS.items()
        for variable in container.get("environment", {})
        if variable.endswith(("_KEY", "_PASSWORD", "DATABASE_URL", "REDIS_URL"))
    ]

    assert used == set(COMPOSITION["secrets"]) == set(made)
    assert plain == []


def test_making_secrets_again_keeps_what_is_there_and_fits_what_is_new_to_it(
    tmp_path: Path,
) -> None:
    first = make_secrets.missing(tmp_path)
    for name in ("postgres_password", "valkey_conf"):
        (tmp_path / name).write_text(first[name] + "\n")

    second = make_secrets.missing(tmp_path)

    assert "postgres_password" not in second
    assert second["admin_database_url"] == first["admin_database_url"]
    assert second["redis_url"] == first["redis_url"]
    assert second["raw_key"] != first["raw_key"]


def test_the_roles_of_the_table_are_those_that_are_provisioned() -> None:
    assert ROLES == make_secrets.ROLES == ROLES_IN_POSTGRES


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("USER 10001:10001\n", ""), "the last stage runs as root"),
        (('CMD ["gateway", "serve"]', "CMD gateway serve"), "the command is not in exec form"),
        (("3.13-slim AS", "latest AS"), "an image without a version"),
        (("--require-hashes ", ""), "something is installed without hashes"),
        (("USER", "ENV RAW_KEY=abc\nUSER"), "a secret in the image"),
    ],
)
def test_a_careless_dockerfile_is_caught(change: tuple[str, str], fault: str) -> None:
    assert careless(GOOD) == []
    assert careless(GOOD.replace(*change)) == [fault]
