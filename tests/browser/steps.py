"""王建国's way through the page, for the test and for the README's screenshots."""

from playwright.async_api import expect

from tests.browser.screen import DELIVERY_MS, Screen


async def apply(screen: Screen) -> None:
    """王建国, with fund and allowance for parents of one child."""
    await screen.begin()
    await screen.tap("河南省")
    await screen.tap("已经盖章了")
    await screen.log_in("王建国")
    await screen.tap("同意")
    await screen.tap("全部正确")
    await screen.say("建行")
    await screen.say("6217000010000000128")
    await screen.tap("要提取")
    await screen.tap("郑州住房公积金管理中心")
    await screen.tap("转到社保卡")
    await screen.tap("要申请")
    for typed in ("刘桂花", "410105196805059028"):
        await screen.say(typed)
    await screen.tap("郑州市 金水区 经八路街道")
    for typed in ("19900000099", "王小明"):
        await screen.say(typed)
    await screen.tap("男")
    await screen.say("1992年5月")
    for label in (
        "生子女",
        "健在",
        "跳过",
        "没有了",
        "自己去领",
        "郑州市政务服务中心",
        "同意并提交",
    ):
        await screen.tap(label)
    await screen.hears("提交成功")


async def apply_in_hebei(screen: Screen) -> None:
    """赵志强, whose years are not recognised yet and whose fund stays where it is."""
    await screen.begin()
    await screen.tap("河北省")
    await screen.log_in("赵志强")
    for label in ("同意", "全部正确"):
        await screen.tap(label)
    await screen.tap("廊坊市广阳区银河北路街道示范社区1号院")
    await screen.say("065000")
    for label in ("到年龄退休", "有，还没认定", "一样", "2026年12月"):
        await screen.tap(label)
    await screen.say("建行")
    await screen.say("6217000010000000128")
    for label in ("不提取", "跳过", "同意并提交"):
        await screen.tap(label)
    await screen.hears("提交成功")


async def answer(screen: Screen) -> None:
    """One department finishes, one refuses, one wants a paper again and gets it."""
    pension = screen.task("hn-hrss", "养老保险待遇核定")
    await expect(pension).to_be_visible(timeout=DELIVERY_MS)
    await screen.report(pension, "accepted")
    await expect(screen.page.locator(".notice").first).to_contain_text("已受理", timeout=10_000)
    for stage in ("approved", "done"):
        await screen.report(pension, stage)
    fund = screen.task("hn-fund-zhengzhou", "住房公积金")
    await screen.report(fund, "refused", reason="账户未封存")
    medical = screen.task("hn-medical", "医疗保险")
    await screen.report(medical, "returned", note="第二页拍糊了")
    await supply(screen)
    await expect(medical).to_contain_text("第 2 次送达", timeout=DELIVERY_MS)
    await screen.settle(medical)
    await screen.settle(screen.task("hn-health", "独生子女"))
    await screen.use_menu("办理进度")
    await screen.hears("办好了")


async def supply(screen: Screen) -> None:
    await screen.say("补材料")
    await screen.photo("退休审批表")
    await screen.tap("发完了")
    await screen.tap("提交")
    await screen.hears("交上去了")
