"""What became of a call to the platform, as values: an expected refusal is no exception.

The difference that matters is what is known: `Refused` and `NotSent` say that nothing reached
anybody, `Unknown` says that nobody can tell. None of them carries a token, an openid or a text.
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot.wechat.errors import Remedy


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it. `msg_id` comes back with the receipt of a template message."""

    msg_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform said no. `field` is the bad field's name where it named one (47003)."""

    remedy: Remedy
    errcode: int
    field: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may have been heard: time ran out or the line broke after it was written."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request never left: no address, no connection, no token."""

    reason: str


Failure: TypeAlias = Refused | Unknown | NotSent
SendResult: TypeAlias = Sent | Failure


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer of the platform: its JSON object, `errcode` absent or 0."""

    json: dict[str, Any] = field(repr=False)


CallResult: TypeAlias = Reply | Failure


@dataclass(frozen=True, slots=True)
class Media:
    """A fetched picture or recording."""

    content: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class MediaTooLarge:
    """Over the cap (10 MB); reading stopped there."""


@dataclass(frozen=True, slots=True)
class MediaExpired:
    """The platform keeps a user's media for three days."""


@dataclass(frozen=True, slots=True)
class QrTicket:
    """A scene's QR code: `ticket` fetches WeChat's picture, `url` is what to draw ourselves."""

    ticket: str
    url: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class OAuthIdentity:
    """Who opened the page, by WeChat's word."""

    openid: str = field(repr=False)
    unionid: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CodeSpent:
    """The code was used already or is none (40163, 40029): send her through once more."""


@dataclass(frozen=True, slots=True)
class SnapshotUser:
    """A virtual account of the snapshot mode (`is_snapshotuser`): nobody to open a door for."""
