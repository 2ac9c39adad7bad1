"""Evidence: files as they came, their cleaned copies, and everybody who touched them.

Files are no JSON: the gateway has routes of its own for taking and giving them. What is told of a
photograph's place goes no further than the settlement for anybody outside the organisation.
"""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Struct
from pydantic import AwareDatetime, Field

from shared.bodies import Body
from shared.contracts.casework.operation import LONGEST_TEXT, Operation
from shared.errors import GuardFailed, Problem
from shared.vocabulary.text import Text

READ: Final = "cases:read"
WRITE: Final = "cases:write"

LARGEST_FILE: Final = 50 * 1024 * 1024
LONGEST_NAME: Final = 120
UPLOADED_TO: Final = r"/cases/[A-Za-z0-9_-]{1,60}/evidence"
"""Below /v1 at the gateway and /internal at cases: where the body is a file, passed through."""

Which = Literal["cleaned", "original"]

Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", max_length=60)]
Kato = Annotated[str, Field(pattern=r"^\d{2}(\d{2}(\d{2}(\d{3})?)?)?$", examples=["751110000"])]
Note = Annotated[str, Field(min_length=1, max_length=2000)]


class FileRefused(Problem):
    """A file that is not taken, whatever it is called; the answer says why."""

    status = 422
    code = "file_refused"
    title = Text(kk="Файл қабылданбайды", ru="Файл не принимается", en="The file is not accepted")
    example = "It is a picture and an archive at once."


class FileInfected(Problem):
    """The scanner found something in the file."""

    status = 422
    code = "file_infected"
    title = Text(
        kk="Файлдан зиянды код табылды",
        ru="В файле найден вредоносный код",
        en="Harmful code was found in the file",
    )
    example = "The scanner names it Eicar-Test-Signature."


class CheckAnswer(Body):
    """The answer to one question of the checklist."""

    question: Code
    answer: Literal["yes", "no", "cannot_tell"]
    note: Note | None = None


class FieldCheck(Body):
    """Where and when a photograph was taken, and what whoever stood there answers."""

    work: Code = Field(description="Kind of work: see GET /v1/meta/checklists.")
    taken_at: AwareDatetime
    settlement: Kato
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    answers: list[CheckAnswer] = Field(min_length=1, max_length=50)


class FieldCheckSeen(Struct, frozen=True):
    """A field check. Outside the organisation: the settlement and the day, no exact place."""

    work: str
    taken_on: date
    taken_at: datetime | None
    settlement: str
    latitude: float | None
    longitude: float | None
    answers: list[dict[str, Any]]


class CaseEvidence(Struct, frozen=True):
    """A piece of evidence. `scan`: clean, or not_scanned where no scanner is set up.

    `cleaned_sha256` is null where nothing can be cleaned of this kind: such a file leaves the
    organisation in no way.
    """

    id: str
    case: str
    name: str
    media_type: str
    size: int
    sha256: str
    cleaned_sha256: str | None
    scan: str
    description: str
    field_check: FieldCheckSeen | None
    added_by: str | None
    added_at: datetime


class Custody(Struct, frozen=True):
    """Somebody touched a piece of evidence. `sha256` is of what they touched."""

    number: int
    at: datetime
    what: str
    organisation: str | None
    member: str | None
    sha256: str
    result: str


class Verified(Struct, frozen=True):
    """Whether the files are what came: intact, changed or missing."""

    id: str
    original: str
    cleaned: str | None
    verified_at: datetime


class Question(Struct, frozen=True):
    """One question of a checklist, in kk, ru and en."""

    code: str
    text: dict[str, str]


class Checklist(Struct, frozen=True):
    """What is looked at where work of a kind was to be done."""

    code: str
    title: dict[str, str]
    questions: list[Question]


class Checklists(Struct, frozen=True):
    """Every checklist."""

    data: list[Checklist]


