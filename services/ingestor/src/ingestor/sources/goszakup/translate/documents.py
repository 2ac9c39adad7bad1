"""Files of a notice, an act or a contract."""

import re
from collections.abc import Iterable
from typing import Any, Final

from ingestor.sources.goszakup.payloads_purchases import File
from ingestor.sources.goszakup.translate.parts import present
from ingestor.sources.goszakup.values import key, moment, text

# Beginnings of the names under which the portal files documents; techspec_<notice>_<lot>.pdf.
TYPES: Final = {
    "techspec": "technicalSpecifications",
    "contract": "contractDraft",
    "protocol": "evaluationReports",
}
FORMATS: Final = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}

_OF_LOT: Final = re.compile(r"techspec_\d+_(\d+)\.")


def documents(files: Iterable[File], *, kind: str = "biddingDocuments") -> list[dict[str, Any]]:
    """Write files, each once; `kind` is the type of those whose name does not tell."""
    written: dict[str, dict[str, Any]] = {}
    for file in files:
        for path in (file.file_path, file.file_path_ru, file.file_path_kz):
            url = text(path)
            if url is not None and url.startswith(("https://", "http://")):
                written.setdefault(url, _document(file, url, kind))
    return list(written.values())


def _document(file: File, url: str, kind: str) -> dict[str, Any]:
    name = text(file.original_name) or ""
    lot = _OF_LOT.match(name)
    return present(
        {
            "id": url.rsplit("/", 1)[-1] or key(file.id),
            "documentType": next((t for start, t in TYPES.items() if name.startswith(start)), kind),
            "title": text(file.name_ru) or name,
            "title_kk": text(file.name_kz),
            "url": url,
            "format": FORMATS.get(name.rsplit(".", 1)[-1].lower()),
            "dateModified": moment(file.index_date),
            "relatedLots": [lot[1]] if lot else None,
        }
    )
