"""Every refusal a caller can meet: its status, its stable code, its title in three languages.

Spoken as RFC 9457 problem documents. A service adds its own refusals as subclasses of these, in the
module whose rule they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from shared.vocabulary.text import Language, Text

MEDIA_TYPE: Final = "application/problem+json"

EXAMPLE_REQUEST_ID: Final = "3f1c9a7e5b2d4c60"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One flaw in what was sent, and where.

    `pointer` is a JSON Pointer (RFC 6901) into the request: `/query/limit`, `/path/id`,
    `/header/if-match`, `/body/ids/0`.
    """

    pointer: str
    code: str
    message: str

    def document(self) -> dict[str, str]:
        """Return the flaw as a problem document lists it."""
        return {"pointer": self.pointer, "code": self.code, "message": self.message}


class Problem(Exception):  # noqa: N818 (the name of RFC 9457)
    """A refusal, raised anywhere below an endpoint and told to the caller by `shared.app`."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Text]
    usual_headers: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Headers that go with every such answer; a single one may override them."""
    example: ClassVar[str] = ""
    """A `detail` as the documentation shows it."""
    example_errors: ClassVar[tuple[FieldError, ...]] = ()

    def __init__(
        self,
        detail: str | Text = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(self.code, detail if isinstance(detail, str) else detail.en)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = {**dict(self.usual_headers), **(headers or {})}
        self.extra = extra

    def document(
        self, *, language: Language, instance: str | None, request_id: str | None
    ) -> dict[str, Any]:
        """Return the problem document in one language."""
        detail = self.detail if isinstance(self.detail, str) else self.detail.in_(language)
        body = {
            "type": f"/problems/{self.code}",
            "title": self.title.in_(language),
            "status": self.status,
            "detail": detail,
            "instance": instance,
            "code": self.code,
            "request_id": request_id,
            "errors": [error.document() for error in self.errors],
        }
        return {name: value for name, value in body.items() if value} | self.extra

    def languages(self, language: Language) -> tuple[Language, ...]:
        """Return in which languages a document is written whose title is in this one."""
        english = self.errors or (isinstance(self.detail, str) and self.detail)
        return ("en",) if english else (language,)


class MalformedBody(Problem):
    """The body cannot be read as the one JSON document that was meant."""

    status = 400
    code = "malformed_body"
    title = Text(
        kk="Сұрау мазмұны оқылмайды",
        ru="Тело запроса не читается",
        en="The body cannot be read",
    )
    example = "A key occurs twice."
    example_errors = (FieldError("/body/ids", "duplicate_key", "occurs twice"),)


class UnknownParameter(Problem):
    """A query parameter that this operation does not have."""

    status = 400
    code = "unknown_parameter"
    title = Text(kk="Белгісіз параметр", ru="Неизвестный параметр", en="Unknown parameter")
    example = "Unknown: colour. Known here: cursor, limit."
    example_errors = (FieldError("/query/colour", "unknown", "no such parameter here"),)


class RepeatedParameter(Problem):
    """A query parameter that this operation takes once, given several times."""

    status = 400
    code = "repeated_parameter"
    title = Text(kk="Параметр қайталанған", ru="Параметр повторён", en="Repeated parameter")
    example = "Repeated: limit. It may be given once."
    example_errors = (FieldError("/query/limit", "repeated", "may be given once"),)


class CursorInvalid(Problem):
    """The page mark is not ours, or belongs to another question."""

    status = 400
    code = "cursor_invalid"
    title = Text(
        kk="Бет белгісі жарамсыз",
        ru="Метка страницы недействительна",
        en="The page mark is no longer valid",
    )
    example = "This cursor was not given for this list with these filters."


class IdempotencyKeyRequired(Problem):
    """A command came without the key that makes it safe to send twice."""

    status = 400
    code = "idempotency_key_required"
    title = Text(
        kk="Idempotency-Key тақырыбын көрсетіңіз",
        ru="Укажите заголовок Idempotency-Key",
        en="Send an Idempotency-Key",
    )
    example = "Send Idempotency-Key: a value of your own, new for every command."


class Unauthenticated(Problem):
    """No key, or none that is valid now."""

    status = 401
    code = "unauthenticated"
    title = Text(
        kk="Кіріңіз немесе жарамды кілтті көрсетіңіз",
        ru="Войдите или укажите действующий ключ",
        en="Sign in or send a valid key",
    )
    usual_headers = (("WWW-Authenticate", "Bearer"),)
    example = "Send Authorization: Bearer with a valid key."


class ScopeMissing(Problem):
    """The key is valid and does not permit this."""

    status = 403
    code = "scope_missing"
    title = Text(
        kk="Кілт мұндай құқық бермейді",
        ru="Ключ не даёт такого права",
        en="The key does not permit this",
    )
    example = "This needs the scope scores:read."


class RoleMissing(ScopeMissing):
    """The key would permit this, and the role of its holder or their part in the thing does not."""

    code = "role_missing"
    title = Text(
        kk="Рөліңіз немесе қатысуыңыз бұған рұқсат бермейді",
        ru="Ваша роль или участие этого не позволяет",
        en="Your role or your part in it does not permit this",
    )
    example = "Not for the role reader."


class NotFound(Problem):
    """There is no such thing, or none the caller may know of."""

    status = 404
    code = "not_found"
    title = Text(kk="Табылмады", ru="Не найдено", en="Not found")
    example = "There is nothing at this address."


class MethodNotAllowed(Problem):
    """The thing exists and does not answer to this method; `Allow` names those it answers to."""

    status = 405
    code = "method_not_allowed"
    title = Text(
        kk="Бұл мекенжайда мұндай әрекет жоқ",
        ru="Такого действия по этому адресу нет",
        en="No such action at this address",
    )
    example = "Allowed here: GET."


class TooSlow(Problem):
    """The body did not arrive in the time we wait for one."""

    status = 408
    code = "request_timeout"
    title = Text(
        kk="Сұрау тым баяу келді",
        ru="Запрос поступал слишком медленно",
        en="The request came too slowly",
    )
    example = "The body did not arrive within 30 seconds."


class Ambiguous(Problem):
    """The name given fits several things; the answer lists them."""

    status = 409
    code = "ambiguous"
    title = Text(kk="Бірнеше жазба сәйкес келеді", ru="Подходит несколько", en="More than one fits")
    example = "Two sources publish this ocid: add source."


class TransitionNotAllowed(Problem):
    """The step does not exist in the present state; the answer lists those that do."""

    status = 409
    code = "transition_not_allowed"
    title = Text(
        kk="Бұл күйде мұндай қадам мүмкін емес",
        ru="Этот шаг в данном состоянии невозможен",
        en="This step is not possible in this state",
    )
    example = "From draft the steps are: submit, cancel."


class GuardFailed(Problem):
    """The step exists, a condition of it is not met; the answer names the condition."""

    status = 409
    code = "guard_failed"
    title = Text(kk="Талап орындалмаған", ru="Условие не выполнено", en="A condition is not met")
    example = "Attach at least one piece of evidence."


class WindowClosed(Problem):
    """The legal term to do this has ended; the answer carries the date."""

    status = 409
    code = "window_closed"
    title = Text(
        kk="Беру мерзімі аяқталды", ru="Срок подачи истёк", en="The term to file has ended"
    )
    example = "The term ended on 2026-03-14."


class IdempotencyInProgress(Problem):
    """The same command is being carried out at this moment."""

    status = 409
    code = "idempotency_in_progress"
    title = Text(
        kk="Осы сұрау қазір орындалып жатыр",
        ru="Этот запрос сейчас выполняется",
        en="This request is being carried out",
    )
    usual_headers = (("Retry-After", "1"),)
    example = "Ask again with the same key in a second."


class VersionConflict(Problem):
    """The thing has changed since the caller saw it."""

    status = 412
    code = "version_conflict"
    title = Text(
        kk="Жазба өзгертіліп қойған",
        ru="Запись уже изменена",
        en="Changed by somebody else meanwhile",
    )
    example = 'The present version is "8".'


class PayloadTooLarge(Problem):
    """The body is larger than this address takes."""

    status = 413
    code = "payload_too_large"
    title = Text(kk="Көлемі тым үлкен", ru="Слишком большой объём", en="File or text too large")
    example = "At most 1048576 bytes are read here."


class AddressTooLong(Problem):
    """The address with its query is longer than any sensible question."""

    status = 414
    code = "address_too_long"
    title = Text(kk="Мекенжай тым ұзын", ru="Слишком длинный адрес", en="The address is too long")
    example = "At most 8192 characters are read."


class UnsupportedMediaType(Problem):
    """The body is of a kind that this address does not read."""

    status = 415
    code = "unsupported_media_type"
    title = Text(
        kk="Мазмұнның бұл түрі қабылданбайды",
        ru="Такой вид содержимого не принимается",
        en="This kind of content is not accepted",
    )
    example = "Send Content-Type: application/json, UTF-8, not compressed."


class ValidationFailed(Problem):
    """Readable, and not what this operation takes; the answer points at each flaw."""

    status = 422
    code = "validation_failed"
    title = Text(
        kk="Белгіленген өрістерді тексеріңіз",
        ru="Проверьте отмеченные поля",
        en="Check the fields marked",
    )
    example = "1 value is not acceptable."
    example_errors = (
        FieldError("/query/limit", "less_than_equal", "Input should be less than or equal to 200"),
    )


class IdempotencyKeyReused(Problem):
    """The key was used for another request."""

    status = 422
    code = "idempotency_key_reused"
    title = Text(
        kk="Кілт басқа сұрау үшін пайдаланылған",
        ru="Ключ уже использован для другого запроса",
        en="Key already used for another request",
    )
    example = "Choose a new Idempotency-Key for a new command."


class PreconditionRequired(Problem):
    """A change must name the version it was made on."""

    status = 428
    code = "precondition_required"
    title = Text(
        kk="Жазба нұсқасын көрсетіңіз",
        ru="Укажите версию записи",
        en="State the version you saw",
    )
    example = "Send If-Match with the ETag you were given."


class RateLimited(Problem):
    """More requests than the caller's quota; `Retry-After` tells when to come back."""

    status = 429
    code = "rate_limited"
    title = Text(kk="Сұрау тым көп", ru="Слишком много запросов", en="Too many requests")
    example = "600 requests a minute are used up."


class InternalError(Problem):
    """A fault of ours. It is in the log under the request id; nothing of it is told."""

    status = 500
    code = "internal_error"
    title = Text(
        kk="Қате біз тараптан, ол тіркелді",
        ru="Ошибка на нашей стороне, она записана",
        en="Our fault; it has been recorded",
    )
    example = "Quote the request id when you write to us."


class DependencyDown(Problem):
    """Something we need is away for the moment: try again after `Retry-After` seconds."""

    status = 503
    code = "dependency_down"
    title = Text(
        kk="Қызмет уақытша қолжетімсіз",
        ru="Сервис временно недоступен",
        en="Temporarily not available",
    )
    usual_headers = (("Retry-After", "1"),)
    example = "Try again in a moment."


class UpstreamStale(Problem):
    """The source has not been heard of for longer than its limit."""

    status = 503
    code = "upstream_stale"
    title = Text(
        kk="Дереккөз көптен бері жаңартылмаған",
        ru="Данные источника давно не обновлялись",
        en="The source has not been updated lately",
    )
    example = "The newest record of this source is four days old."


def responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return what FastAPI takes as `responses=`: one entry a status, one example a problem."""
    documented: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        entry = documented.setdefault(problem.status, _entry(problem))
        entry["content"][MEDIA_TYPE]["examples"][problem.code] = _example(problem)
    return documented


def _entry(problem: type[Problem]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": problem.title.en,
        "content": {MEDIA_TYPE: {"schema": schema, "examples": {}}},
    }


def _example(problem: type[Problem]) -> dict[str, Any]:
    shown = problem(problem.example, errors=problem.example_errors)
    value = shown.document(language="en", instance=None, request_id=EXAMPLE_REQUEST_ID)
    return {"summary": problem.title.en, "value": value}
