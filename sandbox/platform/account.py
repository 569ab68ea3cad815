"""The account's own affairs at the platform: menu, QR codes, followers, OAuth codes."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.platform.errors import ApiError
from sandbox.platform.memory import LoginCode
from sandbox.platform.state import Platform

_CLICKS = {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album"}
_CLICKS |= {"pic_weixin", "location_select", "media_id", "article_id"}
_MAX_KEY_BYTES, _MAX_URL_BYTES, _MAX_SCENE = 128, 1024, 64
_DAY, _MAX_DAYS = 86_400, 30


def width(text: str) -> float:
    """A name's length in Chinese characters: a letter counts as half of one."""
    return sum(0.5 if ord(char) < 128 else 1 for char in text)


def checked_menu(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A menu of at most 3 × 5 entries with names of at most 4 and 7 Chinese characters."""
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise ApiError(40016)
    for button in buttons:
        _check_name(button, 4)
        entries = button.get("sub_button")
        if not entries:
            _check_action(button)
            continue
        if len(entries) > 5:
            raise ApiError(40023)
        for entry in entries:
            _check_name(entry, 7)
            _check_action(entry)
    return [dict(button) for button in buttons]


def _check_name(button: Mapping[str, Any], limit: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not name or width(name) > limit:
        raise ApiError(40018, repr(name))


def _check_action(button: Mapping[str, Any]) -> None:
    kind = button.get("type")
    if kind == "view":
        url = str(button.get("url", ""))
        if urlsplit(url).scheme not in {"http", "https"} or len(url.encode()) > _MAX_URL_BYTES:
            raise ApiError(40020, repr(url))
    elif kind in _CLICKS:
        if not 1 <= len(str(button.get("key", "")).encode()) <= _MAX_KEY_BYTES:
            raise ApiError(40019)
    else:
        raise ApiError(40017, repr(kind))


def create_scene(platform: Platform, body: Mapping[str, Any]) -> dict[str, Any]:
    """qrcode/create: a ticket for a scene of at most 64 characters, at most 30 days."""
    scene = body.get("action_info", {}).get("scene", {})
    value = str(scene.get("scene_str") or scene.get("scene_id") or "")
    seconds = int(body.get("expire_seconds", 60))
    if not str(body.get("action_name", "")).startswith("QR_") or not value:
        raise ApiError(47001)
    if len(value) > _MAX_SCENE or not 1 <= seconds <= _MAX_DAYS * _DAY:
        raise ApiError(47001, "scene_str ≤ 64, expire_seconds ≤ 2592000")
    ticket = secrets.token_urlsafe(64)
    platform.scenes[ticket] = value
    url = f"http://weixin.qq.com/q/{secrets.token_urlsafe(16)}"
    return {"ticket": ticket, "expire_seconds": seconds, "url": url}


def user_info(platform: Platform, openid: str) -> dict[str, Any]:
    """user/info: nothing but whether she follows; names are no longer given."""
    phone = platform.phones.get(openid)
    if phone is None:
        raise ApiError(40003)
    if not phone.following:
        return {"subscribe": 0, "openid": openid}
    return {"subscribe": 1, "openid": openid, "language": "zh_CN", "nickname": ""}


def issue_code(platform: Platform, openid: str, scope: str) -> str:
    """A single-use OAuth code for this phone."""
    code = secrets.token_urlsafe(24)
    platform.codes[code] = LoginCode(openid, scope, platform.now())
    return code


def redeem_code(platform: Platform, query: Mapping[str, str]) -> dict[str, Any]:
    """sns/oauth2/access_token: the code works once, for five minutes."""
    if query.get("appid") != platform.config.app_id:
        raise ApiError(40013)
    if query.get("secret") != platform.config.app_secret:
        raise ApiError(40125)
    if query.get("grant_type") != "authorization_code":
        raise ApiError(40002)
    code = platform.codes.get(query.get("code", ""))
    if code is None:
        raise ApiError(40029)
    if code.used:
        raise ApiError(40163)
    if platform.now() - code.at > platform.config.code_seconds:
        raise ApiError(42003)
    code.used = True
    return _login(platform, code)


def _login(platform: Platform, code: LoginCode) -> dict[str, Any]:
    phone = platform.phones[code.openid]
    answer: dict[str, Any] = {
        "access_token": secrets.token_urlsafe(64),
        "expires_in": platform.config.token_seconds,
        "refresh_token": secrets.token_urlsafe(64),
        "openid": code.openid,
        "scope": code.scope,
        "unionid": f"uSBX{code.openid[4:]}",
    }
    return answer | ({"is_snapshotuser": 1} if phone.snapshot else {})
