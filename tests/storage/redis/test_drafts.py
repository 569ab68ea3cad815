"""Drafts besides the chat."""

from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from dialogs.draft import Wanted, blank
from storage.redis.drafts import LIFE, WARNING, Conflict, Drafts, Kept
from storage.redis.turns import Saved, Turns
from tests.storage.redis.given import NOW, SEALER, arrival, claimed, draft, heard

HER = "person-of-her-phone"


@pytest.fixture
def drafts(redis: Redis) -> Drafts:
    return Drafts(redis, SEALER)


async def test_a_supplement_is_kept_though_nothing_was_said_in_it(drafts: Drafts) -> None:
    asked = replace(
        blank("d2", "henan", 1, HER, NOW),
        kind="supplement",
        case_no="HN1",
        wanted=(Wanted("HN03", "document", "id_card"),),
    )
    assert await drafts.save(asked, HER, NOW) == Kept(1)
    assert await drafts.load("d2") == replace(asked, version=1)
    assert await drafts.save(asked, HER, NOW) == Conflict()


async def test_looking_at_a_supplement_does_not_delete_it(redis: Redis, drafts: Drafts) -> None:
    asked = replace(blank("d2", "henan", 1, HER, NOW), kind="supplement", case_no="HN1")
    await drafts.save(asked, HER, NOW)
    turns = Turns(redis, SEALER)
    for flags in ((), ("seen",)):
        got = claimed(await turns.receive(arrival(f"m{flags}")))
        looked = replace(await drafts.load("d2") or asked, flags=flags)
        assert await turns.save(got.claim, heard(got, draft=looked), NOW) == Saved()
    left = await drafts.load("d2")
    assert left is not None
    assert left.flags == ("seen",)


async def test_what_never_was_is_nothing(drafts: Drafts) -> None:
    assert await drafts.load("d1") is None
    assert await drafts.of(HER) == ()


async def test_all_authors_find_the_draft_the_last_touched_first(drafts: Drafts) -> None:
    for n in (1, 2, 3):
        one = replace(draft(f"d{n}"), authors=(HER, "daughter"))
        await drafts.save(one, HER, NOW + timedelta(minutes=n))
    await drafts.save(replace(draft("d1"), version=1), HER, NOW + timedelta(minutes=9))
    assert [one.id for one in await drafts.of(HER)] == ["d1", "d3", "d2"]
    assert [one.id for one in await drafts.of("daughter")] == ["d3", "d2", "d1"]


async def test_a_draft_that_ended_is_forgotten(redis: Redis, drafts: Drafts) -> None:
    await drafts.save(draft(), HER, NOW)
    await redis.delete("draft:d1")  # what 90 days do
    assert await drafts.of(HER) == ()
    assert await drafts.ending(NOW + LIFE) == ()
    assert not await redis.exists(f"drafts:{HER}", "drafts_ending")


async def test_a_deleted_draft_is_gone(drafts: Drafts) -> None:
    await drafts.save(draft(), HER, NOW)
    await drafts.delete(draft())
    assert await drafts.load("d1") is None
    assert await drafts.of(HER) == ()
    assert await drafts.ending(NOW + LIFE) == ()


async def test_she_is_warned_once_a_week_before_the_end(drafts: Drafts) -> None:
    await drafts.save(draft(), HER, NOW)
    last_week = NOW + LIFE - WARNING
    assert await drafts.ending(last_week - timedelta(seconds=1)) == ()
    (one,) = await drafts.ending(last_week)
    assert (one.draft.id, one.ends_at) == ("d1", NOW + LIFE)
    assert len(await drafts.ending(last_week)) == 1  # until the warning is on its way
    await drafts.warned(one)
    assert await drafts.ending(last_week) == ()


async def test_a_word_after_the_warning_begins_the_ninety_days_anew(drafts: Drafts) -> None:
    touched = NOW + timedelta(milliseconds=7)
    await drafts.save(draft(), HER, touched)
    (one,) = await drafts.ending(NOW + LIFE)
    await drafts.save(replace(draft(), version=1), HER, NOW + timedelta(days=84))
    await drafts.warned(one)
    (again,) = await drafts.ending(NOW + timedelta(days=84) + LIFE)
    assert again.touched == NOW + timedelta(days=84)


async def test_even_a_question_is_a_word(redis: Redis, drafts: Drafts) -> None:
    turns = Turns(redis, SEALER)
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, draft=draft()), NOW)
    got = claimed(await turns.receive(arrival("m2")))
    await turns.save(got.claim, heard(got), NOW + timedelta(days=84))
    assert await drafts.ending(NOW + LIFE) == ()


async def test_erasing_leaves_what_is_somebody_elses(redis: Redis, drafts: Drafts) -> None:
    await drafts.save(draft("hers"), HER, NOW)
    await drafts.save(replace(draft("fathers", "father"), authors=("father", HER)), HER, NOW)
    await drafts.save(replace(draft("only by her", "father"), authors=(HER,)), HER, NOW)
    await drafts.erase(HER)
    assert await drafts.load("hers") is None
    assert await drafts.load("only by her") is None
    assert await drafts.load("fathers") is not None
    assert not await redis.exists(f"drafts:{HER}")


async def test_who_writes_while_being_erased_begins_anew(redis: Redis, drafts: Drafts) -> None:
    turns = Turns(redis, SEALER)
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, draft=draft()), NOW)
    got = claimed(await turns.receive(arrival("m2")))
    await drafts.erase(HER)
    assert await turns.save(got.claim, heard(got), NOW) == Conflict()
    anew = claimed(await turns.reload(got.claim))
    assert (anew.message, anew.claim.conversation) == (b"words of m2", None)
