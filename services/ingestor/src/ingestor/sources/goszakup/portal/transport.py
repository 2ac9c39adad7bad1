"""One exchange with the portal: bounded in time and size, on checked TLS, to no other host."""

import asyncio
import ssl
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from ingestor.sources.goszakup.portal.failures import Reason, RequestError, TokenRefusedError
from ingestor.sources.goszakup.portal.token import Token
from ingestor.sources.goszakup.portal.wire import TooLargeError, Wire

LARGEST: Final = 32 * 1024**2  # bytes of one answer, unpacked; a page of 200 records has 2 MB
STEP: Final = 1024**2  # bytes unpacked at once
TOO_LARGE: Final = f"The answer is larger than {LARGEST} bytes"
LIMITS: Final = {"timeout": {"connect": 15.0}}  # seconds; the whole exchange has its own
INVALID_ROUTE: Final = b"Invalid Route"  # how the portal answers where it sees no token
HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": "qadaga (public procurement oversight)",
}
_GZIP: Final = 31  # zlib's number for gzip
_SERVER_ERROR: Final = 500


class Request(NamedTuple):
    """What is asked: a GraphQL body where there is one, else a GET."""

    path: str
    body: bytes | None = None


class Transport:
    """Carries requests to one portal. `ca_bundle` holds the authorities to trust besides none."""

    def __init__(
        self,
        url: str,
        token: Token,
        *,
        timeout: float,
        ca_bundle: Path | None = None,
    ) -> None:
        self._token = token
        self._timeout = timeout
        self._url = url.rstrip("/")
        self._wire = _wire(url, _authorities(ca_bundle))

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    async def exchange(self, request: Request) -> bytes:
        """Return a whole answer; raises RequestError for anything else."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchanged(request)
        except TimeoutError as fault:
            raise RequestError("timeout", f"No whole answer in {self._timeout:g} s") from fault
        except httpx.TimeoutException as fault:
            raise RequestError("timeout", f"The portal hangs: {type(fault).__name__}") from fault
        except httpx.RemoteProtocolError as fault:
            raise RequestError("truncated", f"The answer broke off: {fault}") from fault
        except TooLargeError as fault:
            raise RequestError("too_large", TOO_LARGE) from fault
        except httpx.TransportError as fault:
            raise _no_connection(fault) from fault

    async def _exchanged(self, request: Request) -> bytes:
        headers = {**HEADERS, "Authorization": f"Bearer {self._token.value()}"}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        written = httpx.Request(
            "GET" if request.body is None else "POST",
            _address(self._url + request.path),
            headers=headers,
            content=request.body,
            extensions=LIMITS,
        )
        response = await self._wire.handle_async_request(written)
        try:
            body = await _read(response)
        finally:
            await response.aclose()
        _check(response, body)
        return body


@lru_cache(maxsize=8)
def _address(url: str) -> httpx.URL:
    """Read an address; that of GraphQL is asked for a million times a year."""
    return httpx.URL(url)


@lru_cache(maxsize=8)
def _authorities(bundle: Path | None) -> ssl.SSLContext:
    """Return whom TLS trusts; reading all authorities of a system takes a tenth of a second."""
    return ssl.create_default_context(cafile=bundle)


def _wire(url: str, context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """Return what carries requests: straight, or by the proxy that the environment names."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy is None or proxy_bypass(parts.hostname or ""):
        return Wire(context, largest=LARGEST)
    return httpx.AsyncHTTPTransport(verify=context, proxy=proxy)


async def _read(response: httpx.Response) -> bytes:
    """Read and unpack a body, never holding more of it than is allowed."""
    packing = response.headers.get("Content-Encoding", "identity").lower()
    if packing not in ("identity", "gzip"):
        raise RequestError("not_json", f"The answer is packed as {packing}, which nobody asked for")
    unpacker = zlib.decompressobj(_GZIP) if packing == "gzip" else None
    parts: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        for part in _unpacked(unpacker, chunk):
            size += len(part)
            if size > LARGEST:
                raise RequestError("too_large", TOO_LARGE)
            parts.append(part)
    if unpacker is not None and not unpacker.eof:
        raise RequestError("truncated", "The packed answer broke off")
    return b"".join(parts)


def _unpacked(unpacker: "zlib._Decompress | None", chunk: bytes) -> Iterator[bytes]:
    """Unpack a chunk a step at a time, so that a bomb is noticed before it is held."""
    if unpacker is None:
        yield chunk
        return
    try:
        while chunk:
            yield unpacker.decompress(chunk, STEP)
            chunk = unpacker.unconsumed_tail
    except zlib.error as fault:
        raise RequestError("truncated", f"The packed answer is broken: {fault}") from fault


def _check(response: httpx.Response, body: bytes) -> None:
    """Raise what an answer other than 200 means."""
    status = response.status_code
    if status == httpx.codes.OK:
        return
    if status in (401, 403) or (status == httpx.codes.NOT_FOUND and INVALID_ROUTE in body):
        raise TokenRefusedError(status)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise RequestError(
            "rate_limited", "The portal asks for patience", retry_after=_wait(response)
        )
    if status >= _SERVER_ERROR:
        raise RequestError("server_error", f"HTTP {status}", retry_after=_wait(response))
    if response.is_redirect:
        where = response.headers.get("Location", "")[:200]
        raise RequestError("redirect", f"The portal points elsewhere, which is refused: {where}")
    reason: Reason = "not_found" if status == httpx.codes.NOT_FOUND else "refused"
    raise RequestError(reason, f"HTTP {status}", status=status)


def _wait(response: httpx.Response) -> float | None:
    """Return the seconds the portal asks to wait, where it names them."""
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def _no_connection(fault: httpx.TransportError) -> RequestError:
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return RequestError("tls", f"The portal's certificate is not accepted: {cause}")
        cause = cause.__cause__ or cause.__context__
    return RequestError("connection", f"No connection: {type(fault).__name__}")
