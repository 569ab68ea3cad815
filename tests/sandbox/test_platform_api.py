"""The platform's own interface: tokens, send windows, templates, media, menu, login."""

import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from sandbox.platform.config import TemplateField, template
from sandbox.platform.fields import fits
from tests.sandbox.platform_bench import Bench, start_bench
from tests.sandbox.service_standin import APP_ID, SECRET


@pytest.fixture
async def bench(aiohttp_client: Any, aiohttp_server: Any) -> Bench:
    return await start_bench(aiohttp_client, aiohttp_server)


async def test_stable_token_is_the_same_until_near_its_end(bench: Bench) -> None:
    first = await bench.fetch_token()
    assert (len(first["access_token"]), first["expires_in"]) == (512, 7200)
    bench.clock.seconds += 6000
    again = await bench.fetch_token()
    assert (again["access_token"], again["expires_in"]) == (first["access_token"], 1200)
    bench.clock.seconds += 950
    renewed = await bench.fetch_token()
    assert renewed["access_token"] != first["access_token"]
    for token in (first, renewed):
        bench.token = token["access_token"]
        assert (await bench.api("/cgi-bin/menu/get", verb="GET"))["errcode"] == 46003
    bench.clock.seconds += 300
    bench.token = first["access_token"]
    assert (await bench.api("/cgi-bin/menu/get", verb="GET"))["errcode"] == 42001


async def test_plain_token_is_new_each_time_and_the_old_one_lives_five_minutes(
    bench: Bench,
) -> None:
    url = f"/platform/cgi-bin/token?grant_type=client_credential&appid={APP_ID}&secret={SECRET}"
    first = await (await bench.client.get(url)).json()
    second = await (await bench.client.get(url)).json()
    assert first["access_token"] != second["access_token"]
    bench.token = first["access_token"]
    assert (await bench.api("/cgi-bin/menu/get", verb="GET"))["errcode"] == 46003
    bench.clock.seconds += 301
    assert (await bench.api("/cgi-bin/menu/get", verb="GET"))["errcode"] == 42001


async def test_forced_refresh_kills_the_old_token_and_is_rationed(bench: Bench) -> None:
    bench.token = (await bench.fetch_token())["access_token"]
    forced = await bench.fetch_token(force_refresh=True)
    assert forced["access_token"] != bench.token
    assert (await bench.api("/cgi-bin/menu/get", verb="GET"))["errcode"] == 42001
    soon = await bench.fetch_token(force_refresh=True)
    assert soon["access_token"] == forced["access_token"]
    for _ in range(19):
        bench.clock.seconds += 31
        await bench.fetch_token(force_refresh=True)
    bench.clock.seconds += 31
    assert (await bench.fetch_token(force_refresh=True))["errcode"] == 45009


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [({"appid": "wx0"}, 40013), ({"secret": "x"}, 40125), ({"grant_type": "x"}, 40002)],
)
async def test_token_is_for_the_account_only(
    bench: Bench, changes: dict[str, str], errcode: int
) -> None:
    assert (await bench.fetch_token(**changes))["errcode"] == errcode


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("short", 40014), ("x" * 512, 40001)])
async def test_calls_refuse_a_bad_token(bench: Bench, token: str, errcode: int) -> None:
    url = f"/platform/cgi-bin/menu/get?access_token={token}"
    assert (await (await bench.client.get(url)).json())["errcode"] == errcode


async def test_expired_token_on_request(bench: Bench) -> None:
    await bench.say({"type": "text", "text": "您好"})
    assert await bench.send_text() == 0
    await bench.control("POST", "failures", {"what": "token_expired"})
    assert await bench.send_text() == 42001
    bench.token = ""
    assert await bench.send_text() == 0


