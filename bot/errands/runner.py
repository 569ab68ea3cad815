"""Runs errands: at once after the step that asked for them, later by any worker that finds them.

Everything started here belongs to one TaskGroup. An errand that fails for now is put off with
growing pauses; what is broken for good is finished and reported, so that it cannot block a queue.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeAlias

import structlog

from bot.envelopes import Order, order_from_bytes
from bot.errands import anew, enrolling, inviting, work
from bot.errands.desk import Desk
from bot.errands.failures import TryAgain
from bot.hearing import ERRAND_SECONDS
from bot.reminding import keep_reminder
from bot.stepping import FORGET, LOOK_UP, REMEMBER
from storage.errors import StorageError
from storage.redis.errands import SAY, Errand

log = structlog.get_logger()

Doer: TypeAlias = Callable[[Desk, Errand, Order], Awaitable[None]]

DOERS: Final[Mapping[str, Doer]] = {
    "RememberIdentity": work.remember_identity,
    "StorePhoto": work.store_photo,
    "Submit": work.submit,
    "Supply": work.supply,
    "FindProgress": work.find_progress,
    "FindWanted": work.find_wanted,
    "WithdrawCase": work.withdraw,
    "ApplyAnew": anew.apply_anew,
    "OpenTask": work.open_task,
    "Remind": keep_reminder,
    "FindEnrolled": enrolling.find_enrolled,
    "Enrol": enrolling.enrol,
    "EraseDraft": work.erase_draft,
    "ErasePerson": work.erase_person,
    "Invite": inviting.invite,
    "OpenInvitation": inviting.open_invitation,
    "AnswerInvitation": inviting.answer_invitation,
    "TellParty": inviting.tell_party,
    LOOK_UP: work.look_up,
    REMEMBER: work.remember,
    FORGET: work.forget_ended,
    SAY: work.say,
}
"""Who does what; a test holds it complete."""

QUICK: Final = frozenset(
    {"Submit", "Supply", "FindProgress", "FindWanted", "WithdrawCase", "ApplyAnew", LOOK_UP}
    | {"Invite", "OpenInvitation", "AnswerInvitation", "FindEnrolled", "Enrol"}
)
"""Errands whose result may still be in the passive answer."""

RUN_SECONDS: Final = 60.0
NOTE_SECONDS: Final = 10.0
"""A Redis that is silent rather than gone must not hold an errand, nor the end of the process."""
GIVE_UP_AFTER: Final = 40
"""Attempts; with pauses of up to an hour that is more than a day."""

SAY_FOR: Final = 7
"""Attempts to begin a customer message, over two minutes: later it would only surprise her."""

NEVER_GIVEN_UP: Final = frozenset({"Submit", "Supply", "EraseDraft", "ErasePerson"})
"""She was told that it is being done, or has a right to it: tried every hour until it is."""


class Runner:
    """Runs errands in this process."""

    def __init__(self, desk: Desk, tasks: asyncio.TaskGroup) -> None:
        self._desk = desk
        self._tasks = tasks

    async def run_quick(self, errands: Sequence[Errand]) -> None:
        """Run what the passive answer waits for; go on in the background after a moment."""
        self.run_later([one for one in errands if one.kind not in QUICK])
        started = [self._tasks.create_task(self._run(one)) for one in errands if one.kind in QUICK]
        if started:
            await asyncio.wait(started, timeout=ERRAND_SECONDS)

    def run_later(self, errands: Sequence[Errand]) -> None:
        """Run in the background, customer messages in their order."""
        if errands:
            self._tasks.create_task(self._in_order(errands))

    async def run_due(self, most: int = 20) -> int:
        """Take up what others left behind; how many."""
        due = await self._desk.errands.claim(self._desk.clock(), timedelta(seconds=30), most)
        async with asyncio.TaskGroup() as group:  # one that hangs must not hold up the others'
            for hers in _by_person(due):
                group.create_task(self._in_order(hers))
        return len(due)

    async def _in_order(self, errands: Sequence[Errand]) -> None:
        for errand in errands:
            await self._run(errand)

    async def _run(self, errand: Errand) -> None:
        """Do one errand; never raises, because a TaskGroup would end with it."""
        try:
            async with asyncio.timeout(RUN_SECONDS):
                await DOERS[errand.kind](self._desk, errand, order_from_bytes(errand.payload))
        except (TryAgain, StorageError, TimeoutError) as error:
            await self._put_off(errand, type(error).__name__)
        except Exception as error:  # noqa: BLE001 — the one place for the unforeseen in errands
            log.error("errand_broken", kind=errand.kind, error=type(error).__name__)  # noqa: TRY400 — a traceback may show what people wrote
            await self._put_off(errand, type(error).__name__)

    async def _put_off(self, errand: Errand, why: str) -> None:
        try:
            async with asyncio.timeout(NOTE_SECONDS):
                await self._noted(errand)
        except (StorageError, TimeoutError) as error:
            log.warning("errand_not_put_off", kind=errand.kind, error=type(error).__name__)
        else:
            log.warning("errand_put_off", kind=errand.kind, attempts=errand.attempts, why=why)

    async def _noted(self, errand: Errand) -> None:
        if _is_hopeless(errand):
            log.error("errand_given_up", kind=errand.kind)
            self._desk.metrics.count("errand_given_up", errand.kind)
            await self._desk.errands.finish(errand.id)
        else:
            await self._desk.errands.retry_later(errand, self._desk.clock())


def _by_person(errands: Iterable[Errand]) -> Iterable[list[Errand]]:
    """Everybody's errands, in their order."""
    of: dict[str, list[Errand]] = {}
    for errand in errands:
        of.setdefault(errand.person, []).append(errand)
    return of.values()


def _is_hopeless(errand: Errand) -> bool:
    """A customer message that was begun is gone already: putting it off sends nothing again."""
    most = SAY_FOR if errand.kind == SAY else GIVE_UP_AFTER
    return errand.attempts >= most and errand.kind not in NEVER_GIVEN_UP
