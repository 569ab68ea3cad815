"""The door of the desk: every page says which roles may enter; everybody else stays outside.

A request without a session gets the sign-in page (401), one of another role 403. What changes
something is a POST whose form carries the session's own token (and whose cookie no other site
can send: SameSite=Strict).
"""

import hmac
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeAlias

from aiohttp import web
from aiohttp.web import FileField
from multidict import MultiDict, MultiDictProxy

from bot.desk.pages import DeskPages
from bot.desk.signing_in import Sessions, SignedIn, Visitor
from bot.problems import TooLarge
from bot.routes import Guard, Route
from storage.sql.staff import ROLES, Member, Role

COOKIE: Final = "desk"
PATH: Final = "/desk"
LONGEST_SIGN_IN: Final = 4 * 1024
"""Bytes of what a stranger may send; everybody else the application's own limit."""

Form: TypeAlias = MultiDictProxy[str | bytes | bytearray | FileField]
_NOTHING: Final[Form] = MultiDictProxy(MultiDict())


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who may make it; `form` is what a POST carried."""

    request: web.Request
    visitor: Visitor
    form: Form

    @property
    def member(self) -> Member:
        """Who is asking."""
        return self.visitor.member

    def said(self, name: str, longest: int = 2000) -> str:
        """One field of the form, trimmed; empty when it is missing."""
        value = self.form.get(name, "")
        return value.strip()[:longest] if isinstance(value, str) else ""

    def all_said(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be ticked several times."""
        return tuple(one for one in self.form.getall(name, ()) if isinstance(one, str))

    def file(self, name: str) -> bytes | None:
        """The bytes of an uploaded file; None when there is none."""
        value = self.form.get(name)
        return value.file.read() if isinstance(value, FileField) else None


Handler: TypeAlias = Callable[[Visit], Awaitable[web.StreamResponse]]


class Door:
    """Signing in and out, and the guard of every other page of the desk."""

    def __init__(self, sessions: Sessions, pages: DeskPages, *, secure: bool) -> None:
        self._sessions = sessions
        self._pages = pages
        self._secure = secure

    def routes(self) -> tuple[Route, ...]:
        """Signing in is for anybody; signing out for everybody who is in."""
        return (
            Route("GET", "/desk/login", self._show, Guard.PUBLIC),
            Route("POST", "/desk/login", self._sign_in, Guard.PUBLIC),
            self.route("POST", "/desk/logout", self._sign_out, ROLES),
        )

    def route(self, method: str, path: str, handler: Handler, roles: Collection[Role]) -> Route:
        """A page for these roles."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            visitor = await self._sessions.visitor(request.cookies.get(COOKIE, ""))
            if visitor is None:
                return self._pages.sign_in(401)
            if visitor.member.role not in roles:
                return self._pages.refused(visitor)
            form = await request.post() if method == "POST" else _NOTHING
            if method == "POST" and not _is_own(form, visitor):
                return self._pages.refused(visitor)
            return await handler(Visit(request, visitor, form))

        return Route(method, path, guarded, Guard.STAFF, frozenset(roles))

    async def _show(self, _: web.Request) -> web.StreamResponse:
        return self._pages.sign_in(200)

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        if _from_elsewhere(request):
            return self._pages.sign_in(403)
        if request.content_length is None or request.content_length > LONGEST_SIGN_IN:
            raise TooLarge
        form = await request.post()
        login, password, code = (_text(form, name) for name in ("login", "password", "code"))
        done = await self._sessions.sign_in(login.strip(), password, code.replace(" ", ""))
        if not isinstance(done, SignedIn):
            return self._pages.sign_in(403, refusal=done)
        response = web.HTTPSeeOther(PATH)
        response.set_cookie(
            COOKIE, done.token, path=PATH, httponly=True, samesite="Strict", secure=self._secure
        )
        raise response

    async def _sign_out(self, visit: Visit) -> web.StreamResponse:
        await self._sessions.sign_out(visit.visitor)
        response = web.HTTPSeeOther("/desk/login")
        response.del_cookie(COOKIE, path=PATH)
        raise response


def _text(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value[:200] if isinstance(value, str) else ""


def _is_own(form: Form, visitor: Visitor) -> bool:
    said = _text(form, "csrf").encode(errors="replace")
    return hmac.compare_digest(said, visitor.csrf.encode())


def _from_elsewhere(request: web.Request) -> bool:
    """A sign-in sent by another site's page; browsers say so themselves."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
