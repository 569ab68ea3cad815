import subprocess
import sys
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message

from bot.wechat.crypto import Account, NotFromWeChat, Unreadable
from bot.wechat.inbound import (
    EVENTS,
    MAX_BODY,
    MESSAGES,
    EdgeEvent,
    Ignored,
    Inbound,
    NoticeChoice,
    NoticeChoices,
    NoticeReceipt,
    NoticeReceipts,
    Receipt,
    read_callback,
)
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
from tests.bot.wechat.speaking import (
    ACCOUNT_ID,
    APP_ID,
    COMPAT,
    NOW,
    OLD_KEY,
    OPENID,
    PLAIN,
    SAFE,
    TOKEN,
    encrypted,
    event,
    fields_of,
    signed,
    text,
    xml,
)


def read(message: str, query: Mapping[str, str] | None = None) -> Inbound:
    inbound = read_callback(PLAIN, query or signed(), message.encode(), NOW)
    assert isinstance(inbound, Inbound)
    return inbound


def said(message: str) -> Spoken | EdgeEvent:
    return read(message).said


# ---- modes ----------------------------------------------------------------------------------


def test_safe_mode_reads_what_is_encrypted() -> None:
    inbound = read_callback(SAFE, *encrypted(text("办理退休")), NOW)
    assert isinstance(inbound, Inbound)
    assert (inbound.said, inbound.openid, inbound.app_id) == (Text("办理退休"), OPENID, APP_ID)
    assert inbound.created_at == NOW
    assert inbound.answer_with.account_id == ACCOUNT_ID
    assert inbound.answer_with.key == SAFE.keys[0]


def test_the_previous_key_still_reads_and_is_remembered_for_the_answer() -> None:
    inbound = read_callback(SAFE, *encrypted(text(), OLD_KEY), NOW)
    assert isinstance(inbound, Inbound)
    assert inbound.answer_with.key == SAFE.keys[1]


def test_safe_mode_never_falls_back_to_plain() -> None:
    query, body = encrypted(text())
    for less in (
        signed(),
        signed(encrypt_type="raw"),
        signed(encrypt_type="aes"),
        signed(encrypt_type="aes", msg_signature=""),
    ):
        for content in (body, text().encode()):
            with pytest.raises(NotFromWeChat):
                read_callback(SAFE, less, content, NOW)
    unsigned = {name: value for name, value in query.items() if name != "signature"}
    assert isinstance(read_callback(SAFE, unsigned, body, NOW), Inbound)


def test_compat_mode_reads_both_forms_of_one_body() -> None:
    query, body = encrypted(text("两种"))
    envelope = f"<Encrypt>{fields_of(body)['Encrypt']}</Encrypt></xml>"
    both = text("两种").replace("</xml>", envelope).encode()
    for asked, key in ((query, COMPAT.keys[0]), (signed(), None)):
        inbound = read_callback(COMPAT, asked, both, NOW)
        assert isinstance(inbound, Inbound)
        assert (inbound.said, inbound.answer_with.key) == (Text("两种"), key)


def test_plain_mode_answers_in_clear() -> None:
    assert read(text()).answer_with.key is None


# ---- forgeries ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["signature", "msg_signature", "timestamp", "nonce"])
def test_nothing_signed_can_be_changed(name: str) -> None:
    query, body = encrypted(text())
    with pytest.raises(NotFromWeChat):
        read_callback(SAFE, query | {name: query[name][:-1] + "x"}, body, NOW)


def test_another_ciphertext_under_the_same_signature_is_refused() -> None:
    query, _ = encrypted(text("一"))
    _, body = encrypted(text("二"))
    with pytest.raises(NotFromWeChat):
        read_callback(SAFE, query, body, NOW)


def test_plain_mode_needs_a_signature() -> None:
    with pytest.raises(NotFromWeChat):
        read_callback(PLAIN, {"timestamp": str(NOW), "nonce": "n"}, text().encode(), NOW)


def test_a_message_older_than_five_minutes_is_refused() -> None:
    query, body = encrypted(text())
    with pytest.raises(NotFromWeChat):
        read_callback(SAFE, query, body, NOW + 301)


