"""What is told of an export: the job, and the manifest of what it made."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from gateway.exports.fields import Field
from gateway.texts import Notice


class Export(Struct, frozen=True, kw_only=True):
    """A list asked for as a file.

    `state` is waiting, done, failed, cancelled or expired. `rows`, `as_of` and `seq` are known
    once it is done; its files can be fetched until `expires_at`.
    """

    id: str
    what: str
    format: str
    filter: dict[str, Any]
    state: str
    fault: str | None
    rows: int | None
    as_of: datetime | None
    seq: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    revision: int
    links: dict[str, str]


class ExportFile(Struct, frozen=True):
    """A file: its bytes, their SHA-256, and where to fetch them."""

    name: str
    media_type: str
    size: int
    sha256: str
    link: str


class Terms(Struct, frozen=True):
    """Under which licence a source publishes, and how it wants to be named."""

    source: str
    licence: str | None
    attribution: str | None


class Manifest(Struct, frozen=True, kw_only=True):
    """What an export made: its files, of which state of the view, under which licences.

    All rows are of one moment: `as_of` and `seq` tell how far the view had come.
    """

    export: str
    what: str
    format: str
    filter: dict[str, Any]
    rows: int
    as_of: datetime
    seq: int
    method_versions: list[str]
    licences: list[Terms]
    files: list[ExportFile]
    fields: list[Field]
    notice: Notice


class DumpFile(Struct, frozen=True, kw_only=True):
    """A list of a dump: what anybody may read of it, as one file of one state of the view.

    `as_of` and `seq` tell how far the view had come; it can be fetched until `expires_at`.
    """

    what: str
    format: str
    rows: int
    as_of: datetime
    seq: int
    method_versions: list[str]
    name: str
    media_type: str
    size: int
    sha256: str
    made_at: datetime
    expires_at: datetime
    link: str


class Dump(Struct, frozen=True):
    """The whole published view as it was in one night (UTC+5), and whose data they are."""

    day: date
    files: list[DumpFile]
    licences: list[Terms]
    notice: Notice
