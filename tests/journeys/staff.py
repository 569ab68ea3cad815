"""Members of staff at their browsers, for journeys that need a desk."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import aiohttp
import pyotp
from yarl import URL

from bot.desk.passwords import hashed
from storage.sql.staff import Member
from tests.journeys.city import City

PASSWORD: Final = "correct horse battery"
_HASH: Final = hashed(PASSWORD)
_numbers = count(1)


@dataclass(slots=True)
class Clerk:
    """Somebody signed in at the desk (or trying to be)."""

    city: City
    member: Member
    secret: str
    browser: aiohttp.ClientSession
    csrf: str = field(default="")
    report: str = field(default="")
    """What the page last opened carries, for its forms."""

    async def sign_in(self, password: str = PASSWORD, code: str = "") -> int:
        """Fill in the sign-in page; the status of what came back. The city's time moves on, so
        that the one-time code is a new one."""
        self.city.time.pass_by(seconds=30)
        code = code or pyotp.TOTP(self.secret).at(self.city.time())
        form = {"login": self.member.login, "password": password, "code": code}
        async with self.browser.post(self._url("/desk/login"), data=form) as answer:
            return answer.status

    async def page(self, path: str, status: int = 200) -> str:
        """Open a page; its HTML. Remembers the token that forms need."""
        async with self.browser.get(self._url(path)) as answer:
            text = await answer.text()
            assert answer.status == status, (path, answer.status, text[:500])
        return self._remembered(text)

    def _remembered(self, text: str) -> str:
        for name in ("csrf", "report"):
            _, _, rest = text.partition(f'name="{name}" value="')
            setattr(self, name, rest.partition('"')[0] or getattr(self, name))
        return text

    async def status(self, method: str, path: str) -> int:
        """What a bare request gets, without following anything."""
        async with self.browser.request(method, self._url(path), allow_redirects=False) as answer:
            return answer.status

    async def send(
        self, path: str, fields: Mapping[str, str | list[str]], status: int = 200
    ) -> str:
        """Send a form of a page opened before; the page it leads to."""
        data = [("csrf", self.csrf)]
        for name, value in fields.items():
            data += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        async with self.browser.post(self._url(path), data=data) as answer:
            text = await answer.text()
            assert answer.status == status, (path, answer.status, text[:2000])
        return self._remembered(text)

    def _url(self, path: str) -> URL:
        return URL(self.city.service_url + path)


@asynccontextmanager
async def clerk(city: City, role: str = "clerk", **fields: str) -> AsyncIterator[Clerk]:
    """A new member of staff with a browser, signed in."""
    async with newcomer(city, role, **fields) as one:
        assert await one.sign_in() == 200
        await one.page("/desk")
        yield one


@asynccontextmanager
async def newcomer(city: City, role: str = "clerk", **fields: str) -> AsyncIterator[Clerk]:
    """The same, not signed in yet."""
    number = next(_numbers)
    member = Member(
        **{
            "id": f"staff-{number}",
            "login": f"staff-{number}",
            "name": "张经办（虚构）",
            "role": role,
            "province": "henan",
            "level": "city",
            "area": "410100",
            "department": "medical" if role == "clerk" else "",
            **fields,
        }  # type: ignore[arg-type]  # a role is one of the literals
    )
    secret = pyotp.random_base32()
    await city.world.staff.add(member, _HASH, secret, city.time())
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        yield Clerk(city, member, secret, browser)