async def test_message_opens_five_sends_in_48_hours(bench: Bench) -> None:
    assert await bench.send_text() == 45015
    await bench.say({"type": "text", "text": "您好"})
    assert [await bench.send_text() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    await bench.say({"type": "text", "text": "再说一句"})
    bench.clock.seconds += 48 * 3600 + 1
    bench.token = ""
    assert await bench.send_text() == 45015
    assert await bench.rules_broken() == ["45015", "45047", "45015"]


@pytest.mark.parametrize("said", [{"type": "follow"}, {"type": "scan", "scene": "a"}])
async def test_following_opens_three_sends_in_a_minute(bench: Bench, said: dict[str, str]) -> None:
    await bench.say(said)
    assert [await bench.send_text() for _ in range(4)] == [0, 0, 0, 45047]
    await bench.say(said)
    bench.clock.seconds += 61
    assert await bench.send_text() == 45015


async def test_windows_do_not_add_up(bench: Bench) -> None:
    await bench.say({"type": "text", "text": "您好"})
    await bench.say({"type": "follow"})
    assert [await bench.send_text() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_customer_messages_that_are_refused(bench: Bench) -> None:
    await bench.say({"type": "text", "text": "您好"})
    assert await bench.send_text("长" * 683) == 45002
    assert await bench.send_text("  ") == 44004
    assert await bench.send_text(openid="oNobody") == 40003
    path = "/cgi-bin/message/custom/send"
    poem = {"touser": bench.openid, "msgtype": "poem", "poem": {}}
    assert (await bench.api(path, poem))["errcode"] == 40008
    image = {"touser": bench.openid, "msgtype": "image", "image": {"media_id": "none"}}
    assert (await bench.api(path, image))["errcode"] == 40007
    await bench.control("POST", f"phones/{bench.openid}", {"blacklisted": True})
    assert await bench.send_text() == 43019
    await bench.control("POST", f"phones/{bench.openid}", {"blacklisted": False})
    await bench.say({"type": "unfollow"})
    assert await bench.send_text() == 43004


async def test_body_that_is_no_json_is_refused(bench: Bench) -> None:
    token = (await bench.fetch_token())["access_token"]
    url = f"/platform/cgi-bin/message/custom/send?access_token={token}"
    assert (await (await bench.client.post(url, data=b"{")).json())["errcode"] == 47001


async def test_msgmenu_can_be_tapped(bench: Bench) -> None:
    await bench.say({"type": "text", "text": "您好"})
    menu = {"head_content": "请选", "list": [{"id": "s&1", "content": "是"}], "tail_content": "。"}
    body = {"touser": bench.openid, "msgtype": "msgmenu", "msgmenu": menu}
    assert (await bench.api("/cgi-bin/message/custom/send", body))["errcode"] == 0
    choices = (await bench.phone())["messages"][-1]["choices"]
    assert choices == [{"id": "s&1", "content": "是", "label": "是"}]


async def test_template_is_shown_and_its_receipt_delivered(bench: Bench) -> None:
    sent = await bench.send_template(url="https://example.invalid/m/case")
    notice = (await bench.phone())["notices"][0]
    assert notice["title"] == "申请待完成提醒"
    assert notice["fields"][0] == {"key": "thing1", "label": "申请事项", "value": "退休一件事"}
    receipt = await bench.service.next_event("TEMPLATESENDJOBFINISH")
    assert (receipt["MsgID"], receipt["Status"]) == (str(sent["msgid"]), "success")


async def test_refused_notices_end_as_user_block(bench: Bench) -> None:
    await bench.control("POST", f"phones/{bench.openid}", {"refuses_notices": True})
    assert (await bench.send_template())["errcode"] == 0
    receipt = await bench.service.next_event("TEMPLATESENDJOBFINISH")
    assert receipt["Status"] == "failed:user block"
    assert (await bench.phone())["notices"] == []


async def test_template_fails_as_asked(bench: Bench) -> None:
    await bench.control("POST", "failures", {"what": "template_failed"})
    await bench.send_template()
    receipt = await bench.service.next_event("TEMPLATESENDJOBFINISH")
    assert receipt["Status"] == "failed: system failed"


async def test_client_msg_id_removes_repeats_for_ten_minutes(bench: Bench) -> None:
    first = await bench.send_template(client_msg_id="n1")
    assert (await bench.send_template(client_msg_id="n1"))["msgid"] == first["msgid"]
    assert len((await bench.phone())["notices"]) == 1
    bench.clock.seconds += 601
    assert (await bench.send_template(client_msg_id="n1"))["msgid"] != first["msgid"]
    assert len((await bench.phone())["notices"]) == 2


async def test_bad_template_field_is_named(bench: Bench) -> None:
    data = {
        "thing1": {"value": "退" * 21},
        "date2": {"value": "2026年12月1日"},
        "thing3": {"value": "好"},
    }
    refused = await bench.send_template(data=data)
    assert refused["errcode"] == 47003
    assert "data.thing1.value" in refused["errmsg"]
    assert (await bench.send_template(template_id="other"))["errcode"] == 40037
    assert (await bench.send_template(touser="oNobody"))["errcode"] == 40003
    assert await bench.rules_broken() == ["47003", "40037", "40003"]


async def test_dropped_parts_of_a_template_are_noticed(bench: Bench) -> None:
    data = {
        "first": {"value": "您好"},
        "thing1": {"value": "退休😀"},
        "date2": {"value": "2026年12月1日"},
        "thing3": {"value": "好"},
    }
    assert (await bench.send_template(data=data))["errcode"] == 0
    assert (await bench.phone())["notices"][0]["fields"][0]["value"] == "退休"
    assert await bench.rules_broken() == ["template_extra_field", "template_emoji"]


@pytest.mark.parametrize(
    ("quota", "errcode"),
    [({"template_day_quota": 1}, 45009), ({"template_minute_quota": 1}, 45011)],
)
async def test_template_quota(
    aiohttp_client: Any, aiohttp_server: Any, quota: dict[str, int], errcode: int
) -> None:
    bench = await start_bench(aiohttp_client, aiohttp_server, **quota)
    assert (await bench.send_template())["errcode"] == 0
    assert (await bench.send_template())["errcode"] == errcode


FIELD = TemplateField("x", allowed=("已办结",))


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("thing1", "退" * 20, "退" * 21),
        ("thing1", "退休 (1)", "两\n行"),
        ("thing1", "x", "  "),
        ("character_string2", "HN-2026-0001", "编号1"),
        ("character_string2", "x" * 32, "x" * 33),
        ("phrase3", "办理中", "办理中2"),
        ("phrase3", "一二三四五", "一二三四五六"),
        ("name4", "阿卜杜拉·买买提", "一二三四五六七八九十一"),
        ("name4", "a" * 20, "a" * 21),
        ("number5", "12.50", "12元"),
        ("letter6", "abc", "abc1"),
        ("symbol7", "+-", "+-a"),
        ("phone_number8", "+86-0371-12345678", "电话12345"),
        ("phone_number8", "1" * 17, "1" * 18),
        ("amount9", "¥1234.50元", "12345678901"),
        ("time10", "2026年11月21日 19:30", "明天"),
        ("time10", "15:01", "25:00"),
        ("time10", "9:00~17:00", "9:00-17:00"),
        ("date11", "2026年12月1日", "12月1日"),
        ("const12", "已办结", "未办结"),
        ("unknown13", "", "x"),
    ],
)
def test_field_rules(key: str, good: str, bad: str) -> None:
    assert not good or fits(key, good, FIELD)
    assert not fits(key, bad, FIELD)


