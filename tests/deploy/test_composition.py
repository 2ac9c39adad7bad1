"""docker-compose.yml says the same as the table of processes, and every container is confined."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import environment, make_secrets
from deploy.check import careless
from deploy.local.place import ROOT
from deploy.processes import (
    COMMON,
    FETCHER,
    FRONT,
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

    assert sorted(CONTAINERS) == sorted([*ours, *PREPARATIONS, *SERVERS, PROXY])


def test_the_invented_portal_is_no_part_of_what_is_run_in_earnest() -> None:
    assert SANDBOX.name not in CONTAINERS
    assert SANDBOX not in PROCESSES
    assert not any("sandbox" in str(container) for container in CONTAINERS.values())


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_container_runs_the_command_of_the_table_with_what_it_must_be_told(
    process: Process,
) -> None:
    container = CONTAINERS[process.name]
    told = {name.removesuffix("_FILE") for name in container["environment"]}

    assert tuple(container["command"]) == process.command
    # Metrics never on the port that is published; the rest is said because of the proxy before it.
    apart = {"METRICS_PORT", "DRAIN_SECONDS", "TRUSTED_PROXIES"} if process.name == FRONT else set()
    assert {*COMMON, *OWN[process.service], process.port_variable} | apart == told
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
    container = CONTAINERS[name]

    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert int(container["user"].partition(":")[0]) > 0
    assert container["mem_limit"]
    assert container["pids_limit"]
    assert container["logging"]["options"]["max-size"]


@pytest.mark.check("S4", tier=1, limit="one port")
def test_only_the_front_publishes_a_port_and_the_rest_has_no_way_out() -> None:
    published = {name for name, container in CONTAINERS.items() if "ports" in container}
    outside = {name for name, c in CONTAINERS.items() if c["networks"] != ["inside"]}

    assert published == {PROXY}
    assert outside == {PROXY, OUTWARD, FETCHER}
    assert COMPOSITION["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", [*SERVERS, PROXY, *(process.name for process in PROCESSES)])
def test_what_runs_on_is_watched_and_started_again(name: str) -> None:
    assert "test" in CONTAINERS[name]["healthcheck"]
    assert CONTAINERS[name]["restart"] == "unless-stopped"


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
