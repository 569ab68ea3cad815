"""What waits for a person: citizens who asked for one, complaints, and what no program settles.

An answer goes to the citizen as a message of the desk and is kept with the task; where the task
can only be settled by telephone, the clerk says that it was. Who may see which kind is one table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from aiohttp import web

from bot.departments.edge import Edge
from bot.departments.following import written
from bot.desk.door import Door, Visit
from bot.desk.pages import DeskPages
from bot.desk.seeing import scope_of
from bot.ids import same_id
from bot.problems import NotFound
from bot.routes import Route
from cases.case import Case
from cases.change import Refusal
from cases.sending import reassign
from cases.workdays import SHANGHAI
from notifications.notice import text_to_bytes
from notifications.outbox import NewRow
from storage.sql.desk import DeskTask, DeskTasks
from storage.sql.persons import Persons
from storage.sql.records import DeskTaskKind, Written
from storage.sql.staff import AuditEntry, Role, Staff

WHO: Final[Mapping[Role, tuple[DeskTaskKind, ...]]] = {
    "window": ("human", "complaint", "referral"),
    "clerk": (
        *("fact_unknown", "fact_contradicts", "contradiction", "misrouted", "acceptance_late"),
    ),
    "lead": ("complaint", "misrouted", "acceptance_late", "contradiction"),
    "administrator": tuple(
        kind
        for kind in get_args(DeskTaskKind)
        if kind not in {"human", "complaint", "referral", "fact_unknown", "fact_contradicts"}
    ),
    "auditor": (),
}
"""Role → kinds of task that it handles."""
HANDLERS: Final[tuple[Role, ...]] = tuple(role for role, kinds in WHO.items() if kinds)

Way: TypeAlias = Literal["message", "telephone", "settled"]
"""How a task ended: a message to her, a telephone call, or without telling anybody."""


@dataclass(frozen=True, slots=True)
class TaskRecords:
    """What the page of tasks works with."""

    edge: Edge
    tasks: DeskTasks
    persons: Persons
    staff: Staff


class TaskPages:
    """The list, one task, and its end."""

    def __init__(self, records: TaskRecords, door: Door, pages: DeskPages) -> None:
        self._records = records
        self._door = door
        self._pages = pages

    def routes(self) -> tuple[Route, ...]:
        """For everybody who handles any kind of task."""
        route = self._door.route
        return (
            route("GET", "/desk/tasks", self.waiting, HANDLERS),
            route("GET", "/desk/task", self.task, HANDLERS),
            route("POST", "/desk/task", self.act, HANDLERS),
        )

    async def waiting(self, visit: Visit) -> web.StreamResponse:
        """What is open, oldest first."""
        found = await self._waiting(visit)
        rows = [{"task": one, "since": _moment(one.created_at)} for one in found]
        return self._pages.page(visit.visitor, "tasks.html", here="tasks", rows=rows)

    async def task(self, visit: Visit) -> web.StreamResponse:
        """One task with who asks, as far as it is needed to call back."""
        return await self._task(visit, visit.request.query.get("id", "")[:64])

    async def _task(self, visit: Visit, task_id: str, *, done: bool = False) -> web.StreamResponse:
        task = await self._found(visit, task_id)
        person = await self._records.persons.load(task.person) if task.person else None
        await self._note(visit, "task_read", task)
        return self._pages.page(
            visit.visitor,
            "task.html",
            here="tasks",
            task=task,
            person=person,
            since=_moment(task.created_at),
            mine=task.clerk == visit.member.id,
            message=bool(task.person),
            offices=task.kind == "misrouted",
            done=done,
        )

    async def act(self, visit: Visit) -> web.StreamResponse:
        """Take it, lay it back, or end it."""
        task = await self._found(visit, visit.said("id", 64))
        tasks, mine = self._records.tasks, visit.member.id
        match visit.said("do", 20):
            case "take":
                await tasks.take(task.id, mine)
            case "give_back":
                await tasks.give_back(task.id, mine)
            case "message" | "telephone" | "settled" as way:
                return await self._end(visit, task, way)
            case "reassign":
                await self._reassign(visit, task)
            case _:
                raise NotFound
        raise web.HTTPSeeOther(f"/desk/task?id={task.id}")

    async def _end(self, visit: Visit, task: DeskTask, way: Way) -> web.StreamResponse:
        now, answer = self._records.edge.clock(), visit.said("answer", 600)
        if way != "settled" and not answer:
            raise web.HTTPSeeOther(f"/desk/task?id={task.id}")
        said = _message(task, answer, now) if way == "message" and task.person else None
        if await self._records.tasks.done(task.id, visit.member.id, now, answer, said):
            await self._note(visit, f"task_{way}", task)
            self._records.edge.wake()
        raise web.HTTPSeeOther("/desk/tasks")

    async def _reassign(self, visit: Visit, task: DeskTask) -> None:
        """Send a misrouted item to the office that it belongs to (domain: 转办)."""
        edge, now, office = self._records.edge, self._records.edge.clock(), visit.said("office", 64)
        if not office:
            return

        def work(case: Case) -> Written | Refusal:
            change = reassign(case, task.item, office, now)
            return change if isinstance(change, Refusal) else written(change, edge.follow, now)

        if isinstance(await edge.cases.change(task.case_no, work), Written):
            await self._records.tasks.done(task.id, visit.member.id, now)
            await self._note(visit, "task_reassign", task)
            edge.wake()

    # ----

    async def _waiting(self, visit: Visit) -> Sequence[DeskTask]:
        kinds = WHO[visit.member.role]
        return await self._records.tasks.waiting(scope_of(visit.member), kinds)

    async def _found(self, visit: Visit, task_id: str) -> DeskTask:
        """A task within one's area and kinds; any other is not there."""
        found = await self._records.tasks.seen(
            scope_of(visit.member), WHO[visit.member.role], task_id
        )
        if found is None:
            raise NotFound
        return found

    async def _note(self, visit: Visit, what: str, task: DeskTask) -> None:
        now, detail = self._records.edge.clock(), {"task": task.id, "kind": task.kind}
        await self._records.staff.note(
            AuditEntry(now, visit.member.id, what, task.case_no, task.item, detail)
        )


def _message(task: DeskTask, answer: str, now: datetime) -> NewRow:
    """The answer as it goes to her; the id follows from the task, so that it goes once."""
    return NewRow(
        id=same_id("answer", task.id),
        kind="customer",
        order_key=f"answer/{task.person}",
        payload=text_to_bytes(answer),
        due_at=now,
        created_at=now,
        case_no=task.case_no,
        recipient=task.person,
    )


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
