"""The way to the province's login and back, in browsers that are hers and that are not."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from yarl import URL

from bot.phone.pages import HEADERS
from tests.journeys.city import City, Phone

COOKIE = "login"


@dataclass
class Page:
    """What a browser got."""

    status: int
    text: str
    headers: dict[str, str]

    def says(self, word: str) -> bool:
        return word in self.text


@dataclass
class Browser:
    """A browser with cookies of its own, which follows redirects only when told to."""

    http: aiohttp.ClientSession

    async def open(self, address: str | URL, **headers: str) -> Page:
        async with self.http.get(address, allow_redirects=False, headers=headers) as answer:
            return Page(answer.status, await answer.text(), dict(answer.headers))

    async def province(self, link: str) -> str:
        """Where the link leads: the province's login page."""
        page = await self.open(link)
        assert page.status == 302, page
        back = await self.open(page.headers["Location"])
        page = await self.open(back.headers["Location"])
        assert page.status == 302, page
        return str(page.headers["Location"])

    async def callback(self, link: str, citizen: str = "wang_jianguo") -> str:
        """Log in there; the address that leads back to us."""
        page = await self.open(await self.province(link) + f"&login_as={citizen}")
        return page.headers["Location"]

    async def log_in(self, link: str, citizen: str = "wang_jianguo") -> Page:
        return await self.open(await self.callback(link, citizen))


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(http)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as opened:
        yield opened


async def asked_to_log_in(henan: City, number: int = 0) -> tuple[Phone, str]:
    """A phone that was just sent a link, and the link."""
    phone = await henan.phone(number)
    await phone.say("办理退休")
    await phone.say("1")
    return phone, await newest_link(phone)


async def newest_link(phone: Phone) -> str:
    links = re.findall(r"http://[^\"\s<>]+/m/login\?t=[\w-]+", await phone.screen())
    return str(links[-1])


# ---- the way it should go -------------------------------------------------------------------


async def test_she_logs_in_and_goes_on_in_the_chat(henan: City, browser: Browser) -> None:
    phone, link = await asked_to_log_in(henan)
    page = await browser.log_in(link)
    assert page.status == 200
    assert page.says("认证好了")
    assert not any(word in page.text for word in ("王建国", "410105", "1990000"))
    await phone.is_offered("同意")


async def test_every_page_is_closed_to_others(henan: City, browser: Browser) -> None:
    _, link = await asked_to_log_in(henan)
    begun = await browser.open(link)
    done = await browser.log_in(link)
    old = await browser.open(link)
    for page in (begun, done, old):
        for name, value in HEADERS.items():
            assert page.headers[name] == value
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]
    assert "<script" not in done.text
    assert not re.search(r"(src|href)=", done.text)


async def test_the_cookie_is_for_this_page_only(henan: City, browser: Browser) -> None:
    _, link = await asked_to_log_in(henan)
    begun = await browser.open(link)
    cookie = begun.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "Path=/m/login", "SameSite=Lax"))
    state = URL(begun.headers["Location"]).query["state"]
    assert state not in cookie


async def test_a_link_opened_twice_works_until_it_was_used(henan: City, browser: Browser) -> None:
    phone, link = await asked_to_log_in(henan)
    await browser.open(link)
    await browser.open(link)
    assert (await browser.log_in(link)).status == 200
    await phone.is_offered("同意")
    before = await phone.screen()
    again = await browser.log_in(link)
    assert again.status == 410
    assert again.says("过期")
    assert await phone.screen() == before


async def test_it_stays_used_as_long_as_it_would_be_believed(henan: City, browser: Browser) -> None:
    _, link = await asked_to_log_in(henan)
    await browser.log_in(link)
    keys = [key async for key in henan.world.redis.scan_iter("used:*")]
    lives = [await henan.world.redis.pttl(key) for key in keys]
    assert max(lives) > 29 * 60 * 1000


async def test_leaving_the_login_is_heard(henan: City, browser: Browser) -> None:
    phone, link = await asked_to_log_in(henan)
    back = await browser.open(await browser.province(link) + "&deny=access_denied")
    page = await browser.open(back.headers["Location"])
    assert page.status == 200
    assert page.says("没有做完")
    await phone.sees("没")
    assert (await browser.log_in(link)).status == 200  # the same link still works
    await phone.is_offered("同意")


# ---- what is not hers -----------------------------------------------------------------------


async def test_the_way_back_works_in_the_browser_that_went(henan: City, browser: Browser) -> None:
    """An address caught on the way is of no use in another browser."""
    phone, link = await asked_to_log_in(henan)
    address = await browser.callback(link)
    async with a_browser() as another:
        assert (await another.open(address)).status == 403
        assert (await another.open(address, Cookie=f"{COOKIE}=guess")).status == 403
        assert (await another.open(address, Cookie=f'{COOKIE}="\\345"')).status == 403
    assert (await browser.open(address)).status == 200
    await phone.is_offered("同意")


async def test_a_state_works_once(henan: City, browser: Browser) -> None:
    _, link = await asked_to_log_in(henan)
    address = await browser.callback(link)
    assert (await browser.open(address)).status == 200
    assert (await browser.open(address)).status == 410


