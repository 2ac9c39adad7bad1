"""The declarations of the routes and their words."""

import re
from datetime import date
from importlib.resources import files
from typing import Any

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from cases.law.catalogue import declarations, read_route, routes, schema, vocabulary
from cases.law.declaration import Window
from cases.letters.template import for_route, templates
from shared.law.citations import cited
from shared.law.reading import LawFileError
from shared.vocabulary.text import LANGUAGES
from shared.vocabulary.wording import black_listed

NAME = "pp170_remark.yaml"
REMARK = (files("cases.law") / "routes" / NAME).read_text("utf-8")
DAY = date(2026, 3, 2)
NAMES_OF_LAW = {"acs_report"}
"""The name of the service has the word in it."""
WHAT_CONTROL_FINDS = {"наруш", "бұзушы"}
"""The law's own word for what a body of control establishes."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def test_all_routes_of_the_issue_are_declared() -> None:
    assert {
        "pp25_supplier",
        "pp25_court",
        "pp23_control_complaint",
        "pp170_remark",
        "pm24_public_monitoring",
        "pm7_breach_of_art7",
        "pc13_final_document",
        "appc76_appeal",
        "appc91_complaint",
        "appc_court",
        "audit_desk_signal",
        "audit_request",
        "acs_report",
        "prosecutor_appeal",
        "supplier_notice",
        "pp18_customer_terminate",
        "pp8_conciliation",
        "qps15_control",
        "qps16_before_opening",
        "qps16_participant",
        "qps16_court",
    } <= declarations().keys()


@pytest.mark.parametrize(
    ("written", "instead", "refusal"),
    [
        (
            "confirmed: false",
            "confirmed: true",
            r":9: a confirmation says by whom and on which day",
        ),
        ("confirmed: false", "confirmed: {by: A. Lawyer}", r":16: .*missing required field `day`"),
        ('"687 170"', '"999 170"', r":7: '999 170' cites an act"),
        ("kind: after", "kind: open", r":\d+: a window `after` an event, and no other"),
        ("kind: after", "kind: until", r":\d+: a window `after` an event, and no other"),
        (
            "answer:\n",
            "answer_unknown: {kk: Жоқ, ru: Нет, en: None}\n      answer:\n",
            "either a term of answer, or says why it has none",
        ),
        ("after: window", "after: wind", "not in vocabulary.yaml: wind"),
        ("[potential_supplier]", "[king]", "not in vocabulary.yaml: king"),
        ("[discussion]", "[afterlife]", "not in vocabulary.yaml: afterlife"),
        ("kind: procuring", "kind: palace", "not in vocabulary.yaml: palace"),
        ("rank: 2", "rank: 0", r":\d+: Expected `int` >= 1"),
        ("rank: 2", "rank: 2\n      color: red", "unknown field `color`"),
        ("ru: Замечание при", "RU: Замечание при", "title|ru"),
        (
            "- key: pp170_remark",
            "- key: pp171_remark",
            "a file is one route, and is named after it",
        ),
    ],
)
def test_a_mistake_in_a_declaration_is_refused_where_it_stands(
    written: str, instead: str, refusal: str
) -> None:
    assert written in REMARK

    with pytest.raises(LawFileError, match=refusal) as refused:
        read_route(REMARK.replace(written, instead, 1), NAME)

    assert str(refused.value).startswith(f"{NAME}:")


def test_a_window_until_an_event_names_it() -> None:
    with pytest.raises(ValueError, match="a window `until` an event, and no other, has closes"):
        Window(kind="until")


def test_a_route_that_changes_is_another_version_from_that_day() -> None:
    document = yaml.safe_load(REMARK)
    (entry,) = document["entries"]
    value = entry.pop("value")
    later = {**value, "window": {**value["window"], "number": 3}}
    entry["periods"] = [
        {"from": date(2025, 1, 1), "to": date(2026, 12, 31), "value": value},
        {"from": date(2027, 1, 1), "value": later},
    ]

    (changed,) = read_route(yaml.safe_dump(document, allow_unicode=True), NAME).entries.values()

    assert changed.as_of(date(2026, 12, 31)).value.window.number == 2
    assert changed.as_of(date(2027, 1, 1)).value.window.number == 3


def test_a_version_is_the_digest_of_the_wording_and_differs_between_routes() -> None:
    found = routes(DAY)

    assert len({one.version for one in found.values()}) == len(found)
    assert routes(date(2026, 5, 1))["pp25_supplier"].version == found["pp25_supplier"].version


def test_every_text_is_said_in_three_languages_of_their_own_letters() -> None:
    for code, one in routes(DAY).items():
        for path, text in texts(msgspec.to_builtins(one.route), code):
            assert all(text[name].strip() for name in LANGUAGES), path
            assert text["en"].isascii(), path
            assert not any("a" <= letter <= "z" for letter in text["kk"] + text["ru"]), path
            assert text["en"] not in {text["kk"], text["ru"]}, path


def test_what_is_said_of_a_route_accuses_nobody() -> None:
    for code, one in routes(DAY).items():
        said = [one.route.title, one.route.summary, one.route.addressee.text, one.route.effect.text]
        for text in said if code not in NAMES_OF_LAW else said[3:]:
            listed = {root for each in LANGUAGES for root in black_listed(text.in_(each))}
            assert listed <= WHAT_CONTROL_FINDS, (code, listed)


def test_every_term_cites_a_passage_and_no_confidence_is_stated_of_an_act_that_was_not_read() -> (
    None
):
    for code, one in routes(DAY).items():
        route = one.route
        for name, term in route.terms():
            assert term.cite, (code, name)
            if term.confidence == "stated":
                assert all(cited(place).number for place in term.cite), (code, name)


def test_nobody_but_a_named_person_has_confirmed_a_route() -> None:
    for one in routes(DAY).values():
        for part in (one.route, one.route.window, *(term for _, term in one.route.terms())):
            assert part.confirmed is False or len(part.confirmed.by) > 2  # type: ignore[union-attr]


def test_the_schema_takes_every_declaration_and_not_one_with_a_word_too_many() -> None:
    asked = Draft202012Validator(schema())
    (entry,) = yaml.safe_load(REMARK)["entries"]

    for code in declarations():
        written = (files("cases.law") / "routes" / f"{code}.yaml").read_text("utf-8")
        for one in yaml.safe_load(written)["entries"]:
            assert asked.is_valid(one["value"]), code
    assert not asked.is_valid({**entry["value"], "color": "red"})
    assert not asked.is_valid({**entry["value"], "window": {"kind": "whenever"}})


def test_a_standing_includes_what_it_is_also() -> None:
    words = vocabulary()

    assert words.is_also("participant") == {
        "participant",
        "potential_supplier",
        "person",
        "anonymous",
    }
    assert words.is_also("anonymous") == {"anonymous"}
    assert {also for one in words.standings.values() for also in one.also} <= words.standings.keys()


def texts(value: Any, path: str) -> list[tuple[str, dict[str, str]]]:
    """Return every text in three languages within a declaration, with where it stands."""
    if isinstance(value, dict) and value.keys() == set(LANGUAGES):
        return [(path, value)]
    inner: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        inner = [(f"{path}.{name}", one) for name, one in value.items()]
    if isinstance(value, list):
        inner = [(f"{path}[{place}]", one) for place, one in enumerate(value)]
    return [found for where, one in inner for found in texts(one, where)]


@pytest.mark.parametrize("name", ["steps.yaml", "reasons.yaml", "vocabulary.yaml"])
def test_a_sentence_names_the_same_things_in_every_language(name: str) -> None:
    written = yaml.safe_load((files("cases.law") / name).read_text("utf-8"))
    found = texts(written, name)

    assert len(found) >= 8
    for path, text in found:
        named = {code: set(PLACEHOLDER.findall(text[code])) for code in LANGUAGES}
        assert named["kk"] == named["ru"] == named["en"], path
        assert text["en"].isascii(), path


def test_the_template_that_a_route_names_is_one_that_serves_it() -> None:
    named = {code: one.route.template for code, one in routes(DAY).items() if one.route.template}

    for code, template in named.items():
        assert template in templates(), code
        assert template in {one.code for one in for_route(code)}, code