EVIDENCE_ID: Final = "evd_0123456789abcdef0123456789"
_AT: Final = "2026-03-02T04:00:00Z"
_SHA256: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_CLEANED: Final = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
_CHECK: Final[dict[str, Any]] = {
    "work": "road",
    "taken_on": "2026-03-01",
    "taken_at": "2026-03-01T05:10:00Z",
    "settlement": "751110000",
    "latitude": 43.238,
    "longitude": 76.945,
    "answers": [{"question": "laid_along_whole_length", "answer": "no", "note": "300 m are left."}],
}
EXAMPLE: Final[dict[str, Any]] = {
    "id": EVIDENCE_ID,
    "case": "cas_0123456789abcdef0123456789",
    "name": "road.jpg",
    "media_type": "image/jpeg",
    "size": 2_400_000,
    "sha256": _SHA256,
    "cleaned_sha256": _CLEANED,
    "scan": "not_scanned",
    "description": "The road from the school to the bridge.",
    "field_check": _CHECK,
    "added_by": "mem_0123456789abcdef",
    "added_at": _AT,
}
_CUSTODY: Final[dict[str, Any]] = {
    "number": 1,
    "at": _AT,
    "what": "received",
    "organisation": "own_0123456789abcdef",
    "member": "mem_0123456789abcdef",
    "sha256": _SHA256,
    "result": "image/jpeg",
}

OPERATIONS: Final = (
    Operation(
        name="list_evidence",
        method="GET",
        path="/cases/{case_id}/evidence",
        tag="cases",
        summary="List the evidence of a case",
        description="The newest first.",
        scope=READ,
        answer=CaseEvidence,
        example=[EXAMPLE],
        listed=True,
    ),
    Operation(
        name="read_evidence",
        method="GET",
        path="/evidence/{evidence_id}",
        tag="cases",
        summary="Read what is known of a piece of evidence",
        description="Its kind, its hashes and its field check; the file has an address of its own.",
        scope=READ,
        answer=CaseEvidence,
        example=EXAMPLE,
    ),
    Operation(
        name="list_custody",
        method="GET",
        path="/evidence/{evidence_id}/custody",
        tag="cases",
        summary="Read who touched a piece of evidence",
        description="Everything that was done with it, the first first. For its organisation.",
        scope=READ,
        answer=Custody,
        example=[_CUSTODY],
        listed=True,
    ),
    Operation(
        name="verify_evidence",
        method="POST",
        path="/evidence/{evidence_id}:verify",
        tag="cases",
        summary="Verify a piece of evidence",
        description="Read its files again and compare their SHA-256 with what came.",
        scope=READ,
        answer=Verified,
        example={
            "id": EVIDENCE_ID,
            "original": "intact",
            "cleaned": "intact",
            "verified_at": _AT,
        },
    ),
    Operation(
        name="add_field_check",
        method="POST",
        path="/evidence/{evidence_id}/field-check",
        tag="cases",
        summary="Tell where, when and what a photograph shows",
        description="Once for each photograph, by the checklist of the kind of work.",
        scope=WRITE,
        answer=CaseEvidence,
        example=EXAMPLE,
        body=FieldCheck,
        body_example={
            "work": "road",
            "taken_at": _CHECK["taken_at"],
            "settlement": _CHECK["settlement"],
            "answers": _CHECK["answers"],
        },
        problems=(GuardFailed,),
    ),
    Operation(
        name="list_checklists",
        method="GET",
        path="/meta/checklists",
        tag="cases",
        summary="Read the checklists of field checks",
        description="What to look at, by kind of work.",
        scope=None,
        answer=Checklists,
        example={
            "data": [
                {
                    "code": "road",
                    "title": {"kk": "Жол", "ru": "Дорога", "en": "Road"},
                    "questions": [
                        {
                            "code": "laid_along_whole_length",
                            "text": {
                                "kk": "Жабын бүкіл ұзындығы бойынша төселген бе?",
                                "ru": "Покрытие уложено по всей длине?",
                                "en": "Is the surface laid along the whole length?",
                            },
                        }
                    ],
                }
            ]
        },
    ),
)

FILES: Final[dict[str, str]] = {
    "add_evidence": WRITE,
    "read_evidence_file": READ,
    "read_case_history": READ,
}
"""What is asked for files, and the scope it needs: no JSON, so that no operation is made of it."""

Description = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=min(LONGEST_NAME, LONGEST_TEXT))]
