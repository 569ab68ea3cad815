"""`make screenshots`: the README's pictures, taken of the running product."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import chromium, installed_chromium
from tests.browser.screen import Screen
from tests.browser.steps import answer, apply
from tests.browser.town import Town, new_town

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MERGED_MS = 90_000
"""A minute until further notices go out together, and some patience."""
TIDY = """() => {
  document.activeElement.blur();
  document.querySelector(".desks .scroll").scrollTop = 0;
  const last = document.querySelector("#chat .turn:last-of-type");
  document.querySelector("#chat").scrollTop = last.offsetTop - 12;
}"""


async def main(executable: str) -> None:
    """Play the whole journey once, then look at it from a desk and from a telephone."""
    with TemporaryDirectory() as folder:
        town = new_town(Path(folder) / "var")
        town.start()
        try:
            async with chromium(executable, Path(folder)) as browser:
                await _take(browser, town)
        finally:
            town.stop()


async def _take(browser: Browser, town: Town) -> None:
    page = await browser.new_page(viewport={"width": 1600, "height": 900})
    screen = Screen(page)
    await screen.open(town.url, "王建国")
    await apply(screen)
    await answer(screen)
    await expect(page.locator(".notice").nth(1)).to_be_visible(timeout=MERGED_MS)
    await screen.say("进度")
    await _picture(page, "sandbox.png")
    await page.set_viewport_size({"width": 390, "height": 844})
    await screen.open(town.url, "王建国")
    await _picture(page, "phone.png")


async def _picture(page: Page, name: str) -> None:
    """At the newest answer's beginning, without focus, marks or movement."""
    await expect(page.locator("#guide-steps li").last).to_have_attribute("aria-current", "step")
    await page.evaluate(TIDY)
    await page.screenshot(path=IMAGES / name, animations="disabled")


if __name__ == "__main__":
    found = installed_chromium()
    if found is None:
        sys.exit("There is no Chromium on this machine to take screenshots with.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(found))
