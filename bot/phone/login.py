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
from bot.routes import Guard, Route
from dialogs.said import IdentityConfirmed, IdentityRefused
from storage.redis.limits import Limits

COOKIE: Final = "login"
LOGIN_PATH: Final = "/m/login"
CALLBACK_PATH: Final = "/m/login/callback"


class LoginPages:
    """The two pages of the login."""

    def __init__(  # noqa: PLR0913 — what a login needs
        self,
        links: Links,
        oidc: Oidc,
        limits: Limits,
        hearing: Hearing,
        pages: Pages,
        clock: Clock,
        *,
        secure: bool,
    ) -> None:
        self._links = links
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
            Route("GET", CALLBACK_PATH, self.come_back, Guard.TICKET),
        )

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """From the chat's link to the province's login page."""
        text = request.query.get("t", "")
        if len(text) > 1000 or self._links.read(text) is None:
            return self._pages.page("login_old", 410)
        pending = self._oidc.begin()
        try:
            address = await self._oidc.authorize_url(pending)
        except LoginFailed:
            return self._pages.page("login_failed", 502)
        kept = orjson.dumps([text, pending.nonce, pending.verifier])
        await self._limits.issue(pending.state, kept)
        response = web.HTTPFound(address, headers=HEADERS)
        response.set_cookie(
            COOKIE,
            _fingerprint(pending.state),
            max_age=1800,
            path=LOGIN_PATH,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )
        raise response

    async def come_back(self, request: web.Request) -> web.StreamResponse:
        """From the province's login page, with a code or without."""
        state = request.query.get("state", "")[:200]
        cookie = request.cookies.get(COOKIE, "")
        if not hmac.compare_digest(cookie.encode(errors="replace"), _fingerprint(state).encode()):
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
