"""What waits for a clerk. Notes are sealed: they may quote a citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from notifications.outbox import NewRow
from storage.sealing import Place, Sealer
from storage.sql.cases import insert_desk_tasks
from storage.sql.outbox import insert_rows
from storage.sql.queue import Scope
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
    answer: str
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

    async def waiting(
        self, scope: Scope, kinds: Sequence[DeskTaskKind], *, limit: int = 100
    ) -> list[DeskTask]:
        """What is open or taken of these kinds, what is due first on top.

        A task about a case is seen within its area and, where it is about an item, by its
        department; one that belongs to no case by everybody who handles its kind.
        """
        rows = await self._database.rows(
            _SEEN + " AND desk_tasks.state <> 'done'"
            " ORDER BY COALESCE(desk_tasks.due_at, desk_tasks.created_at), desk_tasks.id LIMIT ?",
            *(*_scope(scope, kinds), limit),
        )
        return [self._task(row) for row in rows]

    async def seen(
        self, scope: Scope, kinds: Sequence[DeskTaskKind], task_id: str
    ) -> DeskTask | None:
        """One task, done or not, if it is of these kinds and within the scope."""
        row = await self._database.row(
            _SEEN + " AND desk_tasks.id = ?", *(*_scope(scope, kinds), task_id)
        )
        return None if row is None else self._task(row)

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

    async def give_back(self, task_id: str, clerk: str) -> bool:
        """Whoever took it lays it back on the table."""
        changed = await self._database.run(
            "UPDATE desk_tasks SET state = 'open', clerk = '' WHERE id = ? AND state = 'taken'"
            " AND clerk = ?",
            *(task_id, clerk),
        )
        return changed > 0

    async def done(
        self, task_id: str, clerk: str, now: datetime, answer: str = "", said: NewRow | None = None
    ) -> bool:
        """It is settled, with what was answered and the message that says so; False: it was
        settled before, and nothing is said twice.
        """
        async with self._database.transaction() as session:
            changed = await session.run(
                "UPDATE desk_tasks SET state = 'done', clerk = ?, done_at = ?, answer_sealed = ?"
                " WHERE id = ? AND state <> 'done'",
                *(clerk, now, self._sealer.seal(answer, _answer(task_id)), task_id),
            )
            if changed and said is not None:
                await insert_rows(session, self._sealer, (said,))
        return changed > 0

    def _task(self, row: Row) -> DeskTask:
        sealed = row["note_sealed"]
        answered = row["answer_sealed"]
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
            answer=self._sealer.open(answered, _answer(row["id"])).decode() if answered else "",
            clerk=row["clerk"],
            created_at=as_time(row["created_at"]),
            due_at=as_time_or_none(row["due_at"]),
            done_at=as_time_or_none(row["done_at"]),
        )


_SEEN: Final = (
    "SELECT desk_tasks.* FROM desk_tasks LEFT JOIN cases ON cases.case_no = desk_tasks.case_no"
    " LEFT JOIN items ON items.case_no = desk_tasks.case_no AND items.code = desk_tasks.item"
    " WHERE desk_tasks.kind IN ? AND (cases.case_no IS NULL OR (cases.province = ?"
    " AND cases.city LIKE ? AND (items.department IS NULL OR items.department = ? OR ? = '')))"
)


def _scope(scope: Scope, kinds: Sequence[DeskTaskKind]) -> tuple[object, ...]:
    department = scope.department
    return (tuple(kinds), scope.province, f"{scope.area}%", department, department)


def _answer(task_id: str) -> Place:
    return "desk_tasks", "answer", task_id
