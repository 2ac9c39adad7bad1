"""The templates of letters: their words in three languages, their articles, what they promise."""

import re
from typing import Any, Final

import pytest
import yaml

from cases.law.catalogue import declarations
from cases.letters.filling import fill
from cases.letters.letter import Letter
from cases.letters.template import PLACEHOLDER, Template, frame, read, templates
from shared.errors import ValidationFailed
from shared.vocabulary.text import LANGUAGES
from shared.vocabulary.wording import LOOK_ALIKES, black_listed
from tests.cases.letters.samples import AROUND, values

DEMANDS: Final = (
    *("требуем", "настаиваем", "обязуем", "незамедлительно", "обязаны", "должны"),
    *("талап етеміз", "міндеттейміз", "міндеттісіз", "дереу", "тиіс"),
    *("demand", "insist", "must", "obliged", "immediately"),
)
PROMISES: Final = (
    *("проверка начнётся", "проверка будет", "будет проведена", "будет возбуждено"),
    *("будут наказаны", "гарантир", "тексеру басталады", "тексеріледі", "жазаланады"),
    *("кепілдік бер", "will be checked", "will start", "will investigate"),
    *("will be punished", "guarantee"),
)
# The notice to a supplier says that it demands nothing; nothing else may speak of demands.
SAID_IN_DENIAL: Final = ("This letter demands nothing and obliges nobody to answer.",)


FACTS: Final = {"kind": "list", "title": {"kk": "а", "ru": "б", "en": "c"}}


def words_of(letter: Letter) -> str:
    """All that stands in a letter and came from its template."""
    said = [letter.title, letter.foot, *(title for title, _ in letter.head)]
    for piece in letter.body:
        said += [piece.text, *(title for title, _ in piece.rows), *piece.items]
    return "\n".join(said)


def bare(template: Template, language: Any) -> str:
    """The words of a template with nothing told in it."""
    quiet = {
        name: [" — "] if taken.kind == "list" else "—" for name, taken in template.takes.items()
    }
    known = {
        name: {
            "day": "2026-03-05",
            "coming_day": "2026-03-05",
            "money": "1",
            "bin": "000240000016",
            "bin_or_iin": "000240000016",
            "choice": "representative",
        }.get(taken.kind, quiet[name])
        for name, taken in template.takes.items()
    }
    return words_of(fill(template, language, known, AROUND))


def demands(text: str) -> list[str]:
    """What of a text demands or promises, whatever the letters it is written in."""
    for denial in SAID_IN_DENIAL:
        text = text.replace(denial, "")
    said = f"{text.casefold()}\n{text.casefold().translate(LOOK_ALIKES)}"
    return [each for each in (*DEMANDS, *PROMISES) if re.search(rf"\b{each}", said)]


@pytest.mark.parametrize("template", templates().values(), ids=lambda each: each.code)
@pytest.mark.check("E2", tier=1, limit="0 words")
def test_a_letter_accuses_nobody_demands_nothing_and_promises_no_check(template: Template) -> None:
    for language in LANGUAGES:
        text = bare(template, language)
        assert black_listed(text) == [], language
        assert demands(text) == [], language
        assert frame()["no_accusation"].in_(language) in text


def test_the_test_of_words_sees_demands_and_promises() -> None:
    assert demands("Требуем вернуть деньги") == ["требуем"]
    assert demands("Тексеру басталады") == ["тексеру басталады"]
    assert demands("You must answer; a check will start") == ["must", "will start"]
    assert demands("Просим рассмотреть") == []


def test_every_letter_that_the_issue_names_is_there_with_all_its_languages() -> None:
    known = templates()
    assert known.keys() >= {
        "control_complaint",
        "pp25_complaint",
        "final_document",
        "general_appeal",
        "administrative_complaint",
        "service_report",
        "prosecutor_appeal",
        "discussion_remark",
        "supplier_notice",
        "conciliation_petition",
        "quasi_early_complaint",
        "quasi_results_complaint",
        "quasi_court_application",
    }
    for template in known.values():
        said: list[Any] = [template.title, *(each.words for each in template.articles)]
        said += [each.title for each in template.takes.values()]
        said += [each.text for each in template.parts if hasattr(each, "text")]
        for text in said:
            named = {language: PLACEHOLDER.findall(text.in_(language)) for language in LANGUAGES}
            assert text.kk.strip(), template.code
            assert named["kk"] == named["ru"] == named["en"], text.en


def test_a_template_serves_routes_that_are_declared_and_none_was_confirmed_by_its_author() -> None:
    for template in templates().values():
        assert template.routes, template.code
        assert set(template.routes) <= declarations().keys(), template.code
        assert not template.confirmed


def test_every_route_has_a_letter_but_court_after_a_public_purchase() -> None:
    served = {route for template in templates().values() for route in template.routes}

    assert declarations().keys() - served == {"pp25_court", "appc_court"}


