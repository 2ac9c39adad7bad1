"""deploy/kubernetes says the same as the table and docker-compose.yml, and is confined.

Needs the tools of `make setup-tools`, which `make check` installs.
"""

from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import yaml

from deploy import manifests
from deploy.containers.composed import composition
from deploy.processes import FETCHER, OUTWARD, OWN, PREPARATIONS, PROCESSES, Process
from deploy.supply.tools import BIN
from shared import metrics

pytestmark = [
    pytest.mark.extra,
    pytest.mark.skipif(not (BIN / "kubectl").exists(), reason="`make setup-tools` was not run"),
]

COMPOSITION = composition()
BASE, NATIONAL = manifests.FOLDERS
URLS = {"INGESTOR_URL", "SCORING_URL", "CASES_URL"}


@cache
def objects(folder: str) -> dict[tuple[str, str], manifests.Object]:
    """The objects by kind and name."""
    return {(one["kind"], one["metadata"]["name"]): one for one in manifests.built(folder)}


def pod(name: str, folder: str = BASE) -> manifests.Object:
    """What one process or preparation runs as."""
    kind = "Job" if name in PREPARATIONS else "Deployment"
    found: manifests.Object = objects(folder)[kind, name]["spec"]["template"]["spec"]
    return found


def changed(kind: str, name: str, *path: str | int, to: Any) -> list[manifests.Object]:
    """The objects with one value changed; None takes it away."""
    found = deepcopy(objects(BASE))
    place: Any = found[kind, name]
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return list(found.values())


@pytest.mark.parametrize("folder", manifests.FOLDERS)
def test_manifests_and_table_name_the_same_processes_and_preparations(folder: str) -> None:
    names = {kind: {n for k, n in objects(folder) if k == kind} for kind in ("Deployment", "Job")}

    assert names["Deployment"] == {process.name for process in PROCESSES}
    assert names["Job"] == set(PREPARATIONS)


@pytest.mark.parametrize("name", [*(process.name for process in PROCESSES), *PREPARATIONS])
def test_a_pod_runs_what_its_container_of_the_composition_runs_and_is_told_the_same(
    name: str,
) -> None:
    composed, (container,) = COMPOSITION[name], pod(name)["containers"]
    told = {one["name"]: one["value"] for one in container["env"]}
    volumes = {volume["name"]: volume for volume in pod(name)["volumes"]}
    files = [item["path"] for item in volumes["secrets"]["secret"]["items"]]

    assert container["command"] == composed["command"]
    assert container["image"] == composed["image"]
    assert told == composed["environment"]
    assert sorted(files) == sorted(composed["secrets"])
    assert {
        value.removeprefix("/run/secrets/") for value in told.values() if "/secrets/" in value
    } == set(files)
    assert volumes["secrets"]["secret"]["secretName"] == "qadaga"
    assert bytes_of(container["resources"]["limits"]["memory"]) == bytes_of(composed["mem_limit"])
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {
        "/tmp",
        "/run/secrets",
        *(volume.split(":")[1] for volume in composed.get("volumes", [])),
    }


def bytes_of(limit: str) -> int:
    """A limit in Kubernetes' or Compose's words."""
    number, unit = int(limit.rstrip("GMigm")), limit.lstrip("0123456789").lower()[0]
    return number * {"m": 1024**2, "g": 1024**3}[unit]


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_process_is_told_what_the_table_says_and_shows_there_that_it_lives(
    process: Process,
) -> None:
    (container,) = pod(process.name)["containers"]
    ready, alive = (container[probe]["httpGet"] for probe in ("readinessProbe", "livenessProbe"))
    ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
    values = {one["name"]: one["value"] for one in container["env"]}

    assert tuple(container["command"]) == process.command
    assert {name.removesuffix("_FILE") for name in values} == process.told
    assert ready["path"] == process.sign_of_life
    assert alive["path"] == ("/healthz" if process.kind == "interface" else "/metrics")
    assert ports[ready["port"]] == ports[alive["port"]] == values[process.port_variable]


@pytest.mark.parametrize("folder", manifests.FOLDERS)
def test_who_asks_whom_is_let_through_and_nobody_else(folder: str) -> None:
    policies = {
        name: one["spec"]
        for (kind, name), one in objects(folder).items()
        if kind == "NetworkPolicy"
    }
    asks = {
        service: {f"{v.removesuffix('_URL').lower()}-api" for v in OWN[service] if v in URLS}
        for service in OWN
    }
    leave = {s: chosen(policies.get(f"{s}-asks", {}).get("egress", []), "to") for s in OWN}
    arrive = {p: chosen(policies[p]["ingress"], "from") for p in map("{}-api".format, OWN)}

    assert leave == asks
    assert {p: {s for s in OWN if p in asks[s]} for p in arrive} == arrive
    assert set(manifests.outward(list(policies.values()))) == {FETCHER, OUTWARD}
    assert all(
        one["metadata"]["namespace"] == "qadaga"
        for one in objects(folder).values()
        if one["kind"] != "Namespace"
    )


