"""One access token for all processes: asked for once, renewed once, never logged.

wechatpy fetched 494 tokens for one send under a lasting 40001, and 20 for 20 cold threads
(wechat.md). Here a token lives in Redis; whoever finds none takes a lock and asks the
platform, the others wait for what it brings. A token reported bad is replaced only if it is
still the current one. The same broker keeps the JS-SDK's ticket.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from redis.asyncio import Redis

LOCK_SECONDS = 25
"""Longer than two requests may take (10 s each, `client.TOTAL_SECONDS`)."""

POLL_SECONDS = 0.05
FAILURE_SECONDS = 1
"""How long a failed request speaks for all who ask: no stampede on a platform that is down."""

FORCE_PAUSE_SECONDS = 30
"""The platform wants 30 s between forced renewals and allows 20 a day."""

EARLY_SECONDS = 300
"""Both the old and the new token are valid for the last five minutes (stable_token, DOC)."""

_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end"


@dataclass(frozen=True, slots=True)
class Fresh:
    """A token as the platform gave it (512 characters and more). `expires_in` in seconds."""

    value: str = field(repr=False)
    expires_in: int


class TokenUnavailable(Exception):
    """There is no token to be had now. The text is a reason in one word, never a secret."""


class Fetch(Protocol):
    """Ask the platform for a token. Raises `TokenUnavailable`; `force` voids the present one."""

    def __call__(self, *, force: bool) -> Awaitable[Fresh]:
        """Ask once, within the client's time limit."""
        ...


class TokenBroker:
    """Hands out the one current token of `name` (kind and app id)."""

    def __init__(self, redis: Redis, name: str, fetch: Fetch, new_id: Callable[[], str]) -> None:
        self._redis = redis
        self._key = f"wechat:{name}"
        self._lock = f"wechat:{name}:lock"
        self._failed = f"wechat:{name}:failed"
        self._forced = f"wechat:{name}:forced"
        self._fetch = fetch
        self._new_id = new_id

    async def current(self) -> str:
        """Return the token to use, asking for one if there is none. `TokenUnavailable` if none."""
        return await self._stored() or await self._replace(None)

    async def renew(self, bad: str) -> str:
        """Return a token other than `bad`, or `bad` itself if the platform insists on it."""
        stored = await self._stored()
        return stored if stored and stored != bad else await self._replace(bad)

    async def _stored(self) -> str | None:
        return _text(await self._redis.get(self._key))

    async def _replace(self, bad: str | None) -> str:
        """Ask the platform, or wait for the one who does."""
        holder = self._new_id()
        for _ in range(int(LOCK_SECONDS / POLL_SECONDS)):
            if await self._redis.set(self._lock, holder, nx=True, ex=LOCK_SECONDS):
                return await self._replace_locked(bad, holder)
            await asyncio.sleep(POLL_SECONDS)
            stored = await self._stored()
            if stored and stored != bad:
                return stored
        raise TokenUnavailable("lock")

    async def _replace_locked(self, bad: str | None, holder: str) -> str:
        try:
            stored = await self._stored()
            if stored and stored != bad:
                return stored  # somebody was quicker
            reason = _text(await self._redis.get(self._failed))
            if reason:
                raise TokenUnavailable(reason)
            return await self._ask(bad)
        finally:
            await self._redis.eval(_RELEASE, 1, self._lock, holder)

    async def _ask(self, bad: str | None) -> str:
        try:
            fresh = await self._fetch(force=False)
            if fresh.value == bad and await self._may_force():
                fresh = await self._fetch(force=True)
        except TokenUnavailable as error:
            await self._redis.set(self._failed, str(error), ex=FAILURE_SECONDS)
            raise
        await self._redis.set(self._key, fresh.value, ex=lifetime(fresh.expires_in))
        return fresh.value

    async def _may_force(self) -> bool:
        return bool(await self._redis.set(self._forced, "1", nx=True, ex=FORCE_PAUSE_SECONDS))


def lifetime(expires_in: int) -> int:
    """Seconds to keep a token: five minutes less than it lives, or three quarters if short.

    The platform may answer with as little as 300 s, shortly before it changes the token.
    """
    return max(1, expires_in - min(EARLY_SECONDS, expires_in // 4))


def _text(value: bytes | str | None) -> str | None:
    return value.decode() if isinstance(value, bytes) else value
