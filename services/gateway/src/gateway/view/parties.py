"""Who stands behind a reference inside a release: the party under its public id.

A natural person keeps the pseudonym the ingestor gave, and no name.
"""

from collections.abc import Iterator

from gateway.documents import PartyRef
from gateway.view import reading
from gateway.view.reading import Json
from shared.contracts.releases import PartyLink
from shared.vocabulary.identifiers import Bin, normal_name


class Parties:
    """The parties of one process, found by role or by a reference inside the release."""

    def __init__(self, links: list[PartyLink], release: Json) -> None:
        named = ((reading.text(p, "id"), _name(p)) for p in _references(release))
        names = {local: name for local, name in named if name}
        self.links = links
        self.refs = {link.id: _ref(link, names.get(link.local_id)) for link in links}
        self._by_local = {link.local_id: link.id for link in links if link.local_id}
        self._by_name = {
            normal_name(link.name): link.id for link in links if link.name and not link.local_id
        }

    def in_role(self, *roles: str) -> list[PartyRef]:
        """Return the parties that play one of these roles."""
        ids = dict.fromkeys(link.id for link in self.links if set(roles) & set(link.roles))
        return [self.refs[each] for each in ids]

    def named_in(self, references: list[Json]) -> list[PartyRef]:
        """Return the parties behind `{"id", "name"}` references; unknown ones are left out."""
        ids = dict.fromkeys(filter(None, map(self._id_of, references)))
        return [self.refs[each] for each in ids]

    def bin_of(self, party: str) -> Bin | None:
        """Return the BIN of a party, where the publisher's id of it holds one."""
        locals_ = (link.local_id for link in self.links if link.id == party and link.local_id)
        return next(filter(None, map(Bin.parse, locals_)), None)

    def _id_of(self, reference: Json) -> str | None:
        local, name = reading.text(reference, "id"), reading.text(reference, "name")
        if local in self._by_local:
            return self._by_local[local]
        return self._by_name.get(normal_name(name)) if name else None


def _name(reference: Json) -> str | None:
    identifier = reading.part(reference, "identifier")
    return reading.wording(reference, "name") or reading.text(identifier, "legalName")


def _references(release: Json) -> Iterator[Json]:
    """Yield whoever is named with an id; the list of parties comes last, its names prevail."""
    for award in reading.rows(release, "awards"):
        yield from reading.rows(award, "suppliers")
    for bid in reading.rows(reading.part(release, "bids"), "details"):
        yield from reading.rows(bid, "tenderers")
    yield reading.part(release, "buyer")
    yield from reading.rows(release, "parties")


def _ref(link: PartyLink, name: str | None) -> PartyRef:
    shown = None if link.person else link.name or name
    return PartyRef(link.id, shown, weak=link.weak, person=link.person)
