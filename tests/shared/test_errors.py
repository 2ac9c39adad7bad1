"""Refusals: each has a code of its own, a title in three languages, and an example to show."""

import errno
import socket

import asyncpg
import httpx
import pytest
import redis.exceptions
import sqlalchemy.exc

from shared import errors
from shared.errors import FieldError, NotFound, Problem, RateLimited, ValidationFailed, responses
from shared.faults import is_connection_fault
from shared.vocabulary.text import LANGUAGES, Text, negotiate

PROBLEMS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Problem)
]
PROBLEMS.remove(Problem)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_a_refusal_speaks_kazakh_russian_and_english(kind: type[Problem]) -> None:
    titles = {kind.title.in_(language) for language in LANGUAGES}

    assert len(titles) == 3
    assert all(titles)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_a_refusal_is_documented_by_an_example_of_itself(kind: type[Problem]) -> None:
    shown = responses(kind)[kind.status]["content"]["application/problem+json"]["examples"]

    assert shown[kind.code]["value"]["code"] == kind.code
    assert shown[kind.code]["value"]["status"] == kind.status
    assert shown[kind.code]["value"]["detail"]


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in PROBLEMS]

    assert len(set(codes)) == len(codes)


def test_refusals_of_one_status_are_two_examples_of_one_answer() -> None:
    documented = responses(ValidationFailed, errors.IdempotencyKeyReused, NotFound)

    assert list(documented) == [422, 404]
    assert list(documented[422]["content"]["application/problem+json"]["examples"]) == [
        "validation_failed",
        "idempotency_key_reused",
    ]


def test_a_problem_document_is_complete_and_leaves_out_what_is_empty() -> None:
    flaw = FieldError("/query/limit", "too_large", "at most 200")
    problem = ValidationFailed("One flaw.", errors=[flaw], allowed=["a"])

    assert problem.document(language="ru", instance="/v1/processes", request_id="r1") == {
        "type": "/problems/validation_failed",
        "title": "Проверьте отмеченные поля",
        "status": 422,
        "detail": "One flaw.",
        "instance": "/v1/processes",
        "code": "validation_failed",
        "request_id": "r1",
        "errors": [{"pointer": "/query/limit", "code": "too_large", "message": "at most 200"}],
        "allowed": ["a"],
    }
    assert "errors" not in NotFound().document(language="en", instance=None, request_id=None)


def test_a_detail_may_be_a_text_in_three_languages() -> None:
    problem = RateLimited(Text(kk="бір", ru="один", en="one"))

    assert problem.document(language="kk", instance=None, request_id=None)["detail"] == "бір"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("kk", "kk"),
        ("ru-KZ,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.5, kk;q=0.9", "kk"),
        ("KK", "kk"),
        ("fr, de;q=0.9, ru;q=0.1", "ru"),
        ("fr", "en"),
        ("ru;q=0", "en"),
        ("*", "en"),
        ("kk;q=0.5, *;q=0.1", "kk"),
        ("kk, ru", "kk"),
        ("ru;q=nan", "en"),
        ("ru;q=2", "en"),
        ("ru;q=x, kk;q=0.1", "kk"),
        (";;;,,,=", "en"),
        ("kkk", "en"),
        ("x," * 5000 + "ru", "en"),
    ],
)
def test_the_language_is_the_one_the_caller_prefers_of_ours(
    header: str | None, language: str
) -> None:
    assert negotiate(header) == language


def _wrapped(original: BaseException) -> sqlalchemy.exc.DBAPIError:
    return sqlalchemy.exc.DBAPIError("SELECT 1", None, original)


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        socket.gaierror(),
        OSError(errno.ENOSPC, "No space left on device"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.AdminShutdownError("terminating"),
        asyncpg.QueryCanceledError("statement timeout"),
        asyncpg.TooManyConnectionsError("too many"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle"),
        asyncpg.DeadlockDetectedError("deadlock"),
        asyncpg.InterfaceError("connection is closed"),
        httpx.ConnectTimeout("late"),
        redis.exceptions.ConnectionError("refused"),
        _wrapped(ConnectionRefusedError()),
    ],
    ids=repr,
)
def test_a_partner_that_is_away_is_a_503(fault: BaseException) -> None:
    assert is_connection_fault(fault)


@pytest.mark.parametrize(
    "fault",
    [
        FileNotFoundError("a file of ours"),
        asyncpg.UniqueViolationError("duplicate key"),
        asyncpg.UndefinedTableError("no such table"),
        asyncpg.InterfaceError("another operation is in progress"),
        _wrapped(asyncpg.UniqueViolationError("duplicate key")),
        KeyError("x"),
        ValueError("x"),
    ],
    ids=repr,
)
def test_a_mistake_of_ours_is_not_called_an_outage(fault: BaseException) -> None:
    assert not is_connection_fault(fault)
