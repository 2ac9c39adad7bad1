"""Where a request comes from, and whether a key may be used from there.

The address is that of the connection, unless the connection comes from a declared proxy: then it is
the last one in X-Forwarded-For that is no declared proxy itself. What a caller writes into that
field stands further left and counts for nothing.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Scope

from shared.errors import Problem
from shared.vocabulary.text import Text

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST: Final = 50
"""Networks or origins of one key."""

_FORWARDED = b"x-forwarded-for"
_ORIGIN = re.compile(
    r"https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?"
)


class NetworkNotAllowed(Problem):
    """The key is valid, and not from this address: it is bound to networks of its holder."""

    status = 403
    code = "network_not_allowed"
    title = Text(
        kk="Кілт бұл желіден қолданылмайды",
        ru="Ключ нельзя использовать из этой сети",
        en="The key may not be used from this network",
    )
    example = "This key is bound to other networks."


class OriginNotAllowed(Problem):
    """The key is valid, and not for pages of this origin: it is bound to those of its holder."""

    status = 403
    code = "origin_not_allowed"
    title = Text(
        kk="Кілт бұл сайттан қолданылмайды",
        ru="Ключ нельзя использовать с этого сайта",
        en="The key may not be used from this site",
    )
    example = "This key is bound to other origins."


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks in CIDR form. Raises ValueError for what is none, or has host bits set.

    >>> networks_of(["192.0.2.0/24", "2001:db8::/32"])
    (IPv4Network('192.0.2.0/24'), IPv6Network('2001:db8::/32'))
    """
    return tuple(ip_network(text) for text in texts)


def origin_of(text: str) -> str:
    """Return an origin as browsers send it. Raises ValueError for what is none.

    >>> origin_of("https://Example.kz:443"), origin_of("http://localhost:5173")
    ('https://example.kz', 'http://localhost:5173')
    """
    plain = text.strip().lower()
    if not _ORIGIN.fullmatch(plain):
        raise ValueError(f"not an origin of the form https://example.kz: {text!r}")
    parts = urlsplit(plain)
    usual = {"https": 443, "http": 80}[parts.scheme]
    return plain if parts.port != usual else f"{parts.scheme}://{parts.netloc.rpartition(':')[0]}"


def address_of(scope: Scope, trusted: Sequence[Network]) -> Address | None:
    """Return where a request comes from; None where that is no address."""
    client = scope.get("client")
    found = _address(client[0] if client else "")
    if not trusted or found is None or not within(found, trusted):
        return found
    for text in reversed(_forwarded(scope)):
        found = _address(text)
        if found is None or not within(found, trusted):
            return found
    return found


def within(address: Address | None, networks: Iterable[Network]) -> bool:
    """Say whether an address lies in one of the networks."""
    return address is not None and any(address in network for network in networks)


def _forwarded(scope: Scope) -> list[str]:
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED]
    return [text for line in lines for text in line.split(",")]


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
