"""Processes that die anywhere, claims that end at any time, messages that come again and again.

One person's messages, every second of which asks a register. Requests and workers take single
steps in an order made up by chance; some stop for ever, some claims end early. Then everything
left over is finished as the service would. She must hear each answer and each result once.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from redis.asyncio import Redis

from dialogs.conversation import Conversation, begin
from storage.redis.drafts import Conflict
from storage.redis.errands import Errand, Errands
from storage.redis.turns import Answered, Claimed, Heard, Internal, Saved, Turns
from tests.storage.redis.given import NOW, SEALER, arrival, claimed

HER = "person-of-her-phone"
MESSAGES = 8
DELIVERIES = 3
LATER = timedelta(minutes=5)

Steps = AsyncGenerator[None, None]


class World:
    def __init__(self, redis: Redis, chance: Random) -> None:
        self.redis = redis
        self.turns = Turns(redis, SEALER)
        self.errands = Errands(redis, SEALER)
        self.chance = chance
        self.bodies: dict[str, set[bytes]] = defaultdict(set)
        self.said: Counter[str] = Counter()
        self.came: list[str] = []

    async def request(self, key: str) -> Steps:
        """A delivery. Its process may die at each `yield`: everywhere but between the handing out
        of a body and its writing, where nobody could know whether she read it.
        """
        mine = arrival(key)
        if key not in self.came:
            self.came.append(key)
        outcome = await self.turns.receive(mine)
        for _ in range(self.chance.randrange(6)):
            if isinstance(outcome, Answered):
                break
            yield
            if isinstance(outcome, Claimed) and await self._heard(outcome, key):
                self.bodies[key].add(_answer(key))
                return
            yield
            outcome = await self.turns.poll(key, mine.token)
        if isinstance(outcome, Answered):
            self.bodies[key].add(outcome.body)
            return
        yield
        self.bodies[key].add(await self.turns.take_answer(key, b"success"))

    async def worker(self, token: str) -> Steps:
        for errand in await self.errands.claim(NOW + LATER, lease=timedelta(0)):
            yield
            if errand.kind == "say":
                if await self.errands.begin_saying(errand.id):
                    self.said[errand.payload.decode()] += 1
                continue
            result = Internal(
                key=f"r-{errand.reply_to}-{token}",  # each attempt its own: the errand is the guard
                person=HER,
                message=b"found",
                token=f"{token}-{errand.id}",
                at=NOW,
                reply_to=errand.reply_to,
                finishes=errand.id,
            )
            outcome = await self.turns.enqueue(result)
            yield
            if isinstance(outcome, Claimed):
                await self._heard(outcome, "")

    async def finish(self) -> None:
        """What the service does until nothing is left."""
        for key in self.came:
            if not self.bodies[key] and self.chance.random() < 0.5:  # else nobody comes any more
                await self._to_the_end(self.request(key))
        for round_ in range(20):
            await self.redis.delete(f"claim:{HER}")
            for person in await self.turns.sweep(NOW):
                await self._heard(claimed(await self.turns.claim_next(person, f"s{round_}")), "")
            await self._to_the_end(self.worker(f"last{round_}"))
        await self.turns.send_untaken(NOW, NOW)
        await self._to_the_end(self.worker("the last"))

    async def _to_the_end(self, steps: Steps) -> None:
        async for _ in steps:
            pass

    async def _heard(self, got: Claimed, mine: str) -> bool:
        """Hear and save; whether the caller's request writes the answer out now."""
        key = got.claim.key
        turn = _result_turn(got) if key.startswith("r-") else _turn(got, handed_out=key == mine)
        saved = await self.turns.save(got.claim, turn, NOW)
        assert not isinstance(saved, Conflict)
        return isinstance(saved, Saved) and turn.handed_out


def _answer(key: str) -> bytes:
    return b"answer to " + key.encode()


def _asks(key: str) -> bool:
    return int(key[1:]) % 2 == 0


def _say(key: str, text: bytes) -> Errand:
    return Errand(f"{key}:say", HER, "d1", "say", text, NOW)


def _turn(got: Claimed, *, handed_out: bool) -> Heard:
    key = got.claim.key
    asks = _asks(key)
    return Heard(
        _remembering(got),
        answer=_answer(key),
        otherwise=_say(key, _answer(key)),
        errands=(Errand(f"{key}:ask", HER, "d1", "ask", b"who", NOW, key),) if asks else (),
        handed_out=handed_out and not asks,
        provisional=asks,
    )


def _result_turn(got: Claimed) -> Heard:
    text = b"result for " + got.claim.target.encode()
    say = _say(got.claim.key, text)
    return Heard(_remembering(got), answer=text, otherwise=say)


def _remembering(got: Claimed) -> Conversation:
    conversation = got.claim.conversation or begin(HER)
    return replace(conversation, last=(*conversation.last, got.claim.key))


@pytest.mark.parametrize("seed", range(40))
async def test_she_hears_everything_once(redis: Redis, seed: int) -> None:
    chance = Random(seed)
    world = World(redis, chance)
    deliveries = [f"m{n}" for n in range(MESSAGES)] * DELIVERIES
    chance.shuffle(deliveries)
    alive: list[Steps] = []
    workers = 0
    while deliveries or alive:
        what = chance.random()
        if what < 0.1 and deliveries:
            alive.append(world.request(deliveries.pop()))
        elif what < 0.15 and len(deliveries) > 0:
            workers += 1
            alive.append(world.worker(f"w{workers}"))
        elif what < 0.18:
            await redis.delete(f"claim:{HER}")
        elif alive:
            steps = chance.choice(alive)
            if chance.random() < 0.1 or await anext(steps, "ended") == "ended":
                await steps.aclose()
                alive.remove(steps)
    await world.finish()
    await _check(world)


async def _check(world: World) -> None:
    told = Counter(world.said)
    for key in world.came:
        assert len(world.bodies[key]) <= 1  # every delivery got the same
        told.update(body.decode() for body in world.bodies[key] - {b"success"})
    for key in world.came:  # a message whose every process died at once never did
        if _asks(key):
            assert told[f"result for {key}"] == 1
            assert told[f"answer to {key}"] <= 1
        else:
            assert told[f"answer to {key}"] == 1
    await _check_order(world)


async def _check_order(world: World) -> None:
    got = claimed(await world.turns.receive(arrival("the end")))
    assert got.claim.conversation is not None
    heard = [key for key in got.claim.conversation.last if not key.startswith("r-")]
    assert heard == world.came
