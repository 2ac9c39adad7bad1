"""Passwords and keys of a data folder: made once, kept beside the data they protect."""

import secrets
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit, urlunsplit

from deploy.local.place import Place, read_json, write_json
from deploy.processes import ROLES

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """What nobody but this data folder knows."""

    postgres: str
    valkey: str
    roles: dict[str, str]
    internal: str
    raw: str
    pseudonym: str
    cursor: str
    receipt: str
    seal: str
    audit: str
    link: str
    sandbox: str


def keys_of(place: Place) -> Keys:
    """The keys of the folder; made at its first use, completed when a role is new."""
    path = place.path / "secrets.json"
    kept = read_json(path, {})
    fresh = {
        **{name: new_key() for name in Keys.__dataclass_fields__ if name != "roles"},
        **kept,
        "roles": {**{role: new_key() for role in ROLES}, **kept.get("roles", {})},
    }
    keys = Keys(**fresh)
    if kept != asdict(keys):
        write_json(path, asdict(keys))
    return keys


def new_key() -> str:
    """A secret that needs no quoting in an address."""
    return secrets.token_hex(KEY_BYTES)


def role_url(admin_url: str, role: str, password: str) -> str:
    """The administrator's address with another role's name and password."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{host}"))
