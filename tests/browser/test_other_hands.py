"""The page without a mouse, and on a telephone's screen."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.screen import DELIVERY_MS, Screen
from tests.browser.town import Town

pytestmark = pytest.mark.browser

MOST_TABS = 120
SMALL_TARGETS = """() => [
    ...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".hidden"))
  .map((one) => ({ one, box: (one.closest("label") ?? one).getBoundingClientRect() }))
  .filter(({ box }) => Math.round(box.width) < 44 || Math.round(box.height) < 44)
  .map(({ one, box }) => `${one.outerHTML.slice(0, 90)} ${box.width} × ${box.height}`)"""
TOO_WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"


async def test_a_message_and_a_report_by_keyboard_alone(browser: Browser, busy_town: Town) -> None:
    page = await browser.new_page(viewport={"width": 1920, "height": 1080})
    await page.goto(busy_town.url)
    tabs = page.get_by_role("tab")
    await expect(tabs.first).to_be_visible()
    await tab_to(page, tabs.first)
    await page.keyboard.press("ArrowRight")
    await expect(tabs.nth(1)).to_be_focused()
    await tab_to(page, page.locator("#text"))
    await page.keyboard.type("办理退休")
    await page.keyboard.press("Enter")
    choice = page.locator("#chat .tap").first
    await expect(choice).to_be_visible()
    await tab_to(page, choice, "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#chat .line.out")).to_have_count(2)

    medical = Screen(page).task("hn-medical", "医疗保险")
    await expect(medical).to_be_visible(timeout=DELIVERY_MS)
    await tab_to(page, medical.locator('[data-stage="accepted"]'))
    await page.keyboard.press("Enter")
    await expect(medical.locator(".state")).to_have_text("已受理")
    await tab_to(page, medical.locator('[data-stage="done"]'))
    await page.keyboard.press("Space")
    dialog = page.locator("#report")
    await tab_to(page, dialog.get_by_role("button", name="发出"))
    await page.keyboard.press("Enter")
    await expect(medical.locator(".state")).to_have_text("已办结")


async def test_a_telephone_shows_everything_and_fingers_hit_it(
    browser: Browser, busy_town: Town
) -> None:
    telephone = await browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = await telephone.new_page()
    screen = Screen(page)
    await screen.open(busy_town.url, "王建国")
    await photographed_papers(screen)
    await fits(page)
    await page.locator("#photo").tap()
    await fits(page)
    await page.keyboard.press("Escape")
    await page.locator('.views [data-view="notices"]').tap()
    await fits(page)
    await page.locator('.views [data-view="desks"]').tap()
    stop = screen.task("hn-hrss", "失业保险金停发")
    await expect(stop).to_be_visible(timeout=DELIVERY_MS)
    await stop.locator("summary").first.tap()
    await expect(stop.get_by_role("link").first).to_be_visible()
    await fits(page)
    await stop.locator('[data-stage="returned"]').tap()
    await fits(page)
    for tools in ("#people", "#rules", "#failures"):
        await page.keyboard.press("Escape")
        await page.locator(f"{tools} > summary").tap()
        await fits(page)


async def photographed_papers(screen: Screen) -> None:
    """孙美华, whose papers nobody has on record, sends a photo of them."""
    await screen.begin()
    await screen.tap("河南省")
    await screen.tap("已经盖章了")
    await screen.log_in("孙美华")
    for label in ("同意", "全部正确", "企业职工", "到年龄正常退休"):
        await screen.tap(label)
    await screen.say("2026年11月")
    await screen.say("开封")
    await screen.photo("退休审批表")
    await screen.hears("已收到第1张")
    await screen.tap("发完了")


async def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until the focus is there."""
    for _ in range(MOST_TABS):
        if await wanted.evaluate("(one) => one === document.activeElement"):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"the keyboard never reaches {wanted}")


async def fits(page: Page) -> None:
    """Nothing to scroll sideways for, and every target 44 pixels wide and high."""
    assert await page.evaluate(TOO_WIDE) <= 0
    assert await page.evaluate(SMALL_TARGETS) == []
