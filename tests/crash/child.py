"""The service in a process that kills itself where it is told.

`python -m tests.crash.child` is a nursery: it imports everything and reads the plans once; each
line on its input (a `Birth` in JSON) makes it fork a child that serves, on its output it says when
that child has ended. A start costs 0.2 s instead of 4.

The borders are wrapped from outside; production code knows nothing of it. A crossing is

- a command to Redis,
- an SQL commit, or a changing statement outside a transaction (reads change nothing: to die
  before one is to die after the crossing before it),
- an HTTP request that goes out,
- an HTTP answer that is written.

What an idle loop asks again and again counts only when it is given something to do, and then when
it has got it: that is the moment when a lease is lost with its holder. The bell (`wake`) does not
count: nothing depends on it.
"""

import asyncio
import ctypes
import gc
import json
import mmap
import os
import signal
import struct
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeAlias

import aiohttp
import aiosqlite
from aiohttp.web_protocol import RequestHandler
from redis.asyncio import Redis
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper

import bot.process
import bot.wiring
import storage.redis.drafts
import storage.redis.errands
import storage.redis.limits
import storage.redis.turns
from bot.clock import Clock, system_clock
from bot.settings import Settings
from dialogs.definition import Definitions
from storage.definitions import load
from storage.redis.connect import Script
from storage.redis.wire import Wire

When: TypeAlias = Literal["before", "after"]
KILLED = "killed at "
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Birth:
    """What a child needs to know. It dies at the `at`-th crossing; 0: never."""

    settings: Mapping[str, Any]
    clock: str
    """A file with eight bytes: by how many seconds the clock is ahead."""
    crossings: str
    """A file in which a line is written for every crossing, before it, and one for the death."""
    errors: str
    at: int = 0
    when: When = "before"
    among: str = ""
    """Count only the crossings of this name; empty: all."""


