"""Addresses of our own pages, as they are sent to one person.

A login link carries a sealed ticket: who asked for it, for which draft, until when. Nothing has
to be stored to send one; that it works once is held when it is used (`bot/identity`).
"""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from bot.clock import Clock
from bot.ids import short_id
from dialogs.say import Link, Utterance
from dialogs.speak import LOGIN_PAGE
from storage.errors import CannotOpen
from storage.sealing import Sealer

LIFE: Final = timedelta(minutes=30)
_PLACE: Final = ("link", "login", "ticket")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a login link says."""

    id: str
    person: str
    draft: str
    until: datetime


class Links:
    """Makes links and reads the tickets in them."""

    def __init__(self, public_url: str, sealer: Sealer, clock: Clock, *, login: bool) -> None:
        self._public_url = public_url
        self._sealer = sealer
        self._clock = clock
        self._login = login

    def addressed(self, utterance: Utterance, person: str, draft: str) -> Utterance:
        """The utterance with its pages' names made into addresses for this person.

        Where no province login is connected, its link is left out: typing goes on by hand.
        """
        if not utterance.links:
            return utterance
        links = tuple(
            self._address(link, person, draft)
            for link in utterance.links
            if link.url != LOGIN_PAGE or self._login
        )
        return replace(utterance, links=links)

    def _address(self, link: Link, person: str, draft: str) -> Link:
        if link.url != LOGIN_PAGE:
            return link
        until = int((self._clock() + LIFE).timestamp())
        body = orjson.dumps([short_id(), person, draft, until])
        ticket = base64.urlsafe_b64encode(self._sealer.seal(body, _PLACE)).decode().rstrip("=")
        return replace(link, url=f"{self._public_url}/m/login?t={ticket}")

    def read(self, ticket: str) -> Ticket | None:
        """The ticket, or None when it is none of ours or too old."""
        try:
            sealed = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
            name, person, draft, until = orjson.loads(self._sealer.open(sealed, _PLACE))
        except (binascii.Error, ValueError, CannotOpen):
            return None
        read = Ticket(name, person, draft, datetime.fromtimestamp(until, UTC))
        return read if read.until > self._clock() else None
