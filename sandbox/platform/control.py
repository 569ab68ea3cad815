"""The control routes of the platform, for the page and for tests: speak, look, break."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.platform.citizen import Citizen, NotPossibleError
from sandbox.platform.delivery import Courier, Outcome
from sandbox.platform.failures import read_failure
from sandbox.platform.memory import Phone
from sandbox.platform.state import Platform

_OPTIONS = ("blacklisted", "refuses_notices", "snapshot")
_PREFIX = "/control/platform"
_KEEP_ALIVE = b": still here\n\n"


def _json(value: object, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


class Control:
    """Handlers bound to one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[web.RouteDef]:
        """Every control route, to be added to the application at the top."""
        table: dict[tuple[str, str], Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            ("GET", "/account"): self.account,
            ("GET", "/phones"): self.phones,
            ("GET", "/phones/{openid}"): self.phone,
            ("POST", "/phones/{openid}"): self.set_options,
            ("POST", "/phones/{openid}/say"): self.say,
            ("GET", "/media/{media_id}"): self.medium,
            ("GET", "/events"): self.events,
            ("GET", "/violations"): self.violations,
            ("DELETE", "/violations"): self.forget_violations,
            ("GET", "/failures"): self.failures,
            ("POST", "/failures"): self.fail,
            ("DELETE", "/failures"): self.stop_failing,
            ("GET", "/calls"): self.calls,
            ("POST", "/clock"): self.shift_clock,
            ("POST", "/handshake"): self.handshake,
            ("POST", "/login-phone"): self.choose_login_phone,
        }
        return [web.route(verb, _PREFIX + path, do) for (verb, path), do in table.items()]

    async def account(self, _request: web.Request) -> web.Response:
        """What the page's head needs: the account's name, its menu."""
        name = self._platform.config.account_name
        return _json({"name": name, "menu": self._platform.menu})

    async def phones(self, _request: web.Request) -> web.Response:
        return _json([phone.summary() for phone in self._platform.phones.values()])

    async def phone(self, request: web.Request) -> web.Response:
        """One phone: its chat, and the service notices by themselves."""
        phone = self._phone(request)
        messages = [message.as_json() for message in phone.messages]
        notices = [notice.as_json() for notice in phone.notices]
        menu = self._platform.menu
        shown = {"messages": messages, "notices": notices, "menu": menu}
        return _json(phone.summary() | shown)

    async def set_options(self, request: web.Request) -> web.Response:
        """Blacklisted, refusing notices, snapshot user: true or false each."""
        phone, wanted = self._phone(request), await _body(request)
        for option in _OPTIONS:
            if option in wanted:
                setattr(phone, option, bool(wanted[option]))
        self._platform.announce("phone", phone.openid)
        return _json(phone.summary())

    async def say(self, request: web.Request) -> web.Response:
        """Let the citizen do something; answers when the passive answer is there (or ?wait=0)."""
        citizen = Citizen(self._platform, self._phone(request))
        try:
            fields = citizen.act(await _said(request))
        except NotPossibleError as error:
            return _json({"error": str(error)}, status=409)
        delivery = self._platform.spawn(citizen.deliver(fields))
        if request.query.get("wait") == "0":
            return _json({"state": "under_way", "msg_id": fields.get("MsgId")}, status=202)
        return _json(_outcome(await delivery) | {"msg_id": fields.get("MsgId")})

    async def medium(self, request: web.Request) -> web.Response:
        medium = self._platform.medium(request.match_info["media_id"])
        if medium is None:
            raise web.HTTPNotFound
        return web.Response(body=medium.body, content_type=medium.media_type)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one line of JSON for each change, until the platform closes."""
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        queue = self._platform.listen()
        try:
            await stream.prepare(request)
            await stream.write(_KEEP_ALIVE)
            while (event := await queue.get()) is not None:
                await stream.write(f"data: {_dumps(event)}\n\n".encode())
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._platform.stop_listening(queue)
        return stream

    async def violations(self, _request: web.Request) -> web.Response:
        return _json([asdict(violation) for violation in self._platform.violations])

    async def forget_violations(self, _request: web.Request) -> web.Response:
        self._platform.violations.clear()
        return _json([])

    async def failures(self, _request: web.Request) -> web.Response:
        return _json([asdict(failure) for failure in self._platform.failures.waiting])

    async def fail(self, request: web.Request) -> web.Response:
        """Order a failure; `token_expired` ends all tokens now and is not kept."""
        try:
            failure = read_failure(await _body(request))
        except (ValueError, TypeError) as error:
            return _json({"error": str(error)}, status=400)
        if failure.what == "token_expired":
            for pot in (self._platform.stable_tokens, self._platform.plain_tokens):
                pot.expire(self._platform.now())
        else:
            self._platform.failures.add(failure)
        return _json(asdict(failure), status=201)

    async def stop_failing(self, _request: web.Request) -> web.Response:
        self._platform.failures.clear()
        return _json([])

    async def calls(self, _request: web.Request) -> web.Response:
        """Every call of the service since the start: when, path, errcode."""
        calls = [{"at": at, "path": path, "errcode": code} for at, path, code in self._calls()]
        return _json(calls)

    def _calls(self) -> list[tuple[float, str, int]]:
        return list(self._platform.calls)

    async def shift_clock(self, request: web.Request) -> web.Response:
        """Move the platform's clock to `seconds` beside the real one (the service: CLOCK_SHIFT)."""
        self._platform.shift = float((await _body(request)).get("seconds", 0))
        return _json({"seconds": self._platform.shift, "now": self._platform.now()})

    async def handshake(self, _request: web.Request) -> web.Response:
        """Verify the callback URL as the platform does when an account is registered."""
        return _json({"ok": await Courier(self._platform).handshake()})

    async def choose_login_phone(self, request: web.Request) -> web.Response:
        """The phone in whose name OAuth answers when no cookie says otherwise."""
        openid = str((await _body(request)).get("openid", ""))
        if openid not in self._platform.phones:
            raise web.HTTPNotFound
        self._platform.login_phone = openid
        return _json({"openid": openid})

    def _phone(self, request: web.Request) -> Phone:
        phone = self._platform.phones.get(request.match_info["openid"])
        if phone is None:
            raise web.HTTPNotFound
        return phone


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise web.HTTPBadRequest from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


async def _said(request: web.Request) -> dict[str, Any]:
    """What to do: JSON, or the bytes of a photo by their content type."""
    if not request.content_type.startswith("image/"):
        return await _body(request)
    return {"type": "photo", "body": await request.read(), "media_type": request.content_type}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    reply = outcome.shown.as_json() if outcome.shown else None
    return {"state": outcome.state, "deliveries": outcome.deliveries, "reply": reply}
