"""deploy/kubernetes as it would be applied: built and judged here, no cluster is asked.

kustomize lays the shared parts over the processes, each object is held against the schema of
Kubernetes, and our own rules say what a pod must not do or leave out.
"""

import sys
import tempfile
from collections.abc import Iterator
from typing import Any, Final

import yaml

from deploy.processes import FETCHER, OUTWARD
from deploy.supply.tools import ask

FOLDERS: Final = ("deploy/kubernetes/base", "deploy/kubernetes/overlays/national")
USER: Final = 10001

Object = dict[str, Any]


def faults() -> list[str]:
    """What is wrong with either installation."""
    try:
        installations = [built(folder) for folder in FOLDERS]
    except ValueError as fault:
        return [str(fault)]
    # What the overlay leaves as it is needs to be looked at once.
    texts = {yaml.safe_dump(one) for objects in installations for one in objects}
    found = dict.fromkeys(fault for objects in installations for fault in loose(objects))
    return invalid("---\n".join(sorted(texts))) + list(found)


def built(folder: str) -> list[Object]:
    """The objects of one installation. Raises ValueError with kustomize's words."""
    done = ask("kubectl", "kustomize", folder)
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return list(yaml.safe_load_all(done.stdout))


def invalid(text: str) -> list[str]:
    """Objects that Kubernetes would refuse: an unknown key, a wrong type, something missing."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = ask("kubernetes-validate", "--strict", "--no-warn", "--quiet", file.name)
    return [(done.stdout + done.stderr).strip() or "refused"] if done.returncode else []


def loose(objects: list[Object]) -> list[str]:
    """What the workloads and the network between them allow that they must not."""
    found = [
        f"{workload['metadata']['name']}: {fault}"
        for workload in objects
        if workload["kind"] in {"Deployment", "Job"}
        for fault in careless(workload)
    ]
    policies = [one["spec"] for one in objects if one["kind"] == "NetworkPolicy"]
    denied = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    if denied not in policies:
        found.append("network: what is not named is not denied")
    if stray := set(outward(policies)) - {FETCHER, OUTWARD}:
        found.append(f"network: a way out for {', '.join(sorted(stray))}")
    return found


def careless(workload: Object) -> list[str]:
    """What a workload of ours must not do, or leave out."""
    pod = workload["spec"]["template"]["spec"]
    container = pod["containers"][0]
    user, own = pod.get("securityContext", {}), container.get("securityContext", {})
    probes = {"startupProbe", "livenessProbe", "readinessProbe"}
    rules = {
        "runs as root": not user.get("runAsNonRoot") or user.get("runAsUser") != USER,
        "may make any system call": user.get("seccompProfile") != {"type": "RuntimeDefault"},
        "its file system can be written to": own.get("readOnlyRootFilesystem") is not True,
        "may gain privileges": own.get("allowPrivilegeEscalation") is not False,
        "keeps capabilities": own.get("capabilities") != {"drop": ["ALL"]},
        "has no limit of memory": "memory" not in container.get("resources", {}).get("limits", {}),
        "may ask the cluster": pod.get("automountServiceAccountToken") is not False,
        "is not watched": workload["kind"] == "Deployment" and not probes <= container.keys(),
        "a secret in its environment": any(
            one["name"].endswith(("_KEY", "_PASSWORD", "DATABASE_URL", "REDIS_URL"))
            for one in container.get("env", [])
        ),
        "runs beside another container": len(pod["containers"]) > 1 or "initContainers" in pod,
    }
    return [fault for fault, present in rules.items() if present]


def outward(policies: list[Object]) -> Iterator[str]:
    """The processes that policies let reach addresses rather than pods; `all` where all may."""
    for policy in policies:
        peers = [peer for rule in policy.get("egress", []) for peer in rule.get("to", [{}])]
        if any("podSelector" not in peer for peer in peers):
            chosen = policy["podSelector"].get("matchExpressions", [])
            yield from chosen[0]["values"] if chosen else ["all"]


if __name__ == "__main__":
    wrong = faults()
    print(f"{'FAIL' if wrong else 'ok'}  the Kubernetes manifests are valid and confined")
    print(*(f"      {fault}\n" for fault in wrong), sep="", end="")
    sys.exit(bool(wrong))
