"""Every route says who may call it; `tests/architecture` proves that none forgot.

PUBLIC    anybody; tells nothing about anybody
PLATFORM  WeChat, by the signature of its callback
SIGNED    a department, by its signature (bot/signing.py)
TICKET    somebody with an unguessable, short-lived ticket that was sent to one person
STAFF     somebody signed in at the desk, of one of the route's roles (bot/desk/door.py)
OPERATOR  the machine's own operator: answered on the loopback address only
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TypeAlias

from aiohttp import web


class Guard(StrEnum):
    """Who may call a route."""

    PUBLIC = "public"
    PLATFORM = "platform"
    SIGNED = "signed"
    TICKET = "ticket"
    STAFF = "staff"
    OPERATOR = "operator"


Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, who handles it and who may call it."""

    method: str
    path: str
    handler: Handler
    guard: Guard
    roles: frozenset[str] = frozenset()
    """Which staff may enter; empty where the guard is another."""


def add_routes(app: web.Application, routes: Iterable[Route]) -> None:
    """Add the routes, each behind its guard where the guard needs no reading of the body."""
    for route in routes:
        handler = _for_operator(route.handler) if route.guard is Guard.OPERATOR else route.handler
        app.router.add_route(route.method, route.path, handler, name=None)


def _for_operator(handler: Handler) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        if not _is_local(request.remote) or "X-Forwarded-For" in request.headers:
            raise web.HTTPNotFound
        return await handler(request)

    return guarded


def _is_local(remote: str | None) -> bool:
    try:
        return ip_address(remote or "").is_loopback
    except ValueError:
        return False
