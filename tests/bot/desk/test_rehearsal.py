"""The rehearsal accounts: everybody on the page can really sign in at the desk."""

import asyncio
from datetime import timedelta
from pathlib import Path

import aiohttp
import pyotp

from bot.settings import Settings
from bot.staff import add_all
from tests.journeys.city import City
from tests.journeys.staff import Clerk

FILE = Path("sandbox/staff.yaml")


async def test_everybody_on_the_page_can_sign_in(henan: City) -> None:
    settings: Settings = henan.world.settings
    await asyncio.to_thread(add_all, settings, FILE)
    await asyncio.to_thread(add_all, settings, FILE)  # once more changes nothing
    members = {one.login: one for one in await henan.world.staff.everybody()}
    shown = await henan.asked("GET", "/control/staff")
    now = henan.time()
    assert shown["desk"].startswith(henan.service_url)
    assert {one["login"] for one in shown["people"]} == set(members)
    for one in shown["people"]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            found = await henan.world.staff.credentials(one["login"])
            assert found is not None
            codes = pyotp.TOTP(found.totp_secret)
            assert one["code"] in {codes.at(now + timedelta(seconds=step)) for step in (-30, 0, 30)}
            somebody = Clerk(henan, members[one["login"]], found.totp_secret, browser)
            assert await somebody.sign_in(one["password"]) == 200
