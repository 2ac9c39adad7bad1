"""Answers made small on their way: by zstd or gzip, whichever the caller prefers to have."""

import zlib
from hashlib import blake2b
from typing import Final

import zstandard
from fastapi import Request, Response

from gateway.api.asking import HEADERS, JSON
from gateway.door import is_known

SMALL: Final = 500
"""Bytes below which nothing is gained."""

_GZIP: Final = 31
_zstd = zstandard.ZstdCompressor(level=6)


def squeezed(request: Request, body: bytes) -> Response:
    """Send a document compressed, with its version, or 304 to a caller who has it."""
    coding = _coding(request.headers.get("accept-encoding", "")) if len(body) >= SMALL else ""
    etag = tag_of(body, coding).decode()
    headers = {**HEADERS, "Vary": "Authorization, Accept-Encoding", "ETag": etag}
    known = request.headers.get("if-none-match")
    if known is not None and is_known(known.encode("latin-1"), etag.encode()):
        return Response(status_code=304, headers=headers)
    if coding:
        headers["Content-Encoding"] = coding
    return Response(_compressed(body, coding), media_type=JSON, headers=headers)


def tag_of(body: bytes, coding: str = "") -> bytes:
    """Return the version of a document as it is sent."""
    tag = blake2b(body, digest_size=12).hexdigest()
    return f'"{tag}-{coding}"'.encode() if coding else f'"{tag}"'.encode()


def _coding(accepted: str) -> str:
    """Return the coding to use: the caller's best, zstd before gzip; none if neither is taken.

    >>> _coding("gzip, deflate, br, zstd"), _coding("gzip;q=0.5, zstd;q=0"), _coding("br")
    ('zstd', 'gzip', '')
    """
    weights = dict(_weighed(part) for part in accepted.split(",") if part.strip())
    best = max(("zstd", "gzip"), key=lambda coding: weights.get(coding, 0.0))
    return best if weights.get(best, 0.0) > 0 else ""


def _weighed(part: str) -> tuple[str, float]:
    coding, _, weight = part.partition(";")
    try:
        value = float(weight.strip().lower().removeprefix("q=") or 1)
    except ValueError:
        value = 0.0
    return coding.strip().lower(), value


def _compressed(body: bytes, coding: str) -> bytes:
    if coding == "zstd":
        return _zstd.compress(body)
    if coding == "gzip":
        packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        return packer.compress(body) + packer.flush()
    return body
