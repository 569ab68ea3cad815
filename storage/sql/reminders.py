"""What people asked to be told on a later day: one row for each subject and kind.

Promise: a reminder is told once. Asked for again it stays one; only another day makes it due anew.
"""

from collections.abc import Sequence
from datetime import date, datetime

from cases.reminders import Reminder
from storage.sql.session import Database, Row, as_day


class Reminders:
    """The store of reminders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, reminder: Reminder, now: datetime) -> None:
        """Keep it; known and for the same day it stays as it is, told or not."""
        await self._database.run(
            "INSERT INTO reminders (id, person, subject, province, kind, month, due_on, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " person = excluded.person, province = excluded.province, month = excluded.month,"
            " due_on = excluded.due_on, told_at = NULL WHERE reminders.due_on <> excluded.due_on",
            *(reminder_id(reminder), reminder.person, reminder.subject, reminder.province),
            *(reminder.kind, reminder.month, reminder.due_on, now),
        )

    async def due(self, today: date, limit: int = 50) -> list[Reminder]:
        """What is to be told by that day (Asia/Shanghai) and was not yet, oldest first."""
        rows = await self._database.rows(
            "SELECT * FROM reminders WHERE told_at IS NULL AND due_on <= ?"
            " ORDER BY due_on, id LIMIT ?",
            *(today, limit),
        )
        return [_reminder(row) for row in rows]

    async def told(self, reminders: Sequence[Reminder], now: datetime) -> None:
        """They are on their way, or not needed any more."""
        for one in reminders:
            await self._database.run(
                "UPDATE reminders SET told_at = ? WHERE id = ? AND due_on = ?",
                *(now, reminder_id(one), one.due_on),
            )

    async def of_subject(self, subject: str) -> list[Reminder]:
        """What somebody is still to be reminded of."""
        rows = await self._database.rows(
            "SELECT * FROM reminders WHERE subject = ? AND told_at IS NULL ORDER BY due_on, id",
            subject,
        )
        return [_reminder(row) for row in rows]

    async def forget(self, person: str) -> None:
        """She left: nothing that her phone was to be told is kept."""
        await self._database.run("DELETE FROM reminders WHERE person = ?", person)


def reminder_id(reminder: Reminder) -> str:
    """One for each subject and kind."""
    return f"{reminder.subject}:{reminder.kind}"


def _reminder(row: Row) -> Reminder:
    return Reminder(
        person=row["person"],
        subject=row["subject"],
        province=row["province"],
        kind=row["kind"],
        month=row["month"],
        due_on=as_day(row["due_on"]),
    )
