"""What the sandbox's tests share: a world that stands still, and requests signed by hand."""

import itertools
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from sandbox.signing import Message, Stamp, sign
from sandbox.world import World

NOW = 1_795_000_000  # November 2026

Client = TestClient[web.Request, web.Application]


class StillWorld:
    """Time moves when the test says so; tokens are counted."""

    def __init__(self) -> None:
        self.time = float(NOW)
        counter = itertools.count(1)
        self.world = World(now=lambda: self.time, token=lambda: f"token-{next(counter)}")


class Caller:
    """One partner of a stand-in: signs with its name and key; each call a fresh nonce."""

    def __init__(self, client: Client, sender: str, key: str, now: float = NOW) -> None:
        self.client, self.sender, self.key, self.now = client, sender, key, int(now)
        self._counter = itertools.count(1)

    def headers(
        self, method: str, path: str, body: bytes = b"", nonce: str | None = None
    ) -> dict[str, str]:
        stamp = Stamp(self.now, nonce or f"{self.sender}-{next(self._counter)}")
        return sign(self.sender, self.key, Message(method, path, body), stamp)

    async def post(
        self, path: str, value: Any, extra: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        body = json.dumps(value).encode()
        headers = {**self.headers("POST", path, body), **(extra or {})}
        async with self.client.post(path, data=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str) -> tuple[int, bytes]:
        async with self.client.get(path, headers=self.headers("GET", path)) as answer:
            return answer.status, await answer.read()


def asked_about(name: str, id_number: str) -> dict[str, Any]:
    """A query with her consent."""
    consent = {"text_version": "henan-1", "given_at": "2026-11-20T08:00:00Z", "reference": "d-1"}
    return {"name": name, "id_number": id_number, "consent": consent}
