"""Wakes the workers: something may have fallen due. A wake may be lost; a second later they look.

Inside a process a wake reaches every loop at once; `relay` carries it through Redis to and from the
other processes. Nothing depends on it but speed.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final
from weakref import WeakKeyDictionary

from redis.asyncio import Redis
from redis.exceptions import RedisError

_STREAM: Final = "wake"
_LISTEN_MS: Final = 5000
_AWAY_PAUSE: Final = 1.0  # seconds before asking a Redis that was away again


class Wake:
    """One process' bell."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._times = 0
        self._heard: WeakKeyDictionary[asyncio.Task[object], int] = WeakKeyDictionary()
        self._bell = asyncio.Event()
        self._untold = asyncio.Event()

    def wake_soon(self) -> None:
        """Wake this process' loops now, and the others' as soon as `relay` gets to it."""
        self._ring()
        self._untold.set()

    async def wake(self) -> None:
        """Wake the loops of all processes. Redis being away is no reason to fail."""
        self._ring()
        with suppress(RedisError, OSError):
            await self._tell()

    async def wait(self, seconds: float) -> bool:
        """Wait until somebody wakes, at most so long; whether somebody did.

        A wake while the caller was at work counts: it then need not wait at all.
        """
        task = asyncio.current_task()
        assert task is not None
        known = self._heard.get(task, self._times)
        if known == self._times:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._bell.wait()
        self._heard[task] = self._times
        return known != self._times

    async def relay(self) -> None:
        """Carry wakes to and from the other processes, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell_others())
            group.create_task(self._listen())

    async def _tell_others(self) -> None:
        while True:
            await self._untold.wait()
            self._untold.clear()
            with suppress(RedisError, OSError):
                await self._tell()

    async def _listen(self) -> None:
        last: bytes | str = "$"
        while True:
            try:
                found: Any = await self._client.xread({_STREAM: last}, block=_LISTEN_MS)
            except (RedisError, OSError):
                await asyncio.sleep(_AWAY_PAUSE)
                continue
            if found:
                last = found[0][1][-1][0]
                self._ring()

    async def _tell(self) -> None:
        await self._client.xadd(_STREAM, {"wake": "1"}, maxlen=1, approximate=False)

    def _ring(self) -> None:
        self._times += 1
        rung, self._bell = self._bell, asyncio.Event()
        rung.set()
