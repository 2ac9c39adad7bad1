"""A refusal points into what was sent, by names that stand there, and says its languages."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.errors import RoleMissing, ScopeMissing
from shared.problems import from_validation, problem_response
from shared.vocabulary.text import Text


@pytest.mark.parametrize(
    ("kind", "sent", "pointers"),
    [
        (dict[str, str | list[str]], {"x": 7}, {"/body/x"}),
        (dict[str, str | list[str]], {"x": ["a", 7]}, {"/body/x", "/body/x/1"}),
        (list[int], [1, "a"], {"/body/1"}),
        (dict[str, int], {"constrained-str": "a"}, {"/body/constrained-str"}),
    ],
)
def test_a_pointer_names_only_what_stands_in_the_body(
    kind: Any, sent: Any, pointers: set[str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(sent)
    flaws = [{**one, "loc": ("body", *one["loc"])} for one in refused.value.errors()]

    told = from_validation(flaws, sent)

    assert {error.pointer for error in told.errors} == pointers


def test_a_field_that_is_missing_is_pointed_at_where_it_should_stand() -> None:
    flaws = [{"loc": ("body", "title"), "type": "missing", "msg": "Field required"}]

    assert from_validation(flaws, {}).errors[0].pointer == "/body/title"


@pytest.mark.parametrize(
    ("problem", "languages"),
    [
        (RoleMissing("Not for the role reader."), "ru, en"),
        (RoleMissing(Text(kk="а", ru="б", en="c")), "ru"),
        (ScopeMissing(), "ru"),
    ],
)
def test_an_answer_says_each_language_it_is_written_in(
    problem: ScopeMissing, languages: str
) -> None:
    scope = {"headers": [(b"accept-language", b"ru")], "raw_path": b"/v1/cases"}

    assert problem_response(problem, scope).headers["content-language"] == languages