def chosen(rules: list[manifests.Object], way: str) -> set[str]:
    """The processes or services that rules name."""
    peers = [peer["podSelector"] for rule in rules for peer in rule[way] if "podSelector" in peer]
    return {value for peer in peers for one in peer["matchExpressions"] for value in one["values"]}


def test_in_the_country_what_may_run_twice_does_and_an_autoscaler_looks_at_what_waits() -> None:
    found = objects(NATIONAL)
    scaled = {n: one["spec"] for (k, n), one in found.items() if k == "HorizontalPodAutoscaler"}
    spared = {n for k, n in found if k == "PodDisruptionBudget"}
    counts = {n: one["spec"].get("replicas") for (k, n), one in found.items() if k == "Deployment"}
    several = {n for n, count in counts.items() if count is None or count > 1}
    by_queue = scaled["gateway-worker"]["metrics"][0]["pods"]["metric"]

    assert (
        spared == several == scaled.keys() | {"ingestor-api", "scoring-api", "gateway-dispatcher"}
    )
    assert {n for n, count in counts.items() if count is None} == scaled.keys()
    assert all(one["minReplicas"] > 1 for one in scaled.values())
    assert by_queue["name"] == next(iter(metrics.outbox_oldest_seconds.describe())).name
    # Who holds a volume that one machine has runs once, beside whoever else holds it.
    for name, count in counts.items():
        claims = [
            volume["persistentVolumeClaim"]["claimName"]
            for volume in pod(name, NATIONAL)["volumes"]
            if "persistentVolumeClaim" in volume
        ]
        labels = found["Deployment", name]["spec"]["template"]["metadata"]["labels"]
        assert claims == ([labels["volume"]] if "volume" in labels else []), name
        assert ("affinity" in pod(name, NATIONAL)) == bool(claims), name
        assert not claims or count == 1, name


CONTAINER = ("spec", "template", "spec", "containers", 0)


@pytest.mark.parametrize(
    ("path", "to", "fault"),
    [
        (("spec", "template", "spec", "securityContext", "runAsUser"), 0, "runs as root"),
        (("spec", "template", "spec", "securityContext", "runAsNonRoot"), None, "runs as root"),
        (
            ("spec", "template", "spec", "securityContext", "seccompProfile"),
            {"type": "Unconfined"},
            "may make any system call",
        ),
        (
            (*CONTAINER, "securityContext", "readOnlyRootFilesystem"),
            None,
            "its file system can be written to",
        ),
        (
            (*CONTAINER, "securityContext", "allowPrivilegeEscalation"),
            True,
            "may gain privileges",
        ),
        ((*CONTAINER, "securityContext", "capabilities"), {"drop": []}, "keeps capabilities"),
        ((*CONTAINER, "resources", "limits"), None, "has no limit of memory"),
        (("spec", "template", "spec", "automountServiceAccountToken"), None, "may ask the cluster"),
        ((*CONTAINER, "readinessProbe"), None, "is not watched"),
        ((*CONTAINER, "env", 0, "name"), "RECEIPT_KEY", "a secret in its environment"),
        (
            ("spec", "template", "spec", "initContainers"),
            [{"name": "a"}],
            "runs beside another container",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_rule_can_be_broken(path: tuple[str | int, ...], to: Any, fault: str) -> None:
    broken = changed("Deployment", "cases-worker", *path, to=to)

    assert manifests.loose(list(objects(BASE).values())) == []
    assert manifests.loose(broken) == [f"cases-worker: {fault}"]


def test_a_way_through_the_network_that_nobody_needs_is_caught() -> None:
    selector = ("spec", "podSelector")
    to_all = changed("NetworkPolicy", "outward", *selector, to={})
    one_more = changed(
        *("NetworkPolicy", "outward", *selector, "matchExpressions", 0, "values"),
        to=[FETCHER, OUTWARD, "cases-api"],
    )

    assert manifests.loose(
        changed("NetworkPolicy", "nobody", "spec", "policyTypes", to=["Ingress"])
    ) == ["network: what is not named is not denied"]
    assert manifests.loose(to_all) == ["network: a way out for all"]
    assert manifests.loose(one_more) == ["network: a way out for cases-api"]


def test_an_object_that_kubernetes_would_refuse_is_told() -> None:
    good = objects(BASE)["PodDisruptionBudget", "gateway-api"]
    unknown = {**good, "spec": {**good["spec"], "maxGone": 1}}
    wrong = {**objects(NATIONAL)["HorizontalPodAutoscaler", "gateway-api"]}
    wrong["spec"] = {**wrong["spec"], "maxReplicas": "many"}

    assert manifests.invalid(yaml.safe_dump(good)) == []
    assert "maxGone" in manifests.invalid(yaml.safe_dump(unknown))[0]
    assert "many" in manifests.invalid(yaml.safe_dump(wrong))[0]


def test_a_folder_that_cannot_be_built_is_told() -> None:
    with pytest.raises(ValueError, match="kustomization"):
        manifests.built("deploy/kubernetes/base/parts")