async def test_template_list_matches_what_is_granted(bench: Bench) -> None:
    granted = await bench.api("/cgi-bin/template/get_all_private_template", verb="GET")
    ids = {entry["template_id"] for entry in granted["template_list"]}
    assert ids == set(bench.config.templates)


def test_templates_are_made_from_labels() -> None:
    assert template("通知", thing1="事项").fields["thing1"].label == "事项"


async def test_uploaded_picture_can_be_sent_and_fetched(bench: Bench) -> None:
    await bench.say({"type": "text", "text": "您好"})
    token = bench.token = (await bench.fetch_token())["access_token"]
    form = aiohttp.FormData()
    form.add_field("media", b"\x89PNG", filename="a.png", content_type="image/png")
    url = f"/platform/cgi-bin/media/upload?type=image&access_token={token}"
    media_id = (await (await bench.client.post(url, data=form)).json())["media_id"]
    body = {"touser": bench.openid, "msgtype": "image", "image": {"media_id": media_id}}
    assert (await bench.api("/cgi-bin/message/custom/send", body))["errcode"] == 0
    shown = (await bench.phone())["messages"][-1]["image"]
    assert await (await bench.client.get(shown)).read() == b"\x89PNG"


async def test_upload_limits(bench: Bench) -> None:
    token = (await bench.fetch_token())["access_token"]
    url = f"/platform/cgi-bin/media/upload?access_token={token}&type="
    for kind, size, errcode in (("poem", 1, 40004), ("voice", 2 * 2**20 + 1, 40009)):
        form = aiohttp.FormData()
        form.add_field("media", io.BytesIO(b"x" * size), filename="a")
        answer = await (await bench.client.post(url + kind, data=form)).json()
        assert answer["errcode"] == errcode
    assert (await (await bench.client.post(url + "image")).json())["errcode"] == 41005