async def test_somebody_else_s_code_is_of_no_use(henan: City, browser: Browser) -> None:
    phone, link = await asked_to_log_in(henan)
    mine = URL(await browser.callback(link))
    async with a_browser() as another:
        theirs = URL(await another.callback(link, "li_min"))
    page = await browser.open(mine.update_query(code=theirs.query["code"]))
    assert page.status == 502
    await phone.sees("这次没成功")


async def test_a_ticket_ends_after_half_an_hour(henan: City, browser: Browser) -> None:
    _, link = await asked_to_log_in(henan)
    address = await browser.callback(link)
    henan.time.pass_by(minutes=31)
    page = await browser.open(link)
    assert page.status == 410
    assert page.says("过期")
    assert (await browser.open(address)).status == 410


async def test_a_forwarded_link_opens_nobody_s_draft(henan: City) -> None:
    """The form says whose it is; then somebody else logs in by her link."""
    phone = await henan.phone()
    for words in ("办理退休", "1", "1", "王建国", "410105196606129011", "实名认证"):
        await phone.say(words)
    async with a_browser() as another:
        assert (await another.log_in(await newest_link(phone), "li_min")).status == 200
    await phone.sees("不是同一个人")
    assert "李敏" not in await phone.screen()
    async with henan.http.get(henan.sandbox_url + "/control/registry/queries") as asked:
        assert "李敏" not in await asked.text()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "t=",
        "t=abc",
        "t=" + "A" * 2000,
        "t=%FF%00",
        "t=%C3%A9",
        "x=1",
        "t=a&t=b",
        "t=" + "_" * 86,
    ],
)
async def test_a_link_that_is_none_of_ours(henan: City, browser: Browser, query: str) -> None:
    page = await browser.open(URL(f"{henan.service_url}/m/login?{query}", encoded=True))
    assert page.status == 410
    assert page.says("过期")


@pytest.mark.parametrize(
    "query", ["", "state=", "state=x&code=y", "state=%FF&code=%00", "state=" + "s" * 3000]
)
async def test_a_way_back_that_nobody_went(henan: City, browser: Browser, query: str) -> None:
    page = await browser.open(URL(f"{henan.service_url}/m/login/callback?{query}", encoded=True))
    assert page.status in {400, 403}


async def test_a_tampered_ticket_opens_nothing(henan: City, browser: Browser) -> None:
    _, link = await asked_to_log_in(henan)
    for at in (0, 20, 60, 100):
        _, _, ticket = link.partition("?t=")
        other = "A" if ticket[at] != "A" else "B"
        spoilt = f"{henan.service_url}/m/login?t={ticket[:at]}{other}{ticket[at + 1 :]}"
        assert (await browser.open(spoilt)).status == 410


# ---- a provider that is not there -----------------------------------------------------------


async def test_a_broken_login_is_not_her_fault(henan: City, browser: Browser) -> None:
    phone, link = await asked_to_log_in(henan)
    order = {"mode": "http_500", "times": 1}
    await henan.asked("POST", "/control/identity/failures", json=order)
    page = await browser.log_in(link)
    assert page.status == 502
    assert page.says("不是您的问题")
    await phone.sees("这次没成功")
    assert (await browser.log_in(link)).status == 200
    await phone.is_offered("同意")


# ---- a link in the wrong hands --------------------------------------------------------------


async def test_a_forwarded_link_opens_nothing(henan: City) -> None:
    """An attacker sends his own link to somebody: her login must not land in his chat."""
    his, link = await asked_to_log_in(henan, 0)
    hers = await henan.phone(1)
    await hers.say("你好")
    async with hers.browser() as http:
        page = await _followed(Browser(http), link)
    assert page.status == 403
    assert page.says("发给别人的")
    assert "410105" not in await his.screen()


async def test_a_stranger_opens_nothing(henan: City) -> None:
    _, link = await asked_to_log_in(henan, 0)
    nobody = await henan.phone(1)
    async with nobody.browser() as http:
        page = await _followed(Browser(http), link)
    assert page.status == 403


async def test_a_snapshot_is_told_what_to_tap(henan: City) -> None:
    phone, link = await asked_to_log_in(henan, 0)
    path = f"/control/platform/phones/{phone.openid}"
    await henan.asked("POST", path, json={"snapshot": True})
    async with phone.browser() as http:
        page = await _followed(Browser(http), link)
    assert page.status == 403
    assert page.says("使用完整服务")


async def test_a_code_of_wechat_works_once(henan: City) -> None:
    phone, link = await asked_to_log_in(henan, 0)
    async with phone.browser() as http:
        browser = Browser(http)
        to_wechat = await browser.open(link)
        back = await browser.open(to_wechat.headers["Location"])
        first = await browser.open(back.headers["Location"])
        second = await browser.open(back.headers["Location"])
    assert first.status == 302
    assert second.status == 410


async def _followed(browser: Browser, link: str) -> Page:
    """The page where the redirects end."""
    page = await browser.open(link)
    while page.status == 302:
        page = await browser.open(page.headers["Location"])
    return page
