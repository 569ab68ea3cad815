"""What WeChat's callback brings, as one of a few dataclasses.

Promise: any request at all gives `Inbound`, `Unreadable` (answer `success`) or raises
`NotFromWeChat` (answer 403): never another exception. Nothing here remembers anything; the
two keys of an `Inbound` let Redis recognise a redelivery and a reused nonce.

The fields are read by our own reader and not by wechatpy's `parse_message`: that one knows no
`bizmsgmenuid`, raises KeyError and the like on undocumented payloads, costs twice as much, and
its import 0.3 s. The tests hold both against each other.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import unquote

from bot.wechat.crypto import (
    Account,
    AesKey,
    Mode,
    NotFromWeChat,
    Unreadable,
    check_fresh,
    check_message_signature,
    check_query_signature,
    open_message,
)
from bot.wechat.xml import BadXml, Fields, read_fields, text_of
from dialogs.said import (
    Followed,
    Located,
    MenuTapped,
    Photo,
    Spoken,
    Tap,
    Text,
    Unfollowed,
    Unsupported,
    Voice,
)

MAX_BODY = 64 * 1024
"""Bytes. wechatpy needed 1.3 s for a body of 1.6 MB; a real one has under 4 kB."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # openids have 28 of these, account ids 15
_STICKER = "【收到不支持的消息类型"
"""What WeChat writes as the text of a sticker (observed; no type of its own is documented)."""
_CREATED = re.compile(r"[0-9]{1,12}")

# ---- what only the edge and the outbox care about -------------------------------------------

