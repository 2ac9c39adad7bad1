"""Every indicator of the catalogue: its words in three languages, and its worked examples."""

import re
from collections.abc import Iterator

import jsonschema
import msgspec
import pytest
import yaml

from scoring.drafts.checks import POINTS
from scoring.evaluate import enabled, live
from scoring.examples import Desk
from scoring.indicator import Example, Indicator, Text, catalogue, json_schema
from scoring.profiles import load_profile
from scoring.score import FLAGGED
from shared.vocabulary.wording import black_listed

CODES = ["R003", "R018", "R024", "R025", "R028", "R030", "R035", "R036", "R038", "R048", "R058"]

INDICATORS = list(catalogue().values())


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def texts(indicator: Indicator) -> Iterator[tuple[str, Text]]:
    for name in ("title", "meaning", "why", "innocent", "how_to_check", "would_clear"):
        yield name, getattr(indicator, name)
    for name in ("exceptions", "summary"):
        if text := getattr(indicator, name):
            yield name, text
    for basis in indicator.legal_basis:
        yield "legal_basis", basis.article


def test_the_eleven_indicators_of_cardinal_are_there_and_its_profile_runs_no_other() -> None:
    assert [code for code in catalogue() if re.fullmatch(r"R\d{3}", code)] == CODES
    assert load_profile("cardinal").enabled == CODES


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_every_example_comes_out_as_declared(desk: Desk, indicator: Indicator) -> None:
    for example in indicator.examples:
        outcome = desk.run(indicator, example)
        for expected in example.expected:
            judgement = outcome.of(expected)
            assert judgement is not None, (example.story, expected.subject)
            assert judgement.status == expected.status, (example.story, judgement)
            if expected.value is not None:
                assert judgement.value == pytest.approx(expected.value), example.story
            if expected.missing is not None:
                assert list(judgement.missing) == expected.missing, example.story
            if expected.evidence is not None:
                assert outcome.paths(judgement) == sorted(expected.evidence), example.story
            assert expected.certain in {None, judgement.certain}, (example.story, judgement)
            assert expected.again_on in {None, judgement.again_on}, (example.story, judgement)


def test_an_example_does_not_see_the_facts_of_the_one_before(desk: Desk) -> None:
    flagged = next(one for one in catalogue()["R018"].examples if FLAGGED in _shown(one))

    first, second = (desk.run(catalogue()["R018"], flagged) for _ in range(2))

    assert FLAGGED in {one.status for one in first.judgements}
    assert first == second


def _shown(example: Example) -> set[str]:
    return {one.status for one in example.expected}


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_every_status_that_an_indicator_can_give_has_an_example(indicator: Indicator) -> None:
    shown = {one.status for example in indicator.examples for one in example.expected}

    wanted = {"flagged", "clear", "not_computable"}
    wanted |= {"not_applicable"} if indicator.subject == "process" else {"insufficient_sample"}
    wanted |= {"insufficient_sample"} if indicator.population else set()
    if indicator.code == "R038":
        wanted -= {"clear"}
    assert wanted <= shown


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
@pytest.mark.check("E2", tier=1, limit="0 words")
def test_no_text_accuses_anybody_in_any_language(indicator: Indicator) -> None:
    for name, text in texts(indicator):
        for language in ("kk", "ru", "en"):
            assert black_listed(getattr(text, language)) == [], f"{name}.{language}"


def test_the_black_list_sees_roots_words_and_latin_look_alikes() -> None:
    assert black_listed("Это картельный сговор") == ["сговор", "картел"]
    assert black_listed("вoр") == ["вор"]  # with a Latin o
    assert black_listed("договор, строительство, параграф") == []
    assert black_listed("Қара тізімде") == ["қара тізім"]


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_kazakh_is_kazakh_russian_is_russian_english_is_english(indicator: Indicator) -> None:
    for name, text in texts(indicator):
        assert re.search("[әғқңөұүһі]", text.kk.casefold()), f"{name}.kk"
        assert not re.search("[әғқңөұүһі]", text.ru.casefold()), f"{name}.ru"
        assert re.search("[а-я]", text.ru.casefold()), f"{name}.ru"
        assert text.en.isascii(), f"{name}.en"


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_a_breach_cites_its_rule_and_names_the_lawful_exceptions(indicator: Indicator) -> None:
    if indicator.kind == "breach":
        assert indicator.legal_basis
        assert indicator.exceptions
    assert set(indicator.overlaps) <= catalogue().keys() - {indicator.code}


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_points_follow_the_severity(indicator: Indicator) -> None:
    assert indicator.points == POINTS[indicator.severity]


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_a_file_holds_to_the_published_schema(indicator: Indicator) -> None:
    document = msgspec.to_builtins(indicator)
    del document["version"]

    jsonschema.Draft202012Validator(json_schema()).validate(document)


def test_a_document_with_a_misspelt_key_is_refused_by_the_schema() -> None:
    document = yaml.safe_load(yaml.safe_dump(msgspec.to_builtins(catalogue()["R018"])))
    document["tytle"] = document.pop("title")

    errors = [
        e.message for e in jsonschema.Draft202012Validator(json_schema()).iter_errors(document)
    ]

    assert any("tytle" in message for message in errors)
    assert any("'title' is a required property" in message for message in errors)


def test_the_running_platform_judges_by_all_and_the_eleven_are_prompt() -> None:
    kz = load_profile("kz")

    assert live(kz).keys() == {
        one.code for one in catalogue().values() if one.life != "experimental"
    }
    assert len(enabled(catalogue(), kz)) == len(catalogue()) > 80
    assert kz.prompt == CODES
    assert list(live(kz, ["R018", "K01"])) == ["R018", "K01"]
