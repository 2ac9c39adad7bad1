"""What goes into Qadaga is looked at, and each look can find what it looks for."""

import json
from pathlib import Path

import pytest
import yaml

from deploy.supply import audit, code, hidden, licences, locked, sbom

LOCK = """a==1.0 \\
    --hash=sha256:00
b==2.0 ; python_version < '3' \\
    --hash=sha256:00
c==3.0 ; python_version >= '3' \\
    --hash=sha256:00
"""


def test_every_rule_has_an_example_it_must_find_and_one_it_must_spare(tmp_path: Path) -> None:
    rules = yaml.safe_load(code.RULES.read_text("utf-8"))["rules"]
    written = dict(code.examples(rules, tmp_path))

    assert {rule["id"] for rule in rules} == {rule for rule, bad in written.values() if bad}
    assert {rule["id"] for rule in rules} == {rule for rule, bad in written.values() if not bad}
    assert code.looked_at() == []


def test_a_rule_that_misses_its_example_or_finds_too_much_is_a_fault_like_a_finding() -> None:
    written = {"x/r_catches_1.py": ("r", True), "x/r_spares_1.py": ("r", False)}

    assert code.judged([("r", "x/r_catches_1.py", 1)], written) == []
    assert code.judged([("r", "x/r_spares_1.py", 1), ("r", "shared/src/a.py", 7)], written) == [
        "shared/src/a.py:7: r",
        "r_catches_1.py: the rule misses its example",
        "r_spares_1.py: the rule finds what it should spare",
    ]


def test_a_secret_that_was_not_audited_is_a_fault_even_in_a_file_with_an_audited_one() -> None:
    found = {"a.py": {"11": ("Secret Keyword", 3), "22": ("Secret Keyword", 9)}}

    assert hidden.unknown(found, {"a.py": {"11", "22"}}) == []
    assert hidden.unknown(found, {"a.py": {"11"}}) == [
        "a.py:9: Secret Keyword; if it is none, say why in audited.yaml, known: [22]"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "key = '" + 4 * "9f86d081" + "'",
        "url: postgresql://qadaga:" + "hunter2@db/qadaga",
        "-----BEGIN " + "PRIVATE KEY-----",
        'password = "' + 'correct horse"',
    ],
)
def test_whatever_has_the_form_of_a_secret_is_searched(text: str) -> None:
    assert hidden.worth_searching(text)
    assert not hidden.worth_searching("A purchase, its lots and the bids of its suppliers.")


def test_a_licence_is_allowed_by_one_side_of_or_and_all_sides_of_and() -> None:
    assert licences.allowed("GPL-3.0 OR MIT")
    assert licences.allowed("Apache-2.0 AND BSD-2-Clause")
    assert not licences.allowed("MIT AND GPL-3.0")
    assert not licences.allowed("not told")


def test_a_lock_says_what_this_python_wants() -> None:
    wanted = [pin for pin in locked.pins(LOCK) if pin.wanted_here]

    assert [(pin.name, pin.version) for pin in wanted] == [("a", "1.0"), ("c", "3.0")]


def test_what_is_locked_named_and_installed_must_be_the_same() -> None:
    here = ("pydantic", sbom.installed("pydantic"))

    assert sbom.differences({here}, {here}) == []
    assert sbom.differences({here, ("a", "1")}, {here, ("b", "2")}) == [
        "a 1 is named and not locked",
        "b 2 is locked and not named",
        "b 2 is locked, nothing installed",
    ]


def test_what_the_source_of_advisories_did_not_speak_of_is_counted_and_never_called_clean() -> None:
    pins = locked.pins(LOCK)
    known = {"name": "a", "version": "1.0", "vulns": []}
    skipped = {"name": "c", "skip_reason": "not found"}
    weak = {"name": "c", "version": "3.0", "vulns": [{"id": "CVE-1"}]}

    def verdict(*answers: object) -> audit.Verdict:
        return audit.judged(json.dumps({"dependencies": answers}), pins)

    assert verdict(known, skipped) == audit.Verdict(1, [], ["c"])
    assert verdict(known, skipped).status == audit.NOT_ASKED
    assert verdict(known, weak).status == audit.WEAK
    assert verdict(known, {**weak, "vulns": []}).status == audit.CLEAN
    assert audit.judged("", pins).status == audit.NOT_ASKED
