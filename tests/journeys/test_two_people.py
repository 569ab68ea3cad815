"""An employer applies for an employee: two phones, one draft, through real HTTP (HN-09)."""

import re

from tests.journeys.city import City, Phone

UNIT = ("郑州示范机械有限公司", "91410105731234567D", "陈志强", "410105198203150018", "13700000001")
CARD = "6217000010000000128"
SECRETS = (CARD, "0128", "410105196606129011", "经八路")


async def begun(henan: City) -> tuple[Phone, str]:
    """The unit's clerk has said who they are and for whom; the code that is to be sent on."""
    unit = await henan.phone(0)
    await unit.say("单位代办")
    await unit.say("企业职工")
    await unit.say("用人单位")
    for words in UNIT:
        await unit.say(words)
    await unit.photo()
    await unit.say("发完了")
    await unit.say("王建国")
    await unit.say("19900000001")
    return unit, await code_on(unit)


async def code_on(unit: Phone) -> str:
    await unit.sees("请在这个公众号里发：代办")
    return str(re.findall(r"代办 ([0-9]{8})", await unit.screen())[-1])


async def come(henan: City, code: str, number: int = 2) -> Phone:
    """She sends the code and agrees; the agent is to see nothing but how far it is."""
    her = await henan.phone(number)
    await her.say(f"代办 {code}")
    await her.sees("想替您办退休")
    await her.say("同意")
    await her.sees("代办人能看到您填的内容吗")
    await her.say("只看进度")
    return her


async def filled_in(her: Phone) -> None:
    """She logs in, lets the registers be asked, and says and signs what is hers."""
    await her.say("已经盖章了")
    assert await her.log_in("wang_jianguo") == 200
    await her.is_offered("同意")
    for words in ("1", "1", "建行", CARD, "1", "1", "1"):
        await her.say(words)
    await her.sees("要申请城镇独生子女")
    for words in ("1", "1", "1", "李秀兰", "41010519680312202X", "1", "13600000002"):
        await her.say(words)
    for words in ("王晓明", "男", "1992年5月", "亲生", "健在", "跳过", "没有了", "本人郑重承诺"):
        await her.say(words)
    for words in ("今天", "2027年3月1日", "本人同意委托", "1", "1"):
        await her.say(words)
    await her.sees("接下来由郑州示范机械有限公司核对和提交")


async def submitted(henan: City) -> tuple[Phone, Phone]:
    unit, code = await begun(henan)
    her = await come(henan, code)
    await filled_in(her)
    await unit.say("继续")
    await unit.sees("本人接受委托")
    await unit.say("本人接受委托")
    await unit.sees("同意由我单位为其申报办理")
    await unit.say("提交")
    await unit.sees("提交成功")
    return unit, her


async def test_from_the_invitation_to_both_phones(henan: City) -> None:
    unit, her = await submitted(henan)
    await unit.is_noticed("职工本人同意代办了")
    await unit.is_noticed("职工本人已经填好")
    await her.is_noticed("单位替您提交申请了")

    await henan.report("hn-hrss", "HN05", "accepted")
    await her.is_noticed("停发工伤伤残津贴")
    await unit.is_noticed("停发工伤伤残津贴")
    await unit.say("进度")
    await unit.sees("停发工伤伤残津贴")
    await her.say("进度")
    await her.sees("停发工伤伤残津贴")
    assert await henan.violations() == []


async def test_the_fund_gets_the_mandate_and_who_was_mandated(henan: City) -> None:
    await submitted(henan)
    task = await henan.task("hn-fund-zhengzhou", "HN08")
    assert task["answers"]["employer_uscc"] == "91410105731234567D"
    assert task["answers"]["agent_name"] == "陈志强"
    assert task["answers"]["mandate_until"] == "2027-03-01"
    assert {paper["kind"] for paper in task["documents"]} == {
        "application_form_unit",
        "retirement_form",
        "mandate",
        "agent_id_photo",
    }
    child = await henan.task("hn-health", "HN09")
    assert "commitment" in {paper["kind"] for paper in child["documents"]}


async def test_the_agent_never_reads_what_she_does_not_show(henan: City) -> None:
    unit, her = await submitted(henan)
    for words in ("修改 卡号", "进度", "修改"):
        await unit.say(words)
    await henan.report(
        "hn-medical",
        "HN07",
        "returned",
        reason="地址不清",
        missing=[{"kind": "answer", "code": "phone", "note": "停机了"}],
    )
    await unit.is_noticed("要补材料")
    await her.is_noticed("缺1样")
    seen = await unit.screen() + str(await unit.notices())
    assert not [secret for secret in (*SECRETS, "停机了", "地址不清") if secret in seen]


async def test_nothing_of_hers_is_asked_before_she_agrees(henan: City) -> None:
    unit, _ = await begun(henan)
    for words in ("继续", "提交", "实名认证", "跳过"):
        answer = await unit.say(words)
        assert "login" not in answer
    lookups = await henan.world.database.rows("SELECT count(*) AS n FROM cases")
    assert lookups[0]["n"] == 0
    await unit.sees("在等王建国本人发代办号码")


async def test_a_code_works_once_and_a_foreign_one_not_at_all(henan: City) -> None:
    unit, code = await begun(henan)
    other = await henan.phone(1)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    await other.say(f"代办 {wrong}")
    await other.sees("这个代办号码用不了")
    await come(henan, code)
    await other.say(f"代办 {code}")
    assert (await other.screen()).count("这个代办号码用不了") == 2
    await unit.say(f"代办 {code}")
    await unit.sees("这个代办号码用不了")


async def test_who_tries_codes_is_stopped(henan: City) -> None:
    other = await henan.phone(1)
    for number in range(6):
        await other.say(f"代办 0000000{number}")
    await other.sees("请过一个小时再试")


async def test_what_she_takes_back_the_unit_sees_no_more(henan: City) -> None:
    unit, code = await begun(henan)
    her = await come(henan, code)
    await her.say("收回同意")
    await her.say("确定")
    await her.sees("单位看不到了")
    await unit.is_noticed("职工本人改为自己办了")
    await unit.say("继续")
    await unit.sees("现在没有正在填的申请")
    await her.say("继续")
    await her.sees("审核盖章了吗")


async def test_who_declines_opens_nothing(henan: City) -> None:
    unit, code = await begun(henan)
    her = await henan.phone(2)
    await her.say(f"代办 {code}")
    await her.say("不同意")
    await her.sees("没有同意，对方什么也看不到")
    await unit.is_noticed("职工本人没有同意代办")
    await her.say(f"代办 {code}")
    await her.sees("这个代办号码用不了")


async def test_another_than_was_meant_cannot_go_on(henan: City) -> None:
    unit, code = await begun(henan)
    other = await come(henan, code, number=1)
    await other.say("已经盖章了")
    assert await other.log_in("zhang_xiuying") == 200
    await other.sees("认证的姓名和单位填的不一样")
    await unit.is_noticed("职工姓名和认证的不一样")


async def test_when_the_agent_leaves_the_account_it_is_hers(henan: City) -> None:
    unit, code = await begun(henan)
    her = await come(henan, code)
    await unit.do(type="unfollow")
    await her.is_noticed("单位不再替您办了")
    await her.say("继续")
    await her.sees("审核盖章了吗")
    await her.say("单位名称是什么")
    assert "郑州示范机械" not in str((await her.messages())[-1])


async def test_when_she_leaves_the_account_the_agent_hears_of_it(henan: City) -> None:
    unit, code = await begun(henan)
    her = await come(henan, code)
    await her.do(type="unfollow")
    await unit.is_noticed("职工本人改为自己办了")
