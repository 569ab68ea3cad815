"""Citizens who fill the whole form by hand, and what each of them must be asked next.

Every message is signed and encrypted before the clock runs, as WeChat does it in safe mode.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from xml.etree.ElementTree import fromstring

from bot.wechat.crypto import Account, open_message, seal_message, sign
from dialogs.definition import Definition

PHOTO = "photo"
"""Instead of a text: she sends a picture."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ADDRESS = "郑州市金水区花园路街道省委社区3号院"
_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建国文辉力永健"


@dataclass(frozen=True, slots=True)
class Post:
    """One callback: the whole HTTP request, and the text that its answer must hold."""

    request: bytes
    expected: str
    errand: bool = False
    """Whether this turn leaves something to be done outside (a first contact, a photo)."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """One person's messages, in order."""

    posts: Sequence[Post]


def citizens(
    account: Account, definition: Definition, first: int, count: int, now: datetime
) -> tuple[Citizen, ...]:
    """`count` different people, numbered from `first`, who all write at `now`."""
    timestamp = int(now.timestamp())
    return tuple(
        Citizen(tuple(_posts(account, definition, number, timestamp)))
        for number in range(first, first + count)
    )


def checked(account: Account, post: Post, body: bytes) -> bool:
    """Whether `body` is the answer to this message: encrypted for us, asking what comes next."""
    try:
        encrypted = fromstring(body).findtext("Encrypt") or ""
        opened = open_message(account, encrypted)
    except Exception:  # noqa: BLE001 — whatever cannot be read is a wrong answer
        return False
    return post.expected in getattr(opened, "xml", b"").decode()


def script(number: int) -> tuple[tuple[str, str], ...]:
    """What she is asked (key of the question) and what she says to it."""
    return (
        ("", "办理退休"),
        ("holds_papers", "1"),
        ("identity", "先不认证"),
        ("name", _name(number)),
        ("id_number", _id_number("1966", number)),
        ("ethnicity", "汉族"),
        ("phone", f"138{number % 10**8:08}"),
        ("address", _ADDRESS),
        ("person_kind", "1"),
        ("retirement_kind", "1"),
        ("retirement_month", "2026年11月"),
        ("insured_city", "郑州"),
        ("retirement_form", PHOTO),
        ("", "发完了"),
        ("bank_name", "建行"),
        ("bank_card", _card(number)),
        ("wants_fund", "要提取"),
        ("fund_centre", "郑州"),
        ("fund_payout", "1"),
        ("wants_only_child", "要申请"),
        ("household_kind", "1"),
        ("marital_status", "1"),
        ("spouse_name", _name(number + 7)),
        ("spouse_id_number", _id_number("1967", number)),
        ("spouse_address", _ADDRESS),
        ("spouse_phone", f"139{number % 10**8:08}"),
        ("children.name", _name(number + 11)),
        ("children.sex", "女"),
        ("children.born", "1992年5月"),
        ("children.kind", "亲生"),
        ("children.living", "健在"),
        ("children.note", "跳过"),
        ("children.more", "没有了"),
        ("delivery", "1"),
        ("pickup_office", "1"),
        ("review", ""),
    )


def _posts(account: Account, definition: Definition, number: int, timestamp: int) -> Iterator[Post]:
    steps = script(number)
    for index, ((_, said), (asked, _)) in enumerate(pairwise(steps)):
        yield Post(
            request=_request(account, f"o{number:027}", said, number * 100 + index, timestamp),
            expected=_wording(definition, asked),
            errand=index == 0 or said == PHOTO,
        )


def _wording(definition: Definition, asked: str) -> str:
    """The question's first line, as it stands in the texts; after a photo its echo."""
    texts = definition.texts
    if asked == "review":
        return "请您核对"
    if not asked:
        return "第1张"
    whole = texts.render(f"ask.{asked}", {"number": 1, "label": "", "window": ""})
    return whole.splitlines()[0]


def _request(account: Account, openid: str, said: str, message: int, timestamp: int) -> bytes:
    if said == PHOTO:
        what = f"<MsgType>image</MsgType><PicUrl>http://x/</PicUrl><MediaId>m{message}</MediaId>"
    else:
        what = f"<MsgType>text</MsgType><Content><![CDATA[{said}]]></Content>"
    inner = (
        f"<xml><ToUserName>gh_benchmark000</ToUserName><FromUserName>{openid}</FromUserName>"
        f"<CreateTime>{timestamp}</CreateTime>{what}<MsgId>{message}</MsgId></xml>"
    )
    encrypted = seal_message(account, account.keys[0], inner.encode())
    body = f"<xml><ToUserName>gh_benchmark000</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
    return _http(account, openid, encrypted, body.encode(), timestamp, str(message))


def _http(
    account: Account, openid: str, encrypted: str, body: bytes, timestamp: int, nonce: str
) -> bytes:
    stamp = str(timestamp)
    query = (
        f"signature={sign(account.token, stamp, nonce)}&timestamp={stamp}&nonce={nonce}"
        f"&openid={openid}&encrypt_type=aes"
        f"&msg_signature={sign(account.token, stamp, nonce, encrypted)}"
    )
    head = (
        f"POST /wechat?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# ---- invented people ----------------------------------------------------------------------


def _name(number: int) -> str:
    given = hashlib.sha256(str(number).encode()).digest()
    return "王" + _NAMES[given[0] % len(_NAMES)] + _NAMES[given[1] % len(_NAMES)]


def _id_number(year: str, number: int) -> str:
    """Valid, and different for 126,000 people; the 17th digit is odd for men."""
    number, day = divmod(number, 28)
    number, month = divmod(number, 10)
    sequence = (number * 2 + (year == "1966")) % 900 + 100
    digits = f"410105{year}{month + 1:02}{day + 1:02}{sequence:03}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + _CHECKS[total % 11]


def _card(number: int) -> str:
    digits = f"621700{number:012}"
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(reversed(digits)))
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return digits + str(-total % 10)