CLICK = {"type": "click", "name": "我的进度", "key": "progress"}
LINK = {"type": "view", "name": "办事指南", "url": "https://example.invalid/"}


async def test_menu_entry_can_be_tapped(bench: Bench) -> None:
    menu = {"button": [CLICK, {"name": "更多", "sub_button": [LINK]}]}
    assert (await bench.api("/cgi-bin/menu/create", menu))["errcode"] == 0
    await bench.say({"type": "menu", "key": "progress"})
    await bench.say({"type": "menu", "name": "办事指南"})
    events = [(d.fields["Event"], d.fields["EventKey"]) for d in bench.service.deliveries]
    assert events == [("CLICK", "progress"), ("VIEW", "https://example.invalid/")]
    assert await bench.send_text() == 0
    assert "error" in await bench.say({"type": "menu", "key": "nothing"})


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([CLICK | {"name": "五个汉字啊"}], 40018),
        ([CLICK | {"key": ""}], 40019),
        ([CLICK | {"type": "dance"}], 40017),
        ([LINK | {"url": "javascript:1"}], 40020),
        ([{"name": "更多", "sub_button": [CLICK] * 6}], 40023),
        ([{"name": "更多", "sub_button": [CLICK | {"name": "八个汉字太长了吧"}]}], 40018),
    ],
)
async def test_menu_limits(bench: Bench, buttons: list[object], errcode: int) -> None:
    assert (await bench.api("/cgi-bin/menu/create", {"button": buttons}))["errcode"] == errcode


async def test_qr_code_leads_to_a_scan(bench: Bench) -> None:
    body = {
        "action_name": "QR_STR_SCENE",
        "expire_seconds": 3600,
        "action_info": {"scene": {"scene_str": "family-7"}},
    }
    ticket = (await bench.api("/cgi-bin/qrcode/create", body))["ticket"]
    await bench.say({"type": "scan", "ticket": ticket})
    assert bench.service.deliveries[0].fields["EventKey"] == "family-7"
    body["action_info"] = {"scene": {"scene_str": "x" * 65}}
    assert (await bench.api("/cgi-bin/qrcode/create", body))["errcode"] == 47001


async def test_user_info_tells_only_whether_she_follows(bench: Bench) -> None:
    path = f"/cgi-bin/user/info?openid={bench.openid}"
    assert (await bench.api(path, verb="GET"))["subscribe"] == 1
    await bench.say({"type": "unfollow"})
    assert (await bench.api(path, verb="GET"))["subscribe"] == 0
    assert (await bench.api("/cgi-bin/user/info?openid=x", verb="GET"))["errcode"] == 40003


AUTHORIZE = "/platform/connect/oauth2/authorize"


async def _login_code(bench: Bench) -> str:
    params = {
        "appid": APP_ID,
        "redirect_uri": "http://127.0.0.1:8080/m/back?a=1",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s/1",
    }
    response = await bench.client.get(AUTHORIZE, params=params, allow_redirects=False)
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert (query["a"], query["state"]) == (["1"], ["s/1"])
    return query["code"][0]


async def _redeem(bench: Bench, code: str, **changes: str) -> Any:
    query = {"appid": APP_ID, "secret": SECRET, "grant_type": "authorization_code", "code": code}
    url = "/platform/sns/oauth2/access_token"
    return await (await bench.client.get(url, params=query | changes)).json()


