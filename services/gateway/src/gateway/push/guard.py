"""Which addresses we send to: nothing inside, nothing private, nothing spelt so as to look outside.

A subscriber names a URL and our process calls it, from inside our network. So the name is checked
when it is given and again at every delivery, it is resolved once, every answer must be of the
public internet, and the connection goes to the very address that was checked.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from gateway.who.networks import Address, Network, within

LONGEST: Final = 2000
RESOLVE_WITHIN: Final = 5.0
PORTS: Final = frozenset({443, 8443})
_NAME: Final = re.compile(
    r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
"""A name with a dot whose last part begins with a letter: no number is one, however it is spelt."""

_NAT64: Final = ip_network("64:ff9b::/96")
_USUAL: Final = "only https at its usual ports is sent to"
_INSIDE: Final = (".localhost", ".local", ".internal", ".intranet", ".home.arpa", ".onion")

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Refused(Exception):  # noqa: N818 (what is done about it, not what broke)
    """An address that nothing is sent to, and why."""


class Target(NamedTuple):
    """A URL taken apart. `host` is what the certificate must name, `path` what is asked for."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return the field Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


class Guard:
    """What may be reached. `nearby`: networks allowed beside the internet, by plain http too."""

    def __init__(
        self,
        *,
        nearby: Sequence[Network] = (),
        own: str = "",
        resolve: Resolve | None = None,
        resolve_within: float = RESOLVE_WITHIN,
    ) -> None:
        self._nearby = nearby
        self._own = own
        self._resolve = resolve or _resolved
        self._resolve_within = resolve_within

    def read(self, url: str) -> Target:
        """Take a URL apart. Raises Refused for one that is spelt in a way we do not send to."""
        parts = _split(url)
        host = parts.hostname or ""
        _check_host(host)
        secure = parts.scheme == "https"
        if not (secure or self._nearby):
            raise Refused("only https is sent to")
        port = _port(parts, usual=443 if secure else 80)
        if port not in PORTS and not self._nearby:
            raise Refused(f"ports are {', '.join(map(str, sorted(PORTS)))}")
        if host == self._own and not self._nearby:
            raise Refused("this is our own address")
        query = f"?{parts.query}" if parts.query else ""
        return Target(secure, host, port, (parts.path or "/") + query)

    async def address(self, target: Target) -> Address:
        """Resolve a target once and return where to connect.

        Raises Refused unless every answer may be reached; OSError when there is none.
        """
        try:
            async with asyncio.timeout(self._resolve_within):
                told = await self._resolve(target.host, target.port)
        except TimeoutError as late:
            raise OSError("the name is not resolved in time") from late
        found = [ip_address(text) for text in told]
        if not found:
            raise OSError("the name has no address")
        for address in found:
            self._check(address, secure=target.secure and target.port in PORTS)
        return found[0]

    async def check(self, url: str) -> Target:
        """Check a URL that somebody gives us. Raises Refused; a name unknown today is no fault.

        Unless it lies in a declared network today, it is sent to by https at the usual ports.
        """
        target = self.read(url)
        try:
            await self.address(target)
        except OSError:
            if not (target.secure and target.port in PORTS):
                raise Refused(_USUAL) from None
        return target

    def _check(self, address: Address, *, secure: bool) -> None:
        near = within(_unwrapped(address), self._nearby)
        if not near and not is_public(address):
            raise Refused("the name leads to an address that is not of the public internet")
        if not near and not secure:
            raise Refused(_USUAL)


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet, also after what it carries inside is unpacked.

    >>> is_public(ip_address("64:ff9b::7f00:1")), is_public(ip_address("1.1.1.1"))
    (False, True)
    """
    plain = _unwrapped(address)
    usual = plain.is_global and not plain.is_multicast and not plain.is_reserved
    return usual and not (isinstance(plain, IPv6Address) and plain.is_site_local)


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for (RFC 4291, 3056, 4380, 6052)."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or _teredo(address) or address


def _teredo(address: IPv6Address) -> IPv4Address | None:
    return address.teredo[1] if address.teredo else None


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST or not url.isascii() or re.search(r"[\x00-\x20\x7f\\<>\"`{}|^]", url):
        raise Refused("a URL is up to 2000 visible ASCII signs")
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise Refused("this is no URL") from fault
    if parts.scheme not in {"https", "http"}:
        raise Refused("only https is sent to")
    if "@" in parts.netloc or "#" in url or "%" in parts.netloc:
        raise Refused("a URL without user, fragment or escapes in its host")
    return parts


def _check_host(host: str) -> None:
    """Accept a name, or an address in the one way it is usually written."""
    if _NAME.fullmatch(host) and not f".{host}".endswith(_INSIDE):
        return
    try:
        address = ip_address(host)
    except ValueError as fault:
        raise Refused("this names no host of the public internet") from fault
    if str(address) != host:
        raise Refused("an address is written in its usual form")


def _port(parts: SplitResult, *, usual: int) -> int:
    try:
        return usual if parts.port is None else parts.port
    except ValueError as fault:
        raise Refused("this is no port") from fault


async def _resolved(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
