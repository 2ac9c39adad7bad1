"""Which metrics the rules and dashboards ask for, and by which labels."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from deploy.observability import FOLDER

GIVEN: Final = frozenset({"process", "job", "instance", "le"})
"""Labels that Prometheus adds, and the one that a histogram's buckets have."""

OURS: Final = re.compile(r"(?<![\w:\"])([a-z][a-z0-9_]*_[a-z0-9_]+)\b(?!\s*\()(\{[^}]*\})?")
_WORDS: Final = frozenset({"histogram_quantile", "max_over_time"})
_BY: Final = re.compile(r"by \(([^)]*)\)")


def rules() -> list[dict[str, Any]]:
    """Every rule of every file."""
    found = []
    for path in sorted((FOLDER / "rules").glob("*.yaml")):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            found += group["rules"]
    return found


def queries() -> Iterator[str]:
    """Every query of rules and dashboards."""
    yield from (rule["expr"] for rule in rules())
    for path in sorted((FOLDER / "grafana").glob("*.json")):
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            yield from (target["expr"] for target in panel["targets"])


def metrics_named() -> Iterator[tuple[str, set[str]]]:
    """Each metric of ours that a query names, with the labels by which it chooses."""
    for query in queries():
        plain = _BY.sub("", query)
        for name, chosen in OURS.findall(plain):
            if name not in _WORDS:
                labels = set(re.findall(r"([a-z_]+)\s*(?:=~|!~|!=|=)", chosen)) - GIVEN
                yield name, labels
