"""Everything that this service asks of the WeChat platform, each call with a value as result.

Calls go through wechatpy's API classes where those are sound, over our `Transport`. Written
out here is what they cannot do: `client_msg_id` on template messages, media as a stream, the
OAuth exchange (no access token of the account in it).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from bot.wechat.menu import Menu, menu_problems
from bot.wechat.outbound import menu_id
from bot.wechat.results import (
    CallResult,
    CodeSpent,
    Failure,
    Media,
    MediaExpired,
    MediaTooLarge,
    OAuthIdentity,
    QrTicket,
    Refused,
    Reply,
    SendResult,
    Sent,
    SnapshotUser,
    Unknown,
)
from bot.wechat.transport import Transport, call, fate, judge, read_up_to
from dialogs.say import Choice

MAX_MEDIA = 10 * 1024 * 1024
"""Bytes; the platform's limit for a picture (the same page also says 2 MB)."""

MAX_SCENE = 64
MAX_QR_SECONDS = 30 * 24 * 3600

_MEDIA_GONE = {40007, 40004}
"""“invalid media_id” is what an expired one is called, too."""
_CODE_SPENT = {40163, 40029}


class Platform:
    """The WeChat platform as this account may use it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        credentials: tuple[str, str],
        transport: Transport,
    ) -> None:
        """Take `credentials` as (app id, secret); the session's owner closes it."""
        # Imported here: it costs 0.3 s (it pulls in `requests`), and who only reads callbacks
        # (a `web` process under test, the CLI) never pays for it.
        from wechatpy.client.api import (  # noqa: PLC0415 — see above
            WeChatMenu,
            WeChatMessage,
            WeChatQRCode,
        )

        self._session = session
        self._base = api_url.rstrip("/")
        self._app_id, self._secret = credentials
        self._transport = transport
        self._message: Any = WeChatMessage(transport)
        self._menu: Any = WeChatMenu(transport)
        self._qrcode: Any = WeChatQRCode(transport)

    # ---- sending ---------------------------------------------------------------------------------

    async def send_customer_text(self, openid: str, text: str) -> SendResult:
        """Send a customer message: at most once, since the platform knows no repeat of it."""
        return _sent(await self._message.send_text(openid, text))

    async def send_customer_menu(
        self, openid: str, head: str, choices: Sequence[Choice], tail: str = ""
    ) -> SendResult:
        """Send a `msgmenu`: the choices as a list to tap."""
        entries = [{"id": menu_id(choice.id), "content": choice.label} for choice in choices]
        menu = {"head_content": head, "list": entries, "tail_content": tail}
        return _sent(await self._message.send_msg_menu(openid, menu))

    async def send_template(
        self,
        openid: str,
        template_id: str,
        fields: Mapping[str, str],
        url: str | None,
        client_msg_id: str,
    ) -> SendResult:
        """Send a template message. A repeat with the same `client_msg_id` within 10 minutes
        reaches the person once. `fields` must have passed `notifications.template_fields`.
        """
        message: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": {name: {"value": value} for name, value in fields.items()},
            "client_msg_id": client_msg_id,
        }
        if url:
            message["url"] = url
        return _sent(await self._transport.post("message/template/send", data=message))

    # ---- media -----------------------------------------------------------------------------------

    async def fetch_media(
        self, media_id: str, limit: int = MAX_MEDIA
    ) -> Media | MediaTooLarge | MediaExpired | Failure:
        """Fetch what a user sent (kept by the platform for three days)."""

        async def attempt(token: str) -> Media | MediaTooLarge | Failure:
            return await self._stream(media_id, token, limit)

        result = await self._transport.with_token(attempt)
        if isinstance(result, Refused) and result.errcode in _MEDIA_GONE:
            return MediaExpired()
        return result

    async def _stream(
        self, media_id: str, token: str, limit: int
    ) -> Media | MediaTooLarge | Failure:
        url = f"{self._base}/cgi-bin/media/get"
        query = {"access_token": token, "media_id": media_id}
        try:
            async with self._session.get(
                url, params=query, timeout=self._transport.limit, allow_redirects=False
            ) as response:
                status, kind = response.status, response.content_type
                content = await read_up_to(response, limit)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return fate(error)
        if status != 200 or kind in {"application/json", "text/plain"}:
            # An error in disguise: refusals come with status 200 and a JSON body.
            answer = judge(status, content, url)
            return Unknown("no media") if isinstance(answer, Reply) else answer
        return MediaTooLarge() if content is None else Media(content, kind)

    # ---- the account -----------------------------------------------------------------------------

    async def create_menu(self, menu: Menu) -> SendResult:
        """Put up the account's menu. ValueError lists what breaks its limits."""
        if problems := menu_problems(menu):
            raise ValueError("; ".join(problems))
        return _sent(await self._menu.create(dict(menu)))

    async def create_qr(self, scene: str, seconds: int) -> QrTicket | Failure:
        """Make a temporary QR code whose scan says `scene` (1 to 64 characters)."""
        if not (1 <= len(scene) <= MAX_SCENE and 1 <= seconds <= MAX_QR_SECONDS):
            raise ValueError("a scene has 1 to 64 characters and lives up to 30 days")
        wanted = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        answer: CallResult = await self._qrcode.create(wanted)
        if not isinstance(answer, Reply):
            return answer
        ticket, url = answer.json.get("ticket"), answer.json.get("url")
        if not (isinstance(ticket, str) and isinstance(url, str)):
            return Unknown("no ticket")
        return QrTicket(ticket, url, seconds)

    # ---- pages -----------------------------------------------------------------------------------

    async def exchange_code(self, code: str) -> OAuthIdentity | SnapshotUser | CodeSpent | Failure:
        """Learn who came back from `web.authorize_url`. A code works once."""
        query = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        url = f"{self._base}/sns/oauth2/access_token"
        answer = await call(self._session, "GET", url, query, None)
        if isinstance(answer, Refused) and answer.errcode in _CODE_SPENT:
            return CodeSpent()
        if not isinstance(answer, Reply):
            return answer
        return _identity(answer.json)


def _sent(answer: CallResult) -> SendResult:
    if not isinstance(answer, Reply):
        return answer
    if "errcode" not in answer.json:
        return Unknown("no errcode")  # a good send says `errcode: 0`; anything else is a guess
    return Sent(str(answer.json.get("msgid", "")))


def _identity(answer: Mapping[str, Any]) -> OAuthIdentity | SnapshotUser | Unknown:
    if str(answer.get("is_snapshotuser", "")) == "1":
        return SnapshotUser()
    openid, unionid = answer.get("openid"), answer.get("unionid")
    if not (isinstance(openid, str) and openid):
        return Unknown("no openid")
    return OAuthIdentity(openid, unionid if isinstance(unionid, str) else "")
