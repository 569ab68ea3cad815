"""The sandbox's page as somebody uses it: taps, typing, a photo, the departments' buttons."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import Locator, Page, expect

DELIVERY_MS: Final = 40_000
"""15 s for taking back, then the PDF, on a busy machine."""


class Screen:
    """What a person does on the page; every step waits for what it needs to be there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._answers = page.locator("#chat .line.in")

    async def open(self, url: str, owner: str) -> None:
        """The page, with the phone of `owner` in hand."""
        await self.page.goto(url)
        await self.take_phone(owner)

    async def take_phone(self, owner: str) -> None:
        tab = self.page.get_by_role("tab", name=owner)
        await tab.click()
        await expect(self.page.locator("#notices-whose")).to_contain_text(owner)

    async def begin(self) -> None:
        await self._answered(self.page.locator("#begin").click)

    async def tap(self, label: str) -> None:
        """Tap the newest choice with this label."""
        choice = self.page.locator("#chat .tap", has_text=re.compile(f"^{re.escape(label)}$"))
        await self._answered(choice.last.click)

    async def say(self, text: str) -> None:
        """Type and send."""
        await self.page.locator("#text").fill(text)
        await self._answered(self.page.locator("#send").click)

    async def use_menu(self, name: str) -> None:
        """Press a button of the account's menu."""
        menu = self.page.locator("#account-menu")
        await self._answered(menu.get_by_role("button", name=name).click)

    async def photo(self, label: str) -> None:
        """Send one of the sample pictures."""
        await self.page.locator("#photo").click()
        choice = self.page.locator("#picker-choices").get_by_role("button", name=label)
        await self._answered(choice.click)

    async def log_in(self, citizen: str) -> None:
        """The link in the chat, a name on the login page, and back."""
        await self.page.locator("#chat .page-link").last.click()
        login = self.page.frame_locator("#web-frame")
        await self._answered(login.get_by_role("link", name=citizen).click)
        await self.page.locator("#web-close").click()

    async def hears(self, text: str) -> None:
        """Wait until the newest answer says so."""
        await expect(self._answers.last).to_contain_text(text)

    def task(self, desk: str, item: str) -> Locator:
        """A task at a department's desk, by words of its item's name."""
        return self.page.locator(f'[data-desk="{desk}"] .task', has_text=item)

    async def report(self, task: Locator, stage: str, **typed: str) -> None:
        """Press a report's button; where it asks for more, type that and send."""
        await task.locator(f'[data-stage="{stage}"]').first.click()
        if stage not in {"accepted", "approved"}:
            dialog = self.page.locator("#report")
            for name, text in typed.items():
                await dialog.locator(f'[name="{name}"]').fill(text)
            await dialog.get_by_role("button", name="发出").click()
            await expect(dialog).to_be_hidden()
        await expect(task.locator(".told")).to_contain_text("服务已收下")

    async def settle(self, task: Locator) -> None:
        """Accept, approve, finish."""
        for stage in ("accepted", "approved", "done"):
            await self.report(task, stage)
        await expect(task.locator(".state")).to_have_text("已办结")

    async def _answered(self, act: Callable[[], Awaitable[None]]) -> None:
        before = await self._answers.count()
        await act()
        await expect(self._answers.nth(before)).to_be_visible(timeout=15_000)
