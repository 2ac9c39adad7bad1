"""The navigator: every kind of violation leads to passages, routes and letters that there are."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec
import pytest

from cases.law.catalogue import routes
from cases.letters.template import for_route
from cases.navigator.catalogue import Violation, read_violation, violations
from scoring.indicator import catalogue
from shared.law.citations import acts, cited
from shared.law.reading import LawFileError
from shared.vocabulary.wording import black_listed
from tests.cases.office import READER, Office, problem

DAY: Final = date(2026, 3, 2)
ALL: Final = [pytest.param(one, id=code) for code, one in violations().items()]


def texts(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict) and "kk" in value:
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


@pytest.mark.parametrize("one", ALL)
def test_a_violation_names_indicators_routes_and_letters_that_there_are(one: Violation) -> None:
    assert [code for code in one.indicators if code not in catalogue()] == []
    assert one.indicators, "nothing points to it"
    assert [code for code in one.routes if code not in routes(DAY)] == []
    made = {each.code for code in one.routes for each in for_route(code)}
    assert {*one.templates} == made, "its letters are those of its routes"
    stages = {stage for code in one.routes for stage in routes(DAY)[code].route.stages}
    assert {*one.stages} & stages, "no route is open at a stage at which it is seen"


@pytest.mark.parametrize("one", ALL)
def test_a_violation_is_told_in_three_languages_of_their_own_letters_and_accuses_nobody(
    one: Violation,
) -> None:
    said = [*texts(msgspec.to_builtins(one))]
    for text in said:
        assert text["en"].isascii()
        assert not any("a" <= letter <= "z" for letter in text["kk"] + text["ru"])
        assert len({*text.values()}) == 3, text
        assert [word for each in text.values() for word in black_listed(each)] == []
    assert len(said) > 10


def test_the_navigator_has_the_kinds_the_indicators_speak_of() -> None:
    assert 12 <= len(violations()) <= 20
    assert violations()["vat_to_non_payer"].indicators == ["K01"]
    assert {cited(rule.cite).act for one in violations().values() for rule in one.basis} <= {
        *acts()
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"routes": ["pp99"]}, "there is no pp99"),
        ({"templates": ["letter"]}, "there is no letter"),
        ({"stages": ["later"]}, "there is no later"),
        ({"code": "other"}, "named after its code"),
        ({"title": {"kk": "Сөз", "ru": "Слово"}}, "en"),
        ({"more": 1}, "more"),
    ],
)
def test_a_declaration_with_a_flaw_is_refused_with_its_file(
    change: dict[str, Any], said: str
) -> None:
    known = msgspec.to_builtins(violations()["short_terms"])
    text = msgspec.yaml.encode({**known, **change}).decode()

    with pytest.raises(LawFileError, match=f"short_terms.yaml: .*{said}"):
        read_violation(text, "short_terms.yaml")


async def test_a_violation_is_read_with_the_rules_and_routes_of_the_day(office: Office) -> None:
    found = (await office.get("/legal/violations/vat_to_non_payer", READER)).json()
    before = await office.get("/legal/violations/vat_to_non_payer", READER, day="2024-12-31")
    unknown = await office.get("/legal/violations/no_such", READER)

    assert found["basis"][0]["cite"] == "106-VIII 18(2)17"
    assert [each["code"] for each in found["routes"]][1] == "supplier_notice"
    assert found["routes"][1]["templates"] == ["supplier_notice"]
    assert (found["routes"][1]["window"], found["routes"][1]["confirmed"]) == ("open", False)
    assert found["stage_titles"][0]["ru"] == "заключение договора"
    assert (found["confirmed"], found["example"]["origin"]) == (False, "retold")
    assert (before.json()["basis"], before.json()["routes"]) == ([], [])
    assert problem(unknown) == (404, "not_found")


async def test_violations_are_found_by_stage_and_indicator_and_a_case_names_no_others(
    office: Office,
) -> None:
    by_indicator = await office.get("/legal/violations", READER, limit=50, indicator="R035")
    by_stage = await office.get("/legal/violations", READER, limit=50, stage="discussion")
    first = (await office.get("/legal/violations", READER, limit=2)).json()
    rest = await office.get("/legal/violations", READER, limit=50, after=json.dumps(first["after"]))
    case = await office.post(
        "/cases", {"title": "A road", "violations": ["vat_to_non_payer", "K01"]}
    )
    own_words = await office.post(
        "/cases", {"title": "A road", "violations": ["vat_to_non_payer", "words of one's own"]}
    )

    assert [each["code"] for each in by_indicator.json()["data"]] == ["unlawful_rejection"]
    assert [each["code"] for each in by_stage.json()["data"]] == [
        "short_terms",
        "tailored_specification",
    ]
    assert len(first["data"]) + len(rest.json()["data"]) == len(violations())
    assert case.json()["violations"] == ["vat_to_non_payer", "K01"]
    assert own_words.json()["errors"][0]["pointer"] == "/body/violations/1"
