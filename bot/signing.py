"""Signed requests, both ways: departments, the household registry, the archive of papers.

What is signed are five lines: method, path?query raw as sent (no `?` when there is no query),
timestamp in seconds, nonce, and the SHA-256 of the body in hex. A request counts for 300 s around
its timestamp and once per nonce. Two keys of one sender may overlap: any of them verifies.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

from bot.problems import Problem

MAX_SKEW_SECONDS: Final = 300
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_NONCE = re.compile(r"[\x21-\x7e]{8,128}")
_NOBODYS_KEY: Final = "compared with when nobody of that name is known: it takes the same time"

KeysOf: TypeAlias = Callable[[str], Sequence[str]]
"""A sender's keys, newest first; none when nobody of that name is known."""
FirstUse: TypeAlias = Callable[[str, str], Awaitable[bool]]
"""Whether this sender uses this nonce for the first time (`Limits.first_use`)."""


class Unsigned(Problem):
    """The request is not signed, or its signature cannot hold.

    Nothing here says whether a key was nearly right; what differs is only what the sender can
    see by himself: his clock, his name, his nonce.
    """

    status, kind = 401, "unsigned"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "HMAC-SHA256"}


class Stale(Unsigned):
    """The timestamp is more than 300 seconds away from the time here."""

    kind = "stale"


class UnknownSender(Unsigned):
    """Nobody of that name is connected."""

    kind = "unknown_sender"


class BadSignature(Unsigned):
    """The signature does not match the request."""

    kind = "bad_signature"


class NonceUsed(Unsigned):
    """The nonce has been used before."""

    kind = "nonce_used"


@dataclass(frozen=True, slots=True)
class Message:
    """What is signed. `target` is path?query exactly as on the wire."""

    method: str
    target: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Unix seconds, and a string never used before."""

    timestamp: int
    nonce: str


def sign(sender: str, key: str, message: Message, stamp: Stamp) -> dict[str, str]:
    """The four headers of a request."""
    return {
        "X-Department": sender,
        "X-Timestamp": str(stamp.timestamp),
        "X-Nonce": stamp.nonce,
        "X-Signature": _signature(key, message, str(stamp.timestamp), stamp.nonce),
    }


async def verify(
    headers: Mapping[str, str],
    message: Message,
    keys_of: KeysOf,
    now: datetime,
    first_use: FirstUse,
) -> str:
    """Who sent it. Raises `Unsigned` or one of its kinds.

    The nonce is looked at last, so that nobody but the sender can use it up.
    """
    sender, timestamp = headers.get("X-Department", ""), headers.get("X-Timestamp", "")
    nonce, claimed = headers.get("X-Nonce", ""), headers.get("X-Signature", "")
    if not (sender and claimed and _TIMESTAMP.fullmatch(timestamp) and _NONCE.fullmatch(nonce)):
        raise Unsigned
    if abs(now.timestamp() - int(timestamp)) > MAX_SKEW_SECONDS:
        raise Stale
    keys = keys_of(sender)
    rights = [_signature(key, message, timestamp, nonce) for key in keys or (_NOBODYS_KEY,)]
    genuine = any(hmac.compare_digest(right.encode(), _bytes(claimed)) for right in rights)
    if not keys:
        raise UnknownSender
    if not genuine:
        raise BadSignature
    if not await first_use(sender, nonce):
        raise NonceUsed
    return sender


def _signature(key: str, message: Message, timestamp: str, nonce: str) -> str:
    digest = hashlib.sha256(message.body).hexdigest()
    lines = (message.method, message.target, timestamp, nonce, digest)
    return hmac.new(key.encode(), _bytes("\n".join(lines)), hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    """Headers and paths may carry bytes that are no text; aiohttp keeps them as surrogates."""
    return text.encode("utf-8", "surrogateescape")
