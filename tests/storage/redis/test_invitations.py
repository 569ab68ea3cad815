"""Codes of eight digits: kept sealed, found by their lookup, tried five times an hour."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from storage.redis.invitations import Invitation, Invitations, TooManyTries
from tests.storage.redis.given import NOW, SEALER

SENT = Invitation("draft-1", "self", "agent")


@pytest.fixture
def invitations(redis: Redis) -> Invitations:
    return Invitations(redis, SEALER)


async def test_a_code_leads_to_its_draft(redis: Redis, invitations: Invitations) -> None:
    assert await invitations.make("ref", SENT, "e1", NOW) == "made"
    assert await invitations.open("ref", "her", "e2", NOW) == SENT
    assert 6 * 86400 < await redis.ttl("invitation:ref") <= 7 * 86400
    assert "draft-1" not in str(await redis.get("invitation:ref"))


async def test_a_code_in_use_is_not_given_twice(invitations: Invitations) -> None:
    assert await invitations.make("ref", SENT, "e1", NOW) == "made"
    assert await invitations.make("ref", SENT, "e2", NOW) == "taken"


async def test_what_is_forgotten_sounds_like_what_never_was(invitations: Invitations) -> None:
    await invitations.make("ref", SENT, "e1", NOW)
    await invitations.forget("ref")
    assert await invitations.open("ref", "her", "e2", NOW) is None
    assert await invitations.open("never", "her", "e3", NOW) is None


async def test_five_codes_are_tried_an_hour(invitations: Invitations) -> None:
    await invitations.make("ref", SENT, "e0", NOW)
    for number in range(5):
        assert await invitations.open("wrong", "her", f"e{number}", NOW) is None
    assert await invitations.open("ref", "her", "e9", NOW) == TooManyTries()
    assert await invitations.open("wrong", "her", "e4", NOW) is None, "the same try again"
    assert await invitations.open("ref", "another", "e9", NOW) == SENT
    later = NOW + timedelta(hours=1, seconds=1)
    assert await invitations.open("ref", "her", "e10", later) == SENT


async def test_twenty_codes_are_made_a_day(invitations: Invitations) -> None:
    for number in range(20):
        assert await invitations.make(f"r{number}", SENT, f"e{number}", NOW) == "made"
    assert await invitations.make("more", SENT, "more", NOW) == "limit"
    tomorrow = NOW + timedelta(days=1, seconds=1)
    assert await invitations.make("more", SENT, "more", tomorrow) == "made"
