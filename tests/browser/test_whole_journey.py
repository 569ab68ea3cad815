"""A retiree fills the whole form on the page; the departments answer; a restart loses nothing."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.screen import DELIVERY_MS, Screen
from tests.browser.steps import answer, apply, apply_in_hebei
from tests.browser.town import Town

pytestmark = pytest.mark.browser

AN_HOUR = 3600


async def test_from_the_first_word_to_every_answer_and_over_a_restart(
    browser: Browser, town: Town
) -> None:
    page = await browser.new_page(viewport={"width": 1600, "height": 900})
    screen = Screen(page)
    await screen.open(town.url, "王建国")
    await apply(screen)
    await answer(screen)
    await expect(page.locator("#rules-summary")).to_have_text("平台规则：没有违反")
    lines, tasks = await page.locator("#chat .turn").count(), await page.locator(".task").count()

    assert town.stop() == 0
    town.start(clock_shift=AN_HOUR)  # the notices that waited to be merged are due
    await screen.open(town.url, "王建国")
    await expect(page.locator(".notice").nth(1)).to_be_visible(timeout=20_000)
    assert await page.locator("#chat .turn").count() >= lines
    await expect(page.locator(".task")).to_have_count(tasks)
    await screen.say("进度")
    await screen.hears("没有受理：账户未封存")
    await expect(page.locator("#rules-summary")).to_have_text("平台规则：没有违反")


async def test_the_other_province_is_one_tap_away_and_its_desks_come_first(
    browser: Browser, busy_town: Town
) -> None:
    page = await browser.new_page(viewport={"width": 1600, "height": 900})
    screen = Screen(page)
    await screen.open(busy_town.url, "赵志强")
    await apply_in_hebei(screen)
    provinces = page.locator(".province > h3")
    qualification = screen.task("hb-hrss", "资格确认")
    await expect(qualification).to_be_visible(timeout=DELIVERY_MS)
    await expect(provinces).to_have_text(["河北省", "河南省"])
    await screen.settle(qualification)
    await expect(page.locator("#rules-summary")).to_have_text("平台规则：没有违反")
