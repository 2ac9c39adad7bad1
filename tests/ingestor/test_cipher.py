"""Payloads in the vault: what was sealed opens again, in this release and in the one before."""

import os
import zlib
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ingestor.raw.cipher import LITTLE, NONCE_BYTES, Cipher

CIPHER = Cipher("a secret of enough length for this test")
KEY = CIPHER.__getstate__()
TAG_BYTES = 16
RECORD = b'{"id":1,"nameRu":"\xd0\x91\xd1\x83\xd0\xbc\xd0\xb0\xd0\xb3\xd0\xb0","sum":1200.5},'


def _digest(payload: bytes) -> bytes:
    return sha256(payload).digest()


def _of(size: int) -> bytes:
    return (RECORD * (size // len(RECORD) + 1))[:size]


@pytest.mark.parametrize("size", [0, 1, 700, LITTLE - 1, LITTLE, LITTLE + 1, 300_000])
def test_a_payload_of_any_size_opens_as_it_was(size: int) -> None:
    payload = _of(size)
    sealed = CIPHER.seal(payload, _digest(payload))
    assert sealed.size == size
    assert CIPHER.open(sealed.content, sealed.hash) == payload


def test_what_compresses_not_at_all_opens_as_it_was() -> None:
    payload = os.urandom(LITTLE)
    assert CIPHER.open(CIPHER.seal(payload, _digest(payload)).content, _digest(payload)) == payload


@pytest.mark.parametrize("size", [700, LITTLE, 300_000])
def test_the_release_before_reads_what_is_sealed_today(size: int) -> None:
    payload = _of(size)
    content = CIPHER.seal(payload, _digest(payload)).content
    packed = AESGCM(KEY).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], _digest(payload))
    assert zlib.decompress(packed) == payload


@pytest.mark.parametrize("size", [700, LITTLE, 300_000])
def test_what_the_release_before_sealed_is_read_today(size: int) -> None:
    payload, nonce = _of(size), os.urandom(NONCE_BYTES)
    content = nonce + AESGCM(KEY).encrypt(nonce, zlib.compress(payload, 1), _digest(payload))
    assert CIPHER.open(content, _digest(payload)) == payload


def test_a_little_payload_is_packed_as_small_as_by_the_widest_window() -> None:
    payload = os.urandom(LITTLE // 4).hex().encode() * 2
    assert len(payload) == LITTLE
    sealed = CIPHER.seal(payload, _digest(payload))
    widest = len(zlib.compress(payload, 1)) + NONCE_BYTES + TAG_BYTES
    assert len(sealed.content) < 1.02 * widest
