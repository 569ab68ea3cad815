"""One connection on which the scripts of a process travel, one behind the other.

Redis runs scripts one at a time, so a pool of connections gains nothing here; it costs 110 µs of
our CPU a trip, and what is sent together shares a system call here and, with `appendfsync always`,
one fsync there. Replies come in the order of the commands. When the connection ends, everything
under way fails (whether it was done is not known, as ever), and the next call makes a new one.

Not for blocking commands: they would stop everybody behind them.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import hiredis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import NoScriptError, ResponseError

SECONDS_TO_CONNECT: Final = 4.0


@asynccontextmanager
async def wired(url: str) -> AsyncIterator["Wire"]:
    """A wire to the Redis at `url` (`unix://`, `redis://`, `rediss://`), for the block's length."""
    wire = Wire(url)
    try:
        yield wire
    finally:
        wire.close()


class Wire:
    """Runs scripts. Raises redis-py's exceptions: `NoScriptError`, `ResponseError`, `NoConnection`.

    A caller that is cancelled loses its reply and nothing else.
    """

    __slots__ = ("_connecting", "_line", "_url")

    def __init__(self, url: str) -> None:
        self._url = url
        self._line: _Line | None = None
        self._connecting = asyncio.Lock()

    async def evalsha(self, sha: str, numkeys: int, *arguments: Any) -> Any:
        """Run the script with this digest."""
        return await self._say("EVALSHA", sha, numkeys, *arguments)

    async def eval(self, script: str, numkeys: int, *arguments: Any) -> Any:
        """Run this script; from now on the server knows its digest."""
        return await self._say("EVAL", script, numkeys, *arguments)

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.hang_up()

    async def _say(self, *words: str | bytes | int) -> Any:
        line = self._line
        if line is None or line.ended:
            line = await self._connected()
        return await line.say(words)

    async def _connected(self) -> "_Line":
        async with self._connecting:
            if self._line is None or self._line.ended:
                async with asyncio.timeout(SECONDS_TO_CONNECT):
                    self._line = await _connect(self._url)
            return self._line


async def _connect(url: str) -> "_Line":
    options: dict[str, Any] = dict(parse_url(url))
    loop = asyncio.get_running_loop()
    if "path" in options:
        _, line = await loop.create_unix_connection(_Line, options["path"])
    else:
        host, port = options.get("host", "localhost"), options.get("port", 6379)
        tls = options.get("connection_class") is SSLConnection or None
        _, line = await loop.create_connection(_Line, host, port, ssl=tls)
    try:
        await _introduce(line, options)
    except BaseException:
        line.hang_up()
        raise
    return line


async def _introduce(line: "_Line", options: Mapping[str, Any]) -> None:
    if "password" in options:
        await line.say(("AUTH", options.get("username", "default"), options["password"]))
    if options.get("db"):
        await line.say(("SELECT", options["db"]))


class _Line(asyncio.Protocol):
    """The connection, and who waits for its replies."""

    def __init__(self) -> None:
        self.ended = False
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=_refusal)
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._unsent: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvloop's is no subclass of asyncio's; both connections made here give one
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            waiting = self._waiting.popleft()
            if waiting.done():
                continue
            if isinstance(reply, Exception):
                waiting.set_exception(reply)
            else:
                waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(NoConnection(str(exc or "the connection ended")))
        self._waiting.clear()

    def hang_up(self) -> None:
        if self._transport is not None:
            self._send()
            self._transport.close()
        self.ended = True

    def say(self, words: tuple[str | bytes | int, ...]) -> asyncio.Future[Any]:
        waiting: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append(waiting)
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent.append(hiredis.pack_command(words))  # type: ignore[arg-type]  # its stub takes tuples of one member only
        return waiting

    def _send(self) -> None:
        """Send what was said since the loop came round: the transport itself waits for nobody."""
        unsent, self._unsent = self._unsent, []
        if unsent and not self.ended and self._transport is not None:
            self._transport.write(b"".join(unsent))


def _refusal(message: str) -> Exception:
    return (NoScriptError if message.startswith("NOSCRIPT") else ResponseError)(message)
