"""Sends tasks and withdrawals to departments, for days if it must be.

Promises: a task leaves only when its item may be sent (not taken back, not overtaken), and that is
committed before the first byte leaves; a row whose fate is unknown is asked about before it is
sent again; a department that is broken holds nobody else up; nothing is given up silently.

`send_due` may run several times at once and in several processes: rows are leased.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias, assert_never

import structlog

from bot.departments.breaker import Breaker
from bot.departments.connections import Connection
from bot.departments.edge import Edge
from bot.departments.following import TaskOrder, written
from bot.departments.push import (
    Delivered,
    Fate,
    Held,
    Line,
    NotHeld,
    Refused,
    Unknown,
    ask_task,
    push_task,
    push_withdrawal,
)
from bot.departments.tasks import task_body
from bot.signing import Stamp
from cases.case import Case
from cases.sending import dispatched, received
from notifications.outbox import NewRow, Row, RowKind
from storage.errors import StorageError
from storage.sql.records import NewDeskTask, Written

KINDS: Final[tuple[RowKind, ...]] = ("task", "withdrawal")
BATCH: Final = 50
MOST_WAITING: Final = 500
"""Rows taken up and not yet finished, in one process."""
PATIENCE_SECONDS: Final = 0.5
AT_ONCE: Final = 4
"""Requests to one connection at the same time."""
LEASE: Final = timedelta(minutes=5)
"""A batch to a hanging department ends after FAILURES / AT_ONCE rounds of 20 s, far earlier."""
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=6)
STUBBORN_ATTEMPTS: Final = 8
"""After about an hour a clerk is told; it goes on being tried."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ready:
    """The row may go out; the case as it is committed."""

    case: Case


@dataclass(frozen=True, slots=True)
class Pointless:
    """There is nothing to send any more, and why."""

    reason: str


_Opened: TypeAlias = Ready | Pointless