def test_a_message_for_another_account_is_refused() -> None:
    with pytest.raises(NotFromWeChat):
        read_callback(SAFE, *encrypted(text(), app_id="wx-other"), NOW)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"x" * (MAX_BODY + 1), "too large"),
        (b'{"MsgType": "text"}', "ExpatError"),
        (b"", "ExpatError"),
        (b'<!DOCTYPE xml [<!ENTITY a "b">]><xml/>', "ValueError"),
        (b"<xml><ToUserName>a</ToUserName></xml>", "FromUserName"),
        (text(FromUserName="a b").encode(), "FromUserName"),
        (text(ToUserName="").encode(), "ToUserName"),
        (text(CreateTime="soon").encode(), "CreateTime"),
        (xml(Content="?").encode(), "MsgType"),
    ],
)
def test_wechats_own_nonsense_is_unreadable(body: bytes, reason: str) -> None:
    assert read_callback(PLAIN, signed(), body, NOW) == Unreadable(reason)


def test_nonsense_within_the_envelope_is_unreadable() -> None:
    assert read_callback(SAFE, *encrypted("{}"), NOW) == Unreadable("ExpatError")
    stranger = Account.of(APP_ID, TOKEN, "q" * 43)
    assert read_callback(stranger, *encrypted(text()), NOW) == Unreadable("key")


QUERIES = st.dictionaries(
    st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type"]),
    st.text() | st.sampled_from([str(NOW), "aes", "raw"]),
)


@given(QUERIES, st.binary(), st.sampled_from([SAFE, COMPAT, PLAIN]))
def test_any_request_is_refused_politely(
    query: dict[str, str], body: bytes, account: Account
) -> None:
    with pytest.raises(NotFromWeChat):
        read_callback(account, query, body, NOW)


NAMES = (
    *("MsgType", "Event", "EventKey", "MsgId", "MsgID", "Status", "CreateTime", "Content"),
    *("SubscribeMsgSentEvent", "SubscribeMsgPopupEvent", "bizmsgmenuid", "MediaId"),
)
FIELDS = st.dictionaries(
    st.sampled_from(NAMES),
    st.text(alphabet="ab1%&;<>/[]!") | st.sampled_from(sorted([*MESSAGES, *EVENTS, "event"])),
)


@given(FIELDS, st.booleans())
def test_any_signed_message_is_read_or_unreadable(fields: dict[str, str], raw: bool) -> None:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    message = f"<xml>{inside}</xml>" if raw else xml(**fields)
    query, body = encrypted(message)
    assert isinstance(read_callback(SAFE, query, body, NOW), Inbound | Unreadable)


# ---- what was said --------------------------------------------------------------------------


def test_messages_of_every_kind() -> None:
    assert said(text("  三个 字 ")) == Text("  三个 字 ")
    assert said(text("")) == Text("")
    assert said(text("【收到不支持的消息类型，暂无法显示】")) == Unsupported("sticker")
    assert said(text("是", bizmsgmenuid="d1:q2:yes:7")) == Tap("d1:q2:yes:7", "是")
    assert said(xml(MsgType="image", MediaId="m-1", PicUrl="http://127.0.0.1/1")) == Photo("m-1")
    assert said(xml(MsgType="image")) == Unsupported("image")
    assert said(xml(MsgType="voice", MediaId="m", Recognition="办退休")) == Voice("办退休")
    assert said(xml(MsgType="voice", MediaId="m", Recognition="")) == Voice("")
    assert said(xml(MsgType="location", Location_X="34.7", Location_Y="113.6")) == Located()
    for kind in ("video", "shortvideo", "link", "file", "miniprogrampage", "hologram"):
        assert said(xml(MsgType=kind)) == Unsupported(kind)


def test_events_that_somebody_made() -> None:
    assert said(event("subscribe", EventKey="")) == Followed("")
    assert said(event("subscribe", EventKey="qrscene_i7", Ticket="t")) == Followed("i7")
    assert said(event("SCAN", EventKey="i7", Ticket="t")) == Followed("i7", anew=False)
    assert said(event("unsubscribe", EventKey="")) == Unfollowed()
    assert said(event("CLICK", EventKey="progress")) == MenuTapped("progress")
    assert said(event("scancode_waitmsg", EventKey="k")) == Unsupported("scancode")


def test_events_that_need_no_answer() -> None:
    for name in ("VIEW", "LOCATION", "pic_sysphoto", "location_select", "kf_create_session"):
        assert said(event(name, EventKey="x")) == Ignored(name.lower())


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("success", "delivered"),
        ("failed:user block", "blocked"),
        ("failed: user block", "blocked"),
        ("failed: system failed", "failed"),
        ("failed:freq limit", "limited"),
        ("failed: something new", "unknown"),
    ],
)
def test_receipts_of_template_messages(status: str, outcome: str) -> None:
    receipt = said(event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status=status))
    assert isinstance(receipt, Receipt)
    assert (receipt.msg_id, receipt.outcome) == ("200163836", outcome)


