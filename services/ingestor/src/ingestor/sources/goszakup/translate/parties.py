"""Who takes part: organisations by their BIN, natural persons by a pseudonym and nothing else."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec.json import decode, encode

from ingestor.sources.goszakup.payloads_subjects import Address, Subject
from ingestor.sources.goszakup.persons import Curtain, is_person
from ingestor.sources.goszakup.places import Places
from ingestor.sources.goszakup.translate.parts import address, codes, present
from ingestor.sources.goszakup.values import (
    NUMBER_LENGTH,
    business_number,
    flag,
    key,
    moment,
    several,
    text,
)

FLAGS = {
    "nationalCompany": "mark_national_company",
    "disabilityAssociation": "mark_assoc_with_disab",
    "resident": "mark_resident",
    "stateMonopoly": "mark_state_monopoly",
    "naturalMonopoly": "mark_natural_monopoly",
    "smallEmployer": "mark_small_employer",
    "quasiState": "qvazi",
    "singleOrganiser": "is_single_org",
}
"""Marks of the register of participants, under the names they have here."""


class _Registered(NamedTuple):
    address: dict[str, Any]
    details: dict[str, Any]


class Parties:
    """The parties of one release, gathered while its other parts are written."""

    def __init__(self, subjects: Iterable[Subject], curtain: Curtain, places: Places) -> None:
        self._curtain = curtain
        self._places = places
        self._subjects: dict[str, Subject] = {}
        self._parties: dict[str, dict[str, Any]] = {}
        self._references: list[dict[str, Any]] = []
        self._known: dict[int, dict[str, Any]] = {}
        self._said: dict[tuple[Any, ...], dict[str, Any] | None] = {}
        for subject in subjects:
            for name in (business_number(subject.bin), business_number(subject.iin)):
                self._subjects.setdefault(f"number {name}", subject)
            self._subjects.setdefault(f"pid {key(subject.pid)}", subject)

    def refer(
        self, role: str, numbered: object, *names: object, pid: object = None
    ) -> dict[str, Any] | None:
        """Return a reference to a party and note its role; None where nothing is known of it.

        `names` are in Russian and Kazakh; `pid` is the portal's own number of a participant.
        """
        told, participant = business_number(numbered), key(pid)
        said = (told, participant, *names)
        if said not in self._said:
            self._said[said] = self._met(told, participant, names)
        held = self._said[said]
        if held is None:
            return None
        if role not in held["roles"]:
            held["roles"].append(role)
        reference = {"id": held["id"]}
        self._references.append(reference)
        return reference

    def _met(
        self, told: str | None, pid: str | None, names: tuple[object, ...]
    ) -> dict[str, Any] | None:
        """Return the party that is meant, with what this place adds to what is known of it."""
        subject = self._subject(told, pid)
        found = told or _number_of(subject)
        ru, kk = _names(names, subject)
        if is_person(found, subject, ru):
            called = (ru, kk, *_names_in_register(subject))
            party: dict[str, Any] = {"id": self._person(found, pid, called)}
        elif (party_id := _organisation_id(found, pid)) is None:
            return None
        else:
            party = self._organisation(party_id, found, (ru, kk), subject)
        held = self._parties.setdefault(party["id"], party | {"roles": []})
        for name, value in party.items():
            held.setdefault(name, value)
        return held

    def written(self) -> list[dict[str, Any]]:
        """Return the parties with all their roles, once all of them are met.

        OCDS wants a name in every reference. Where nobody says it, and of natural persons, that is
        the id; in the list of parties itself a name is only what somebody is called.
        """
        for reference in self._references:
            party = self._parties[reference["id"]]
            reference["name"] = party.get("name") or party["id"]
        return list(self._parties.values())

    def _subject(self, found: str | None, pid: str | None) -> Subject | None:
        by_number = self._subjects.get(f"number {found}") if found else None
        return by_number or (self._subjects.get(f"pid {pid}") if pid else None)

    def _person(self, found: str | None, pid: str | None, names: tuple[object, ...]) -> str:
        told = found or (f"pid {pid}" if pid else None) or text(names[0]) or text(names[1]) or ""
        return self._curtain.pseudonym(told, *names)

    def _organisation(
        self,
        party_id: str,
        found: str | None,
        names: tuple[str | None, str | None],
        subject: Subject | None,
    ) -> dict[str, Any]:
        scheme = "KZ-BIN" if _is_bin(found) else "KZ-GOSZAKUP"
        identifier = {"scheme": scheme, "id": found or party_id, "legalName": names[0] or names[1]}
        return present(
            {
                "id": party_id,
                "name": names[0] or names[1],
                "name_kk": names[1],
                "identifier": present(identifier),
                **(self._of_register(subject) if subject is not None else {}),
            }
        )

    def _of_register(self, subject: Subject) -> dict[str, Any]:
        """Return what the register says of a participant, written once however often it is met."""
        known = self._known.get(id(subject))
        if known is None:
            head = self._curtain.head(subject.employees)
            own = _of_register(encode(subject), head, self._curtain.key, self._places)
            known = {"address": _copied(own.address), "details": _copied(own.details)}
            self._known[id(subject)] = known
        return known


# The same few thousand organisations take part in purchase after purchase.
@lru_cache(maxsize=2048)
def _of_register(told: bytes, head: str | None, secret: bytes, places: Places) -> _Registered:
    subject = decode(told, type=Subject)
    return _Registered(_seat(subject, places), _details(subject, head, Curtain(secret)))


def _copied(fields: dict[str, Any]) -> dict[str, Any]:
    """Copy what others will get too; nothing in it is nested more deeply."""
    return {
        name: value.copy() if type(value) in (dict, list) else value
        for name, value in fields.items()
    }


def _details(subject: Subject, head: str | None, curtain: Curtain) -> dict[str, Any]:
    marks = [curtain.mark("tel", subject.phone), curtain.mark("eml", subject.email)]
    own = {name: flag(getattr(subject, field)) for name, field in FLAGS.items()}
    return present(
        {
            "x_pid": key(subject.pid),
            "x_registered": moment(subject.regdate),
            "x_legalForm": text(subject.ref_kopf_code),
            "x_type": text(subject.type_supplier),
            "x_size": text(subject.krp_code),
            "x_activities": codes(subject.oked_list),
            "x_sector": text(subject.kse_code),
            "x_flags": present(own),
            "x_head": head,
            "x_contact_marks": [mark for mark in marks if mark],
        }
    )


def _names(names: tuple[object, ...], subject: Subject | None) -> tuple[str | None, str | None]:
    ru, kk = (*map(text, names), None, None)[:2]
    if subject is None:
        return ru, kk
    return (
        ru or text(subject.name_ru) or text(subject.full_name_ru),
        kk or text(subject.name_kz) or text(subject.full_name_kz),
    )


def _names_in_register(subject: Subject | None) -> tuple[object, ...]:
    if subject is None:
        return ()
    return (subject.name_ru, subject.name_kz, subject.full_name_ru, subject.full_name_kz)


def _number_of(subject: Subject | None) -> str | None:
    if subject is None:
        return None
    return business_number(subject.bin) or business_number(subject.iin)


def _organisation_id(found: str | None, pid: str | None) -> str | None:
    if found is not None:
        return f"KZ-BIN-{found}" if _is_bin(found) else f"KZ-GOSZAKUP-{found}"
    return None if pid is None else f"KZ-GOSZAKUP-{pid}"


def _is_bin(found: str | None) -> bool:
    return found is not None and len(found) == NUMBER_LENGTH and found.isdecimal()


def _seat(subject: Subject, places: Places) -> dict[str, Any]:
    """Write the seat: the legal address (type 1) of the newest source, else the register's code."""
    legal = [one for one in subject.address or () if text(one.address_type) == "1"]
    chosen: Address = next(iter(legal or subject.address or ()), Address())
    kato = key(chosen.kato_code) or next(iter(codes(several(subject.kato_list))), None)
    return address(places.today(kato) if kato else None, text(chosen.address), published=kato)
