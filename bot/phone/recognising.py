"""Whose phone a page is open on, by WeChat's own word (OAuth, `snsapi_base`: nobody is asked).

A link may be forwarded; whoever opens it must be the person it was sent to. Else somebody could
send his own login link to a stranger, and what the stranger's login brings would land in his chat.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, Protocol

from bot.wechat.client import Platform
from bot.wechat.results import OAuthIdentity, SnapshotUser
from bot.wechat.web import authorize_url
from storage.sql.persons import Address

CHANNEL: Final = "wechat"
CODE_LENGTH: Final = 512


class Addresses(Protocol):
    """`storage.sql.persons.Persons`, as far as this needs it."""

    def address(self, channel: str, app_id: str, openid: str) -> Awaitable[Address | None]:
        """The address of an openid, if it has ever spoken to us."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who never wrote to us."""


@dataclass(frozen=True, slots=True)
class OnlyASnapshot:
    """WeChat shows the page to nobody in particular, until she taps “使用完整服务”."""


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """WeChat did not say."""


@dataclass(frozen=True, slots=True)
class Recognising:
    """Sends a browser to WeChat and learns whose phone it is."""

    platform: Platform
    addresses: Addresses
    api_url: str
    app_id: str
    come_back: str
    """The page of ours that WeChat sends the browser back to."""

    def address(self, state: str) -> str:
        """Where the browser goes first."""
        return authorize_url(self.api_url, self.app_id, self.come_back, state)

    async def person(self, code: str) -> str | Stranger | OnlyASnapshot | Unrecognised:
        """The person whose phone came back with this code."""
        if not code or len(code) > CODE_LENGTH:
            return Unrecognised()
        found = await self.platform.exchange_code(code)
        if isinstance(found, SnapshotUser):
            return OnlyASnapshot()
        if not isinstance(found, OAuthIdentity):
            return Unrecognised()
        known = await self.addresses.address(CHANNEL, self.app_id, found.openid)
        return known.person if known is not None else Stranger()
