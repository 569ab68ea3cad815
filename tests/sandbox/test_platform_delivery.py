"""Deliveries to the callback and passive answers: every rule kept, each rule broken once."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.platform.crypto import decrypt, encrypt, sign
from sandbox.platform.state import FAULT
from tests.sandbox.platform_bench import start_bench
from tests.sandbox.service_standin import (
    AES_KEY,
    APP_ID,
    CRYPTO,
    TOKEN,
    Answer,
    fields_of,
    seal,
    text_reply,
)

TEXT = {"type": "text", "text": "办理退休"}


def replying(make: Callable[[dict[str, str]], bytes]) -> Answer:
    async def answer(got: dict[str, str]) -> bytes:
        return make(got)

    return answer


def test_own_crypto_agrees_with_wechatpy() -> None:
    sealed = fields_of(seal("<xml>张秀英</xml>".encode()))["Encrypt"]
    assert decrypt(AES_KEY, APP_ID, sealed) == "<xml>张秀英</xml>"
    wrapped = f"<xml><Encrypt>{encrypt(AES_KEY, APP_ID, '<xml>李敏</xml>')}</Encrypt></xml>"
    signature = sign(TOKEN, "1", "2", fields_of(wrapped)["Encrypt"])
    assert CRYPTO.decrypt_message(wrapped, signature, "1", "2") == "<xml>李敏</xml>"


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
async def test_text_arrives_signed_and_its_answer_is_shown(
    aiohttp_client: Any, aiohttp_server: Any, mode: str
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server, mode=mode)

    def answer(got: dict[str, str]) -> bytes:
        reply = text_reply(got, "请问您的姓名？")
        return seal(reply) if mode == "safe" else reply

    bench.service.answer = replying(answer)
    outcome = await bench.say(TEXT)
    assert (outcome["state"], outcome["deliveries"]) == ("answered", 1)
    assert outcome["reply"]["text"] == "请问您的姓名？"
    delivery = bench.service.deliveries[0]
    assert delivery.fields["Content"] == "办理退休"
    assert delivery.fields["FromUserName"] == bench.openid
    assert (b"<MsgType>" in delivery.body) == (mode != "safe")
    assert await bench.rules_broken() == []


async def test_handshake_echoes_and_refuses_a_forgery(
    aiohttp_client: Any, aiohttp_server: Any
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    assert await bench.control("POST", "handshake") == {"ok": True}


async def test_success_says_nothing(aiohttp_client: Any, aiohttp_server: Any) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    assert (await bench.say(TEXT))["state"] == "nothing"
    assert [m["kind"] for m in (await bench.phone())["messages"]] == ["out"]


def _two_types(got: dict[str, str]) -> bytes:
    return text_reply(got, "好").replace(b"</xml>", b"<MsgType>text</MsgType></xml>")


BROKEN: list[tuple[str, Callable[[dict[str, str]], bytes]]] = [
    ("bad_xml", lambda _: seal(b"<xml><ToUserName>")),
    ("bad_xml", lambda _: b"<html>502</html>"),
    ("bad_xml", lambda _: b'<!DOCTYPE x [<!ENTITY e "e">]><xml>&e;</xml>'),
    ("bad_xml", lambda _: b"\xff\xfe"),
    ("not_encrypted", lambda got: text_reply(got, "好")),
    ("bad_signature", lambda got: seal(text_reply(got, "好")).replace(b"nonce", b"other")),
    ("not_decryptable", lambda _: signed_garbage()),
    ("bad_element", lambda got: seal(_two_types(got))),
    ("bad_element", lambda got: seal(text_reply(got, "好", CreateTime="gestern"))),
    ("wrong_receiver", lambda got: seal(text_reply(got, "好", ToUserName="oSomebody"))),
    ("wrong_sender", lambda got: seal(text_reply(got, "好", FromUserName="gh_other"))),
    ("unknown_msgtype", lambda got: seal(text_reply(got, "好", MsgType="poem"))),
    ("text_too_long", lambda got: seal(text_reply(got, "长" * 683))),
    ("empty_text", lambda got: seal(text_reply(got, " "))),
    ("broken_link", lambda got: seal(text_reply(got, '<a href="weixin://bizmsgmenu">好</a>'))),
    ("broken_link", lambda got: seal(text_reply(got, '<a href="https://x.invalid/">好'))),
]


def signed_garbage() -> bytes:
    sealed = encrypt(AES_KEY, "wx-another-appid", "<xml/>")
    signature = sign(TOKEN, "1", "2", sealed)
    return (
        f"<xml><Encrypt>{sealed}</Encrypt><MsgSignature>{signature}</MsgSignature>"
        "<TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>"
    ).encode()


@pytest.mark.parametrize(("rule", "make"), BROKEN)
async def test_unreadable_answer_shows_the_fault(
    aiohttp_client: Any, aiohttp_server: Any, rule: str, make: Callable[[dict[str, str]], bytes]
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    bench.service.answer = replying(make)
    outcome = await bench.say(TEXT)
    assert outcome["state"] == "fault"
    assert outcome["reply"]["text"] == FAULT
    assert await bench.rules_broken() == [rule]


async def test_longest_text_passes(aiohttp_client: Any, aiohttp_server: Any) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    bench.service.answer = replying(lambda got: seal(text_reply(got, "长" * 682 + "a")))
    assert (await bench.say(TEXT))["state"] == "answered"


async def test_late_three_times_shows_the_fault(aiohttp_client: Any, aiohttp_server: Any) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server, answer_seconds=0.05)
    done = asyncio.Event()

    async def too_slow(got: dict[str, str]) -> bytes:
        await done.wait()
        return b"success"

    bench.service.answer = too_slow
    outcome = await bench.say(TEXT)
    done.set()
    assert (outcome["state"], outcome["deliveries"]) == ("fault", 3)
    assert await bench.rules_broken() == ["late"] * 3
    ids = {delivery.fields["MsgId"] for delivery in bench.service.deliveries}
    nonces = {delivery.query["nonce"] for delivery in bench.service.deliveries}
    assert (len(ids), len(nonces)) == (1, 3)


async def test_nobody_listening_shows_the_fault(aiohttp_client: Any, aiohttp_server: Any) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server, callback_url="http://127.0.0.1:1/")
    assert (await bench.say(TEXT))["state"] == "fault"
    assert await bench.rules_broken() == ["unreachable"] * 3


@pytest.mark.parametrize(
    ("what", "count", "nonces"),
    [
        ("deliver_twice", 2, 2),
        ("repeat_nonce", 2, 1),
        ("deliver_at_once", 3, 3),
        ("answer_lost", 2, 2),
        ("deliver_late", 1, 1),
    ],
)
async def test_unkind_delivery_wants_the_same_bytes(
    aiohttp_client: Any, aiohttp_server: Any, what: str, count: int, nonces: int
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    bench.service.answer = replying(lambda _: b"success")
    await bench.control("POST", "failures", {"what": what})
    outcome = await bench.say(TEXT)
    assert outcome["deliveries"] == count == len(bench.service.deliveries)
    assert len({delivery.query["nonce"] for delivery in bench.service.deliveries}) == nonces
    assert await bench.rules_broken() == []
    assert await bench.control("GET", "failures") == []


@pytest.mark.parametrize("what", ["deliver_twice", "deliver_at_once"])
async def test_two_different_answers_to_one_message_are_noticed(
    aiohttp_client: Any, aiohttp_server: Any, what: str
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    bench.service.answer = replying(lambda got: seal(text_reply(got, "好")))  # new random prefix
    await bench.control("POST", "failures", {"what": what})
    await bench.say(TEXT)
    assert await bench.rules_broken() == ["replay_differs"]


async def test_text_cannot_break_out_of_the_push(aiohttp_client: Any, aiohttp_server: Any) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    await bench.say({"type": "text", "text": "a]]><MsgType>x</MsgType>\x07"})
    assert bench.service.deliveries[0].fields["Content"] == "a]]><MsgType>x</MsgType>"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {"type": "tap", "content": "是", "menu_id": "d1.q2.1"},
            {"MsgType": "text", "Content": "是", "bizmsgmenuid": "d1.q2.1"},
        ),
        ({"type": "photo"}, {"MsgType": "image"}),
        ({"type": "voice"}, {"MsgType": "voice", "Format": "amr", "Recognition": ""}),
        ({"type": "video"}, {"MsgType": "video"}),
        ({"type": "video", "short": True}, {"MsgType": "shortvideo"}),
        ({"type": "location"}, {"MsgType": "location", "Scale": "15"}),
        ({"type": "link"}, {"MsgType": "link"}),
        ({"type": "sticker"}, {"MsgType": "text"}),
        ({"type": "follow"}, {"Event": "subscribe", "EventKey": ""}),
        ({"type": "unfollow"}, {"Event": "unsubscribe"}),
        ({"type": "scan", "scene": "case-1"}, {"Event": "SCAN", "EventKey": "case-1"}),
        ({"type": "raw", "fields": {"MsgType": "dance"}}, {"MsgType": "dance"}),
    ],
)
async def test_everything_a_phone_can_do_arrives(
    aiohttp_client: Any, aiohttp_server: Any, said: dict[str, Any], expected: dict[str, str]
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    assert (await bench.say(said))["state"] == "nothing"
    assert bench.service.deliveries[0].fields.items() >= expected.items()


async def test_who_does_not_follow_can_only_follow(
    aiohttp_client: Any, aiohttp_server: Any
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    await bench.say({"type": "unfollow"})
    assert "error" in await bench.say(TEXT)
    await bench.say({"type": "scan", "scene": "family-7"})
    assert bench.service.deliveries[-1].fields["EventKey"] == "qrscene_family-7"


async def test_photo_of_her_own_can_be_fetched_for_three_days(
    aiohttp_client: Any, aiohttp_server: Any
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    picture = b"\xff\xd8\xff\xe0 a photo"
    path = f"/control/platform/phones/{bench.openid}/say"
    await bench.client.post(path, data=picture, headers={"Content-Type": "image/jpeg"})
    media_id = bench.service.deliveries[0].fields["MediaId"]
    token = (await bench.fetch_token())["access_token"]
    url = f"/platform/cgi-bin/media/get?access_token={token}&media_id={media_id}"
    response = await bench.client.get(url)
    assert (await response.read(), response.content_type) == (picture, "image/jpeg")
    bench.clock.seconds += 3 * 86_400 + 1
    refused = await bench.api(f"/cgi-bin/media/get?media_id={media_id}", verb="GET")
    assert refused["errcode"] == 40007


async def test_choices_and_links_are_taken_apart(aiohttp_client: Any, aiohttp_server: Any) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    text = (
        "请选择：\n"
        '<a href="weixin://bizmsgmenu?msgmenucontent=%E6%98%AF&msgmenuid=d1.q2.1">1. 是</a>\n'
        '<a href="https://example.invalid/m/login?a=1&amp=2">登录</a>'
    )
    bench.service.answer = replying(lambda got: seal(text_reply(got, text)))
    reply = (await bench.say(TEXT))["reply"]
    assert reply["choices"] == [{"id": "d1.q2.1", "content": "是", "label": "1. 是"}]
    assert reply["links"] == [{"url": "https://example.invalid/m/login?a=1&amp=2", "label": "登录"}]


async def test_say_need_not_wait(aiohttp_client: Any, aiohttp_server: Any) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    assert (await bench.say(TEXT, "?wait=0"))["state"] == "under_way"
    await bench.service.arrived.wait()


async def test_events_tell_the_page_what_changed(aiohttp_client: Any, aiohttp_server: Any) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server)
    async with bench.client.get("/control/platform/events") as stream:
        await stream.content.readuntil(b"\n\n")
        await bench.say(TEXT)
        event = await stream.content.readuntil(b"\n\n")
    assert event == f'data: {{"kind": "phone", "openid": "{bench.openid}"}}\n\n'.encode()


async def test_phones_outlive_a_restart(
    aiohttp_client: Any, aiohttp_server: Any, tmp_path: Path
) -> None:
    first = await start_bench(aiohttp_client, aiohttp_server, store=tmp_path)
    await first.say(TEXT)
    await first.say({"type": "photo"})
    await first.say({"type": "unfollow"})
    before = await first.phone()
    await first.client.close()
    second = await start_bench(aiohttp_client, aiohttp_server, store=tmp_path)
    assert await second.phone() == before
    picture = await second.client.get(before["messages"][1]["image"])
    assert (await picture.read()).startswith(b"\x89PNG")


async def test_torn_memory_is_as_good_as_none(
    aiohttp_client: Any, aiohttp_server: Any, tmp_path: Path
) -> None:
    (tmp_path / "phones.json").write_text('{"phones": {')
    bench = await start_bench(aiohttp_client, aiohttp_server, store=tmp_path)
    assert (await bench.phone())["messages"] == []
