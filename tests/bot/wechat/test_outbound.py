import re
from urllib.parse import unquote, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.wechat.inbound import Inbound, ReplyTo, read_callback
from bot.wechat.outbound import (
    MAX_BYTES,
    answer_body,
    draw,
    draw_one,
    draw_rest,
    menu_id,
    menu_text,
    text_xml,
)
from bot.wechat.xml import read_fields, strip_illegal
from dialogs.said import Tap
from dialogs.say import Choice, Link, Utterance
from tests.bot.wechat.speaking import (
    ACCOUNT_ID,
    APP_ID,
    KEY,
    NOW,
    OLD_KEY,
    OPENID,
    PLAIN,
    SAFE,
    TOKEN,
    encrypted,
    fields_of,
    signed,
    text,
)

WAY_ON = Utterance("还有一些没有显示。", (Choice("more", "接着看"),))
TYPED = st.text() | st.lists(
    st.sampled_from(
        ["]]>", '<a href="', "</a>", "<", ">", "\x00", "\ud800", "。", "\n", "𠮷", '"', "&"]
    )
).map("".join)


# ---- the passive answer ---------------------------------------------------------------------


@given(TYPED)
def test_nothing_typed_changes_the_shape_of_an_answer(typed: str) -> None:
    fields = read_fields(text_xml(OPENID, ACCOUNT_ID, typed, NOW))
    shown = strip_illegal(typed).replace("\r\n", "\n").replace("\r", "\n")
    assert fields == {
        "ToUserName": OPENID,
        "FromUserName": ACCOUNT_ID,
        "CreateTime": str(NOW),
        "MsgType": "text",
        "Content": shown,
    }


@pytest.mark.parametrize("aes", [KEY, OLD_KEY])
def test_an_answer_is_sealed_with_the_key_of_the_question(aes: str) -> None:
    inbound = read_callback(SAFE, *encrypted(text(), aes), NOW)
    assert isinstance(inbound, Inbound)
    body = answer_body(SAFE, inbound.answer_with, "好的 ]]> 。", NOW).decode()
    envelope = fields_of(body)
    other_side = WeChatCrypto(TOKEN, aes, APP_ID)
    message = other_side.decrypt_message(
        body, envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"]
    )
    assert fields_of(message)["Content"] == "好的 ]]> 。"


def test_the_same_prefix_gives_the_same_bytes() -> None:
    to = ReplyTo(OPENID, ACCOUNT_ID, "n", SAFE.keys[0])
    assert answer_body(SAFE, to, "好", NOW, b"0" * 16) == answer_body(
        SAFE, to, "好", NOW, b"0" * 16
    )


def test_a_plain_question_gets_a_plain_answer() -> None:
    body = answer_body(PLAIN, ReplyTo(OPENID, ACCOUNT_ID, "n"), "好", NOW)
    assert fields_of(body)["Content"] == "好"


# ---- what can be tapped ---------------------------------------------------------------------


def test_a_bubble_with_choices_and_pages() -> None:
    drawn = draw_one(
        Utterance(
            "您是哪一种参保人员？",
            (Choice("d1:kind:1:3", "企业职工", "1"), Choice("back", "上一步")),
            (Link("http://127.0.0.1:8080/m/login?a=1&b=2", "去登录"),),
        )
    )
    assert drawn == (
        "您是哪一种参保人员？\n"
        '1. <a href="weixin://bizmsgmenu?msgmenucontent=企业职工&msgmenuid=d1:kind:1:3">企业职工</a>\n'
        '<a href="weixin://bizmsgmenu?msgmenucontent=上一步&msgmenuid=back">上一步</a>\n'
        '<a href="http://127.0.0.1:8080/m/login?a=1&b=2">去登录</a>'
    )


TAG = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^"&<>]*)&msgmenuid=([^"&<>]*)">')


# Ids are ours: visible ASCII. A `%` would be decoded once too often by some phones.
IDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="%]"))


@given(IDS.filter(bool), st.text(max_size=20))
def test_a_tap_comes_back_however_the_phone_decodes_it(choice_id: str, label: str) -> None:
    tag = TAG.search(draw_one(Utterance("", (Choice(choice_id, "选" + label),))))
    assert tag is not None
    content = tag[1]
    assert content == unquote(content) == unquote_plus(unquote_plus(content))
    for spelled in (tag[2], unquote(tag[2])):
        message = text(content, bizmsgmenuid=spelled).encode()
        inbound = read_callback(PLAIN, signed(), message, NOW)
        assert isinstance(inbound, Inbound)
        assert inbound.said == Tap(choice_id, content)


