"""One release judged: brought to normal form and sealed, or refused with its reason and place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from hashlib import sha256
from typing import Any, Final

from ingestor.compile import release_key
from ingestor.intake import Accepted, Refused
from ingestor.raw.cipher import Cipher
from ingestor.record import Record, content, written
from ingestor.source import slug
from shared.logs import logger
from shared.ocds import Document, Normal, Refusal, newest_date, normalise
from shared.ocds import Refused as RefusedRelease
from shared.ocds.notes import readable
from shared.vocabulary.identifiers import process_id

OUR_FAULT: Final = "The ingestor failed on this release. It is kept, to be replayed once mended."

RESPELLED: Final = "date_in_utc"  # the same instant, only spelled otherwise: nothing was mended

LONGEST_REASON: Final = 1_000  # characters

KEPT: Final = 1024 * 1024  # bytes of a refused release that are kept, and can be replayed

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the releases of one file. `source` stands for those that do not name their own."""

    source: str
    file: str
    zone: tzinfo
    pseudonym_key: bytes
    cipher: Cipher
    own_sources: bool = True
    """Whether a line {"source": "…", "release": …} may name another source."""

    def judge(self, document: Document) -> Accepted | Refused:
        """Return the release ready to be stored, or why it cannot be."""
        source = self._source(document.source)
        try:
            normal = normalise(
                document.release, source=source, pseudonym_key=self.pseudonym_key, zone=self.zone
            )
            return self._accepted(document, normal, source)
        except RefusedRelease as refused:
            return self._refused(refused.refusal, document, source)
        except Exception as fault:  # our fault on one release must not cost the rest of the file
            log.exception("release_not_understood", file=self.file, line=document.line)
            ours = Refusal("fault", f"{OUR_FAULT} ({type(fault).__name__})")
            return self._refused(ours, document, source)

    def refuse(self, refusal: Refusal) -> Refused:
        """Return what was refused before it was a release."""
        return self._quarantined(refusal, refusal.raw, refusal.size, self.source, refusal)

    def _accepted(self, document: Document, normal: Normal, source: str) -> Accepted:
        raw_hash = sha256(document.raw).digest()
        record = Record(source, normal.release, [*document.notes, *normal.notes])
        said = content([record])
        process = process_id(source, normal.release["ocid"])
        version = sha256(raw_hash + said.hash).digest()
        return Accepted(
            source=source,
            process=process,
            ocid=normal.release["ocid"],
            key=release_key(normal.release, raw_hash),
            hash=version,
            date=newest_date(normal.release),
            size=len(said.release),
            record=written(record),
            content=said,
            payload=self.cipher.seal(document.raw, raw_hash),
            mended=any(note.code != RESPELLED for note in record.notes),
        )

    def _refused(self, refusal: Refusal, document: Document, source: str) -> Refused:
        return self._quarantined(refusal, document.raw, len(document.raw), source, document)

    def _quarantined(
        self, refusal: Refusal, raw: bytes, size: int, source: str, place: Document | Refusal
    ) -> Refused:
        kept = raw[:KEPT]
        return Refused(
            source=source,
            file=self.file,
            line=place.line,
            item=place.item,
            offset=place.offset,
            code=refusal.code,
            reason=readable(refusal.reason)[:LONGEST_REASON],
            payload=self.cipher.seal(kept, sha256(kept).digest()),
            size=size,
        )

    def _source(self, said: Any) -> str:
        """Choose the source: a collection's line may name one, by a text or by an object's id."""
        name = said.get("id") if isinstance(said, Mapping) else said
        if not self.own_sources or not isinstance(name, str):
            return self.source
        try:
            return slug(name)
        except ValueError:
            return self.source
