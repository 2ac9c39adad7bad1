"""Which addresses may be asked: those of the open Internet, however they are spelled.

What is judged is the address a name resolves to, so that 127.1, 0x7f000001, a name of our own
network and a number inside a number are all the same question.
"""

import ipaddress
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HTTPS: Final = 443
LONGEST: Final = 2_000  # characters

# Prefixes that carry an IPv4 address in their last 32 bits (RFC 6052, RFC 8215).
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
LOCAL_NAT64: Final = ipaddress.ip_network("64:ff9b:1::/48")  # of somebody's own network
TRANSLATED: Final = ipaddress.ip_network("::ffff:0:0:0/96")  # RFC 2765
LOW: Final = 0xFFFFFFFF


class Refused(Exception):  # noqa: N818 - "raise Refused(reason)" is what it says
    """Raised where an address may not be asked, or what it gives not be taken."""


class Target(NamedTuple):
    """Where to ask: the parts of an address."""

    host: str
    port: int
    path: str

    def authority(self) -> str:
        """Return host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS else f"{host}:{self.port}"


def target(url: str) -> Target:
    """Read an address; raises Refused for anything but plain https."""
    if len(url) > LONGEST or not url.isascii() or any(c <= " " or c == "\\" for c in url):
        raise Refused("The address holds what no address holds; write it encoded")
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS
    except ValueError as fault:
        raise Refused(f"No address: {fault}") from fault
    if parts.scheme != "https":
        raise Refused("Only https is asked")
    if parts.username is not None or parts.password is not None:
        raise Refused("An address with a password in it is not asked")
    if not parts.hostname or "%" in parts.hostname:
        raise Refused("The address names no host")
    path = parts.path or "/"
    return Target(
        parts.hostname.rstrip("."), port, f"{path}?{parts.query}" if parts.query else path
    )


def chosen(host: str, resolved: Sequence[str]) -> str:
    """Return the address to connect to; raises Refused unless all that a name means are open.

    One private address among public ones is a trap, not a mistake.
    """
    if not resolved:
        raise Refused(f"{host} is not known")
    if not all(is_open(one) for one in resolved):
        raise Refused(f"{host} does not lie in the open Internet")
    return resolved[0]


def is_open(text: str) -> bool:
    """Tell whether an address lies in the open Internet, and every address inside it does too."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (inside := _inside(address)):
        return address not in LOCAL_NAT64 and all(_is_open(one) for one in inside)
    return _is_open(address)


def _is_open(address: Address) -> bool:
    local = address.is_multicast or address.is_reserved or address.is_unspecified
    site = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not local and not site


def _inside(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address carries."""
    low = ipaddress.IPv4Address(int(address) & LOW)
    found = [low for network in (NAT64, LOCAL_NAT64, TRANSLATED) if address in network]
    found += [one for one in (address.ipv4_mapped, address.sixtofour) if one is not None]
    return found + list(address.teredo or ())
