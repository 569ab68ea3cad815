"""Signed requests (departments, registry, papers), both ways; written anew on purpose.

The service has code of its own for the same rule: shared code would let two wrongs agree.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.serving import Problem
from sandbox.world import World

MAX_AGE_SECONDS = 300
HEADERS = ("X-Department", "X-Timestamp", "X-Nonce", "X-Signature")


@dataclass(frozen=True, slots=True)
class Message:
    """What is signed. `target` is path?query as on the wire, without `?` when there is no query."""

    method: str
    target: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and with which nonce."""

    timestamp: int
    nonce: str


def signature(key: str, message: Message, stamp: Stamp) -> str:
    """Lower-case hex HMAC-SHA256 of the five lines."""
    digest = hashlib.sha256(message.body).hexdigest()
    lines = (message.method, message.target, str(stamp.timestamp), stamp.nonce, digest)
    return hmac.new(key.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def sign(sender: str, key: str, message: Message, stamp: Stamp) -> dict[str, str]:
    """The four headers."""
    return {
        "X-Department": sender,
        "X-Timestamp": str(stamp.timestamp),
        "X-Nonce": stamp.nonce,
        "X-Signature": signature(key, message, stamp),
    }


@dataclass(slots=True)
class Verifier:
    """Checks what one partner sends to one stand-in; remembers nonces as long as they matter."""

    sender: str
    keys: Sequence[str]
    world: World
    _seen: dict[str, int] = field(default_factory=dict)

    def refusal(self, message: Message, headers: Mapping[str, str]) -> str | None:
        """None when the request is genuine, fresh and new; else one word why not."""
        if any(not headers.get(name) for name in HEADERS):
            return "unsigned"
        if headers["X-Department"] != self.sender:
            return "foreign_sender"
        stamp = _stamp(headers)
        if stamp is None or abs(self.world.now() - stamp.timestamp) > MAX_AGE_SECONDS:
            return "stale"
        if not self._genuine(message, stamp, headers["X-Signature"]):
            return "bad_signature"
        return None if self._first_time(stamp) else "nonce_used"

    def _genuine(self, message: Message, stamp: Stamp, claimed: str) -> bool:
        right = [signature(key, message, stamp) for key in self.keys]
        return any(hmac.compare_digest(one.encode(), claimed.encode()) for one in right)

    def _first_time(self, stamp: Stamp) -> bool:
        oldest = self.world.now() - MAX_AGE_SECONDS
        self._seen = {nonce: at for nonce, at in self._seen.items() if at >= oldest}
        if stamp.nonce in self._seen:
            return False
        self._seen[stamp.nonce] = stamp.timestamp
        return True


async def verified_body(request: web.Request, verifier: Verifier) -> bytes:
    """The body of a request that passed; raises the 401 or 403 otherwise."""
    body = await request.read()
    message = Message(request.method, request.raw_path.removesuffix("?"), body)
    refusal = verifier.refusal(message, request.headers)
    if refusal is not None:
        raise Problem(403 if refusal == "foreign_sender" else 401, refusal)
    return body


def _stamp(headers: Mapping[str, str]) -> Stamp | None:
    text = headers["X-Timestamp"]
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        return None
    return Stamp(int(text), headers["X-Nonce"])