async def test_login_code_works_once(bench: Bench) -> None:
    daughter = bench.config.phones[1].openid
    await bench.control("POST", "login-phone", {"openid": daughter})
    code = await _login_code(bench)
    assert (await _redeem(bench, code, secret="x"))["errcode"] == 40125
    answer = await _redeem(bench, code)
    assert (answer["openid"], "is_snapshotuser" in answer) == (daughter, False)
    assert (await _redeem(bench, code))["errcode"] == 40163
    assert (await _redeem(bench, "none"))["errcode"] == 40029
    late = await _login_code(bench)
    bench.clock.seconds += 301
    assert (await _redeem(bench, late))["errcode"] == 42003


async def test_snapshot_user_is_told(bench: Bench) -> None:
    await bench.control("POST", f"phones/{bench.openid}", {"snapshot": True})
    assert (await _redeem(bench, await _login_code(bench)))["is_snapshotuser"] == 1


@pytest.mark.parametrize(
    "changes",
    [{"appid": "wx0"}, {"redirect_uri": "javascript:1"}, {"scope": ""}, {"response_type": "x"}],
)
async def test_login_refuses_a_bad_request(bench: Bench, changes: dict[str, str]) -> None:
    good = {
        "appid": APP_ID,
        "redirect_uri": "http://127.0.0.1/m",
        "response_type": "code",
        "scope": "snsapi_base",
    }
    response = await bench.client.get(AUTHORIZE, params=good | changes, allow_redirects=False)
    assert response.status == 400


async def test_errcode_on_request_counts_down_and_is_no_violation(bench: Bench) -> None:
    await bench.say({"type": "text", "text": "您好"})
    order = {"what": "errcode", "path": "/message/custom/send", "errcode": 45002, "times": 2}
    await bench.control("POST", "failures", order)
    assert (await bench.send_template())["errcode"] == 0
    assert [await bench.send_text() for _ in range(3)] == [45002, 45002, 0]
    assert await bench.rules_broken() == []
    calls = await bench.control("GET", "calls")
    assert [call["errcode"] for call in calls] == [0, 0, 45002, 45002, 0]
    assert calls[-1]["path"] == "/cgi-bin/message/custom/send"


@pytest.mark.parametrize(("what", "shown"), [("drop", 1), ("drop_before", 0)])
async def test_connection_that_breaks_after_or_before_the_work(
    bench: Bench, what: str, shown: int
) -> None:
    await bench.say({"type": "text", "text": "您好"})
    order = {"what": what, "path": "/message/custom/send"}
    bench.token = (await bench.fetch_token())["access_token"]
    await bench.control("POST", "failures", order)
    with pytest.raises(aiohttp.ClientError):
        await bench.send_text("看见了吗")
    texts = [message["text"] for message in (await bench.phone())["messages"]]
    assert texts.count("看见了吗") == shown


async def test_broken_answers_on_request(bench: Bench) -> None:
    await bench.control("POST", "failures", {"what": "http_500"})
    await bench.control("POST", "failures", {"what": "garbage"})
    await bench.control("POST", "failures", {"what": "hang", "seconds": 0.01})
    url = "/platform/cgi-bin/menu/get?access_token=x"
    assert (await bench.client.get(url)).status == 500
    with pytest.raises(ValueError, match="Expecting value"):
        await (await bench.client.get(url)).json()
    assert (await (await bench.client.get(url)).json())["errcode"] == 40014


async def test_failures_can_be_cleared_and_unknown_ones_are_refused(bench: Bench) -> None:
    assert "unknown failure" in (await bench.control("POST", "failures", {"what": "x"}))["error"]
    await bench.control("POST", "failures", {"what": "http_500", "times": 9})
    assert await bench.control("DELETE", "failures") == []
    assert (await bench.send_template())["errcode"] == 0


async def test_clock_can_be_moved(bench: Bench) -> None:
    await bench.say({"type": "text", "text": "您好"})
    await bench.control("POST", "clock", {"seconds": 48 * 3600 + 1})
    assert await bench.send_text() == 45015
