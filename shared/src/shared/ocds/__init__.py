"""Open contracting data: reading files of releases, and the one normal form of a release."""

from shared.ocds.documents import Document, Limits, read
from shared.ocds.normalise import Normal, normalise
from shared.ocds.notes import REASONS, Note, Refusal, Refused
from shared.ocds.parties import counts, newest_date, parties

__all__ = [
    "REASONS",
    "Document",
    "Limits",
    "Normal",
    "Note",
    "Refusal",
    "Refused",
    "counts",
    "newest_date",
    "normalise",
    "parties",
    "read",
]
