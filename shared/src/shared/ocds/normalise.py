"""A release as published, brought to the normal form that everything downstream may rely on.

Ids are text, numbers finite and in range, dates in one spelling, arrays always arrays, texts clean,
everyone named is in `parties`, and nothing identifies a natural person. What was mended is noted.
"""

from datetime import UTC, tzinfo
from typing import Any, Final, NamedTuple

from shared.ocds.fields import RELEASE
from shared.ocds.leaves import ABSENT, ID, Mending
from shared.ocds.notes import Note, Refused, found, refuse
from shared.ocds.parties import gather, organisations
from shared.ocds.persons import Veil, hide_persons
from shared.ocds.walk import walk_object
from shared.vocabulary.identifiers import person_pseudonym

EACH_CODE: Final = 50  # notes of one code and release; a package of 10,000 items needs no more


class Normal(NamedTuple):
    """A release in normal form, and what was mended on the way."""

    release: dict[str, Any]
    notes: list[Note]


def normalise(release: Any, *, source: str, pseudonym_key: bytes, zone: tzinfo = UTC) -> Normal:
    """Bring one release to normal form. The object passed in is used up.

    `zone` is where dates without a zone are read. Normalising twice changes nothing and notes
    nothing, so a release compiled from normal ones may be normalised again.
    Raises Refused if it is no object, has no usable ocid, or is nested too deeply.
    """
    if not isinstance(release, dict):
        raise Refused(refuse("not_an_object", found(release)))
    mending = Mending(zone, release=release)
    ocid = _ocid(release, mending)
    walk_object(release, RELEASE.fields, "", mending)
    release["ocid"] = ocid
    named = organisations(release)
    hidden = hide_persons([entry for _, entry in named], source, pseudonym_key)
    hidden |= {
        number: person_pseudonym(source, number, pseudonym_key) for number in mending.numbers
    }
    if not hidden:
        gather(release, named, mending)
        return Normal(release, _notes(mending))
    return _veiled(release, Veil(hidden), mending)


def _veiled(release: dict[str, Any], veil: Veil, mending: Mending) -> Normal:
    """Hide the persons everywhere, then look again: what told two of them apart may be gone."""
    ocid, release = release["ocid"], veil.anything(release)
    mending.release, mending.organisations = release, None
    walk_object(release, RELEASE.fields, "", mending)
    release["ocid"] = ocid
    gather(release, organisations(release), mending)
    return Normal(release, [_veiled_note(note, veil) for note in _notes(mending)])


def _ocid(release: dict[str, Any], mending: Mending) -> str:
    """Return the ocid as text. A bare number is one; anything else that is not text is refused."""
    received = release.get("ocid")
    if received is None or received == "":
        raise Refused(refuse("ocid_missing"))
    if isinstance(received, bool) or not isinstance(received, str | int):
        raise Refused(refuse("ocid_not_text", found(received)))
    seen = set(mending.numbers)
    text, code = ID.mend(received, mending)
    mending.numbers = seen
    if text is ABSENT:
        raise Refused(refuse("ocid_too_long" if code == "id_too_long" else "ocid_missing"))
    if code:
        mending.note("/ocid", code, received, text)
    release["ocid"] = text
    return str(text)


def _notes(mending: Mending) -> list[Note]:
    """Order the notes; what occurs very often, or in every date, is said once with its number."""
    notes = [Note("", "date_in_utc", spelling) for spelling in mending.spellings]
    if mending.removed:
        notes.append(Note("", "personal_data_removed", mending.removed))
    by_code: dict[str, list[Note]] = {}
    for note in sorted(mending.notes, key=lambda note: (note.path, note.code, str(note.received))):
        by_code.setdefault(note.code, []).append(note)
    for code, alike in sorted(by_code.items()):
        notes += alike[:EACH_CODE]
        if len(alike) > EACH_CODE:
            notes.append(Note("", code, f"and {len(alike) - EACH_CODE} more"))
    return sorted(notes, key=lambda note: (note.path, note.code, str(note.received)))


def _veiled_note(note: Note, veil: Veil) -> Note:
    return Note(
        veil.text(note.path), note.code, veil.anything(note.received), veil.anything(note.mended)
    )