class Sender:
    """`nonce` makes strings that are never used twice."""

    def __init__(self, edge: Edge, line: Line, nonce: Callable[[], str]) -> None:
        self._edge, self._line, self._nonce = edge, line, nonce
        self._breaker = Breaker()
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE)
        )

    async def send_due(self, now: datetime) -> int:
        """Send what is due; how many rows were taken up. Raises nothing because of one row.

        While somebody lets us wait, what falls due for others is taken up all the same.
        """
        rows, taken, waiting = self._edge.rows, 0, set[asyncio.Task[None]]()
        await rows.give_back(KINDS, now)
        async with asyncio.TaskGroup() as group:
            while len(waiting) < MOST_WAITING:
                claimed = await rows.claim(KINDS, BATCH, max(now, self._edge.clock()), LEASE)
                taken += len(claimed)
                waiting |= {group.create_task(self._in_turn(row)) for row in claimed}
                if not waiting:
                    break
                _, waiting = await asyncio.wait(waiting, timeout=PATIENCE_SECONDS)
        return taken

    async def _in_turn(self, row: Row) -> None:
        async with self._turns[row.connection]:
            try:
                await self._send(row)
            except StorageError as error:
                # The lease ends and the row is taken up again.
                log.warning("task_store_away", row=row.id, error=type(error).__name__)
            except (KeyError, ValueError) as error:
                # A plan or a row that does not fit: the others must not wait for it.
                log.error("task_broken", row=row.id, error=type(error).__name__)  # noqa: TRY400 - a traceback may quote answers
                await self._later(row, self._edge.clock() + LONGEST_PAUSE, "broken")

    async def _send(self, row: Row) -> None:
        order = TaskOrder.model_validate_json(row.payload)
        connection = self._edge.connections.get(row.connection)
        now = self._edge.clock()
        if connection is None:
            await self._readdress(row, order, now)
            return
        closed_until = self._breaker.closed_until(connection.id, now)
        if closed_until is not None:
            await self._later(row, closed_until, row.error or "paused")
            return
        opened = await self._open(row, order)
        match opened:
            case Pointless(reason):
                await self._edge.rows.drop(row, now, reason)
            case Ready(case):
                await self._hand_over(row, order, connection, case)
            case _:
                assert_never(opened)

    async def _readdress(self, row: Row, order: TaskOrder, now: datetime) -> None:
        """Write the row anew for the connection that has come since, or wait for one."""
        case = await self._edge.cases.load(row.case_no)
        province = case.application.province if case else ""
        found = self._edge.connections.find(province, order.department, order.office)
        if found is None:
            log.error("no_connection", row=row.id, department=order.department, office=order.office)
            await self._later(row, now + _pause(row.attempts), "no_connection")
            return
        anew = NewRow(
            id=f"{row.kind}/{row.order_key}/{order.revision}@{self._nonce()[:12]}",
            kind=row.kind,
            order_key=row.order_key,
            payload=row.payload,
            due_at=now,
            created_at=now,
            case_no=row.case_no,
            connection=found.id,
        )
        await self._edge.cases.change(row.case_no, lambda case: Written(case, outbox=(anew,)))
        await self._edge.rows.drop(row, now, "readdressed")

    async def _open(self, row: Row, order: TaskOrder) -> _Opened:
        """Commit that the item is sent, unless it was before or must not be."""
        edge, now = self._edge, self._edge.clock()

        def work(case: Case) -> Written | _Opened:
            reason = _pointless(case, row.kind, order)
            if reason is not None:
                return Pointless(reason)
            application = case.application
            service = edge.plans.service(application.province, application.release)
            change = dispatched(case, service, edge.plans.calendar(), order.item, now)
            return written(change, edge.follow, now) if change.events else Ready(case)

        done: Written | Ready | Pointless = await edge.cases.change(row.case_no, work)
        if not isinstance(done, Written):
            return done
        edge.wake()
        return Ready(done.case)

    async def _hand_over(
        self, row: Row, order: TaskOrder, connection: Connection, case: Case
    ) -> None:
        now = self._edge.clock()
        match connection.mode:
            case "desk":  # a clerk sees the item in the list: nothing has to arrive
                await self._edge.rows.finish(row, now)
            case "pull":
                await self._edge.rows.publish(row, now)
            case "push":
                fate = await self._push(row, order, connection, case)
                await self._settle(row, order, connection, fate)
            case _:
                assert_never(connection.mode)

    async def _push(self, row: Row, order: TaskOrder, connection: Connection, case: Case) -> Fate:
        """Ask before sending whenever an earlier attempt may have arrived."""
        key = row.order_key
        if row.kind == "withdrawal":
            return await push_withdrawal(self._line, connection, key, self._stamp())
        if row.attempts > 1:
            standing = await ask_task(self._line, connection, key, self._stamp())
            if isinstance(standing, Held) and standing.revision >= order.revision:
                return Delivered()
            if not isinstance(standing, Held | NotHeld):
                return standing
        item = case.item(order.item)
        assert item is not None
        body = await task_body(self._edge, case, item)
        payload = body.model_dump_json().encode()
        return await push_task(self._line, connection, key, payload, self._stamp())

    async def _settle(self, row: Row, order: TaskOrder, connection: Connection, fate: Fate) -> None:
        now = self._edge.clock()
        match fate:
            case Delivered():
                self._breaker.answered(connection.id)
                await self._delivered(row, order, now)
            case Refused(status):
                self._breaker.answered(connection.id)
                await self._refused(row, order, f"http_{status}", now)
            case Unknown(reason):
                self._breaker.failed(connection.id, now)
                await self._unknown(row, order, reason, now)
            case _:
                assert_never(fate)

    async def _delivered(self, row: Row, order: TaskOrder, now: datetime) -> None:
        # The case first: a crash in between repeats a request that is recognised by its key.
        if row.kind == "task":
            await record_received(self._edge, row.case_no, order.item, order.revision)
        await self._edge.rows.finish(row, now)
        log.info("task_delivered", row=row.id, connection=row.connection)

    async def _refused(self, row: Row, order: TaskOrder, error: str, now: datetime) -> None:
        log.error("task_refused", row=row.id, connection=row.connection, error=error)
        await self._tell_desk(row, order, error, now)
        await self._edge.rows.fail(row, now, error)

    async def _unknown(self, row: Row, order: TaskOrder, reason: str, now: datetime) -> None:
        log.warning("task_unknown", row=row.id, connection=row.connection, error=reason)
        if row.attempts == STUBBORN_ATTEMPTS:
            await self._tell_desk(row, order, reason, now)
        await self._later(row, now + _pause(row.attempts), reason)

    async def _tell_desk(self, row: Row, order: TaskOrder, error: str, now: datetime) -> None:
        task = NewDeskTask(
            id=f"undelivered/{row.id}",
            kind="platform",
            created_at=now,
            case_no=row.case_no,
            item=order.item,
            note=f"{row.connection}: {error}",
        )
        await self._edge.cases.change(row.case_no, lambda case: Written(case, desk_tasks=(task,)))

    async def _later(self, row: Row, due_at: datetime, error: str) -> None:
        await self._edge.rows.retry_later(row, due_at, error)

    def _stamp(self) -> Stamp:
        return Stamp(int(self._edge.clock().timestamp()), self._nonce())


async def record_received(edge: Edge, case_no: str, code: str, revision: int) -> None:
    """The department has the task; an older revision than the item's says nothing about it."""
    now = edge.clock()

    def work(case: Case) -> Written | None:
        item = case.item(code)
        if item is None or item.revision != revision:
            return None
        service = edge.plans.service(case.application.province, case.application.release)
        change = received(case, service, edge.plans.calendar(), code, now)
        return written(change, edge.follow, now) if change.events else None

    await edge.cases.change(case_no, work)
    edge.wake()


def _pointless(case: Case, kind: RowKind, order: TaskOrder) -> str | None:
    """Why the row says nothing any more; None: it may go."""
    item = case.item(order.item)
    if item is None:
        return "unknown_item"
    if kind == "withdrawal":
        return None
    if case.taken_back_at is not None:
        return "taken_back"
    if item.is_final:
        return item.state
    if item.revision != order.revision:
        return "overtaken"
    return "not_open" if item.waiting_for in {"turn", "month"} else None


def _pause(attempts: int) -> timedelta:
    """30 s after the first attempt, twice as long after each, at most 6 hours."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)