class Crossings:
    """Counts, and kills the process at the one that was asked for."""

    def __init__(self, birth: Birth) -> None:
        self._at, self._when, self._among = birth.at, birth.when, birth.among
        self._log = os.open(birth.crossings, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._count = 0

    async def cross(self, label: str, act: Callable[[], Awaitable[Any]]) -> Any:
        """Do `act`, unless it is the end."""
        number = self._reached(label)
        self._die("before", number, label)
        result = await act()
        await self._crossed(number, label)
        return result

    async def taken(self, label: str) -> None:
        """An idle loop was given something to do: there is only an after."""
        number = self._reached(label)
        self._die("before", number, label)
        await self._crossed(number, label)

    async def _crossed(self, number: int, label: str) -> None:
        if self._at and number == self._at and self._when == "after":
            await asyncio.sleep(0.005)  # what was handed to the event loop leaves the process
            self._die("after", number, label)

    def _reached(self, label: str) -> int:
        """The number of this crossing; 0 when it is not counted."""
        os.write(self._log, f"{label}\n".encode())
        if self._among not in {"", label}:
            return 0
        self._count += 1
        return self._count

    def _die(self, when: When, number: int, label: str) -> None:
        if self._at and number == self._at and when == self._when:
            os.write(self._log, f"{KILLED}{label}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


# ---- the borders ----------------------------------------------------------------------------


def _wrap(owner: type, name: str, around: Callable[..., Awaitable[Any]]) -> None:
    """Put `around(original, self, …)` in the place of a method."""
    original = getattr(owner, name)

    async def wrapped(self: Any, *arguments: Any, **named: Any) -> Any:
        return await around(lambda: original(self, *arguments, **named), self, *arguments)

    setattr(owner, name, wrapped)


def wrap_borders(crossings: Crossings) -> None:
    """From here on every crossing of this process is counted."""
    _wrap_redis(crossings)
    _wrap_sql(crossings)
    _wrap_http(crossings)


_IDLE_SCRIPTS = frozenset(
    {
        "drafts.ending",
        "drafts.facts",
        "errands.claim",
        "turns.poll",
        "turns.send_untaken",
        "turns.sweep",
    }
)


def _wrap_redis(crossings: Crossings) -> None:
    names: dict[Any, str] = {
        word: name for name, script in scripts().items() for word in words_of(script)
    }

    async def command(act: Callable[[], Awaitable[Any]], _: Redis | Wire, *words: Any) -> Any:
        name = names.get(words[1], words[0]) if len(words) > 1 else words[0]
        if words[0] in {"XREAD", "PING"} or words[:2] == ("XADD", "wake"):
            return await act()
        if name not in _IDLE_SCRIPTS:
            return await crossings.cross(f"redis {name}", act)
        reply = await act()
        if reply and reply != [b"waiting"]:
            await crossings.taken(f"redis {name}")
        return reply

    _wrap(Redis, "execute_command", command)
    _wrap(Wire, "_say", command)


def scripts() -> dict[str, Script]:
    """Every script by its name: `turns.save` …"""
    modules: tuple[ModuleType, ...] = (
        storage.redis.drafts,
        storage.redis.errands,
        storage.redis.limits,
        storage.redis.turns,
    )
    return {
        f"{module.__name__.rpartition('.')[2]}.{name.strip('_').lower()}": script
        for module in modules
        for name, script in vars(module).items()
        if isinstance(script, Script)
    }


def words_of(script: Script) -> tuple[str, str]:
    """What the command on the wire says: the digest, or the text when Redis has forgotten it."""
    return script._sha, script._text


_READS = ("SELECT", "PRAGMA", "EXPLAIN")
_IDLE_STATEMENTS = (
    "UPDATE outbox SET state = 'leased'",
    "UPDATE outbox SET state = 'queued', lease_until = NULL, lease_token = '' WHERE",
    "UPDATE timers SET lease_until = ?",
)


def _wrap_sql(crossings: Crossings) -> None:
    async def statement(
        act: Callable[[], Awaitable[Any]], client: SqliteClient, query: str, *_: Any
    ) -> Any:
        inside = isinstance(client, SqliteTransactionWrapper)
        if inside or query.lstrip().startswith(_READS):
            return await act()
        if not query.startswith(_IDLE_STATEMENTS):
            return await crossings.cross(f"sql {_short(query)}", act)
        result = await act()
        if _did_something(result):
            await crossings.taken(f"sql {_short(query)}")
        return result

    for name in ("execute_query", "execute_query_dict", "execute_insert", "execute_many"):
        _wrap(SqliteClient, name, statement)
    changes: dict[int, int] = {}

    async def commit(act: Callable[[], Awaitable[Any]], connection: aiosqlite.Connection) -> Any:
        if changes.get(id(connection), 0) == connection.total_changes:
            return await act()  # nothing was changed
        changes[id(connection)] = connection.total_changes
        return await crossings.cross("sql commit", act)

    _wrap(aiosqlite.Connection, "commit", commit)


def _short(query: str) -> str:
    """`UPDATE outbox`, `INSERT INTO persons` …"""
    return " ".join(query.split()[: 3 if query.startswith(("INSERT", "DELETE")) else 2])


def _did_something(result: Any) -> bool:
    return bool(result[0]) if isinstance(result, tuple) else bool(result)


def _wrap_http(crossings: Crossings) -> None:
    async def send(
        act: Callable[[], Awaitable[Any]], _: Any, method: str, url: Any, *__: Any
    ) -> Any:
        return await crossings.cross(f"http {method} {_path(str(url))}", act)

    async def answer(act: Callable[[], Awaitable[Any]], _: Any, request: Any, *__: Any) -> Any:
        if request.path in {"/readyz", "/healthz"}:
            return await act()
        return await crossings.cross(f"answer {request.method} {_path(request.path)}", act)

    _wrap(aiohttp.ClientSession, "_request", send)
    _wrap(RequestHandler, "finish_response", answer)


def _path(url: str) -> str:
    """Without host, query and long numbers."""
    path = url.partition("://")[2].partition("/")[2] if "://" in url else url.lstrip("/")
    steps = path.partition("?")[0].split("/")
    return "/" + "/".join("…" if len(step) > 20 else step for step in steps)


# ---- time -----------------------------------------------------------------------------------


def shared_clock(file: Path) -> Clock:
    """The machine's clock, moved on by what stands in the file now."""
    real = system_clock()
    with file.open("rb") as opened:
        ahead = mmap.mmap(opened.fileno(), 8, access=mmap.ACCESS_READ)

    def now() -> datetime:
        return real() + timedelta(seconds=struct.unpack("d", ahead[:8])[0])

    return now


# ---- the nursery ----------------------------------------------------------------------------


def main() -> None:
    """Fork a child for every line; one at a time."""
    _die_with_the_parent()
    definitions = Definitions(
        {"henan": load(Path(bot.process.__file__).parent.parent / "services", "henan")}
    )
    setattr(bot.wiring, "load_definitions", lambda _: definitions)  # noqa: B010 — from outside
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(Birth(**json.loads(line)))
        print(json.dumps({"pid": child}), flush=True)  # noqa: T201 — the word to the launcher
        _, status = os.waitpid(child, 0)
        print(json.dumps({"ended": os.waitstatus_to_exitcode(status)}), flush=True)  # noqa: T201


def _live(birth: Birth) -> None:
    """Serve until killed; never returns."""
    _die_with_the_parent()
    errors = os.open(birth.errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(errors, stream)
    wrap_borders(Crossings(birth))
    clock = shared_clock(Path(birth.clock))
    setattr(bot.wiring, "system_clock", lambda _: clock)  # noqa: B010 — from outside
    try:
        bot.process.serve(Settings(_env_file=None, **birth.settings))
    finally:
        sys.stderr.flush()
        os._exit(1)


def _die_with_the_parent() -> None:
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


if __name__ == "__main__":
    main()
