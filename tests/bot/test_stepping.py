"""What a step does beside hearing: long answers in parts, results for somebody else's draft."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.envelopes import Envelope
from bot.links import Links
from bot.stepping import REST, Stepping
from dialogs.conversation import Conversation, Subject, begin
from dialogs.definition import Definitions
from dialogs.draft import Draft, blank
from dialogs.said import IdentityConfirmed, Tap, Text
from dialogs.texts import Texts
from storage.redis.limits import Limits
from storage.redis.turns import Claim
from storage.sealing import Sealer
from tests.journeys.city import City, city

LONG = "这一句话并不长，可是它说了又说。" * 250
"""12 kB: more than the three parts that are sent at once."""


@pytest.fixture
async def henan(tmp_path: Path, redis_server: str, redis: Redis) -> AsyncIterator[City]:
    url = f"sqlite://{tmp_path / 'records.sqlite3'}"
    async with city(tmp_path / "var", redis_server, url) as opened:
        yield opened


def _stepping(henan: City, *, greeting: str = "") -> Stepping:
    world = henan.world
    (name, definition), *_ = world.definitions.items()
    if greeting:
        texts = Texts({**definition.texts.sources, "greeting": greeting})
        definition = replace(definition, texts=texts)
    sealer: Sealer = world.turns._sealer
    links = Links(henan.service_url, sealer, henan.time, login=True)
    limits = Limits(world.redis, sealer)
    definitions = Definitions({name: definition})
    return Stepping(definitions, world.account, links, world.drafts, limits)


def _claim(conversation: Conversation, draft: Draft | None = None) -> Claim:
    return Claim(
        person=conversation.person,
        token="t",
        key="k",
        target="k",
        attempts=1,
        conversation=conversation,
        draft=draft,
    )


async def test_nothing_is_cut_silently(henan: City) -> None:
    stepping = _stepping(henan, greeting=LONG)
    claim, now = _claim(begin("p")), henan.time()
    heard = await stepping.step(claim, Envelope((Text("你好"),)), now)
    said = [heard.otherwise, *(one for one in heard.errands if one.kind == "say")]
    texts = [one.payload.decode() for one in said if one is not None]
    assert len(texts) == 3
    shown = "".join(texts)
    while f"menuid={REST}" in texts[-1]:
        ticket = texts[-1].split(f"menuid={REST}")[1][:20]
        tap = Envelope((Tap(REST + ticket, "看后面的"),))
        heard = await stepping.step(claim, tap, now)
        said = [heard.otherwise, *(one for one in heard.errands if one.kind == "say")]
        texts = [one.payload.decode() for one in said if one is not None]
        shown += "".join(texts)
    assert shown.count("说了又说") == 250


async def test_what_was_not_seen_in_time_is_said_to_be_gone(henan: City) -> None:
    stepping = _stepping(henan)
    heard = await stepping.step(
        _claim(begin("p")), Envelope((Tap(REST + "unknown", "看后面的"),)), henan.time()
    )
    assert heard.otherwise is not None
    assert "半小时" in heard.otherwise.payload.decode()


async def test_a_result_finds_its_draft_after_a_switch_of_person(henan: City) -> None:
    stepping, now = _stepping(henan), henan.time()
    hers = replace(blank("d-hers", "henan", 1, "p", now), state="open")
    await henan.world.drafts.save(hers, "p", now)
    both = (Subject("p", "self", "d-hers"), Subject("p.1", "spouse"))
    talking = replace(begin("p"), subjects=both, speaking_for="p.1")
    confirmed = IdentityConfirmed("d-hers", "王建国", "410105196606129011")

    heard = await stepping.step(_claim(talking), Envelope((confirmed,)), now)

    kept = await henan.world.drafts.load("d-hers")
    assert kept is not None
    assert kept.level == "verified"
    assert heard.conversation.speaking_for == "p.1"
    assert heard.otherwise is None
    assert [one.kind for one in heard.errands] == ["RememberIdentity"]
