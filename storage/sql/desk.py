"""What waits for a clerk. Notes are sealed: they may quote a citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from storage.sealing import Sealer
from storage.sql.cases import insert_desk_tasks
from storage.sql.records import DeskTaskKind, NewDeskTask
from storage.sql.session import Database, Row, as_time, as_time_or_none

DeskTaskState: TypeAlias = Literal["open", "taken", "done"]


@dataclass(frozen=True, slots=True)
class DeskTask:
    id: str
    kind: DeskTaskKind
    state: DeskTaskState
    person: str
    case_no: str
    item: str
    draft: str
    question: str
    note: str
    clerk: str
    created_at: datetime
    due_at: datetime | None
    done_at: datetime | None


class DeskTasks:
    """The store of desk tasks."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def add(self, tasks: Sequence[NewDeskTask]) -> None:
        """Open tasks that belong to no change of a case; a known id is left as it is."""
        async with self._database.transaction() as session:
            await insert_desk_tasks(session, self._sealer, tuple(tasks))

    async def load(self, task_id: str) -> DeskTask | None:
        """A task by id."""
        row = await self._database.row("SELECT * FROM desk_tasks WHERE id = ?", task_id)
        return None if row is None else self._task(row)

    async def unfinished(self, limit: int = 100) -> list[DeskTask]:
        """What is open or taken, oldest first."""
        rows = await self._database.rows(
            "SELECT * FROM desk_tasks WHERE state <> 'done' ORDER BY created_at, id LIMIT ?", limit
        )
        return [self._task(row) for row in rows]

    async def of_case(self, case_no: str) -> list[DeskTask]:
        """Every task about a case, oldest first."""
        rows = await self._database.rows(
            "SELECT * FROM desk_tasks WHERE case_no = ? ORDER BY created_at, id", case_no
        )
        return [self._task(row) for row in rows]

    async def take(self, task_id: str, clerk: str) -> bool:
        """A clerk takes it; False: another one has it, or it is done."""
        changed = await self._database.run(
            "UPDATE desk_tasks SET state = 'taken', clerk = ? WHERE id = ? AND"
            " (state = 'open' OR (state = 'taken' AND clerk = ?))",
            *(clerk, task_id, clerk),
        )
        return changed > 0

    async def done(self, task_id: str, clerk: str, now: datetime) -> bool:
        """It is settled; False: it was before."""
        changed = await self._database.run(
            "UPDATE desk_tasks SET state = 'done', clerk = ?, done_at = ?"
            " WHERE id = ? AND state <> 'done'",
            *(clerk, now, task_id),
        )
        return changed > 0

    def _task(self, row: Row) -> DeskTask:
        sealed = row["note_sealed"]
        place = ("desk_tasks", "note", str(row["id"]))
        return DeskTask(
            id=row["id"],
            kind=row["kind"],
            state=row["state"],
            person=row["person"],
            case_no=row["case_no"],
            item=row["item"],
            draft=row["draft"],
            question=row["question"],
            note=self._sealer.open(sealed, place).decode() if sealed else "",
            clerk=row["clerk"],
            created_at=as_time(row["created_at"]),
            due_at=as_time_or_none(row["due_at"]),
            done_at=as_time_or_none(row["done_at"]),
        )
