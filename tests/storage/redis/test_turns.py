"""The two trips: order, claims, redelivery, and every answer heard once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from dialogs.conversation import begin
from dialogs.draft import Answer, blank
from storage.errors import CannotOpen
from storage.redis.drafts import Conflict, Drafts, Kept
from storage.redis.errands import Errands
from storage.redis.turns import (
    Answered,
    Claimed,
    Internal,
    Known,
    LateForPassive,
    Lost,
    Polled,
    Received,
    Refused,
    Saved,
    Turns,
    Waiting,
)
from tests.storage.redis.given import (
    FACT,
    NOW,
    SEALER,
    arrival,
    claimed,
    draft,
    errand,
    heard,
    talking_about,
)

HER = "person-of-her-phone"
SAY = errand("m1:say", "say")


@pytest.fixture
def turns(redis: Redis) -> Turns:
    return Turns(redis, SEALER)


@pytest.fixture
def drafts(redis: Redis) -> Drafts:
    return Drafts(redis, SEALER)


@pytest.fixture
def errands(redis: Redis) -> Errands:
    return Errands(redis, SEALER)


async def expire_claim(redis: Redis, person: str = HER) -> None:
    """What six seconds do."""
    assert await redis.delete(f"claim:{person}") == 1


async def due(errands: Errands) -> list[str]:
    return [one.id for one in await errands.claim(NOW + timedelta(minutes=1))]


# ---- a turn -------------------------------------------------------------------------------


async def test_a_first_message_is_claimed_with_nothing_known(turns: Turns) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    assert (got.message, got.claim.key, got.claim.person) == (b"words of m1", "m1", HER)
    assert (got.claim.conversation, got.claim.draft, got.claim.attempts) == (None, None, 1)


async def test_what_one_turn_saves_the_next_one_finds(turns: Turns) -> None:
    first = claimed(await turns.receive(arrival("m1")))
    assert await turns.save(first.claim, heard(first, draft=draft(), fact=FACT), NOW) == Saved()
    second = claimed(await turns.receive(arrival("m2")))
    assert second.claim.draft == replace(draft(), version=1)
    assert second.claim.conversation == replace(talking_about(begin(HER), "d1"), version=1)


async def test_an_uncontended_turn_is_two_commands(redis: Redis, turns: Turns) -> None:
    await _one_turn(turns, "m0")  # loads the scripts
    before = await _counted(redis)
    await _one_turn(turns, "m1")
    evalsha, evaluated, reads = (b - a for a, b in zip(before, await _counted(redis), strict=True))
    assert (evalsha, evaluated) == (2, 0)
    assert reads == 2 + 1  # the counting itself is the third


async def _one_turn(turns: Turns, key: str) -> None:
    got = claimed(await turns.receive(arrival(key)))
    said = (got.claim.draft or draft()).with_answer("phone", Answer(key, "citizen", NOW))
    assert await turns.save(got.claim, heard(got, draft=said, fact=FACT), NOW) == Saved()


async def _counted(redis: Redis) -> tuple[int, int, int]:
    """Scripts that were run by digest, by text, and how often anything was read from a client.

    `commandstats` counts commands inside scripts too, hence the third.
    """
    stats = await redis.info("everything")
    calls = [stats.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("evalsha", "eval")]
    return calls[0], calls[1], stats["total_reads_processed"]


async def test_a_blank_draft_is_not_stored(redis: Redis, turns: Turns) -> None:
    got = claimed(await turns.receive(arrival()))
    empty = blank("d1", "henan", 1, HER, NOW)
    await turns.save(got.claim, heard(got, draft=empty, fact=FACT), NOW)
    assert not await redis.exists("draft:d1")
    assert not await redis.exists("draft_facts")


async def test_a_draft_that_became_blank_is_deleted(turns: Turns, drafts: Drafts) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, draft=draft()), NOW)
    got = claimed(await turns.receive(arrival("m2")))
    await turns.save(got.claim, heard(got, draft=blank("d1", "henan", 1, HER, NOW)), NOW)
    assert await drafts.load("d1") is None
    assert await drafts.of(HER) == ()


async def test_a_turn_that_changes_no_answer_leaves_the_version(turns: Turns) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, draft=draft()), NOW)
    got = claimed(await turns.receive(arrival("m2")))
    await turns.save(got.claim, heard(got, draft=got.claim.draft), NOW)
    got = claimed(await turns.receive(arrival("m3")))
    assert got.claim.draft is not None
    assert got.claim.draft.version == 1


async def test_drafts_and_conversations_live_ninety_days(redis: Redis, turns: Turns) -> None:
    got = claimed(await turns.receive(arrival()))
    await turns.save(got.claim, heard(got, draft=draft()), NOW)
    for key in ("draft:d1", f"conversation:{HER}"):
        assert 89 * 86400 < await redis.ttl(key) <= 90 * 86400


async def test_facts_go_to_the_stream_and_are_forgotten(turns: Turns, drafts: Drafts) -> None:
    got = claimed(await turns.receive(arrival()))
    await turns.save(got.claim, heard(got, draft=draft(), fact=FACT), NOW)
    (fact,) = await drafts.facts()
    assert (fact.draft, fact.person, fact.province, fact.version) == ("d1", HER, "henan", 1)
    assert (fact.question, fact.day) == (FACT.question, FACT.day)
    await drafts.forget_facts([fact])
    assert await drafts.facts() == ()


async def test_nothing_readable_rests_in_redis(redis: Redis, turns: Turns) -> None:
    got = claimed(await turns.receive(arrival()))
    await turns.save(got.claim, heard(got, draft=draft(), errands=(errand(),)), NOW)
    keys = [key async for key in redis.scan_iter()]
    rests = b" ".join([bytes(part) for key in keys for part in (key, await redis.dump(key) or b"")])
    for word in ("张三".encode(), b"words of", b"answer to", b"payload of", b"speaking_for"):
        assert word not in rests


async def test_a_body_moved_to_another_draft_does_not_open(redis: Redis, drafts: Drafts) -> None:
    await drafts.save(draft("d1"), HER, NOW)
    await drafts.save(draft("d2"), HER, NOW)
    await redis.hset("draft:d2", "body", await redis.hget("draft:d1", "body") or b"")
    with pytest.raises(CannotOpen):
        await drafts.load("d2")


# ---- redelivery ---------------------------------------------------------------------------


async def test_a_redelivery_while_the_first_is_at_work_waits(turns: Turns) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    again = arrival("m1")
    assert await turns.receive(again) == Waiting()
    assert await turns.poll("m1", again.token) == Waiting()
    await turns.save(got.claim, heard(got, b"the body"), NOW)
    assert await turns.poll("m1", again.token) == Answered(b"the body")


async def test_a_late_redelivery_gets_the_same_bytes(redis: Redis, turns: Turns) -> None:
    body = bytes(range(256))
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, body), NOW)
    assert await turns.receive(arrival("m1")) == Answered(body)
    assert await turns.receive(arrival("m1")) == Answered(body)
    assert 110 < await redis.ttl("message:m1") <= 120
    assert await redis.llen(f"queue:{HER}") == 0


async def test_a_known_message_may_repeat_its_nonce_with_another_body(turns: Turns) -> None:
    first = arrival("m1", nonce="n1", digest="a")
    claimed(await turns.receive(first))
    assert await turns.receive(arrival("m1", nonce="n1", digest="b")) == Waiting()


async def test_a_seen_nonce_with_another_body_is_refused(redis: Redis, turns: Turns) -> None:
    claimed(await turns.receive(arrival("m1", nonce="n1", digest="a")))
    assert await turns.receive(arrival("m2", nonce="n1", digest="b")) == Refused()
    assert not await redis.exists("message:m2")
    assert 590 < await redis.ttl("nonce:n1") <= 600


# ---- order and claims ---------------------------------------------------------------------


async def test_fifty_messages_of_one_person_are_heard_in_order(turns: Turns) -> None:
    came: list[str] = []
    took: list[str] = []
    at_work: set[str] = set()

    async def one(key: str) -> bytes:
        mine = arrival(key)
        came.append(key)
        outcome: Received | Polled = await turns.receive(mine)
        while not isinstance(outcome, Answered):
            if isinstance(outcome, Claimed):
                at_work.add(outcome.claim.token)
                assert len(at_work) == 1
                took.append(outcome.claim.key)
                at_work.discard(outcome.claim.token)
                await turns.save(
                    outcome.claim,
                    heard(outcome, handed_out=outcome.claim.key == key),
                    NOW,
                )
            outcome = await turns.poll(key, mine.token)
        return outcome.body

    async with asyncio.TaskGroup() as group:
        tasks = {f"m{n}": group.create_task(one(f"m{n}")) for n in range(50)}
    assert len(took) == len(set(took)) == 50
    for key, task in tasks.items():
        assert task.result() == f"answer to words of {key}".encode()
    got = claimed(await turns.receive(arrival("last")))
    assert got.claim.conversation is not None
    assert got.claim.conversation.version == 50


async def test_the_queue_is_in_the_order_of_arrival(turns: Turns) -> None:
    head = claimed(await turns.receive(arrival("m0")))
    for n in range(1, 50):
        assert await turns.receive(arrival(f"m{n}")) == Waiting()
    order = []
    for n in range(50):
        order.append(head.claim.key)
        await turns.save(head.claim, heard(head, handed_out=False), NOW)
        if n < 49:
            head = claimed(await turns.claim_next(HER, f"t{n}"))
    assert order == [f"m{n}" for n in range(50)]


async def test_two_people_do_not_wait_for_each_other(turns: Turns) -> None:
    claimed(await turns.receive(arrival("m1")))
    claimed(await turns.receive(arrival("m2", speaker="his-phone")))


async def test_a_dead_holders_claim_is_taken_over(redis: Redis, turns: Turns) -> None:
    dead = claimed(await turns.receive(arrival("m1")))
    assert 5000 < await redis.pttl(f"claim:{HER}") <= 6000
    await expire_claim(redis)
    again = arrival("m1")
    taken = claimed(await turns.receive(again))
    assert (taken.claim.attempts, taken.message) == (2, dead.message)
    assert await turns.save(dead.claim, heard(dead, b"late", draft=draft()), NOW) == Lost()
    assert await turns.save(taken.claim, heard(taken, b"in time"), NOW) == Saved()
    assert await turns.save(dead.claim, heard(dead, b"late", draft=draft()), NOW) == Lost()
    assert await turns.poll("m1", again.token) == Answered(b"in time")
    assert not await redis.exists("draft:d1")


async def test_the_next_message_hears_the_orphan_before_it(redis: Redis, turns: Turns) -> None:
    claimed(await turns.receive(arrival("m1")))
    await expire_claim(redis)
    mine = arrival("m2")
    orphan = claimed(await turns.receive(mine))
    assert orphan.claim.key == "m1"
    await turns.save(orphan.claim, heard(orphan, b"for m1", handed_out=False), NOW)
    assert claimed(await turns.poll("m2", mine.token)).claim.key == "m2"
    assert await turns.receive(arrival("m1")) == Answered(b"for m1")


async def test_a_claim_given_back_is_free(turns: Turns) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    await turns.release(got.claim)
    assert claimed(await turns.claim_next(HER, "t")).claim.attempts == 2


async def test_saving_twice_is_saving_once(turns: Turns, drafts: Drafts) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    turn = heard(got, draft=draft(), fact=FACT)
    assert await turns.save(got.claim, turn, NOW) == Saved()
    assert await turns.save(got.claim, turn, NOW) == Saved()
    assert len(await drafts.facts()) == 1


async def test_receiving_twice_with_one_token_is_receiving_once(turns: Turns) -> None:
    mine = arrival("m1")
    first = claimed(await turns.receive(mine))
    assert claimed(await turns.receive(mine)).claim.token == first.claim.token
    await turns.save(first.claim, heard(first), NOW)
    assert await turns.claim_next(HER, "t") == Waiting()


# ---- two authors --------------------------------------------------------------------------


async def test_the_second_author_gets_a_conflict(turns: Turns, drafts: Drafts) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, draft=draft()), NOW)
    hers = claimed(await turns.receive(arrival("m2")))
    page = await drafts.load("d1")
    assert page is not None
    by_daughter = page.with_answer("phone", Answer("1", "citizen", NOW))
    assert await drafts.save(by_daughter, "daughter", NOW, FACT) == Kept(2)

    assert hers.claim.draft is not None
    said = hers.claim.draft.with_answer("nation", Answer("汉", "citizen", NOW))
    assert await turns.save(hers.claim, heard(hers, draft=said), NOW) == Conflict()
    anew = claimed(await turns.reload(hers.claim))
    assert anew.claim.draft is not None
    assert anew.claim.draft.value("phone") == "1"
    said = anew.claim.draft.with_answer("nation", Answer("汉", "citizen", NOW))
    assert await turns.save(anew.claim, heard(anew, draft=said), NOW) == Saved()

    assert await drafts.save(by_daughter, "daughter", NOW) == Conflict()
    both = await drafts.load("d1")
    assert both is not None
    assert (both.value("phone"), both.value("nation"), both.version) == ("1", "汉", 3)


async def test_who_lost_the_claim_cannot_reload(redis: Redis, turns: Turns) -> None:
    dead = claimed(await turns.receive(arrival("m1")))
    await expire_claim(redis)
    taken = claimed(await turns.claim_next(HER, "t"))
    assert await turns.reload(dead.claim) == Lost()
    await turns.save(taken.claim, heard(taken), NOW)
    assert await turns.reload(dead.claim) == Lost()


# ---- every answer heard once --------------------------------------------------------------


async def test_after_success_the_answer_is_a_customer_message(
    turns: Turns, errands: Errands
) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    assert await turns.take_answer("m1", b"success") == b"success"
    assert await turns.receive(arrival("m1")) == Answered(b"success")
    turn = heard(got, b"slow", otherwise=SAY)
    assert await turns.save(got.claim, turn, NOW) == LateForPassive()
    assert await turns.receive(arrival("m1")) == Answered(b"success")
    assert await due(errands) == ["m1:say"]


async def test_an_answer_in_time_is_no_customer_message(turns: Turns, errands: Errands) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, b"body", otherwise=SAY, handed_out=False), NOW)
    assert await turns.take_answer("m1", b"success") == b"body"
    assert await turns.send_untaken(NOW + timedelta(minutes=1), NOW) == 0
    assert await due(errands) == []


async def test_what_nobody_came_for_is_sent(redis: Redis, turns: Turns, errands: Errands) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, b"body", otherwise=SAY, handed_out=False), NOW)
    assert await redis.ttl("message:m1") == -1  # kept until somebody is told
    assert await turns.send_untaken(NOW - timedelta(seconds=1), NOW) == 0
    assert await turns.send_untaken(NOW, NOW) == 1
    assert await turns.send_untaken(NOW, NOW) == 0
    assert await due(errands) == ["m1:say"]
    assert await redis.ttl("message:m1") > 0


async def test_an_orphan_is_found_by_the_sweeper(redis: Redis, turns: Turns) -> None:
    claimed(await turns.receive(arrival("m1")))
    assert await turns.sweep(NOW) == ()  # somebody works on it
    await expire_claim(redis)
    assert await turns.sweep(NOW - timedelta(seconds=1)) == ()
    assert await turns.sweep(NOW) == (HER,)
    got = claimed(await turns.claim_next(HER, "sweeper"))
    await turns.save(got.claim, heard(got, handed_out=False), NOW)
    assert await turns.sweep(NOW) == ()
    assert await turns.claim_next(HER, "sweeper") == Waiting()


# ---- quick errands ------------------------------------------------------------------------


def result(key: str = "r1", **more: str) -> Internal:
    told = {"reply_to": "m1", "finishes": "d1:1:registry", **more}
    return Internal(key=key, person=HER, message=b"found", token=f"token of {key}", at=NOW, **told)


async def _asked(turns: Turns) -> None:
    """m1 was heard, its errand is on the way, its body says so."""
    got = claimed(await turns.receive(arrival("m1")))
    turn = heard(got, b"asking", errands=(errand(reply_to="m1"),), otherwise=SAY)
    turn = replace(turn, handed_out=False, provisional=True)
    assert await turns.save(got.claim, turn, NOW) == Saved()


async def test_a_quick_result_is_the_answer(turns: Turns, errands: Errands) -> None:
    await _asked(turns)
    again = arrival("m1")
    assert await turns.receive(again) == Waiting()
    got = claimed(await turns.enqueue(result()))
    assert (got.message, got.claim.target) == (b"found", "m1")
    turn = heard(got, b"found it", otherwise=errand("r1:say", "say"), handed_out=False)
    assert await turns.save(got.claim, turn, NOW) == Saved()
    assert await turns.poll("m1", again.token) == Answered(b"found it")
    assert await turns.poll("r1", "t") == Answered(b"")
    assert await due(errands) == []


async def test_a_slow_result_is_a_customer_message(turns: Turns, errands: Errands) -> None:
    await _asked(turns)
    assert await turns.take_answer("m1", b"success") == b"asking"
    got = claimed(await turns.enqueue(result()))
    turn = heard(got, b"found it", otherwise=errand("r1:say", "say"), handed_out=False)
    assert await turns.save(got.claim, turn, NOW) == LateForPassive()
    assert await turns.receive(arrival("m1")) == Answered(b"asking")
    assert await due(errands) == ["r1:say"]


async def test_a_second_result_does_not_hide_the_first(turns: Turns, errands: Errands) -> None:
    await _asked(turns)
    first = claimed(await turns.enqueue(result()))
    say = errand("r1:say", "say")
    await turns.save(first.claim, heard(first, b"one", otherwise=say, handed_out=False), NOW)
    second = claimed(await turns.enqueue(result("r2", finishes="")))
    say = errand("r2:say", "say")
    saved = await turns.save(second.claim, heard(second, b"two", otherwise=say), NOW)
    assert saved == LateForPassive()
    assert await turns.take_answer("m1", b"success") == b"one"
    assert await due(errands) == ["r2:say"]


async def test_a_result_with_nothing_to_say_settles_the_answer(turns: Turns) -> None:
    await _asked(turns)
    got = claimed(await turns.enqueue(result()))
    silent = replace(heard(got), answer=b"")
    assert await turns.save(got.claim, silent, NOW) == Saved()
    assert await turns.receive(arrival("m1")) == Answered(b"asking")


async def test_a_result_is_heard_once_however_often_its_errand_ran(turns: Turns) -> None:
    await _asked(turns)
    got = claimed(await turns.enqueue(result()))
    assert await turns.enqueue(result()) == Known()
    await turns.save(got.claim, heard(got), NOW)
    assert await turns.enqueue(result("another attempt")) == Known()


async def test_when_everybody_died_the_result_is_sent_once(turns: Turns, errands: Errands) -> None:
    await _asked(turns)
    (mine,) = await errands.claim(NOW + timedelta(seconds=11))
    assert (mine.payload, mine.reply_to) == (b"payload of d1:1:registry", "m1")
    got = claimed(await turns.enqueue(result()))
    say = errand("r1:say", "say")
    await turns.save(got.claim, heard(got, b"found it", otherwise=say, handed_out=False), NOW)
    assert await turns.send_untaken(NOW, NOW) == 1
    assert await due(errands) == ["r1:say"]


async def test_a_login_that_came_back_waits_its_turn(turns: Turns, errands: Errands) -> None:
    hers = claimed(await turns.receive(arrival("m1")))
    login = result("login", reply_to="", finishes="")
    assert await turns.enqueue(login) == Waiting()
    await turns.save(hers.claim, heard(hers), NOW)
    got = claimed(await turns.poll("login", login.token))
    turn = heard(got, b"", otherwise=errand("login:say", "say"))
    assert await turns.save(got.claim, turn, NOW) == LateForPassive()
    assert await due(errands) == ["login:say"]


# ---- addresses ----------------------------------------------------------------------------


async def test_a_new_phone_becomes_her_phone(turns: Turns) -> None:
    claimed(await turns.receive(arrival("m1")))
    assert await turns.link("new-phone", HER) is None
    assert await turns.receive(arrival("m2", speaker="new-phone")) == Waiting()
    assert await turns.link("her-phone", "somebody") == HER
    other = claimed(await turns.receive(arrival("m3")))
    assert other.claim.person == "somebody"


@pytest.mark.parametrize("forget", ["unlink", "erase"])
async def test_a_forgotten_address_is_a_stranger(turns: Turns, drafts: Drafts, forget: str) -> None:
    got = claimed(await turns.receive(arrival("m1")))
    await turns.save(got.claim, heard(got, draft=draft()), NOW)
    ways: dict[str, Callable[[], object]] = {
        "unlink": lambda: turns.unlink("her-phone"),
        "erase": lambda: drafts.erase(HER),
    }
    await ways[forget]()  # type: ignore[misc]  # both are coroutines
    stranger = claimed(await turns.receive(replace(arrival("m2"), candidate="p2")))
    assert (stranger.claim.person, stranger.claim.conversation) == ("p2", None)
