"""What happens without a request: orphans, errands, tasks, notices, timers, warnings, anchors.

Each loop does a little, then waits for a wake or a second. A loop survives what goes wrong in one
round; it ends with its process. Any number of processes may run the same loops.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.calendars import ask_for_next_year, recount_all
from bot.departments.following import written
from bot.envelopes import Order, order_to_bytes
from bot.following import MAKE_FORM, WATCH
from bot.ids import same_id
from bot.reminding import tell_due
from bot.stepping import FORGET
from bot.wiring import World
from cases.case import Case
from cases.watching import watch
from cases.workdays import day_of
from notifications.catalog import personal_notice
from notifications.outbox import NewRow
from storage.documents.pdf import RenderingFailed
from storage.errors import StorageError
from storage.redis.drafts import Ending, StoredFact
from storage.redis.errands import Errand
from storage.sql.calendars import RECOUNT
from storage.sql.facts import DraftFact
from storage.sql.records import Written
from storage.sql.timers import DueTimer

TICK: Final = 1.0
"""Seconds between two looks when nothing wakes a loop."""
SLOW_TICK: Final = 60.0
ORPHAN_AFTER: Final = timedelta(seconds=5)
"""A message that waits so long has lost its request (the platform waits 5 s)."""
UNTAKEN_AFTER: Final = timedelta(seconds=20)
"""After the platform's last delivery nobody comes for an answer any more."""
FORGET_AFTER: Final = timedelta(hours=1)
"""Redis has let go of a draft by then."""
TIMER_LEASE: Final = timedelta(minutes=5)
FORM_PAUSE: Final = timedelta(hours=1)
BATCH: Final = 50

Round = Callable[[World], Awaitable[int]]

log = structlog.get_logger()


async def work(world: World) -> None:
    """Run all loops until cancelled."""
    async with asyncio.TaskGroup() as group:
        group.create_task(world.wake.relay(), name="wake")
        for name, step, pause in (
            ("orphans", hear_orphans, TICK),
            ("errands", run_errands, TICK),
            ("tasks", send_tasks, TICK),
            ("notices", send_notices, TICK),
            ("letters", make_letters, TICK),
            ("timers", run_timers, TICK),
            ("facts", project_facts, TICK),
            ("endings", warn_of_endings, SLOW_TICK),
            ("reminders", remind, SLOW_TICK),
            ("anchors", anchor_journal, SLOW_TICK),
            ("calendar", ask_for_calendar, SLOW_TICK),
        ):
            group.create_task(_loop(world, name, step, pause), name=name)


