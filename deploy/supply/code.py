"""Our own code, looked at by bandit and by rules of ours (rules.yaml).

A rule that finds nothing may be a rule that can find nothing: every run asks each of them for its
own examples too, and one that misses an example, or finds what it should spare, is a fault.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy.supply.tools import ROOT, SOURCES, ask

RULES = Path(__file__).with_name("rules.yaml")

Hit = tuple[str, str, int]
"""A rule, and the file and line it found."""


def bandit() -> list[str]:
    """What bandit holds to be a grave weakness; ruff asks for its lesser ones (S) line by line."""
    done = ask("bandit", "--recursive", "--severity-level=high", "--quiet", *SOURCES)
    return [done.stdout.strip() or done.stderr.strip()] if done.returncode else []


def own_rules() -> list[str]:
    """What our rules find in our code, and which of them do not find their own examples."""
    rules = yaml.safe_load(RULES.read_text("utf-8"))["rules"]
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        written = dict(examples(rules, Path(folder)))
        done = ask(
            *("semgrep", "scan", "--metrics=off", "--disable-version-check", "--json", "--quiet"),
            *("--jobs=2", "--no-rewrite-rule-ids", f"--config={RULES}", *SOURCES, folder),
        )
    if done.returncode:
        return [done.stderr.strip() or done.stdout.strip()]
    told = json.loads(done.stdout)
    return [str(error["message"]) for error in told["errors"]] + judged(hits(told), written)


def examples(rules: list[dict[str, Any]], folder: Path) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Write every example of every rule: the file, whose it is, and whether it must be found."""
    for rule in rules:
        for kind in ("catches", "spares"):
            for number, text in enumerate(rule["metadata"][kind].strip().split("\n\n"), start=1):
                path = folder / f"{rule['id']}_{kind}_{number}.py"
                path.write_text(text + "\n", "utf-8")
                yield str(path), (rule["id"], kind == "catches")


def hits(told: dict[str, Any]) -> list[Hit]:
    """The findings of semgrep's JSON."""
    return [(one["check_id"], one["path"], one["start"]["line"]) for one in told["results"]]


def judged(found: list[Hit], written: dict[str, tuple[str, bool]]) -> list[str]:
    """What is wrong: a finding in our code, an example that was missed, one found that is good."""
    seen = {(rule, path) for rule, path, _ in found}
    faults = [f"{path}:{line}: {rule}" for rule, path, line in found if path not in written]
    for path, (rule, bad) in written.items():
        if bad and (rule, path) not in seen:
            faults.append(f"{Path(path).name}: the rule misses its example")
        elif not bad and (rule, path) in seen:
            faults.append(f"{Path(path).name}: the rule finds what it should spare")
    return faults


def looked_at() -> list[str]:
    """The folders that are looked at and are not there: a wrong name would find nothing."""
    return [f"{name} is not there" for name in SOURCES if not (ROOT / name).is_dir()]
