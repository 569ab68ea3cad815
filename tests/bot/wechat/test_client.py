import traceback
from itertools import count

import aiohttp
import pytest
from aiohttp import web
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from structlog.testing import capture_logs

from bot.wechat.client import Platform
from bot.wechat.errors import Remedy
from bot.wechat.results import (
    CodeSpent,
    Media,
    MediaExpired,
    MediaTooLarge,
    NotSent,
    OAuthIdentity,
    QrTicket,
    Refused,
    Reply,
    Sent,
    SnapshotUser,
    Unknown,
)
from bot.wechat.tokens import TokenBroker, TokenUnavailable
from bot.wechat.transport import JsTicket, StableToken, Transport, call, fate
from bot.wechat.web import js_signature
from dialogs.say import Choice
from tests.bot.wechat.conftest import SECRET
from tests.bot.wechat.platform import StandIn
from tests.bot.wechat.speaking import APP_ID, OPENID

CUSTOMER = "/platform/cgi-bin/message/custom/send"
TEMPLATE = "/platform/cgi-bin/message/template/send"
FIELDS = {"thing1": "退休一件事"}


# ---- sending --------------------------------------------------------------------------------


async def test_a_customer_text_goes_out(platform: Platform, stand_in: StandIn) -> None:
    assert await platform.send_customer_text(OPENID, "您好") == Sent()
    assert stand_in.calls == {"stable_token": 1, CUSTOMER: 1}
    query, body = stand_in.seen[0]
    assert query == {"access_token": stand_in.token}
    assert body == {"touser": OPENID, "msgtype": "text", "text": {"content": "您好"}}


async def test_a_menu_to_tap_goes_out(platform: Platform, stand_in: StandIn) -> None:
    choices = [Choice("d:1", "是"), Choice("d:2", "否")]
    assert await platform.send_customer_menu(OPENID, "对吗？", choices) == Sent()
    entries = [{"id": "d:1", "content": "是"}, {"id": "d:2", "content": "否"}]
    menu = {"head_content": "对吗？", "list": entries, "tail_content": ""}
    assert stand_in.seen[0][1] == {"touser": OPENID, "msgtype": "msgmenu", "msgmenu": menu}


async def test_a_template_message_carries_its_client_msg_id(
    platform: Platform, stand_in: StandIn
) -> None:
    stand_in.script = [{"errcode": 0, "errmsg": "ok", "msgid": 200228332}] * 2
    sent = await platform.send_template(OPENID, "t-1", FIELDS, "http://127.0.0.1/m", "row-7")
    assert sent == Sent("200228332")
    assert await platform.send_template(OPENID, "t-1", FIELDS, None, "row-8") == sent
    assert stand_in.seen[0][1] == {
        "touser": OPENID,
        "template_id": "t-1",
        "data": {"thing1": {"value": "退休一件事"}},
        "url": "http://127.0.0.1/m",
        "client_msg_id": "row-7",
    }
    assert "url" not in stand_in.seen[1][1]


# ---- refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("errcode", "remedy"),
    [(45047, Remedy.OTHER_CHANNEL), (43004, Remedy.GIVE_UP_PERSON), (-1, Remedy.RETRY_LATER)],
)
async def test_a_refusal_is_a_value(
    platform: Platform, stand_in: StandIn, errcode: int, remedy: Remedy
) -> None:
    stand_in.script = [{"errcode": errcode, "errmsg": "no"}]
    assert await platform.send_customer_text(OPENID, "x") == Refused(remedy, errcode)
    assert stand_in.calls[CUSTOMER] == 1


async def test_a_bad_field_is_named(platform: Platform, stand_in: StandIn) -> None:
    stand_in.script = [{"errcode": 47003, "errmsg": "argument invalid! data.thing1.value invalid"}]
    refused = await platform.send_template(OPENID, "t", FIELDS, None, "r")
    assert refused == Refused(Remedy.GIVE_UP_MESSAGE, 47003, "thing1")


async def test_an_unknown_code_is_said_aloud_without_what_was_sent(
    platform: Platform, stand_in: StandIn
) -> None:
    stand_in.script = [{"errcode": 99999, "errmsg": f"bad {OPENID}"}]
    with capture_logs() as logs:
        refused = await platform.send_customer_text(OPENID, "秘密")
    assert refused == Refused(Remedy.REPORT, 99999)
    assert [entry["event"] for entry in logs] == ["wechat_unknown_errcode"]
    assert logs[0]["errcode"] == 99999
    assert OPENID not in str(logs)


async def test_an_old_token_is_renewed_and_the_call_made_once_more(
    platform: Platform, stand_in: StandIn
) -> None:
    await platform.send_customer_text(OPENID, "一")
    stand_in.good.clear()
    assert await platform.send_customer_text(OPENID, "二") == Sent()
    assert stand_in.calls == {"stable_token": 2, CUSTOMER: 3}


