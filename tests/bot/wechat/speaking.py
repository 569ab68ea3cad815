"""The platform's side of the callback, by wechatpy: what we write, the other must read."""

from hashlib import sha1
from xml.etree import ElementTree as ET

from wechatpy.crypto import WeChatCrypto

from bot.wechat.crypto import Account, Mode

NOW = 1_780_000_000
APP_ID = "wx5823bf96d3bd56c7"
TOKEN = "a-token"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"
OPENID = "oVn4As6rG8Wd2kXyq3bqU_aTz-0M"
ACCOUNT_ID = "gh_680bdefc8c5d"

SAFE = Account.of(APP_ID, TOKEN, KEY, OLD_KEY)
PLAIN = Account.of(APP_ID, TOKEN)
COMPAT = Account.of(APP_ID, TOKEN, KEY, mode=Mode.COMPAT)


def sha(*parts: str) -> str:
    return sha1("".join(sorted(parts)).encode()).hexdigest()


def signed(now: int = NOW, nonce: str = "nonce-1", **more: str) -> dict[str, str]:
    return {
        "signature": sha(TOKEN, str(now), nonce),
        "timestamp": str(now),
        "nonce": nonce,
        **more,
    }


def xml(**fields: object) -> str:
    head = {"ToUserName": ACCOUNT_ID, "FromUserName": OPENID, "CreateTime": NOW, **fields}
    inside = "".join(
        f"<{name}>{value if name == 'inside' else f'<![CDATA[{value}]]>'}</{name}>"
        for name, value in head.items()
    )
    return f"<xml>{inside}</xml>"


def text(content: str = "你好", msg_id: str = "23456789012345678", **more: object) -> str:
    return xml(MsgType="text", Content=content, MsgId=msg_id, **more)


def event(name: str, **more: object) -> str:
    return xml(MsgType="event", Event=name, **more)


def encrypted(
    message: str, key: str = KEY, app_id: str = APP_ID, nonce: str = "nonce-1", now: int = NOW
) -> tuple[dict[str, str], bytes]:
    """Query and body of a push in safe mode."""
    sealed = WeChatCrypto(TOKEN, key, app_id).encrypt_message(message, nonce, str(now))
    envelope = fields_of(sealed)
    query = signed(now, nonce, encrypt_type="aes", msg_signature=envelope["MsgSignature"])
    body = (
        f"<xml><ToUserName>{ACCOUNT_ID}</ToUserName><Encrypt>{envelope['Encrypt']}</Encrypt></xml>"
    )
    return query, body.encode()


def fields_of(document: str | bytes) -> dict[str, str]:
    """The flat fields of an answer, by another reader than ours."""
    return {child.tag: child.text or "" for child in ET.fromstring(document)}
