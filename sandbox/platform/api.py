"""The platform's HTTP interface: what the service calls with its token."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import BodyPartReader, web

from sandbox.platform import account
from sandbox.platform.errors import MESSAGES, OWN_FAULTS, ApiError
from sandbox.platform.failures import API_FAILURES, Failure
from sandbox.platform.sending import Sender
from sandbox.platform.state import Platform
from sandbox.platform.tokens import ForcedTooOftenError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PLATFORM = web.AppKey("platform", Platform)
ERRCODE = web.RequestKey("errcode", int)
MAX_REQUEST = 12 * 2**20

_OPEN = ("/cgi-bin/token", "/cgi-bin/stable_token")
_MEDIA_LIMITS = {"image": 10 * 2**20, "voice": 2 * 2**20, "video": 10 * 2**20, "thumb": 64 * 1024}
_TOKEN_SHAPE = re.compile(r"[\w-]{100,512}", re.ASCII)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals become errcode answers; every call is written down."""
    platform = request.app[PLATFORM]
    try:
        response = await handler(request)
    except ApiError as error:
        request[ERRCODE] = error.errcode
        if error.errcode in OWN_FAULTS:
            platform.violate(str(error.errcode), f"{_tail(request)}: {error}")
        response = _refusal(error.errcode, error.errmsg)
    platform.calls.append((platform.now(), _tail(request), request.get(ERRCODE, 0)))
    return response


@web.middleware
async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Fail as asked by the control routes, before or after doing the work."""
    failure = request.app[PLATFORM].failures.take(API_FAILURES, request.path)
    if failure is None:
        return await handler(request)
    if failure.what in {"hang", "drop"}:
        return await _work_badly(request, handler, failure)
    if failure.what == "errcode":
        request[ERRCODE] = failure.errcode
        return _refusal(failure.errcode, MESSAGES.get(failure.errcode, "error"))
    request[ERRCODE] = -1
    if failure.what == "http_500":
        return web.Response(status=500, text="Internal Server Error")
    if failure.what == "garbage":
        return web.Response(text='<html>{"errcode":0', content_type="application/json")
    return _hang_up(request)


@web.middleware
async def check_token(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every call but the token calls carries a token that is known and not expired."""
    if "/cgi-bin/" in request.path and not request.path.endswith(_OPEN):
        _check_token(request.app[PLATFORM], request.query.get("access_token", ""))
    return await handler(request)


def _check_token(platform: Platform, token: str) -> None:
    if not token:
        raise ApiError(41001)
    if not _TOKEN_SHAPE.fullmatch(token):
        raise ApiError(40014)
    for pot in (platform.stable_tokens, platform.plain_tokens):
        verdict = pot.verdict(token, platform.now())
        if verdict == 0:
            return
        if verdict is not None:
            raise ApiError(verdict)
    raise ApiError(40001)


async def _work_badly(
    request: web.Request, handler: Handler, failure: Failure
) -> web.StreamResponse:
    if failure.what == "hang":
        await asyncio.sleep(failure.seconds)
        return await handler(request)
    await handler(request)
    return _hang_up(request)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _refusal(errcode: int, errmsg: str) -> web.Response:
    return web.json_response({"errcode": errcode, "errmsg": errmsg})


def _tail(request: web.Request) -> str:
    """The path below the mount point: /cgi-bin/…, /sns/…"""
    return re.sub(r"^.*?/(?=(?:cgi-bin|sns|connect|media)/)", "/", request.path)


def _done(answer: dict[str, Any]) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok"} | answer)


