"""Reading a passive answer as strictly as the platform: what it says, or which rule it breaks."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sandbox.platform.crypto import UnreadableError, decrypt, same, sign
from sandbox.platform.richtext import read_rich_text

MAX_TEXT_BYTES = 2047  # COMM, wechat.md "Callback"
_ONCE = ("ToUserName", "FromUserName", "CreateTime", "MsgType")
_MEDIA = {"image": "Image", "voice": "Voice", "video": "Video"}
_KNOWN = {"text", "image", "voice", "video", "music", "news", "transfer_customer_service"}
_MAX_ARTICLES = 8


class BrokenRuleError(Exception):
    """The answer breaks a rule; the phone shows that the service is out of order."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule, self.detail = rule, detail


@dataclass(frozen=True, slots=True)
class Reply:
    """A passive answer that keeps every rule."""

    kind: str
    text: str = ""
    media_id: str = ""


class Account(Protocol):
    """What of the account's registration an answer is checked against."""

    @property
    def app_id(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def aes_key(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def original_id(self) -> str: ...


def read_reply(body: bytes, account: Account, openid: str) -> Reply | None:
    """The answer in an HTTP body; None when the service has nothing to say.

    BrokenRuleError when the platform would not show it.
    """
    if body in (b"", b"success"):
        return None
    root = _parse(body)
    if account.mode != "plain" and root.find("Encrypt") is not None:
        root = _parse(_open(root, account).encode())
    elif account.mode == "safe":
        raise BrokenRuleError("not_encrypted", "safe mode wants an encrypted answer")
    _check_head(root, account, openid)
    return _read_content(root)


def _parse(body: bytes) -> ET.Element:
    if b"<!" in body.replace(b"<![CDATA[", b""):
        raise BrokenRuleError("bad_xml", "a declaration where only elements belong")
    try:
        root = ET.fromstring(body.decode())  # noqa: S314 declarations were refused above
    except (ET.ParseError, UnicodeDecodeError, ValueError) as error:
        raise BrokenRuleError("bad_xml", f"{error}: {body[:200]!r}") from error
    if root.tag != "xml":
        raise BrokenRuleError("bad_xml", f"root element is {root.tag!r}")
    return root


def _open(root: ET.Element, account: Account) -> str:
    sealed, signature = _one(root, "Encrypt"), _one(root, "MsgSignature")
    expected = sign(account.token, _one(root, "TimeStamp"), _one(root, "Nonce"), sealed)
    if not same(signature, expected):
        raise BrokenRuleError("bad_signature", "MsgSignature does not fit")
    try:
        return decrypt(account.aes_key, account.app_id, sealed)
    except UnreadableError as error:
        raise BrokenRuleError("not_decryptable", str(error)) from error


def _one(root: ET.Element, tag: str) -> str:
    found = root.findall(tag)
    if len(found) != 1:
        raise BrokenRuleError("bad_element", f"{len(found)} × {tag}, wanted exactly one")
    return found[0].text or ""


def _check_head(root: ET.Element, account: Account, openid: str) -> None:
    head: Mapping[str, str] = {tag: _one(root, tag) for tag in _ONCE}
    if head["ToUserName"] != openid:
        raise BrokenRuleError("wrong_receiver", f"ToUserName {head['ToUserName']!r}")
    if head["FromUserName"] != account.original_id:
        raise BrokenRuleError("wrong_sender", f"FromUserName {head['FromUserName']!r}")
    if not head["CreateTime"].isdecimal():
        raise BrokenRuleError("bad_element", f"CreateTime {head['CreateTime']!r}")
    if head["MsgType"] not in _KNOWN:
        raise BrokenRuleError("unknown_msgtype", repr(head["MsgType"]))


def _read_content(root: ET.Element) -> Reply:
    kind = _one(root, "MsgType")
    if kind == "text":
        return Reply(kind, text=checked_text(_one(root, "Content")))
    if kind in _MEDIA:
        return Reply(kind, media_id=_one(_section(root, _MEDIA[kind]), "MediaId"))
    if kind == "news":
        return Reply(kind, text=_news(root))
    return Reply(kind)


def checked_text(text: str) -> str:
    """A text that is not empty, not too long, and whose links are whole."""
    size = len(text.encode())
    if not text.strip():
        raise BrokenRuleError("empty_text", "nothing to show")
    if size > MAX_TEXT_BYTES:
        raise BrokenRuleError("text_too_long", f"{size} bytes, at most {MAX_TEXT_BYTES}")
    broken = read_rich_text(text).broken
    if broken:
        raise BrokenRuleError("broken_link", broken[0])
    return text


def _section(root: ET.Element, tag: str) -> ET.Element:
    found = root.find(tag)
    if found is None:
        raise BrokenRuleError("bad_element", f"no {tag}")
    return found


def _news(root: ET.Element) -> str:
    items = _section(root, "Articles").findall("item")
    if not 1 <= len(items) <= _MAX_ARTICLES or _one(root, "ArticleCount") != str(len(items)):
        raise BrokenRuleError("bad_element", f"{len(items)} articles")
    return "\n".join(
        f'<a href="{_one(item, "Url")}">{_one(item, "Title")}</a>\n{_one(item, "Description")}'
        for item in items
    )