async def _loop(world: World, name: str, step: Round, pause: float) -> None:
    while True:
        done = 0
        try:
            done = await step(world)
        except (StorageError, TimeoutError, OSError) as error:
            log.warning("loop_held_up", loop=name, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 — one bad round must not end the service
            log.error("loop_broken", loop=name, error=type(error).__name__)  # noqa: TRY400 — a traceback may show what people wrote
            world.metrics.count("loop_broken", name)
        if done:
            continue
        if pause > TICK:  # nobody waits for these: a bell must not make them dearer
            await asyncio.sleep(pause)
        else:
            await world.wake.wait(pause)


async def hear_orphans(world: World) -> int:
    """Messages whose request is gone, and answers that no delivery came for."""
    now = world.clock()
    persons = await world.turns.sweep(now - ORPHAN_AFTER)
    for person in persons:
        await world.hearing.take_up(person)
    return len(persons) + await world.turns.send_untaken(now - UNTAKEN_AFTER, now)


async def run_errands(world: World) -> int:
    """Errands that a dead process left behind, and late customer messages."""
    return await world.runner.run_due()


async def send_tasks(world: World) -> int:
    """Tasks and withdrawals to departments."""
    return await world.sender.send_due(world.clock())


async def send_notices(world: World) -> int:
    """Notices to people."""
    return await world.notices.send_due(world.clock())


async def make_letters(world: World) -> int:
    """Formal notices, as documents of their cases."""
    return await world.letters.make_due(world.clock())


# ---- timers -------------------------------------------------------------------------------


async def run_timers(world: World) -> int:
    """Forms to make, limits to look at."""
    now = world.clock()
    due = await world.timers.claim(BATCH, now, TIMER_LEASE)
    for timer in due:
        if timer.kind == MAKE_FORM:
            await _make_form(world, timer, now)
        elif timer.kind == WATCH:
            await _watch(world, timer, now)
        elif timer.kind == RECOUNT:
            await _recount(world, timer, now)
    return len(due)


async def _make_form(world: World, timer: DueTimer, now: datetime) -> None:
    try:
        await world.forms.make_form(timer.case_no, now)
    except RenderingFailed:  # the desk has been told; somebody must mend the template
        await world.timers.again(timer, now + FORM_PAUSE)
        return
    await world.timers.done(timer)
    await world.wake.wake()


async def _watch(world: World, timer: DueTimer, now: datetime) -> None:
    """Open what waited for its month, warn, and say what is late; sets the next look itself."""

    def look(case: Case) -> Written | None:
        service = world.edge.plans.service(case.application.province, case.application.release)
        change = watch(case, service, world.edge.plans.calendar(), now)
        return written(change, world.edge.follow, now)

    await world.edge.cases.change(timer.case_no, look)
    await world.timers.done(timer)
    await world.wake.wake()


async def _recount(world: World, timer: DueTimer, now: datetime) -> None:
    """A year was imported: count every open limit anew, and tell whom it concerns."""
    await world.days.refresh()
    changed = await recount_all(world.desk.cases, world.edge.plans, world.edge.follow, now)
    log.info("limits_recounted", cases=changed)
    await world.timers.done(timer)
    await world.wake.wake()


async def ask_for_calendar(world: World) -> int:
    """From November on: the working days of the next year are wanted."""
    await ask_for_next_year(world.desk.desk_tasks, world.days.calendar(), world.clock())
    return 0


# ---- drafts -------------------------------------------------------------------------------


async def project_facts(world: World) -> int:
    """How far drafts have come, from Redis to SQL."""
    facts = await world.drafts.facts()
    if facts:
        await world.facts.keep([_fact(one) for one in facts])
        await world.drafts.forget_facts(facts)
    return len(facts)


def _fact(one: StoredFact) -> DraftFact:
    return DraftFact(one.draft, one.person, one.province, one.version, one.question, one.day)


async def warn_of_endings(world: World) -> int:
    """Tell people that an unfinished draft ends in a week."""
    now = world.clock()
    endings = await world.drafts.ending(now)
    for ending in endings:
        if ending.draft.state == "open":  # what was handed in is kept here a while, too
            await world.outbox.add([_warning(ending, now)])
            await world.errands.add([_forgetting(ending)])
        await world.drafts.warned(ending)
    return len(endings)


def _warning(ending: Ending, now: datetime) -> NewRow:
    """A notice: after 83 silent days no customer message may be sent any more."""
    draft, last_word = ending.draft, int(ending.touched.timestamp())
    row_id = same_id("ending", draft.id, str(last_word))
    until = day_of(ending.ends_at)
    return personal_notice("draft_ends", draft.province, draft.authors[0], row_id, now, until)


def _forgetting(ending: Ending) -> Errand:
    """What to do when nobody came back to it."""
    return Errand(
        id=f"ended:{ending.draft.id}:{int(ending.touched.timestamp())}",
        person=ending.draft.authors[0],
        draft=ending.draft.id,
        kind=FORGET,
        payload=order_to_bytes(Order(())),
        due=ending.ends_at + FORGET_AFTER,
    )


async def remind(world: World) -> int:
    """Tell people what they asked to be reminded of."""
    return await tell_due(world.desk)


async def anchor_journal(world: World) -> int:
    """Tie all journals together once a minute."""
    await world.journal.anchor(world.clock())
    return 0
