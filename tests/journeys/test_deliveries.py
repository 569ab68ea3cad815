"""Messages that come twice, late, at once, with an old nonce, or whose answer is lost.

A hundred citizens at each of these: every one gets her case, with exactly her answers, and every
delivery of a message gets the same bytes (the sandbox's platform compares them). What a login and
the registers would bring is put into their drafts; everything from the bank on they type.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from redis.asyncio import Redis

from bot.wiring import World
from bot.worker import hear_orphans, run_errands
from cases.values import JSON
from dialogs.draft import Draft
from sandbox.platform import PhoneSpec
from sandbox.platform.config import openid_of
from storage.redis.drafts import Kept
from tests.journeys.city import City, Phone, city

CITIZENS: Final = 100
AT_ONCE: Final = 12
"""So many phones at the same time: one process serves them, the sandbox and this test."""
LATE_SECONDS: Final = 0.1
"""How long a message is under way: long enough for another citizen's to overtake it."""
BANKS: Final = {
    "工行": "中国工商银行",
    "农行": "中国农业银行",
    "建行": "中国建设银行",
    "中行": "中国银行",
}
OFFICES: Final = ("office-410100", "office-410102", "office-410103")


@dataclass(frozen=True, slots=True)
class Citizen:
    """An invented one: the `number` makes the ID number, the card and the choices."""

    number: int

    @property
    def phone(self) -> PhoneSpec:
        return PhoneSpec(openid_of(f"delivery {self.number}"), f"市民{self.number}", "退休人员")

    @property
    def id_number(self) -> str:
        digits = f"41010519660612{2 * self.number + 1:03d}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
        return digits + "10X98765432"[total % 11]

    @property
    def card(self) -> str:
        digits = f"621700001{self.number:09d}"
        doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
        return digits + str(-sum(one // 10 + one % 10 for one in doubled) % 10)

    @property
    def bank(self) -> str:
        """As she types it."""
        return tuple(BANKS)[self.number % len(BANKS)]

    @property
    def wants_fund(self) -> bool:
        return self.number % 2 == 0

    @property
    def office(self) -> int:
        """Which of the offered ones, from 0."""
        return self.number % len(OFFICES)

    @property
    def words(self) -> tuple[str, ...]:
        """What she types from the bank on, in order."""
        fund = ("1", "1", "1") if self.wants_fund else ("2",)
        return (self.bank, self.card, *fund, "2", "1", str(self.office + 1), "1")

    @property
    def answers(self) -> dict[str, JSON]:
        """What must stand in her case."""
        fund: dict[str, JSON] = {"wants_fund": self.wants_fund}
        if self.wants_fund:
            fund |= {"fund_centre": "fund-410100", "fund_payout": "social_card"}
        return {
            "id_number": self.id_number,
            "name": "王建国",
            "bank_name": BANKS[self.bank],
            "bank_card": self.card,
            "wants_only_child": False,
            "delivery": "pickup",
            "pickup_office": OFFICES[self.office],
            **fund,
        }


KINDS: Final = ("deliver_twice", "deliver_late", "deliver_at_once", "repeat_nonce", "answer_lost")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_hundred_forms_are_right(
    kind: str, tmp_path: Path, redis_server: str, redis: Redis
) -> None:
    del redis  # it is empty now
    citizens = [Citizen(number) for number in range(1, CITIZENS + 1)]
    async with _henan(tmp_path, redis_server, citizens) as henan:
        known = await _what_registers_know(henan)
        await henan.fail(kind, times=1_000_000, seconds=LATE_SECONDS)
        turns = asyncio.Semaphore(AT_ONCE)

        async def applies(citizen: Citizen) -> None:
            async with turns:
                await _apply(henan, citizen, known)

        async with asyncio.TaskGroup() as group:
            for citizen in citizens:
                group.create_task(applies(citizen))
        right = [citizen for citizen in citizens if await _has_her_case(henan, citizen)]
        assert len(right) == CITIZENS
        rows = await henan.world.database.rows("SELECT case_no FROM cases")
        assert len(rows) == CITIZENS
        assert await henan.violations() == []


@asynccontextmanager
async def _henan(folder: Path, redis_url: str, citizens: list[Citizen]) -> AsyncIterator[City]:
    one = Citizen(0)
    phones = tuple(citizen.phone for citizen in (one, *citizens))
    database = f"sqlite://{folder / 'records.sqlite3'}"
    platform = {"phones": phones, "store": None}
    async with city(
        folder / "var", redis_url, database, platform=platform, working=_hear_and_run
    ) as opened:
        yield opened


async def _hear_and_run(world: World) -> None:
    """The worker's loops that have to do with messages; nothing is sent to departments here."""
    while True:
        await hear_orphans(world)
        await run_errands(world)
        await world.wake.wait(0.2)


# ---- what is put into their drafts ----------------------------------------------------------


async def _what_registers_know(henan: City) -> Draft:
    """The draft of somebody who has logged in and found everything on the card right."""
    phone = await henan.phone(0)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in("wang_jianguo") == 200
    await phone.is_offered("同意")
    await phone.say("1")
    await phone.say("1")
    return await _draft(henan, phone)


async def _draft(henan: City, phone: Phone) -> Draft:
    (draft,) = await henan.world.drafts.of(await _person(henan, phone))
    return draft


async def _person(henan: City, phone: Phone) -> str:
    world = henan.world
    speaker = world.hearing.speaker(world.settings.wechat_app_id, phone.openid)
    found = await world.redis.get(f"address:{speaker}")
    assert isinstance(found, bytes)
    return found.decode()


async def _learns(henan: City, phone: Phone, citizen: Citizen, known: Draft) -> None:
    """Her draft gets what login and registers would bring, with her own number in it."""
    draft = await _draft(henan, phone)
    own = citizen.id_number
    number = replace(known.answers["id_number"], value=own, known=own)
    filled = replace(
        draft,
        answers={**known.answers, "id_number": number},
        level=known.level,
        consents=known.consents,
        flags=known.flags,
    )
    kept = await henan.world.drafts.save(filled, draft.subject, henan.time())
    assert isinstance(kept, Kept)


# ---- applying ---------------------------------------------------------------------------------


async def _apply(henan: City, citizen: Citizen, known: Draft) -> None:
    phone = await henan.phone(citizen.number)
    await phone.say("办理退休")
    await phone.say("1")
    await _learns(henan, phone, citizen, known)
    for words in citizen.words:
        await phone.say(words)
    await phone.sees("提交成功")


async def _has_her_case(henan: City, citizen: Citizen) -> bool:
    phone = await henan.phone(citizen.number)
    cases = henan.world.desk.cases
    hers = await cases.of_person(await _person(henan, phone))
    if len(hers) != 1:
        return False
    case = await cases.load(hers[0].case_no)
    assert case is not None
    answers = dict(case.application.answers)
    fund = {"fund_centre", "fund_payout"} & set(answers)
    return all(answers.get(key) == value for key, value in citizen.answers.items()) and (
        bool(fund) == citizen.wants_fund
    )
