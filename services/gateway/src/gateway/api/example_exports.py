"""Examples of exports: an invented list, and the files that were made of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from msgspec import to_builtins
from msgspec.structs import replace

from gateway.exports.documents import Dump, DumpFile, Export, ExportFile, Manifest, Terms
from gateway.exports.fields import FIELDS
from gateway.texts import NOTICE

_MADE: Final = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)
_LINK: Final = "/v1/exports/exp_3f1c9a7e5b2d4c60"

_done = Export(
    id="exp_3f1c9a7e5b2d4c60",
    what="processes",
    format="csv",
    filter={"band": ["high", "critical"]},
    state="done",
    fault=None,
    rows=1840,
    as_of=_MADE,
    seq=42,
    created_at=_MADE,
    finished_at=_MADE + timedelta(seconds=4),
    expires_at=_MADE + timedelta(days=7),
    revision=2,
    links={"self": _LINK, "manifest": f"{_LINK}/manifest"},
)
_waiting = replace(
    _done,
    state="waiting",
    rows=None,
    as_of=None,
    seq=None,
    finished_at=None,
    expires_at=None,
    revision=1,
    links={"self": _LINK},
)
_TERMS: Final = Terms("kz-goszakup", "CC BY 4.0", "goszakup.gov.kz")
EXPORT: Final = to_builtins(_done)
WAITING: Final = to_builtins(_waiting)
EXPORT_PAGE: Final[dict[str, Any]] = {
    "data": [EXPORT],
    "page": {"next_cursor": None, "has_more": False},
    "as_of": "2026-03-02T06:05:00Z",
    "seq": 42,
}
MANIFEST: Final = to_builtins(
    Manifest(
        export=_done.id,
        what="processes",
        format="csv",
        filter=_done.filter,
        rows=1840,
        as_of=_MADE,
        seq=42,
        method_versions=["2026.11.1"],
        licences=[_TERMS],
        files=[
            ExportFile(
                "processes.csv",
                "text/csv; charset=utf-8",
                812_345,
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                f"{_LINK}/files/processes.csv",
            )
        ],
        fields=list(FIELDS["processes"]),
        notice=NOTICE,
    )
)
DUMPS: Final = to_builtins(
    {
        "data": [
            Dump(
                date(2026, 3, 2),
                [
                    DumpFile(
                        what="findings",
                        format="ndjson.gz",
                        rows=412_960,
                        as_of=_MADE,
                        seq=42,
                        method_versions=["2026.11.1"],
                        name="findings.ndjson.gz",
                        media_type="application/gzip",
                        size=21_870_112,
                        sha256="2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                        made_at=_MADE + timedelta(minutes=9),
                        expires_at=_MADE + timedelta(days=3),
                        link="/v1/dumps/2026-03-02/files/findings.ndjson.gz",
                    )
                ],
                [_TERMS],
                NOTICE,
            )
        ]
    }
)