def test_other_words_are_another_version_and_a_confirmation_in_the_file_is_not() -> None:
    template = templates()["general_appeal"]
    written: dict[str, Any] = {
        "code": "note",
        "number": 1,
        "confirmed": False,
        "routes": ["appc76_appeal"],
        "title": {"kk": "а", "ru": "б", "en": "c"},
        "takes": {"facts": {"kind": "list", "title": {"kk": "а", "ru": "б", "en": "c"}}},
        "parts": [{"kind": "numbered", "of": "facts"}],
        "articles": [],
        "text_as_of": template.text_as_of,
    }

    def version(**other: Any) -> str:
        return read(yaml.safe_dump({**written, **other}, allow_unicode=True), "note.yaml").version

    assert version() == version(confirmed=True)
    assert version() != version(title={"kk": "а", "ru": "б", "en": "d"})
    assert version(number=2).startswith("2-")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"parts": [{"kind": "numbered", "of": "facst"}]}, "not taken: facst"),
        ({"parts": []}, "taken and not used: facts"),
        (
            {"articles": [{"cite": "106-IX 1", "words": {"kk": "а", "ru": "б", "en": "c"}}]},
            "106-IX",
        ),
        ({"title": {"ru": "б", "en": "c"}}, "kk"),
        ({"colour": "red"}, "colour"),
        ({"takes": {"facts": {**FACTS, "kind": "choice"}}}, "has options"),
        ({"takes": {"facts": {**FACTS, "needed_if": {"signs_as": "head"}}}}, "no such choice"),
    ],
)
def test_a_template_that_does_not_hold_together_is_refused(other: Any, said: str) -> None:
    written: dict[str, Any] = {
        "code": "note",
        "number": 1,
        "confirmed": False,
        "routes": ["appc76_appeal"],
        "title": {"kk": "а", "ru": "б", "en": "c"},
        "takes": {"facts": {"kind": "list", "title": {"kk": "а", "ru": "б", "en": "c"}}},
        "parts": [{"kind": "numbered", "of": "facts"}],
        "articles": [],
        "text_as_of": "2026-02-04",
    }
    with pytest.raises(ValueError, match=said):
        read(yaml.safe_dump({**written, **other}, allow_unicode=True), "note.yaml")


def test_every_value_is_used_once_it_is_given() -> None:
    for template in templates().values():
        letter = fill(template, "kk", values(template), AROUND)
        assert "{" not in words_of(letter)


SIGNED = ("pp25_complaint", "control_complaint", "administrative_complaint")


@pytest.mark.parametrize("code", SIGNED)
def test_a_representative_signs_with_a_proof_that_stands_among_the_attachments(code: str) -> None:
    template = templates()[code]
    with pytest.raises(ValidationFailed) as refused:
        fill(template, "ru", values(template, power_of_attorney=""), AROUND)
    proved = fill(template, "ru", values(template, power_of_attorney="№ 5 от 01.03.2026"), AROUND)
    own = values(template, signs_as="head", power_of_attorney="")
    with pytest.raises(ValidationFailed) as unsaid:
        fill(template, "ru", values(template, signs_as=""), AROUND)
    with pytest.raises(ValidationFailed) as odd:
        fill(template, "ru", values(template, signs_as="nobody"), AROUND)

    assert [one.pointer for one in refused.value.errors] == ["/body/values/power_of_attorney"]
    attached = proved.body[-1].items
    assert attached[0].endswith("о полномочиях представителя: № 5 от 01.03.2026")
    assert attached[1:] == ["хаттама.pdf", "жол.jpg"]
    assert "представитель заявителя" in str(proved.body)
    assert fill(template, "ru", own, AROUND).body[-1].items == ["хаттама.pdf", "жол.jpg"]
    assert [one.pointer for one in unsaid.value.errors] == ["/body/values/signs_as"]
    assert "head, representative" in odd.value.errors[0].message


def test_every_required_place_of_rules_596_stands_in_the_letter_of_article_25() -> None:
    template = templates()["pp25_complaint"]
    for name in (
        *("sender_name", "sender_bin", "sender_address", "signatory", "signs_as"),
        *("addressee_address", "purchase", "lot", "decision", "facts"),
    ):
        with pytest.raises(ValidationFailed) as refused:
            fill(template, "kk", values(template, **{name: None}), AROUND)
        assert [one.pointer for one in refused.value.errors] == [f"/body/values/{name}"]


def test_an_entrepreneur_writes_under_an_iin_and_nobody_under_another_number() -> None:
    template = templates()["pp25_complaint"]
    letter = fill(template, "kk", values(template, sender_bin="850101399996"), AROUND)
    with pytest.raises(ValidationFailed):
        fill(template, "kk", values(template, sender_bin="850101399997"), AROUND)

    assert ("БСН (ЖСН)", "850101399996") in letter.head


def test_an_explanation_is_not_asked_for_before_the_day_of_the_letter() -> None:
    template = templates()["supplier_notice"]
    with pytest.raises(ValidationFailed) as refused:
        fill(template, "kk", values(template, reply_by="2026-03-01"), AROUND)

    assert [one.pointer for one in refused.value.errors] == ["/body/values/reply_by"]
    assert fill(template, "kk", values(template, reply_by="2026-03-02"), AROUND)
