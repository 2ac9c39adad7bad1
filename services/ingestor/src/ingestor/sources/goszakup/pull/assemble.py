"""One process put together out of its records, translated, and judged like any other release."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from ingestor.intake import Accepted, Refused
from ingestor.judge import Judge
from ingestor.sources.goszakup.bundle import NoticeBundle
from ingestor.sources.goszakup.dictionaries import Dictionaries
from ingestor.sources.goszakup.payload import Payload, reading
from ingestor.sources.goszakup.payloads_subjects import Subject
from ingestor.sources.goszakup.pull.heads import Head
from ingestor.sources.goszakup.pull.records import KINDS, identifier
from ingestor.sources.goszakup.pull.store import Kept
from ingestor.sources.goszakup.translate import translate
from ingestor.sources.goszakup.values import Value
from shared.logs import logger
from shared.ocds import Document, Refusal

PARTS: Final[Mapping[str, str]] = {
    "Lots": "lots",
    "Contract": "contracts",
    "Acts": "acts",
    "TreasuryPay": "payments",
    "ComplaintAppeal": "complaints",
    "Plans": "plans",
    "Subjects": "subjects",
}
"""The field of a bundle that holds the records of a root."""

NAMING: Final = ("org_pid", "customer_id", "supplier_id", "id_supplier")
"""Fields that name participants."""
BEARERS: Final = frozenset({"TrdBuy", "Lots", "Contract", "TrdApp"})
"""Roots whose records name participants."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Assembler:
    """Makes releases of bundles, the same way for every process of the portal."""

    judge: Judge
    dictionaries: Dictionaries
    prefix: str

    def release(self, head: Head, bundle: NoticeBundle, kept: Sequence[Kept]) -> Accepted | Refused:
        """Return a process ready to be stored, or why it cannot be.

        What goes to the vault with it tells out of which payloads it was made.
        """
        raw = manifest(kept)
        try:
            key = self.judge.pseudonym_key
            release = translate(bundle, self.dictionaries, key=key, prefix=self.prefix)
        except Exception as fault:  # a fault of ours on one process must not stop the others
            log.exception("process_not_translated", kind=head.kind, number=head.id)
            reason = f"The connector failed on this process ({type(fault).__name__})"
            return self.judge.refuse(Refusal("fault", reason, line=head.id, raw=raw, size=len(raw)))
        judged = self.judge.judge(Document(release, raw, head.id))
        return _as_put_together(judged) if isinstance(judged, Accepted) else judged


def _as_put_together(judged: Accepted) -> Accepted:
    """Know a release by what it says alone: the same state read twice is one version."""
    return replace(judged, hash=judged.content.hash)


def stamped(accepted: Accepted, now: datetime) -> Accepted:
    """Date a version by when it was put together.

    The portal's records are its present state: the later answer holds, also where its dates are
    older, or where it says again what it said before.
    """
    version = sha256(accepted.hash + now.isoformat().encode()).digest()
    return replace(accepted, hash=version, date=now)


def bundle_of(kept: Iterable[Kept]) -> NoticeBundle:
    """Put the records of one process side by side."""
    bundle = NoticeBundle(acts_asked=True)  # with every contract that is met
    for one in kept:
        assert one.body is not None
        payload: Any = (_subject if one.root == "Subjects" else _decoder(one.root).decode)(one.body)
        if one.root == "TrdBuy":
            bundle.notice = payload
            if one.asked and bundle.bids is None:
                bundle.bids = []
        elif one.root == "TrdApp":
            bundle.bids = [*(bundle.bids or ()), payload]
        else:
            getattr(bundle, PARTS[one.root]).append(payload)
    return bundle


def participants(kept: Iterable[Kept]) -> set[int]:
    """Name the participants of a process by their numbers on the portal."""
    bodies = (one.body for one in kept if one.root in BEARERS and one.body is not None)
    named = (identifier(value) for body in bodies for value in astuple(_bearer.decode(body)))
    return {number for number in named if number is not None}


def participants_of(payloads: Iterable[Payload]) -> set[int]:
    """Name the participants that records speak of."""
    named = (identifier(value) for one in payloads for value in reading(type(one), NAMING)(one))
    return {number for number in named if number is not None}


def manifest(kept: Iterable[Kept]) -> bytes:
    """List the records a process was made of, each with the payload in the vault it came in."""
    listed = sorted((one.root, one.id, one.raw_hash.hex()) for one in kept)
    return msgspec.json.encode({"records": listed})


def exists(head: Head, kept: Iterable[Kept]) -> bool:
    """Tell whether what makes a process is held: its notice, a contract, or the plan point."""
    root = {"notice": "TrdBuy", "contract": "Contract", "plan": "Plans"}[head.kind]
    return any(one.root == root for one in kept)


# The same few thousand take part in purchase after purchase; nobody writes on what is read of them.
@lru_cache(maxsize=2048)
def _subject(body: bytes) -> Subject:
    subject: Subject = _decoder("Subjects").decode(body)
    return subject


@cache
def _decoder(root: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(KINDS[root])


_bearer: Final = msgspec.json.Decoder(
    msgspec.defstruct("_Bearer", [(name, Value, None) for name in NAMING])
)