async def _read(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except (ValueError, UnicodeDecodeError) as error:
        raise ApiError(47001) from error
    if not isinstance(body, dict):
        raise ApiError(47001)
    return body


def _check_secret(platform: Platform, app_id: object, secret: object, grant: object) -> None:
    if app_id != platform.config.app_id:
        raise ApiError(40013)
    if secret != platform.config.app_secret:
        raise ApiError(40125)
    if grant != "client_credential":
        raise ApiError(40002)


async def token(request: web.Request) -> web.Response:
    platform, query = request.app[PLATFORM], request.query
    _check_secret(platform, query.get("appid"), query.get("secret"), query.get("grant_type"))
    value, seconds = platform.plain_tokens.renew(platform.now())
    return web.json_response({"access_token": value, "expires_in": seconds})


async def stable_token(request: web.Request) -> web.Response:
    platform, body = request.app[PLATFORM], await _read(request)
    _check_secret(platform, body.get("appid"), body.get("secret"), body.get("grant_type"))
    pot, now = platform.stable_tokens, platform.now()
    try:
        value, seconds = pot.force(now) if body.get("force_refresh") is True else pot.stable(now)
    except ForcedTooOftenError as error:
        raise ApiError(45009) from error
    return web.json_response({"access_token": value, "expires_in": seconds})


async def send_custom(request: web.Request) -> web.Response:
    return _done(Sender(request.app[PLATFORM]).custom(await _read(request)))


async def send_template(request: web.Request) -> web.Response:
    return _done(Sender(request.app[PLATFORM]).template(await _read(request)))


async def list_templates(request: web.Request) -> web.Response:
    templates = [
        {
            "template_id": template_id,
            "title": template.title,
            "content": "\n".join(
                f"{field.label}:{{{{{key}.DATA}}}}" for key, field in template.fields.items()
            ),
        }
        for template_id, template in request.app[PLATFORM].templates.items()
    ]
    return web.json_response({"template_list": templates})


async def upload_medium(request: web.Request) -> web.Response:
    kind = request.query.get("type", "")
    if kind not in _MEDIA_LIMITS:
        raise ApiError(40004)
    body, media_type = await _read_upload(request)
    if len(body) > _MEDIA_LIMITS[kind]:
        raise ApiError(40009)
    platform = request.app[PLATFORM]
    media_id = platform.add_medium(body, media_type)
    answer = {"type": kind, "media_id": media_id, "created_at": int(platform.now())}
    return web.json_response(answer)


async def _read_upload(request: web.Request) -> tuple[bytes, str]:
    if request.content_type != "multipart/form-data":
        raise ApiError(41005)
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "media":
            body = await part.read()
            return bytes(body), part.headers.get("Content-Type", "application/octet-stream")
    raise ApiError(41005)


async def get_medium(request: web.Request) -> web.Response:
    medium = request.app[PLATFORM].medium(request.query.get("media_id", ""))
    if medium is None:
        raise ApiError(40007)
    headers = {"Content-Disposition": 'attachment; filename="media"'}
    return web.Response(body=medium.body, content_type=medium.media_type, headers=headers)


async def show_picture(request: web.Request) -> web.Response:
    """PicUrl: the same file without a token, as on the platform's picture host."""
    medium = request.app[PLATFORM].medium(request.match_info["media_id"])
    if medium is None:
        raise web.HTTPNotFound
    return web.Response(body=medium.body, content_type=medium.media_type)


async def create_menu(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    platform.menu = account.checked_menu(await _read(request))
    platform.announce("menu")
    return _done({})


async def get_menu(request: web.Request) -> web.Response:
    menu = request.app[PLATFORM].menu
    if not menu:
        raise ApiError(46003)
    return web.json_response({"menu": {"button": menu}})


async def delete_menu(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    platform.menu = []
    platform.announce("menu")
    return _done({})


async def create_qrcode(request: web.Request) -> web.Response:
    return web.json_response(account.create_scene(request.app[PLATFORM], await _read(request)))


async def get_user(request: web.Request) -> web.Response:
    openid = request.query.get("openid", "")
    return web.json_response(account.user_info(request.app[PLATFORM], openid))


async def authorize(request: web.Request) -> web.StreamResponse:
    """connect/oauth2/authorize: the phone in hand agrees at once and goes back with a code.

    Which phone: the `sandbox_phone` cookie set by the page, else the one chosen by control.
    """
    platform, query = request.app[PLATFORM], request.query
    target = urlsplit(query.get("redirect_uri", ""))
    if query.get("appid") != platform.config.app_id or target.scheme not in {"http", "https"}:
        return web.Response(status=400, text="redirect_uri 参数错误")
    if query.get("response_type") != "code" or not query.get("scope", "").startswith("snsapi_"):
        return web.Response(status=400, text="Scope 参数错误或没有 Scope 权限")
    openid = request.cookies.get("sandbox_phone", "")
    if openid not in platform.phones:
        openid = platform.login_phone
    code = account.issue_code(platform, openid, query["scope"])
    answer = urlencode({"code": code, "state": query.get("state", "")})
    joined = f"{target.query}&{answer}" if target.query else answer
    raise web.HTTPFound(target._replace(query=joined).geturl())


async def redeem(request: web.Request) -> web.Response:
    return web.json_response(account.redeem_code(request.app[PLATFORM], request.query))


ROUTES = (
    web.get("/cgi-bin/token", token),
    web.post("/cgi-bin/stable_token", stable_token),
    web.post("/cgi-bin/message/custom/send", send_custom),
    web.post("/cgi-bin/message/template/send", send_template),
    web.get("/cgi-bin/template/get_all_private_template", list_templates),
    web.post("/cgi-bin/media/upload", upload_medium),
    web.get("/cgi-bin/media/get", get_medium),
    web.post("/cgi-bin/menu/create", create_menu),
    web.get("/cgi-bin/menu/get", get_menu),
    web.get("/cgi-bin/menu/delete", delete_menu),
    web.post("/cgi-bin/qrcode/create", create_qrcode),
    web.get("/cgi-bin/user/info", get_user),
    web.get("/connect/oauth2/authorize", authorize),
    web.get("/sns/oauth2/access_token", redeem),
    web.get("/media/{media_id}", show_picture),
)