def notices(event_name: str, holder: str, *entries: str) -> str:
    lists = "".join(f"<List>{entry}</List>" for entry in entries)
    fields = f"<{holder}>{lists}</{holder}>"
    return event(event_name).replace("</xml>", fields + "</xml>")


def test_choices_about_subscribed_notices() -> None:
    yes = "<TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>"
    no = "<TemplateId>t2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString>"
    both = notices("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", yes, no)
    assert said(both) == NoticeChoices((NoticeChoice("t1", True), NoticeChoice("t2", False)))
    one = notices("subscribe_msg_change_event", "SubscribeMsgChangeEvent", no)
    assert said(one) == NoticeChoices((NoticeChoice("t2", False),))
    assert said(event("subscribe_msg_popup_event")) == NoticeChoices(())


def test_receipts_of_subscribed_notices() -> None:
    entry = "<TemplateId>t</TemplateId><MsgID>17</MsgID><ErrorCode>0</ErrorCode>"
    odd = "<TemplateId>t</TemplateId><MsgID>18</MsgID><ErrorCode>many</ErrorCode>"
    pushed = notices("subscribe_msg_sent_event", "SubscribeMsgSentEvent", entry, odd)
    assert said(pushed) == NoticeReceipts(
        (NoticeReceipt("t", "17", 0), NoticeReceipt("t", "18", -1))
    )


@pytest.mark.parametrize(
    "message",
    [
        text("一样"),
        xml(MsgType="voice", MediaId="m", Recognition="办退休", MsgId="1"),
        event("CLICK", EventKey="progress"),
        event("subscribe", EventKey="qrscene_9", Ticket="t"),
    ],
)
def test_wechatpy_reads_the_same(message: str) -> None:
    ours, theirs = read(message), parse_message(message)
    assert (ours.openid, ours.created_at) == (theirs.source, theirs.time)
    told = ours.said
    if isinstance(told, Text):
        assert told.text == theirs.content
    elif isinstance(told, Voice):
        assert told.transcript == theirs.recognition
    elif isinstance(told, MenuTapped):
        assert told.key == theirs.key
    elif isinstance(told, Followed):
        assert told.scene == theirs.scene_id


# ---- keys -----------------------------------------------------------------------------------


def test_a_redelivery_has_the_same_message_key_whatever_its_nonce() -> None:
    first = read_callback(SAFE, *encrypted(text(), nonce="one"), NOW)
    again = read_callback(SAFE, *encrypted(text(), nonce="two", now=NOW + 5), NOW + 5)
    assert isinstance(first, Inbound)
    assert isinstance(again, Inbound)
    assert first.message_key == again.message_key
    assert first.nonce_key != again.nonce_key


def test_messages_that_differ_have_different_keys() -> None:
    messages = [
        text(),
        text(msg_id="2"),
        text(FromUserName="someone-else"),
        text(CreateTime=NOW + 1),
        event("CLICK", EventKey="a"),
        event("CLICK", EventKey="b"),
        event("VIEW", EventKey="a"),
        event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success"),
        event("TEMPLATESENDJOBFINISH", MsgID="2", Status="success"),
        notices("subscribe_msg_sent_event", "SubscribeMsgSentEvent", "<MsgID>1</MsgID>"),
        notices("subscribe_msg_sent_event", "SubscribeMsgSentEvent", "<MsgID>2</MsgID>"),
        xml(MsgType="hologram", What="1"),
        xml(MsgType="hologram", What="2"),
    ]
    keys = {read(message).message_key for message in messages}
    assert len(keys) == len(messages)


def test_nothing_shown_of_an_inbound_tells_who_spoke_or_what() -> None:
    inbound = read(text("41010519660612901X"))
    assert OPENID not in repr(inbound)
    assert "41010519660612901X" not in repr(inbound)
    assert len(inbound.message_key) == 64


def test_reading_and_answering_needs_no_wechatpy() -> None:
    """It costs 0.3 s to import; the first answer of `make run` should not wait for it."""
    names = "bot.wechat.inbound, bot.wechat.outbound, bot.wechat.client, sys"
    code = f"import {names}; sys.exit('wechatpy' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
