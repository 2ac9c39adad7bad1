"""The parties of a release: gathered from where they are named, and given their public ids."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from shared.contracts.releases import Counts, PartyLink
from shared.ocds.leaves import Mending
from shared.vocabulary.identifiers import PSEUDONYM, normal_name, party_id
from shared.vocabulary.procurement import Role

# Where organisations are named outside `parties`, and in which role; `[]` steps into an array.
POSITIONS: Final[tuple[tuple[str, Role], ...]] = (
    ("buyer", Role.BUYER),
    ("planning.tender.procuringEntity", Role.PROCURING_ENTITY),
    ("tender.procuringEntity", Role.PROCURING_ENTITY),
    ("tender.tenderers[]", Role.TENDERER),
    ("bids.details[].tenderers[]", Role.TENDERER),
    ("awards[].suppliers[]", Role.SUPPLIER),
    ("awards[].items[].suppliers[]", Role.SUPPLIER),
    ("contracts[].suppliers[]", Role.SUPPLIER),
    ("contracts[].buyer", Role.BUYER),
    ("contracts[].implementation.transactions[].payer", Role.PAYER),
    ("contracts[].implementation.transactions[].payee", Role.PAYEE),
    ("contracts[].implementation.transactions[].providerOrganization", Role.PAYER),
    ("contracts[].implementation.transactions[].receiverOrganization", Role.PAYEE),
)


class Named(NamedTuple):
    """An organisation where it is named, and the role it has there; none inside `parties`."""

    role: str | None
    entry: dict[str, Any]


def organisations(release: dict[str, Any]) -> list[Named]:
    """Find every place of a release in normal form that names an organisation."""
    named = [Named(None, party) for party in release.get("parties") or ()]
    for steps, role in _STEPS:
        named += [Named(role, entry) for entry in _at(release, steps)]
    return named


def gather(release: dict[str, Any], named: list[Named], mending: Mending) -> None:
    """See that everyone named is in `parties`, once, as OCDS 1.1 wants it; in place."""
    parties: dict[str, dict[str, Any]] = {}
    received = release.get("parties") or []
    for party in received:
        if (key := _key(party)) is None or key not in parties:
            parties[key or f"nobody {len(parties)}"] = party
        else:
            _join(parties[key], party)
            mending.note("/parties", "party_repeated", party.get("id"))
    listed = set(parties)
    for role, entry in named:
        key = _key(entry)
        if role is None or key is None or key in listed:
            continue
        if key in parties:
            _join(parties[key], {**entry, "roles": [role]})
        else:
            parties[key] = {**entry, "roles": [role]}
            if listed:
                mending.note(f"/parties/{len(parties) - 1}", "party_added", None, entry.get("id"))
    if parties:
        release["parties"] = list(parties.values())
    if not received and parties:
        mending.note("/parties", "parties_built", None, list(parties))


def parties(release: dict[str, Any], source: str) -> list[PartyLink]:
    """Map the parties of a release in normal form to their public ids and all their roles."""
    roles: dict[str, list[str]] = {}
    entries: dict[str, dict[str, Any]] = {}
    for role, entry in organisations(release):
        key = _key(entry)
        if key is not None:
            entries.setdefault(key, entry)
            roles.setdefault(key, []).extend([role] if role else entry.get("roles") or [])
    return [_link(entry, source, roles[key]) for key, entry in entries.items()]


def counts(release: dict[str, Any]) -> Counts:
    """Count the rows a loader must find. Items are those of the tender, awards and contracts."""
    awards, contracts = release.get("awards") or [], release.get("contracts") or []
    holders = [release.get("tender") or {}, *awards, *contracts]
    return Counts(
        bids=len((release.get("bids") or {}).get("details") or []),
        awards=len(awards),
        contracts=len(contracts),
        items=sum(len(holder.get("items") or []) for holder in holders),
    )


def newest_date(release: dict[str, Any]) -> datetime | None:
    """Return the date of a release in normal form; of a compiled one it is the newest."""
    date = release.get("date")
    return datetime.fromisoformat(date) if date else None


_STEPS: Final = tuple(
    ([(step.removesuffix("[]"), step.endswith("[]")) for step in path.split(".")], str(role))
    for path, role in POSITIONS
)


def _at(release: dict[str, Any], steps: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    """Follow a path; an array opens into its elements."""
    level = [release]
    for name, many in steps:
        found = [entry[name] for entry in level if entry.get(name)]
        level = [element for array in found for element in array] if many else found
        if not level:
            break
    return level


def _key(entry: dict[str, Any]) -> str | None:
    """Tell parties of one release apart: by id, else by name; None if there is neither."""
    if entry.get("id"):
        return f"id {entry['id']}"
    name = normal_name(entry.get("name") or "")
    return f"name {name}" if name else None


def _join(party: dict[str, Any], again: dict[str, Any]) -> None:
    roles = dict.fromkeys([*(party.get("roles") or []), *(again.get("roles") or [])])
    for field, value in again.items():
        if party.get(field) is None:
            party[field] = value
    if roles:
        party["roles"] = list(roles)


def _link(entry: dict[str, Any], source: str, roles: list[str]) -> PartyLink:
    local_id, name = entry.get("id"), entry.get("name")
    public = party_id(source, local_id or "", name or "")
    person = PSEUDONYM.fullmatch(public.id) is not None
    return PartyLink(
        id=public.id,
        local_id=local_id,
        roles=list(dict.fromkeys(roles)),
        weak=public.weak,
        person=person,
        name=name,
    )
