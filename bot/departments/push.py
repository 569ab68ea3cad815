"""One request to a department's system, and what became of it.

Promises: every call ends within `TOTAL_SECONDS` as one of our few words; redirects are not
followed; of an answer at most `MAX_ANSWER` bytes are read, and none of it is repeated in logs.
"""

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import aiohttp
import orjson
from yarl import URL

from bot.departments.connections import Connection
from bot.signing import Message, Stamp, sign

CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 10.0
TIMEOUT: Final = aiohttp.ClientTimeout(total=TOTAL_SECONDS, connect=CONNECT_SECONDS)
MAX_ANSWER: Final = 64 * 1024
_TRY_AGAIN: Final = frozenset({408, 409, 425, 429})
"""4xx that say “not now” or, 409, “I have something else under that key”: it must be asked."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The department has it. `answer` is what it said, an empty object when nothing."""

    answer: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The department will not have it; sending it again would change nothing."""

    status: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have arrived. `reason` is one word of ours."""

    reason: str


Fate: TypeAlias = Delivered | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Line:
    """The way to departments: a session, and how long to wait (a test waits less)."""

    session: aiohttp.ClientSession
    timeout: aiohttp.ClientTimeout = TIMEOUT


@dataclass(frozen=True, slots=True)
class Held:
    """The department holds the task in this revision."""

    revision: int


@dataclass(frozen=True, slots=True)
class NotHeld:
    """The department does not know the task."""


async def push_task(
    line: Line, connection: Connection, key: str, payload: bytes, stamp: Stamp
) -> Fate:
    """POST {base_url}/tasks."""
    return await _call(line, connection, ("POST", "tasks"), stamp, payload, key)


async def push_withdrawal(line: Line, connection: Connection, key: str, stamp: Stamp) -> Fate:
    """POST {base_url}/tasks/{key}/withdrawal. Whoever never had the task need not be told."""
    fate = await _call(line, connection, ("POST", "tasks", key, "withdrawal"), stamp, b"{}", key)
    return Delivered() if fate == Refused(404) else fate


async def ask_task(
    line: Line, connection: Connection, key: str, stamp: Stamp
) -> Held | NotHeld | Refused | Unknown:
    """GET {base_url}/tasks/{key}, after doubt."""
    fate = await _call(line, connection, ("GET", "tasks", key), stamp)
    if fate == Refused(404):
        return NotHeld()
    if not isinstance(fate, Delivered):
        return fate
    revision = fate.answer.get("revision")
    right = fate.answer.get("key") == key and isinstance(revision, int)
    return Held(int(revision)) if right and isinstance(revision, int) else Unknown("nonsense")


async def _call(
    line: Line,
    connection: Connection,
    call: tuple[str, ...],
    stamp: Stamp,
    body: bytes = b"",
    key: str = "",
) -> Fate:
    method, *path = call
    url = URL(connection.base_url).joinpath(*path)
    message = Message(method, url.raw_path_qs, body)
    headers = sign(connection.id, connection.keys[0], message, stamp)
    if body:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
    try:
        async with line.session.request(
            method,
            url,
            data=body or None,
            headers=headers,
            timeout=line.timeout,
            allow_redirects=False,  # the signature holds for this address only
        ) as answer:
            return _judged(answer.status, await _read(answer))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Unknown("timeout" if isinstance(error, TimeoutError) else "no_answer")


async def _read(answer: aiohttp.ClientResponse) -> bytes | None:
    """The body; None when it is longer than anybody may answer."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > MAX_ANSWER:
            return None
    return bytes(body)


def _judged(status: int, body: bytes | None) -> Fate:
    if status >= 500 or status in _TRY_AGAIN:
        return Unknown(f"http_{status}")
    if not 200 <= status < 300:
        return Refused(status)
    answer = _object(body)
    return Unknown("nonsense") if answer is None else Delivered(answer)


def _object(body: bytes | None) -> dict[str, Any] | None:
    """An answer may be empty; one that is there and no JSON object comes from somebody else."""
    if body is None:
        return None
    try:
        answer = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None
