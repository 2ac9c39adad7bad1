"""What Prometheus is told: every process of the table by its name, where it shows its metrics."""

from typing import Any, Final

import yaml

from deploy.processes import FRONT, PROCESSES

INTERFACE, METRICS = 8000, 9100
"""The ports that docker-compose.yml gives an interface, and what shows its metrics apart."""

EVERY: Final = "15s"
HEAD: Final = "# Written by `make docs` from deploy/processes.py.\n"


def configuration() -> str:
    """Return prometheus.yml.

    A process is named rather than looked up, so that one that is gone is seen to be down; of the
    front several run, and those are looked up.
    """
    document: dict[str, Any] = {
        "global": {"scrape_interval": EVERY, "evaluation_interval": EVERY},
        "rule_files": ["/etc/prometheus/rules/*.yaml"],
        "scrape_configs": [
            {
                "job_name": "qadaga",
                "static_configs": [
                    {
                        "targets": [f"{process.name}:{_port(process.kind)}"],
                        "labels": {"process": process.name},
                    }
                    for process in PROCESSES
                    if process.name != FRONT
                ],
                "dns_sd_configs": [{"names": [FRONT], "type": "A", "port": METRICS}],
                "relabel_configs": [
                    {
                        "source_labels": ["__meta_dns_name"],
                        "regex": "(.+)",
                        "target_label": "process",
                    }
                ],
            }
        ],
    }
    return HEAD + yaml.safe_dump(document, sort_keys=False, width=100)


def _port(kind: str) -> int:
    return INTERFACE if kind == "interface" else METRICS
