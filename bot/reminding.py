"""Reminders: kept by an errand, told by the worker when their day has come."""

from datetime import date

from bot.envelopes import Order
from bot.errands.desk import Desk
from bot.ids import same_id
from cases.reminders import Reminder
from cases.workdays import day_of
from dialogs.said import Reminded
from dialogs.turn import Remind
from notifications.catalog import reminder_notice
from storage.redis.errands import Errand


async def keep_reminder(desk: Desk, errand: Errand, order: Order) -> None:
    """Keep what she wants to be reminded of."""
    (asked,) = order.errands
    assert isinstance(asked, Remind)
    due_on = date.fromisoformat(asked.due_on)
    reminder = Reminder(
        asked.person, asked.subject, asked.province, asked.kind, asked.month, due_on
    )
    await desk.reminders.keep(reminder, desk.clock())
    await desk.errands.finish(errand.id)


async def tell_due(desk: Desk) -> int:
    """Send the notices whose day has come; how many reminders were due.

    What dies on the way is done again: the row's id and the key of what is heard are the same.
    """
    now = desk.clock()
    due = await desk.reminders.due(day_of(now))
    for one in due:
        if await _still_of_use(desk, one):
            row_id = same_id("reminder", one.subject, one.kind, one.due_on.isoformat())
            await desk.outbox.add([reminder_notice(one, row_id, now)])
            await desk.hearing.tell(one.person, Reminded(one.kind), Order(()), f"told:{row_id}")
        await desk.reminders.told([one], now)
    if due:
        await desk.wake()
    return len(due)


async def _still_of_use(desk: Desk, reminder: Reminder) -> bool:
    """Who has applied by now need not hear that it is time for the papers."""
    return reminder.kind != "pre_review" or not await desk.cases.of_person(reminder.subject)
