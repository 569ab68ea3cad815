"""`/wechat`: the platform's callback.

What is not WeChat's gets 403 and leaves no trace; what is WeChat's and cannot be read gets
`success`; everything else is heard. No request makes a 500.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.hearing import ForgedError, Hearing
from bot.metrics import Metrics
from bot.routes import Guard, Route
from bot.wechat.crypto import Account, NotFromWeChat, Unreadable, shake_hands
from bot.wechat.inbound import (
    MAX_BODY,
    Ignored,
    Inbound,
    NoticeChoices,
    NoticeReceipts,
    Receipt,
    read_callback,
)
from bot.wechat.outbound import SUCCESS, answer_body
from dialogs.said import Spoken
from storage.redis.connect import RedisAway

PATH: Final = "/wechat"
ANSWER_SECONDS: Final = 4.7
"""The platform hangs up after 5 s (DOC); a Redis that is silent rather than gone must not hold
the answer beyond that."""

Settle: TypeAlias = Callable[[Receipt, str], Awaitable[None]]
"""What is done with the receipt of a template message to that openid."""

log = structlog.get_logger()


class Callback:
    """Answers the platform."""

    def __init__(
        self,
        account: Account,
        hearing: Hearing,
        settle: Settle,
        away: str,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._account = account
        self._hearing = hearing
        self._settle = settle
        self._away = away
        self._clock = clock
        self._metrics = metrics

    def routes(self) -> tuple[Route, ...]:
        """What is answered here."""
        return (
            Route("GET", PATH, self.shake_hands, Guard.PLATFORM),
            Route("POST", PATH, self.receive, Guard.PLATFORM),
        )

    async def shake_hands(self, request: web.Request) -> web.Response:
        """The platform asks whether this address is ours."""
        try:
            echo = shake_hands(self._account, request.query, self._now())
        except NotFromWeChat:
            return self._forbidden("handshake")
        return web.Response(text=echo)

    async def receive(self, request: web.Request) -> web.Response:
        """A message or an event."""
        body = await _read(request)
        if body is None:
            return self._forbidden("too_large")
        try:
            inbound = read_callback(self._account, request.query, body, self._now())
        except NotFromWeChat:
            return self._forbidden("not_wechat")
        if isinstance(inbound, Unreadable):
            self._metrics.count("callback", "unreadable")
            log.warning("callback_unreadable", reason=inbound.reason)
            return _answer(SUCCESS)
        return await self._answered(inbound)

    async def _answered(self, inbound: Inbound) -> web.Response:
        """In time, and whatever goes wrong."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._read(inbound)
        except ForgedError:
            return self._forbidden("nonce")
        except (RedisAway, TimeoutError):
            return self._away_now(inbound)
        except Exception as error:  # noqa: BLE001 — whatever went wrong, the platform gets no 500
            self._metrics.count("callback", "broken")
            log.error("callback_broken", error=type(error).__name__)  # noqa: TRY400 — a traceback may show what people wrote
            return _answer(SUCCESS)  # what was kept is heard by the sweeper

    async def _read(self, inbound: Inbound) -> web.Response:
        match inbound.said:
            case Receipt() as receipt:
                await self._settle(receipt, inbound.openid)
                return _answer(SUCCESS)
            case NoticeReceipts() | NoticeChoices() | Ignored():
                return _answer(SUCCESS)
            case said:
                return await self._heard(inbound, said)

    async def _heard(self, inbound: Inbound, said: Spoken) -> web.Response:
        body = await self._hearing.answer(inbound, said)
        self._metrics.count("callback", "answered")
        return _answer(body)

    def _away_now(self, inbound: Inbound) -> web.Response:
        """Say that nothing can be kept; to an event that nobody typed say nothing."""
        self._metrics.count("callback", "away")
        log.warning("redis_away")
        if isinstance(inbound.said, Receipt):
            return _answer(SUCCESS)
        return _answer(answer_body(self._account, inbound.answer_with, self._away, self._now()))

    def _forbidden(self, why: str) -> web.Response:
        self._metrics.count("callback_refused", why)
        return web.Response(status=403)

    def _now(self) -> int:
        return int(self._clock().timestamp())


async def _read(request: web.Request) -> bytes | None:
    """The body, or None when it is longer than any message of the platform."""
    if request.content_length is not None and request.content_length > MAX_BODY:
        return None
    if "Content-Encoding" in request.headers:  # the platform never packs; a bomb would
        return None
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _answer(body: bytes) -> web.Response:
    content_type = "text/plain" if body == SUCCESS else "text/xml"
    return web.Response(body=body, content_type=content_type, charset="utf-8")