Outcome: TypeAlias = Literal["delivered", "blocked", "failed", "limited", "unknown"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a template message (TEMPLATESENDJOBFINISH). Never blocks the sending."""

    msg_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class NoticeReceipt:
    """What became of one subscribed notice (subscribe_msg_sent_event). `errcode` 0 = sent."""

    template_id: str
    msg_id: str
    errcode: int


@dataclass(frozen=True, slots=True)
class NoticeChoice:
    """She allowed or refused notices made from a template."""

    template_id: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class NoticeReceipts:
    """All receipts of one push."""

    receipts: tuple[NoticeReceipt, ...]


@dataclass(frozen=True, slots=True)
class NoticeChoices:
    """All choices of one push, made on a popup or later in the account's settings."""

    choices: tuple[NoticeChoice, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to say and nothing to do: the answer is `success`. `kind` is for the metric."""

    kind: str


EdgeEvent: TypeAlias = Receipt | NoticeReceipts | NoticeChoices | Ignored


# ---- the message ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """All that a passive answer needs. `key` is None when the answer goes out in clear."""

    openid: str = field(repr=False)
    account_id: str
    nonce: str
    key: AesKey | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message or event, verified and read.

    `message_key` alone decides whether this is a redelivery. `nonce_key` remembers the message
    key that came with a nonce: the same nonce with another message key is a forgery.
    Both are hashes: neither shows an openid.
    """

    message_key: str
    nonce_key: str
    openid: str = field(repr=False)
    app_id: str
    created_at: int
    """Seconds since 1970, by WeChat's clock."""
    said: Spoken | EdgeEvent = field(repr=False)
    answer_with: ReplyTo


def read_callback(
    account: Account, query: Mapping[str, str], body: bytes, now: int
) -> Inbound | Unreadable:
    """Verify, decrypt and read one POST of the platform. `now`: seconds since 1970."""
    signed = "signature" in query
    if signed:
        check_query_signature(account, query)
    check_fresh(query, now)
    try:
        fields, key = _open(account, query, body)
        return _inbound(account, query, fields, key)
    except (BadXml, _Odd) as odd:
        reason = str(odd)
    if not signed:
        raise NotFromWeChat("unsigned")
    return Unreadable(reason)


class _Odd(Exception):
    """Signed by WeChat, but not what it documents. The text is the reason for the metric."""


def _open(account: Account, query: Mapping[str, str], body: bytes) -> tuple[Fields, AesKey | None]:
    """Fields of the message, decrypted if need be, and the key that the answer must use."""
    encrypted = query.get("encrypt_type", "raw") == "aes"
    if account.mode is Mode.SAFE and not (encrypted and query.get("msg_signature")):
        raise NotFromWeChat("plain text in safe mode")
    if not encrypted and "signature" not in query:
        raise NotFromWeChat("unsigned")
    if len(body) > MAX_BODY:
        raise _Odd("too large")
    fields = read_fields(body)
    if not encrypted:
        return fields, None
    envelope = text_of(fields, "Encrypt")
    check_message_signature(account, query, envelope)
    opened = open_message(account, envelope)
    if isinstance(opened, Unreadable):
        raise _Odd(opened.reason)
    return read_fields(opened.xml), opened.key


def _inbound(
    account: Account, query: Mapping[str, str], fields: Fields, key: AesKey | None
) -> Inbound:
    openid = _matching(_NAME, fields, "FromUserName")
    account_id = _matching(_NAME, fields, "ToUserName")
    created = _matching(_CREATED, fields, "CreateTime")
    nonce = query.get("nonce", "")
    return Inbound(
        message_key=_digest(account, "message", *_identity(fields, openid, created)),
        nonce_key=_digest(account, "nonce", query.get("timestamp", ""), nonce),
        openid=openid,
        app_id=account.app_id,
        created_at=int(created),
        said=_said(fields),
        answer_with=ReplyTo(openid, account_id, nonce, key),
    )


def _matching(pattern: re.Pattern[str], fields: Fields, name: str) -> str:
    value = text_of(fields, name)
    if not pattern.fullmatch(value):
        raise _Odd(name)
    return value


# ---- keys ---------------------------------------------------------------------------------------


def _identity(fields: Fields, openid: str, created: str) -> tuple[str, ...]:
    """What makes this message this message (wechat.md, “Callback”).

    MsgId alone lost messages across users. Events carry the id of the notice they speak of,
    too: two receipts for one person within a second are two events. A message without any id
    (undocumented kinds) is told apart by all its fields.
    """
    if text_of(fields, "MsgType").lower() == "event":
        about = text_of(fields, "MsgID") or _spelled(_notices(fields))
        return openid, created, text_of(fields, "Event"), text_of(fields, "EventKey"), about
    return openid, created, text_of(fields, "MsgId") or _spelled(fields)


def _spelled(value: object) -> str:
    return repr(value) if value else ""


def _digest(account: Account, *parts: str) -> str:
    # U+001F cannot occur in XML: no two different lists of parts read the same.
    joined = "\x1f".join((account.app_id, *parts)).encode("utf-8", "surrogatepass")
    return account.mac.digest(joined).hex()


# ---- what was said ------------------------------------------------------------------------------


def _said(fields: Fields) -> Spoken | EdgeEvent:
    kind = text_of(fields, "MsgType").lower()
    if not kind:
        raise _Odd("MsgType")
    if kind == "event":
        event = text_of(fields, "Event").lower()
        read_event = EVENTS.get(event)
        return read_event(fields) if read_event else Ignored(event[:40])
    read_message = MESSAGES.get(kind)
    return read_message(fields) if read_message else Unsupported(kind[:40])


def _read_text(fields: Fields) -> Spoken:
    content, tapped = text_of(fields, "Content"), text_of(fields, "bizmsgmenuid")
    if content.startswith(_STICKER):
        return Unsupported("sticker")
    # Some phones decode the link of a tappable answer, some do not: `outbound` quotes the id.
    return Tap(unquote(tapped), content) if tapped else Text(content)


def _read_image(fields: Fields) -> Spoken:
    media = text_of(fields, "MediaId")
    return Photo(media) if media else Unsupported("image")


def _read_voice(fields: Fields) -> Spoken:
    return Voice(text_of(fields, "Recognition"))


def _read_subscribe(fields: Fields) -> Spoken:
    return Followed(text_of(fields, "EventKey").removeprefix("qrscene_"))


def _read_scan(fields: Fields) -> Spoken:
    return Followed(text_of(fields, "EventKey"), anew=False)


def _read_click(fields: Fields) -> Spoken:
    return MenuTapped(text_of(fields, "EventKey"))


def _read_receipt(fields: Fields) -> EdgeEvent:
    # “failed:user block” is documented with and without a blank after the colon.
    status = "".join(text_of(fields, "Status").lower().split())
    return Receipt(text_of(fields, "MsgID"), OUTCOMES.get(status, "unknown"))


def _read_notice_choices(fields: Fields) -> EdgeEvent:
    return NoticeChoices(
        tuple(
            NoticeChoice(
                text_of(notice, "TemplateId"),
                text_of(notice, "SubscribeStatusString").lower() == "accept",
            )
            for notice in _notices(fields)
        )
    )


def _read_notice_receipts(fields: Fields) -> EdgeEvent:
    return NoticeReceipts(
        tuple(
            NoticeReceipt(
                text_of(notice, "TemplateId"),
                text_of(notice, "MsgID"),
                _number(text_of(notice, "ErrorCode")),
            )
            for notice in _notices(fields)
        )
    )


def _notices(fields: Fields) -> tuple[Fields, ...]:
    """Every `List` of a subscribe_msg_* event: one element, or several."""
    found: list[Fields] = []
    for name in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent"):
        holder = fields.get(name)
        entries = holder.get("List") if isinstance(holder, dict) else None
        several = entries if isinstance(entries, list) else [entries]
        found += [entry for entry in several if isinstance(entry, dict)]
    return tuple(found)


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else -1


def _ignored(kind: str) -> "Callable[[Fields], EdgeEvent]":
    return lambda _fields: Ignored(kind)


def _unsupported(kind: str) -> "Callable[[Fields], Spoken]":
    return lambda _fields: Unsupported(kind)


OUTCOMES: Mapping[str, Outcome] = {
    "success": "delivered",
    "failed:userblock": "blocked",
    "failed:systemfailed": "failed",
    "failed:freqlimit": "limited",
}

MESSAGES: Mapping[str, Callable[[Fields], Spoken]] = {
    "text": _read_text,
    "image": _read_image,
    "voice": _read_voice,
    "video": _unsupported("video"),
    "shortvideo": _unsupported("shortvideo"),
    "location": lambda _fields: Located(),
    "link": _unsupported("link"),
    "file": _unsupported("file"),
    "miniprogrampage": _unsupported("miniprogrampage"),
}
"""Every kind of message that wechat.md or the platform's pages name."""

EVENTS: Mapping[str, Callable[[Fields], Spoken | EdgeEvent]] = {
    "subscribe": _read_subscribe,
    "unsubscribe": lambda _fields: Unfollowed(),
    "scan": _read_scan,
    "click": _read_click,
    # A waiting phone shows “…” until it is answered: say that this cannot be used.
    "scancode_waitmsg": _unsupported("scancode"),
    "templatesendjobfinish": _read_receipt,
    "subscribe_msg_popup_event": _read_notice_choices,
    "subscribe_msg_change_event": _read_notice_choices,
    "subscribe_msg_sent_event": _read_notice_receipts,
    "view": _ignored("view"),
    # Where a phone is, unasked: not ours to know, and nothing is kept.
    "location": _ignored("location"),
    # The pictures and the place chosen from a menu follow as messages of their own.
    "pic_sysphoto": _ignored("pic_sysphoto"),
    "pic_photo_or_album": _ignored("pic_photo_or_album"),
    "pic_weixin": _ignored("pic_weixin"),
    "location_select": _ignored("location_select"),
    "scancode_push": _ignored("scancode_push"),
}
"""Every event that wechat.md or the menu pages name; others are `Ignored` by their name."""