async def test_a_lasting_40001_ends_after_one_retry(platform: Platform, stand_in: StandIn) -> None:
    stand_in.script = [{"errcode": 40001, "errmsg": "invalid credential"}] * 9
    refused = await platform.send_customer_text(OPENID, "x")
    assert refused == Refused(Remedy.RENEW_TOKEN, 40001)
    assert stand_in.calls == {"stable_token": 2, CUSTOMER: 2}


async def test_a_platform_that_insists_on_a_bad_token_is_forced_once(
    platform: Platform, stand_in: StandIn
) -> None:
    stand_in.sticky = True
    stand_in.script = [{"errcode": 42001, "errmsg": "expired"}] * 9
    for _ in range(3):
        refused = await platform.send_customer_text(OPENID, "x")
        assert refused == Refused(Remedy.RENEW_TOKEN, 42001)
    assert stand_in.forced == 1


async def test_without_a_token_nothing_is_sent(platform: Platform, stand_in: StandIn) -> None:
    stand_in.script = ["no token"]
    assert await platform.send_customer_text(OPENID, "x") == NotSent("token: 40125")
    assert stand_in.calls == {"stable_token": 1}


# ---- unknown fates --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("hang up", "ServerDisconnectedError"),
        ("<html>", "no json"),
        ("[]", "no json"),
        ('{"errcode": "many"}', "no errcode"),
        ("{}", "no errcode"),
        (web.Response(status=502), "http 502"),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), "http 302"),
        ("x" * (1024 * 1024 + 1), "no json"),
    ],
)
async def test_an_answer_that_says_nothing_leaves_the_fate_unknown(
    platform: Platform, stand_in: StandIn, answer: object, reason: str
) -> None:
    stand_in.script = [answer]
    assert await platform.send_customer_text(OPENID, "x") == Unknown(reason)
    assert stand_in.calls[CUSTOMER] == 1


async def test_a_platform_that_hangs_leaves_the_fate_unknown(
    session: aiohttp.ClientSession, stand_in: StandIn, broker: TokenBroker
) -> None:
    await broker.current()
    stand_in.script = ["hang"]
    short = aiohttp.ClientTimeout(total=0.05)
    transport = Transport(session, stand_in.url, broker, short)
    assert await transport.post("message/custom/send", data={}) == Unknown("TimeoutError")
    stand_in.released.set()


async def test_without_redis_nothing_is_sent(
    session: aiohttp.ClientSession, stand_in: StandIn
) -> None:
    async with Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0)) as nobody:
        fetch = StableToken(session, stand_in.url, APP_ID, SECRET)
        broker = TokenBroker(nobody, "token:x", fetch, lambda: "id")
        transport = Transport(session, stand_in.url, broker)
        assert await transport.post("message/custom/send", data={}) == NotSent("token: redis")
    assert not stand_in.calls


async def test_nobody_there_means_not_sent(session: aiohttp.ClientSession) -> None:
    # port 1: nobody listens there, so the connection is refused at once
    result = await call(session, "POST", "http://127.0.0.1:1/cgi-bin/x", {"access_token": "T"}, {})
    assert result == NotSent("ClientConnectorError")


def test_only_what_surely_never_left_counts_as_not_sent() -> None:
    assert fate(aiohttp.ConnectionTimeoutError()) == NotSent("ConnectionTimeoutError")
    assert fate(aiohttp.SocketTimeoutError()) == Unknown("SocketTimeoutError")
    assert fate(TimeoutError()) == Unknown("TimeoutError")
    assert fate(ConnectionResetError()) == Unknown("ConnectionResetError")


async def test_json_with_control_characters_is_read(platform: Platform, stand_in: StandIn) -> None:
    stand_in.script = ['{"errcode": 0,\n "errmsg": "o\x01k", "msgid": 3}']
    assert await platform.send_customer_text(OPENID, "x") == Sent("3")


async def test_no_exception_tells_a_token(
    session: aiohttp.ClientSession, redis: Redis, stand_in: StandIn
) -> None:
    fetch = StableToken(session, "http://127.0.0.1:1", APP_ID, SECRET)
    with pytest.raises(TokenUnavailable) as caught:
        await fetch(force=False)
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert caught.value.__context__ is None


# ---- media ----------------------------------------------------------------------------------


async def test_a_picture_is_fetched(platform: Platform, stand_in: StandIn) -> None:
    stand_in.script = [web.Response(body=b"\xff\xd8\xff", content_type="image/jpeg")]
    assert await platform.fetch_media("m 1") == Media(b"\xff\xd8\xff", "image/jpeg")
    assert stand_in.seen[0][0]["media_id"] == "m 1"


