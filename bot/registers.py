"""The registers that know something already: the household registry and the retirement papers.

Both are asked by signed requests, only for a person whose identity is certain, and only with her
consent. Whatever goes wrong (silence, garbage, refusal) comes back as “nothing”: she then fills
in by hand, and nobody learns anything about anybody.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

import aiohttp
import orjson
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.clock import Clock
from bot.ids import long_id
from bot.signing import Message, Stamp, sign
from cases.values import JSON

SENDER: Final = "desk"
"""The X-Department under which this service asks."""
LIMIT: Final = aiohttp.ClientTimeout(total=3)
TRIES: Final = 2
MAX_ANSWER: Final = 64 * 1024
MAX_PAPER: Final = 10 * 1024 * 1024
MAX_PAPERS: Final = 10

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asked:
    """About whom, and by what leave."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    text_version: str
    given_at: datetime
    reference: str


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class HouseholdAnswer(_Loose):
    """What the household registry says. Fields it adds later are not looked at."""

    status: Literal["found", "not_found", "out_of_province", "mismatch"]
    person: dict[str, Any] = {}


class Paper(_Loose):
    """A stamped paper that can be fetched."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
    kind: Annotated[str, Field(max_length=64)]
    media_type: Literal["application/pdf", "image/png", "image/jpeg"]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PapersAnswer(_Loose):
    """What the HR department has confirmed."""

    status: Literal["found", "not_found"]
    facts: dict[str, Any] = {}
    papers: Annotated[list[Paper], Field(max_length=MAX_PAPERS)] = []


class Silent(Exception):
    """The register did not answer in a way that can be used."""


_Answer = TypeVar("_Answer", bound=BaseModel)


class Register:
    """One register behind one address and key."""

    def __init__(self, session: aiohttp.ClientSession, url: str, key: str, clock: Clock) -> None:
        self._session = session
        self._url = url
        self._key = key
        self._clock = clock

    async def ask(self, path: str, asked: Asked, shape: type[_Answer]) -> _Answer:
        """Ask about one person. Raises Silent after the second try."""
        body = orjson.dumps(
            {
                "name": asked.name,
                "id_number": asked.id_number,
                "consent": {
                    "text_version": asked.text_version,
                    "given_at": asked.given_at.isoformat(),
                    "reference": asked.reference,
                },
            }
        )
        for attempt in range(1, TRIES + 1):
            try:
                return shape.model_validate_json(await self._sent("POST", path, body, MAX_ANSWER))
            except (Silent, ValidationError) as error:
                log.warning("register_silent", path=path, attempt=attempt, why=type(error).__name__)
        raise Silent

    async def paper(self, paper: Paper) -> bytes:
        """Fetch a paper and hold it against its digest. Raises Silent."""
        content = await self._sent("GET", f"/retirement-papers/{paper.id}", b"", MAX_PAPER)
        if hashlib.sha256(content).hexdigest() != paper.sha256:
            raise Silent
        return content

    async def _sent(self, method: str, path: str, body: bytes, most: int) -> bytes:
        url = self._url + path
        target = urlsplit(url).path
        stamp = Stamp(int(self._clock().timestamp()), long_id())
        headers = sign(SENDER, self._key, Message(method, target, body), stamp)
        headers["Content-Type"] = "application/json"
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=LIMIT, allow_redirects=False
            ) as response:
                return await _read(response, most)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Silent from error


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    if response.status != 200:
        raise Silent
    content = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > most:
            raise Silent
    return bytes(content)


class Households:
    """The household registry (domain HN-08, HN-10)."""

    def __init__(self, register: Register | None) -> None:
        self._register = register

    async def ask(self, asked: Asked) -> HouseholdAnswer:
        """What the registry says; nothing when it is silent or not connected."""
        if self._register is None:
            return HouseholdAnswer(status="not_found")
        try:
            return await self._register.ask("/households/query", asked, HouseholdAnswer)
        except Silent:
            return HouseholdAnswer(status="not_found")


@dataclass(frozen=True, slots=True)
class Found:
    """Facts and papers, the papers by kind as they came."""

    facts: Mapping[str, JSON] = field(default_factory=dict)
    papers: tuple[tuple[Paper, bytes], ...] = field(default=(), repr=False)


class RetirementPapers:
    """Where the HR department keeps the papers it has stamped (四(四): 不能调取的才拍照)."""

    def __init__(self, register: Register | None) -> None:
        self._register = register

    async def ask(self, asked: Asked) -> Found:
        """The papers and what they say; nothing when there are none or the place is silent."""
        if self._register is None:
            return Found()
        try:
            answer = await self._register.ask("/retirement-papers/query", asked, PapersAnswer)
            if answer.status != "found":
                return Found()
            fetched = [(paper, await self._register.paper(paper)) for paper in answer.papers]
        except Silent:
            return Found()
        return Found(answer.facts, tuple(fetched))
