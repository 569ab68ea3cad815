"""`/m/login`: the way to the province's login and back.

The link in the chat carries a ticket for one person and draft. The state of a login lies in
Redis, works once and is bound to the browser by a cookie. What comes back is heard by the
conversation like anything else that is said; the page only says “go back to WeChat”.
"""

import hashlib
import hmac
from typing import Final

import orjson
from aiohttp import web

from bot.clock import Clock
from bot.envelopes import Order
from bot.hearing import Hearing
from bot.identity.oidc import Claims, LoginFailed, Oidc, Pending
from bot.links import LIFE, Links, Ticket
from bot.phone.pages import HEADERS, Pages
from bot.phone.recognising import OnlyASnapshot, Recognising, Stranger, Unrecognised
from bot.routes import Guard, Route
from dialogs.said import IdentityConfirmed, IdentityRefused
from storage.redis.limits import Limits

COOKIE: Final = "login"
LONGEST_TICKET: Final = 1000
LOGIN_PATH: Final = "/m/login"
WECHAT_PATH: Final = "/m/login/wechat"
CALLBACK_PATH: Final = "/m/login/callback"


class LoginPages:
    """The two pages of the login."""

    def __init__(  # noqa: PLR0913 — what a login needs
        self,
        links: Links,
        recognising: Recognising,
        oidc: Oidc,
        limits: Limits,
        hearing: Hearing,
        pages: Pages,
        clock: Clock,
        *,
        secure: bool,
    ) -> None:
        self._links = links
        self._recognising = recognising
        self._oidc = oidc
        self._limits = limits
        self._hearing = hearing
        self._pages = pages
        self._clock = clock
        self._secure = secure

    def routes(self) -> tuple[Route, ...]:
        """What these pages answer."""
        return (
            Route("GET", LOGIN_PATH, self.begin, Guard.TICKET),
            Route("GET", WECHAT_PATH, self.recognise, Guard.TICKET),
            Route("GET", CALLBACK_PATH, self.come_back, Guard.TICKET),
        )

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """From the chat's link to WeChat, which says whose phone this is."""
        text = request.query.get("t", "")
        if len(text) > LONGEST_TICKET or self._links.read(text) is None:
            return self._pages.page("login_old", 410)
        state = self._oidc.begin().state
        await self._limits.issue(state, text.encode())
        raise self._onward(self._recognising.address(state), state)

    async def recognise(self, request: web.Request) -> web.StreamResponse:
        """From WeChat to the province's login page, if the link was sent to this phone."""
        state = self._state(request)
        kept = await self._limits.redeem(state) if state else None
        text = kept.decode() if kept is not None else ""
        ticket = self._links.read(text)
        if ticket is None:
            return self._pages.page("login_old", 410)
        found = await self._recognising.person(request.query.get("code", ""))
        if isinstance(found, OnlyASnapshot):
            return self._pages.page("login_snapshot", 403)
        if isinstance(found, Unrecognised):
            return self._pages.page("login_failed", 502)
        if isinstance(found, Stranger) or found != ticket.person:
            return self._pages.page("login_forwarded", 403)
        return await self._to_province(text)

    async def _to_province(self, text: str) -> web.StreamResponse:
        pending = self._oidc.begin()
        try:
            address = await self._oidc.authorize_url(pending)
        except LoginFailed:
            return self._pages.page("login_failed", 502)
        kept = orjson.dumps([text, pending.nonce, pending.verifier])
        await self._limits.issue(pending.state, kept)
        raise self._onward(address, pending.state)

    def _onward(self, address: str, state: str) -> web.HTTPFound:
        """To the next page; the browser keeps what proves that the way back is its own."""
        response = web.HTTPFound(address, headers=HEADERS)
        response.set_cookie(
            COOKIE,
            _fingerprint(state),
            max_age=1800,
            path=LOGIN_PATH,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )
        return response

    def _state(self, request: web.Request) -> str:
        """The state that came back, if this browser set out with it; else empty."""
        state = request.query.get("state", "")[:200]
        cookie = request.cookies.get(COOKIE, "")
        own = hmac.compare_digest(cookie.encode(errors="replace"), _fingerprint(state).encode())
        return state if own else ""

    async def come_back(self, request: web.Request) -> web.StreamResponse:
        """From the province's login page, with a code or without."""
        state = self._state(request)
        if not state:
            return self._pages.page("login_old", 403)
        kept = await self._limits.redeem(state)
        ticket, pending = self._read(kept, state)
        if ticket is None or pending is None:
            return self._pages.page("login_old", 410)
        code = request.query.get("code", "")[:2000]
        if not code:
            await self._refused(ticket, "left")
            return self._pages.page("login_left")
        try:
            claims = await self._oidc.finish(code, pending)
        except LoginFailed:
            await self._refused(ticket, "failed")
            return self._pages.page("login_failed", 502)
        return await self._confirmed(ticket, claims)

    def _read(self, kept: bytes | None, state: str) -> tuple[Ticket | None, Pending | None]:
        if kept is None:
            return None, None
        text, nonce, verifier = orjson.loads(kept)
        return self._links.read(text), Pending(state, nonce, verifier)

    async def _confirmed(self, ticket: Ticket, claims: Claims) -> web.Response:
        if not await self._limits.first_use("login", ticket.id, LIFE):
            return self._pages.page("login_old", 410)
        confirmed = IdentityConfirmed(
            ticket.draft, claims.name, claims.id_number, claims.phone_number
        )
        await self._hearing.tell(ticket.person, confirmed, Order(()), f"login:{ticket.id}")
        return self._pages.page("login_done")

    async def _refused(self, ticket: Ticket, reason: str) -> None:
        refused = IdentityRefused(ticket.draft, "left" if reason == "left" else "failed")
        key = f"login:{ticket.id}:{int(self._clock().timestamp())}"
        await self._hearing.tell(ticket.person, refused, Order(()), key)


def _fingerprint(state: str) -> str:
    """What the browser keeps: not the state itself, which is the key to the login."""
    return hashlib.sha256(b"login-cookie\n" + state.encode(errors="replace")).hexdigest()