async def test_a_picture_too_large_is_not_read_to_its_end(
    platform: Platform, stand_in: StandIn
) -> None:
    stand_in.script = [web.Response(body=b"x" * 11, content_type="image/jpeg")]
    assert await platform.fetch_media("m", limit=10) == MediaTooLarge()
    unannounced = web.Response(body=b"x" * 11, content_type="image/png")
    unannounced.enable_chunked_encoding()
    stand_in.script = [unannounced]
    assert await platform.fetch_media("m", limit=10) == MediaTooLarge()


async def test_media_refused(platform: Platform, stand_in: StandIn) -> None:
    await platform.send_customer_text(OPENID, "x")
    stand_in.good.clear()
    stand_in.script = [
        {"errcode": 40007, "errmsg": "invalid media_id"},
        {"errcode": 45009, "errmsg": "quota"},
        {"video_url": "http://127.0.0.1/v"},
    ]
    assert await platform.fetch_media("m") == MediaExpired()
    assert stand_in.calls["stable_token"] == 2  # the token was renewed on the way
    assert await platform.fetch_media("m") == Refused(Remedy.RETRY_LATER, 45009)
    assert await platform.fetch_media("m") == Unknown("no media")


# ---- account and pages ----------------------------------------------------------------------


async def test_the_menu_goes_up_if_it_keeps_the_limits(
    platform: Platform, stand_in: StandIn
) -> None:
    menu = {"button": [{"type": "click", "name": "办理退休", "key": "start"}]}
    assert await platform.create_menu(menu) == Sent()
    assert stand_in.seen[0][1] == menu
    with pytest.raises(ValueError, match="1 to 3 buttons"):
        await platform.create_menu({"button": []})


async def test_a_scene_gets_its_code(platform: Platform, stand_in: StandIn) -> None:
    stand_in.script = [{"ticket": "gQH4", "expire_seconds": 60, "url": "http://weixin.qq.com/q/k"}]
    assert await platform.create_qr("i7", 60) == QrTicket("gQH4", "http://weixin.qq.com/q/k", 60)
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "i7"}}}
    assert stand_in.seen[0][1] == {"expire_seconds": 60, **scene}
    assert await platform.create_qr("i7", 60) == Unknown("no ticket")
    for bad in (("", 60), ("s" * 65, 60), ("s", 2592001)):
        with pytest.raises(ValueError, match="scene"):
            await platform.create_qr(*bad)


async def test_a_code_is_exchanged_without_the_accounts_token(
    platform: Platform, stand_in: StandIn
) -> None:
    stand_in.script = [
        {"access_token": "user", "openid": OPENID, "unionid": "u", "scope": "snsapi_base"},
        {"openid": OPENID, "is_snapshotuser": 1},
        {"errcode": 40163, "errmsg": "code been used"},
        {"errcode": 40125, "errmsg": "invalid appsecret"},
        {"scope": "snsapi_base"},
    ]
    assert await platform.exchange_code("c") == OAuthIdentity(OPENID, "u")
    assert await platform.exchange_code("c") == SnapshotUser()
    assert await platform.exchange_code("c") == CodeSpent()
    assert await platform.exchange_code("c") == Refused(Remedy.REPORT, 40125)
    assert await platform.exchange_code("c") == Unknown("no openid")
    assert "stable_token" not in stand_in.calls
    assert stand_in.seen[0][0] == {
        "appid": APP_ID,
        "secret": SECRET,
        "code": "c",
        "grant_type": "authorization_code",
    }


async def test_the_pages_ticket_has_a_broker_of_its_own(
    transport: Transport, stand_in: StandIn, redis: Redis
) -> None:
    stand_in.script = [{"errcode": 0, "ticket": "the-ticket", "expires_in": 7200}]
    ids = count()
    tickets = TokenBroker(redis, f"ticket:{APP_ID}", JsTicket(transport), lambda: str(next(ids)))
    assert await tickets.current() == await tickets.current() == "the-ticket"
    assert stand_in.seen[0][0]["type"] == "jsapi"
    assert len(js_signature("the-ticket", "n", 1, "http://127.0.0.1/m")) == 40


async def test_wechatpys_other_methods_are_awaitable_too(
    transport: Transport, stand_in: StandIn
) -> None:
    from wechatpy.client.api import WeChatUser  # noqa: PLC0415 — only this test needs it

    stand_in.script = [{"errcode": 0, "openid": OPENID, "subscribe": 1}]
    answer = await WeChatUser(transport).get(OPENID)
    assert isinstance(answer, Reply)
    assert answer.json["subscribe"] == 1


async def test_nothing_shown_of_a_result_tells_who(platform: Platform, stand_in: StandIn) -> None:
    stand_in.script = [{"openid": OPENID}]
    assert OPENID not in repr(await platform.exchange_code("c"))