def test_labels_are_spelled_for_any_decoding() -> None:
    assert menu_text('100% & "甲+乙" <x>') == "100％　＆　＂甲＋乙＂　＜x＞"
    assert menu_id('a"b&c=d e%') == "a%22b%26c%3Dd%20e%25"


@given(TYPED)
def test_typed_tags_stay_text(typed: str) -> None:
    drawn = draw_one(
        Utterance(f"您写的是：{typed}", (Choice("x", typed, "1"),), (Link(f"/m?q={typed}", typed),))
    )
    tags = re.findall(r'</a>|<a href="[^"<>]*">', drawn)
    assert drawn.count("<") == len(tags) <= 4
    assert all(opened.startswith("<a") for opened in tags[::2])
    assert all(closed == "</a>" for closed in tags[1::2])


def test_a_label_too_long_to_tap_is_still_shown() -> None:
    label = "很长" * 400
    assert draw_one(Utterance("", (Choice("x", label, "1"),))) == "1. " + label


# ---- parts ----------------------------------------------------------------------------------


def test_short_bubbles_share_the_passive_answer() -> None:
    parts = draw([Utterance("记下了。"), Utterance("请问您的姓名？")], WAY_ON)
    assert (parts.first, parts.later, parts.rest) == ("记下了。\n\n请问您的姓名？", (), "")


def test_nothing_to_say_is_an_empty_first_part() -> None:
    assert draw([], WAY_ON).first == ""
    assert draw([Utterance(" \n")], WAY_ON).first == ""


def test_bubbles_stay_whole_where_they_fit() -> None:
    bubbles = [Utterance(letter * 1500) for letter in "abc"]
    parts = draw(bubbles, WAY_ON)
    assert [parts.first, *parts.later] == ["a" * 1500, "b" * 1500, "c" * 1500]


def test_a_long_text_is_divided_between_sentences() -> None:
    sentences = "".join(f"这是第{number}句话，说的是“材料。”" for number in range(120))
    parts = draw([Utterance(sentences)], WAY_ON)
    assert len(parts.later) == 2
    assert all(part.endswith("。”") for part in (parts.first, *parts.later))
    assert parts.first + "".join(parts.later) == sentences


def test_what_does_not_fit_is_offered_and_not_cut() -> None:
    lines = [f"第{number}条：{'说明' * 40}。" for number in range(60)]
    drawn, seen = draw([Utterance("\n".join(lines))], WAY_ON), []
    for _ in range(10):
        parts = [drawn.first, *drawn.later]
        assert all(len(part.encode()) <= MAX_BYTES for part in parts)
        assert parts[-1].endswith(draw_one(WAY_ON)) == bool(drawn.rest)
        seen += parts
        if not drawn.rest:
            break
        drawn = draw_rest(drawn.rest, WAY_ON)
    assert [line for line in "\n".join(seen).split("\n") if line.startswith("第")] == lines


@given(st.lists(TYPED, max_size=5), st.integers(0, 40), st.integers(1, 3))
def test_parts_fit_and_together_say_everything(
    typed: list[str], times: int, max_parts: int
) -> None:
    choices = tuple(Choice(f"c{number}", f"选项{number}", str(number)) for number in range(times))
    utterances = [Utterance((each + "说") * times, choices) for each in typed]
    drawn, said = draw(utterances, WAY_ON, max_parts), ""
    while True:
        parts = [drawn.first, *drawn.later]
        assert len(parts) <= max_parts
        assert all(len(part.encode()) <= MAX_BYTES for part in parts)
        assert all(part.count("<a href") == part.count("</a>") for part in parts)
        said += "".join(parts)
        if not drawn.rest:
            break
        said = said.removesuffix(draw_one(WAY_ON))
        drawn = draw_rest(drawn.rest, WAY_ON, max_parts)
    wanted = "".join(draw_one(utterance) for utterance in utterances)
    assert "".join(said.split()) == "".join(wanted.split())


def test_a_sentence_without_end_is_cut_between_characters() -> None:
    endless = "𠮷\U000e0101" * 600  # a rare character with its variant mark: eight bytes
    parts = draw([Utterance(endless)], WAY_ON)
    assert all(part.startswith("𠮷") for part in (parts.first, *parts.later))
    assert parts.first + "".join(parts.later) == endless


def test_a_way_on_that_is_too_long_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="short"):
        draw([Utterance("长" * 5000)], Utterance("更" * 500))
