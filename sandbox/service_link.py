"""A department's line to the service: signed calls, and on request badly signed ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from sandbox.department_tasks import Connection
from sandbox.serving import Problem
from sandbox.signing import Message, Stamp, sign
from sandbox.world import World

Forgery = Literal["bad_signature", "foreign_department", "stale_timestamp", "repeated_nonce"]
CALL_SECONDS = 15
STALE_SECONDS = 600  # twice what the service may accept


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said."""

    status: int
    media_type: str
    body: bytes


class ServiceLink:
    """`service_url` without a slash at its end; usable inside `running()`."""

    def __init__(self, service_url: str, world: World) -> None:
        self._service_url, self._world = URL(service_url), world
        self._session: ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with ClientSession(timeout=ClientTimeout(total=CALL_SECONDS)) as self._session:
            yield

    async def get(self, sender: Connection, url: str, **query: str) -> Answer:
        """A signed GET of a path, or of a whole address the service gave."""
        try:
            target = self._service_url.join(URL(url)).update_query(query)
        except ValueError as error:
            raise Problem(502, "bad_address", url) from error
        return await self._send(sender, target, Message("GET", target.raw_path_qs), self._stamp())

    async def post(self, sender: Connection, path: str, body: bytes) -> Answer:
        """A signed POST."""
        return await self.forge(sender, path, body, None, self._world.token())

    async def forge(
        self, sender: Connection, path: str, body: bytes, how: Forgery | None, nonce: str
    ) -> Answer:
        """A POST with a chosen nonce, and one thing about it wrong (None: nothing)."""
        target = self._service_url.join(URL(path))
        age = STALE_SECONDS if how == "stale_timestamp" else 0
        stamp = Stamp(int(self._world.now()) - age, nonce)
        if how == "bad_signature":
            sender = sender.model_copy(update={"keys": ["not-the-key"]})
        return await self._send(sender, target, Message("POST", target.raw_path_qs, body), stamp)

    def _stamp(self) -> Stamp:
        return Stamp(int(self._world.now()), self._world.token())

    async def _send(self, sender: Connection, url: URL, message: Message, stamp: Stamp) -> Answer:
        """The service being away is a 502 of ours."""
        assert self._session is not None, "the departments are not running"
        headers = sign(sender.id, sender.keys[0], message, stamp)
        if message.body:
            headers["Content-Type"] = "application/json"
        try:
            async with self._session.request(
                message.method, url, data=message.body or None, headers=headers
            ) as answer:
                return Answer(answer.status, answer.content_type, await answer.read())
        except (ClientError, TimeoutError) as error:
            raise Problem(502, "service_away", str(error)) from error
