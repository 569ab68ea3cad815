"""What a citizen can do on her phone, as the fields of the push it causes."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.platform.config import PlatformConfig
from sandbox.platform.delivery import Courier, Outcome, media_path
from sandbox.platform.memory import Phone, Window
from sandbox.platform.pictures import built_in_picture
from sandbox.platform.pushes import Fields
from sandbox.platform.state import Platform

Said = Mapping[str, Any]

_STICKER = "【收到不支持的消息类型，暂无法显示】"
_VOICE = b"#!AMR\n" + bytes(1600)


class NotPossibleError(Exception):
    """The phone cannot do what the control request asks."""


class Citizen:
    """Acts for one phone: shows what she did, opens the send windows, delivers the push."""

    def __init__(self, platform: Platform, phone: Phone) -> None:
        self._platform = platform
        self._phone = phone

    def act(self, said: Said) -> "Fields":
        """Do it on the phone; gives the fields to deliver. NotPossibleError if it cannot be."""
        kind = str(said.get("type", ""))
        act = _ACTS.get(kind)
        if act is None:
            raise NotPossibleError(f"unknown type {kind!r}; known: {', '.join(_ACTS)}")
        if not self._phone.following and kind not in {"follow", "scan"}:
            raise NotPossibleError("this phone does not follow the account")
        return act(self, said)

    async def deliver(self, fields: Fields) -> Outcome:
        """Bring the fields to the service and show its answer."""
        return await Courier(self._platform).deliver(self._phone, fields)

    def text(self, said: Said) -> Fields:
        text = _wanted(said, "text")
        return self._message({"MsgType": "text", "Content": text}, {"text": text})

    def tap(self, said: Said) -> Fields:
        content, menu_id = _wanted(said, "content"), _wanted(said, "menu_id")
        fields: Fields = {"MsgType": "text", "Content": content, "bizmsgmenuid": menu_id}
        return self._message(fields, {"text": content})

    def photo(self, said: Said) -> Fields:
        body = said.get("body")
        media_type = str(said.get("media_type", "image/png"))
        if not isinstance(body, bytes):
            body = built_in_picture(str(said.get("picture", "photo")))
        media_id = self._platform.add_medium(body, media_type)
        url = f"{self._platform.config.public_url}/media/{media_id}"
        fields: Fields = {"MsgType": "image", "PicUrl": url, "MediaId": media_id}
        return self._message(fields, {"kind": "image", "image": media_path(media_id)})

    def voice(self, said: Said) -> Fields:
        media_id = self._platform.add_medium(_VOICE, "audio/amr")
        fields: Fields = {
            "MsgType": "voice",
            "MediaId": media_id,
            "Format": "amr",
            "Recognition": str(said.get("recognition", "")),
        }
        return self._message(fields, {"kind": "voice", "text": str(said.get("text", "语音 3″"))})

    def video(self, said: Said) -> Fields:
        media_id = self._platform.add_medium(b"\x00\x00\x00\x18ftypmp42", "video/mp4")
        thumb = self._platform.add_medium(built_in_picture("photo"), "image/png")
        kind = "shortvideo" if said.get("short") else "video"
        fields: Fields = {"MsgType": kind, "MediaId": media_id, "ThumbMediaId": thumb}
        return self._message(fields, {"kind": "video", "text": "[视频]"})

    def location(self, said: Said) -> Fields:
        label = str(said.get("label", "郑州市金水区"))
        fields: Fields = {
            "MsgType": "location",
            "Location_X": str(said.get("latitude", "34.7466")),
            "Location_Y": str(said.get("longitude", "113.6254")),
            "Scale": "15",
            "Label": label,
        }
        return self._message(fields, {"kind": "location", "text": f"[位置] {label}"})

    def link(self, said: Said) -> Fields:
        title = str(said.get("title", "分享的文章"))
        fields: Fields = {
            "MsgType": "link",
            "Title": title,
            "Description": str(said.get("description", "")),
            "Url": str(said.get("url", "https://example.invalid/")),
        }
        return self._message(fields, {"kind": "link", "text": f"[链接] {title}"})

    def sticker(self, _said: Said) -> Fields:
        fields: Fields = {"MsgType": "text", "Content": _STICKER}
        return self._message(fields, {"kind": "sticker", "text": "[表情]"})

    def raw(self, said: Said) -> Fields:
        """A message or event of any type, known or not: `fields` as they stand."""
        given = said.get("fields")
        if not isinstance(given, dict):
            raise NotPossibleError("raw needs fields")
        return self._head() | {
            str(k): v if isinstance(v, int) else str(v) for k, v in given.items()
        }

    def follow(self, said: Said) -> Fields:
        self._phone.following = True
        self._open("interaction")
        scene = str(said.get("scene", ""))
        key = {"EventKey": f"qrscene_{scene}", "Ticket": scene} if scene else {"EventKey": ""}
        return self._event("subscribe", key, "关注了公众号")

    def unfollow(self, _said: Said) -> Fields:
        self._phone.following = False
        self._phone.windows.clear()
        return self._event("unsubscribe", {"EventKey": ""}, "取消关注了公众号")

    def scan(self, said: Said) -> Fields:
        scene = self._platform.scenes.get(str(said.get("ticket", "")), str(said.get("scene", "")))
        if not scene:
            raise NotPossibleError("scan needs scene or a known ticket")
        if not self._phone.following:
            return self.follow({"scene": scene})
        self._open("interaction")
        return self._event("SCAN", {"EventKey": scene, "Ticket": scene}, "扫描了二维码")

    def menu(self, said: Said) -> Fields:
        button = _find_button(self._platform.menu, str(said.get("name", "")), said.get("key"))
        if button.get("type") == "view":
            return self._event("VIEW", {"EventKey": button["url"]}, f"点击菜单：{button['name']}")
        self._open("interaction")
        return self._event("CLICK", {"EventKey": button["key"]}, f"点击菜单：{button['name']}")

    def _message(self, fields: Fields, line: Mapping[str, str]) -> Fields:
        self._open("message")
        shown = self._platform.show(self._phone, {"direction": "out", **line})
        return {**self._head(), **fields, "MsgId": shown.number}

    def _event(self, event: str, fields: Fields, note: str) -> Fields:
        self._platform.show(
            self._phone, {"direction": "out", "kind": "system", "text": note, "via": "event"}
        )
        return {**self._head(), "MsgType": "event", "Event": event, **fields}

    def _head(self) -> dict[str, str | int]:
        return head(self._platform.config, self._phone.openid, self._platform.now())

    def _open(self, window: str) -> None:
        config = self._platform.config
        spans = {"message": config.message_window, "interaction": config.interaction_window}
        seconds, count = spans[window]
        self._phone.windows[window] = Window(self._platform.now() + seconds, count)


def head(config: PlatformConfig, openid: str, now: float) -> dict[str, str | int]:
    """What every push begins with."""
    return {
        "ToUserName": config.original_id,
        "FromUserName": openid,
        "CreateTime": int(now),
    }


def _wanted(said: Said, key: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or not value:
        raise NotPossibleError(f"{key} is missing")
    return value


def _find_button(menu: list[dict[str, Any]], name: str, key: object) -> dict[str, Any]:
    for button in menu:
        for candidate in button.get("sub_button") or [button]:
            if candidate["name"] == name or (key is not None and candidate.get("key") == key):
                return dict(candidate)
    raise NotPossibleError("no such menu entry")


_ACTS: Mapping[str, Callable[[Citizen, Said], Fields]] = {
    "text": Citizen.text,
    "tap": Citizen.tap,
    "photo": Citizen.photo,
    "voice": Citizen.voice,
    "video": Citizen.video,
    "location": Citizen.location,
    "link": Citizen.link,
    "sticker": Citizen.sticker,
    "raw": Citizen.raw,
    "follow": Citizen.follow,
    "unfollow": Citizen.unfollow,
    "scan": Citizen.scan,
    "menu": Citizen.menu,
}
