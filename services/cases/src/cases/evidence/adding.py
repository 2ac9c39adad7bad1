"""How a file becomes evidence: written, told by its content, scanned, cleaned, sealed, recorded.

The file is sealed before its row is written: a crash between the two leaves a file that nobody
names, never a row without its file.
"""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from cases.casefile.store import Seen, insert, new_id
from cases.desk import Attempting
from cases.events import Happened, record
from cases.evidence.files import Arrived, Files, digest_of
from cases.evidence.kinds import kind_of
from cases.evidence.scanning import scan
from cases.evidence.store import named, touch
from cases.laziness import later
from shared.contracts.casework.evidence import LARGEST_FILE, LONGEST_NAME
from shared.errors import DependencyDown, FieldError, ValidationFailed
from shared.security import Caller

clean: Final = later("cases.evidence.cleaning", "clean")

_NEVER_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]|^\.|\.\.|^\s|[\s.]$')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that is kept, with its cleaned copy where there is one."""

    media_type: str
    size: int
    sha256: bytes
    cleaned_size: int | None
    cleaned_sha256: bytes | None
    scan: str


def check_name(name: str) -> str:
    """Return the name of a file. Raises ValidationFailed for a path and for what hides in one."""
    hidden = any(unicodedata.category(sign) in _INVISIBLE for sign in name)
    if hidden or _NEVER_IN_NAMES.search(name) or _DEVICES.fullmatch(name):
        flaw = FieldError("/query/name", "not_a_name", "a plain name of a file, without a path")
        raise ValidationFailed("The file cannot be called so.", errors=[flaw])
    if len(name) > LONGEST_NAME:
        flaw = FieldError("/query/name", "too_long", f"at most {LONGEST_NAME} characters")
        raise ValidationFailed("The name is too long.", errors=[flaw])
    return name


async def seal(files: Files, stream: AsyncIterator[bytes], scanner: str | None) -> Sealed:
    """Take a file in, whatever comes, and keep it with its cleaned copy.

    Raises PayloadTooLarge, FileRefused, FileInfected, DependencyDown: then nothing is kept.
    """
    with ExitStack() as stack:
        original = stack.enter_context(files.place())
        copy = stack.enter_context(files.place())
        arrived = await files.receive(original, stream, LARGEST_FILE)
        media_type = await asyncio.to_thread(kind_of, original)
        scanned = await scan(original, scanner)
        cleaned = await asyncio.to_thread(_cleaned, original, media_type, copy)
        for each in (arrived, cleaned):
            if each is not None:
                await files.keep(each)
        size, sha256 = (cleaned.size, cleaned.sha256) if cleaned else (None, None)
        return Sealed(media_type, arrived.size, arrived.sha256, size, sha256, scanned)


async def add(
    do: Attempting,
    files: Files,
    seen: Seen,
    caller: Caller,
    sealed: Sealed,
    *,
    name: str,
    description: str,
) -> str:
    """Record a sealed file as evidence of a case, in the transaction of its command.

    Raises DependencyDown where the same file of another case was deleted meanwhile.
    """
    await _still_there(do, files, sealed)
    id_ = new_id("evd")
    values = {
        "id": id_,
        "case_id": seen.row["id"],
        "organisation": seen.row["organisation"],
        "name": name,
        "description": description,
        "added_by": caller.member,
        "added_at": do.now,
        **asdict(sealed),
    }
    await insert(do.connection, "evidence", values)
    touches = [("received", sealed.sha256, sealed.media_type)]
    if sealed.cleaned_sha256 is not None:
        touches.append(("cleaned", sealed.cleaned_sha256, "metadata removed"))
    await touch(do.connection, id_, caller, do.now, *touches)
    await do.connection.execute(
        "UPDATE casefile SET updated_at = $2 WHERE id = $1", seen.row["id"], do.now
    )
    await record(do.connection, caller, do.now, _happened(seen, id_, sealed))
    return id_


async def _still_there(do: Attempting, files: Files, sealed: Sealed) -> None:
    digests = [one for one in (sealed.sha256, sealed.cleaned_sha256) if one is not None]
    await named(do.connection, *digests)
    if not all([await files.has(digest) for digest in digests]):
        raise DependencyDown("The file was removed in this moment: send it again.")


def _cleaned(original: Path, media_type: str, copy: Path) -> Arrived | None:
    if not clean(original, media_type, copy):
        return None
    return Arrived(copy, digest_of(copy), copy.stat().st_size)


def _told(evidence: str, sealed: Sealed) -> dict[str, str]:
    """Tell which file it is, and not how it is called: names of files name people."""
    return {"id": evidence, "media_type": sealed.media_type, "sha256": sealed.sha256.hex()}


def _happened(seen: Seen, evidence: str, sealed: Sealed) -> Happened:
    return Happened(
        object="case",
        id=seen.row["id"],
        organisation=seen.row["organisation"],
        what="add_evidence",
        type="evidence.added",
        changes={"evidence": (None, _told(evidence, sealed))},
        shown={
            "evidence": evidence,
            "media_type": sealed.media_type,
            "link": f"/v1/evidence/{evidence}",
        },
    )
