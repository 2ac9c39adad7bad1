"""Examples of dossiers: of an invented purchase."""

from datetime import UTC, datetime
from typing import Any, Final

from msgspec import to_builtins

from gateway.api.example_release import PROCESS
from gateway.dossier.documents import Dossier, DossierFile

_LINK: Final = "/v1/dossiers/dos_3f1c9a7e5b2d4c60"

DOSSIER: Final = to_builtins(
    Dossier(
        id="dos_3f1c9a7e5b2d4c60",
        process=PROCESS,
        alert=None,
        language="ru",
        flagged=["R018", "R024"],
        made_at=datetime(2026, 3, 2, 6, 5, tzinfo=UTC),
        files=[
            DossierFile(
                name="dossier.json",
                media_type="application/json",
                size=48_210,
                sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                link=f"{_LINK}/files/dossier.json",
            ),
            DossierFile(
                name="dossier.pdf",
                media_type="application/pdf",
                size=62_961,
                sha256="2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                link=f"{_LINK}/files/dossier.pdf",
            ),
        ],
        links={"self": _LINK, "process": f"/v1/processes/{PROCESS}"},
    )
)
DOSSIER_PAGE: Final[dict[str, Any]] = {
    "data": [DOSSIER],
    "page": {"next_cursor": None, "has_more": False},
    "as_of": "2026-03-02T06:05:00Z",
    "seq": 42,
}
SIGNED: Final[dict[str, Any]] = {
    "dossier": {"id": "dos_3f1c9a7e5b2d4c60", "language": "ru"},
    "pdf": {"sha256": DOSSIER["files"][1]["sha256"], "size": 62_961},
    "signature": {"kid": "0f3a5c7e9b1d2f4a6c8e0b1d", "jws": "eyJhbGciOiJFZERTQSJ9..c2lnbmVk"},
}
DOSSIER_KEYS: Final[dict[str, Any]] = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": "EdDSA",
            "kid": "0f3a5c7e9b1d2f4a6c8e0b1d",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "trusted_until": None,
        }
    ]
}
