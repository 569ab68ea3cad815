"""Keeps the phones over a restart of the sandbox: chats, notices, send windows, pictures.

Without it a restarted platform would call an open send window closed and blame the service.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from sandbox.platform.memory import Medium, Message, Notice, Phone, Window

if TYPE_CHECKING:
    from sandbox.platform.state import Platform

_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class KeptPhone:
    """What of a phone outlives the process."""

    following: bool
    blacklisted: bool
    refuses_notices: bool
    snapshot: bool
    messages: list[Message]
    notices: list[Notice]
    windows: dict[str, Window]


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything in the file; pictures lie beside it."""

    phones: dict[str, KeptPhone]
    media: dict[str, tuple[str, float]]
    menu: list[dict[str, Any]]


_FILE = TypeAdapter(Kept)


class Keeper:
    """Writes a platform's memory into a folder and reads it back."""

    def __init__(self, platform: "Platform", folder: Path) -> None:
        self._platform = platform
        self._folder = folder
        self._saved = platform.changes

    def load(self) -> None:
        """Take up what was kept; an unreadable file is as good as none."""
        file = self._folder / "phones.json"
        try:
            kept = _FILE.validate_json(file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return
        self._platform.menu = kept.menu or self._platform.menu
        for openid, phone in kept.phones.items():
            if openid in self._platform.phones:
                _restore(self._platform.phones[openid], phone)
        for media_id, (media_type, at) in kept.media.items():
            path = self._folder / "media" / media_id
            if path.exists():
                self._platform.media[media_id] = Medium(path.read_bytes(), media_type, at)

    def save(self) -> None:
        """Write everything, the file whole or not at all; expired pictures go."""
        media = {media_id: m for media_id, m in self._platform.media.items() if self._alive(m)}
        self._save_media(media)
        kept = Kept(
            {openid: _kept(phone) for openid, phone in self._platform.phones.items()},
            {media_id: (medium.media_type, medium.at) for media_id, medium in media.items()},
            self._platform.menu,
        )
        fresh = self._folder / "phones.new"
        fresh.write_bytes(_FILE.dump_json(kept))
        fresh.replace(self._folder / "phones.json")
        self._saved = self._platform.changes

    async def keep_saving(self) -> None:
        """Save once a second while something changes."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            if self._saved != self._platform.changes:
                self.save()

    def _alive(self, medium: Medium) -> bool:
        return self._platform.now() - medium.at <= self._platform.config.media_seconds

    def _save_media(self, media: dict[str, Medium]) -> None:
        folder = self._folder / "media"
        for place in (self._folder, folder):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in folder.iterdir():
            if path.name not in media:
                path.unlink()
        for media_id, medium in media.items():
            path = folder / media_id
            if not path.exists():
                path.write_bytes(medium.body)


def _kept(phone: Phone) -> KeptPhone:
    return KeptPhone(
        phone.following,
        phone.blacklisted,
        phone.refuses_notices,
        phone.snapshot,
        phone.messages,
        phone.notices,
        phone.windows,
    )


def _restore(phone: Phone, kept: KeptPhone) -> None:
    phone.following = kept.following
    phone.blacklisted = kept.blacklisted
    phone.refuses_notices = kept.refuses_notices
    phone.snapshot = kept.snapshot
    phone.messages = kept.messages
    phone.notices = kept.notices
    phone.windows = kept.windows
