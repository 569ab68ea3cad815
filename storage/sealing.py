"""What identifies a person is sealed wherever it rests, and found again by a keyed digest.

A sealed value opens only in the place it was sealed for: table, column and row (or their like in
Redis) are part of what is authenticated, so that nobody with write access to a database can move
one person's bank card into another's row.

A sealed value is bytes: algorithm (1 byte), length of the key id (1), key id, nonce (12),
ciphertext with its tag (16 more than the plain text). `seal_text` gives the same as base64url for
text columns. Measured: sealing 1.4 µs, opening 1.2 µs, a digest 1.4 µs.

Nonces are random, so one key may seal 2³² values (NIST SP 800-38D, 8.3): a city of ten million
chats a year reaches that after decades; add a key long before.
"""

import base64
import binascii
from collections.abc import Callable
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.chance import random_bytes
from storage.errors import CannotOpen
from storage.keys import Ring

Place = tuple[str, ...]
"""Where a value rests: table, column, row. No part contains a NUL character."""

_AES_256_GCM = 1
_NONCE = 12
_TAG = 16
_BLOCK = 64
"""Bytes that SHA-256 takes at once."""


class Sealer:
    """Seals with the newest key of the ring, opens with any."""

    __slots__ = ("_ciphers", "_head", "_nonce", "_seal")

    def __init__(self, ring: Ring, chance: Callable[[int], bytes] = random_bytes) -> None:
        self._ciphers = {_head(key.id): AESGCM(key.secret) for key in ring}
        self._head = _head(ring[0].id)
        self._seal = self._ciphers[self._head].encrypt
        self._nonce = chance

    def seal(self, plain: bytes | str, place: Place) -> bytes:
        """Seal `plain` (text as UTF-8) for `place`."""
        nonce = self._nonce(_NONCE)
        data = plain.encode() if isinstance(plain, str) else plain
        return self._head + nonce + self._seal(nonce, data, _bound(self._head, place))

    def open(self, sealed: bytes, place: Place) -> bytes:
        """What was sealed for `place`; raises `CannotOpen` for anything else."""
        head = sealed[: 2 + sealed[1]] if len(sealed) > 1 else b""
        cipher = self._ciphers.get(head)
        start = len(head) + _NONCE
        if cipher is None:
            raise CannotOpen(_missing_key(head))
        if len(sealed) < start + _TAG:
            raise CannotOpen
        try:
            return cipher.decrypt(sealed[len(head) : start], sealed[start:], _bound(head, place))
        except InvalidTag:
            raise CannotOpen from None

    def seal_text(self, plain: bytes | str, place: Place) -> str:
        """`seal` for a text column."""
        return base64.urlsafe_b64encode(self.seal(plain, place)).decode()

    def open_text(self, sealed: str, place: Place) -> str:
        """Open what `seal_text` made of a text."""
        try:
            return self.open(base64.b64decode(sealed, b"-_", validate=True), place).decode()
        except (binascii.Error, ValueError):
            raise CannotOpen from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it; what it did not is sealed anew after a rotation."""
        return sealed.startswith(self._head)


class Mac:
    """HMAC-SHA256 (RFC 2104) under one key, the work that only the key needs done once.

    The standard library's one-shot function has OpenSSL 3 look up its algorithm each time: 3.5 µs
    against 0.8 µs. The tests hold both against each other.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        short = sha256(key).digest() if len(key) > _BLOCK else key
        padded = short.ljust(_BLOCK, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def digest(self, message: bytes) -> bytes:
        """32 bytes that nobody else can make of `message`."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


class Lookups:
    """Keyed digests by which sealed values are found: same purpose and value, same digest.

    The caller brings values into one spelling first (an ID number's final X, a phone without
    blanks). A digest is `key id.base64url`. While keys rotate, search for all of `digests` and
    store `digest`; rows for which `is_current` is false wait to be indexed anew.
    """

    __slots__ = ("_keys", "_newest")

    def __init__(self, ring: Ring) -> None:
        self._keys = tuple((f"{key.id}.", Mac(key.secret)) for key in ring)
        self._newest = self._keys[0]

    def digest(self, purpose: str, value: str) -> str:
        """The digest to store: by the newest key."""
        return _digest(self._newest, purpose, value)

    def digests(self, purpose: str, value: str) -> tuple[str, ...]:
        """The digests to search for: by every key, newest first."""
        return tuple(_digest(key, purpose, value) for key in self._keys)

    def is_current(self, digest: str) -> bool:
        """Whether the newest key made it."""
        return digest.startswith(self._newest[0])


def _head(key_id: str) -> bytes:
    name = key_id.encode("ascii")
    return bytes((_AES_256_GCM, len(name))) + name


def _bound(head: bytes, place: Place) -> bytes:
    """What is authenticated besides the value; no two places give the same bytes."""
    joined = "\0".join(place)
    if joined.count("\0") != len(place) - 1:
        raise ValueError("a place has at least one part and no part contains NUL")
    return head + joined.encode()


def _missing_key(head: bytes) -> str | None:
    """Name the key to the operator, if that is what is wrong; ids are no secrets."""
    if len(head) > 2 and head[0] == _AES_256_GCM and len(head) == 2 + head[1] and head.isascii():
        return f"A value is sealed with key {head[2:].decode()!r}, which is missing."
    return None


def _digest(key: tuple[str, Mac], purpose: str, value: str) -> str:
    if "\0" in purpose:
        raise ValueError("a purpose contains no NUL")
    name, mac = key
    code = mac.digest(f"{purpose}\0{value}".encode())
    return name + base64.urlsafe_b64encode(code).rstrip(b"=").decode()
