"""Cases: opened once per draft, changed by one at a time, answered for once per report.

Promises: whatever one decision leads to (case, items, journal, outbox rows, timers, desk tasks) is
committed in one transaction or not at all; no change is lost, because each says which version it
changes; a draft gives one case however often it is submitted; a report is decided once and its
sender gets the same answer every time. `work` and `make` are pure and may run several times.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar

import orjson

from cases.case import Case, CaseState, Item, case_state
from cases.values import JSON
from cases.workdays import day_of
from storage.sealing import Sealer
from storage.sql.codec import CaseCodec, item_id
from storage.sql.errors import CaseUnknown, TooContended
from storage.sql.journal import Head, append
from storage.sql.numbers import case_number, next_number
from storage.sql.outbox import drop_rows, insert_rows
from storage.sql.records import (
    CaseSummary,
    Closed,
    Decided,
    DraftAlreadySubmitted,
    Filing,
    Incoming,
    NewDeskTask,
    Opened,
    Relation,
    ReportConflict,
    Reported,
    Written,
)
from storage.sql.session import Database, Row, Session, as_day, as_time
from storage.sql.timers import cancel_timers, set_timers

R = TypeVar("R")
Work: TypeAlias = Callable[[Case], Written | R]
"""What a change makes of a case, or (anything else than `Written`) why it makes nothing of it."""
Make: TypeAlias = Callable[[str], Written]
"""The case under the number that it has got."""
UNKNOWN_CASE: Mapping[str, JSON] = {"kind": "refused", "code": "unknown_case"}
"""The answer to a report about a case that does not exist; the report is kept all the same."""

_ENDED: tuple[CaseState, ...] = ("finished", "taken_back", "withdrawn")
_ATTEMPTS = 40
_POLITE_ATTEMPTS = 3  # then the row is locked first, and it is our turn in the end


class Cases:
    """The store of cases."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._codec = CaseCodec(sealer)

    async def open(self, filing: Filing, make: Make) -> Opened | DraftAlreadySubmitted:
        """Open the case of a draft, or say under which number it has been opened before."""
        for _ in range(_ATTEMPTS):
            known = await self._opened_before(filing)
            if known is not None:
                return known
            try:
                async with self._database.transaction() as session:
                    return Opened(await self._open(session, filing, make), created=True)
            except _Raced:
                continue
        raise TooContended

    async def load(self, case_no: str) -> Case | None:
        """The case as it is now."""
        found = await self._load(self._database, case_no, lock=False)
        return found[0] if found else None

    async def of_draft(self, draft: str) -> str | None:
        """The number of the case that a draft became."""
        row = await self._database.row("SELECT case_no FROM cases WHERE draft_id = ?", draft)
        return None if row is None else str(row["case_no"])

    async def of_person(self, person: str) -> list[CaseSummary]:
        """Every case that the person has to do with, newest first."""
        rows = await self._database.rows(
            "SELECT c.case_no, c.person, c.province, c.city, c.state, c.due_on, c.submitted_at,"
            " p.relation FROM parties p JOIN cases c ON c.case_no = p.case_no"
            " WHERE p.person = ? ORDER BY c.submitted_at DESC, c.case_no DESC",
            person,
        )
        return [_summary(row) for row in rows]

    async def unfinished(self, after: str = "", limit: int = 500) -> list[str]:
        """Numbers of cases that something can still happen to, by number: page on with the last.

        For what concerns them all, such as an imported calendar.
        """
        rows = await self._database.rows(
            "SELECT case_no FROM cases WHERE state NOT IN ? AND case_no > ?"
            " ORDER BY case_no LIMIT ?",
            *(_ENDED, after, limit),
        )
        return [str(row["case_no"]) for row in rows]

    async def closed(self) -> list[Closed]:
        """Every case that nothing can happen to any more, by number."""
        rows = await self._database.rows(
            "SELECT c.case_no, c.province, c.release, c.submitted_at, MAX(i.ended_at) AS ended_at"
            " FROM cases c LEFT JOIN items i ON i.case_no = c.case_no WHERE c.state IN ?"
            " GROUP BY c.case_no, c.province, c.release, c.submitted_at ORDER BY c.case_no",
            _ENDED,
        )
        return [
            Closed(
                row["case_no"],
                row["province"],
                row["release"],
                day_of(as_time(row["ended_at"] or row["submitted_at"])),
            )
            for row in rows
        ]

    async def parties(self, case_no: str) -> list[tuple[str, str]]:
        """(person, relation) of everybody who has to do with the case."""
        rows = await self._database.rows(
            "SELECT person, relation FROM parties WHERE case_no = ? ORDER BY id", case_no
        )
        return [(row["person"], row["relation"]) for row in rows]

    async def add_party(self, case_no: str, person: str, relation: Relation) -> bool:
        """Let a person have to do with the case; False: had already."""
        return await _add_party(self._database, case_no, person, relation)

    async def remove_party(self, case_no: str, person: str, relation: Relation) -> bool:
        """End that relation; False: there was none."""
        gone = await self._database.run(
            "DELETE FROM parties WHERE case_no = ? AND person = ? AND relation = ?",
            *(case_no, person, relation),
        )
        return gone > 0

    async def change(self, case_no: str, work: Work[R]) -> Written | R:
        """Change a case: run `work` on it as it is and commit all that it leads to.

        When somebody else was quicker it runs again on what they left. Raises `CaseUnknown`.
        """

        async def attempt(session: Session, lock: bool) -> Written | R:
            found = await self._load(session, case_no, lock=lock)
            if found is None:
                raise CaseUnknown
            done = work(found[0])
            return await self._save(session, *found, done) if isinstance(done, Written) else done

        return await self._attempted(attempt)

    async def report(
        self, incoming: Incoming, work: Callable[[Case], Decided]
    ) -> Reported | ReportConflict:
        """Decide a department's report once; repeat the answer when it comes again."""

        async def attempt(session: Session, lock: bool) -> Reported | ReportConflict:
            if not await self._keep(session, incoming):
                return await self._repeated(session, incoming)
            found = await self._load(session, incoming.case_no, lock=lock)
            if found is None:
                return Reported(UNKNOWN_CASE, repeated=False)
            decided = work(found[0])
            if decided.written != Written(found[0]):
                await self._save(session, *found, decided.written)
            await _answer(session, incoming, decided.outcome)
            return Reported(decided.outcome, repeated=False)

        return await self._attempted(attempt)

    async def _attempted(self, attempt: Callable[[Session, bool], Awaitable[R]]) -> R:
        for number in range(_ATTEMPTS):
            try:
                async with self._database.transaction() as session:
                    return await attempt(session, number >= _POLITE_ATTEMPTS)
            except _Raced:
                continue
        raise TooContended

    # ---- opening

    async def _opened_before(self, filing: Filing) -> Opened | DraftAlreadySubmitted | None:
        row = await self._database.row(
            "SELECT case_no, digest FROM cases WHERE draft_id = ?", filing.draft
        )
        if row is None:
            return None
        same = row["digest"] == filing.digest
        return (
            Opened(row["case_no"], created=False) if same else DraftAlreadySubmitted(row["case_no"])
        )

    async def _open(self, session: Session, filing: Filing, make: Make) -> str:
        series = f"case {filing.area} {filing.day:%Y%m%d} {filing.channel}"
        serial = await next_number(session, series)
        case_no = case_number(filing.area, filing.day, filing.channel, serial)
        written = make(case_no)
        await self._insert_case(session, filing, written.case)
        await self._insert_items(session, written.case)
        for person, relation in filing.parties:
            await _add_party(session, case_no, person, relation)
        await session.run_many(
            "INSERT INTO case_lookups (case_no, digest) VALUES (?, ?)",
            [(case_no, digest) for digest in filing.lookups],
        )
        head = await append(session, case_no, Head(0, ""), written.journal)
        await session.run(
            "UPDATE cases SET journal_seq = ?, journal_hash = ? WHERE case_no = ?",
            *(head.seq, head.hash, case_no),
        )
        await self._consequences(session, written)
        return case_no

    async def _insert_case(self, session: Session, filing: Filing, case: Case) -> None:
        application = case.application
        row = {
            "case_no": case.case_no,
            "draft_id": filing.draft,
            "digest": filing.digest,
            "person": application.person,
            "province": application.province,
            "city": filing.city,
            "release": application.release,
            "state": case_state(case),
            "retirement_month": filing.retirement_month,
            "version": case.version,
            "application_sealed": self._codec.application(case),
            "details_sealed": self._codec.details(case),
            "submitted_at": application.submitted_at,
            "sendable_at": case.sendable_at,
            "due_on": case.clock.due_on,
        }
        inserted = await session.rows(_INSERT_CASE, *(row[name] for name in _CASE_COLUMNS))
        if not inserted:
            raise _Raced

    async def _insert_items(self, session: Session, case: Case) -> None:
        rows = [
            (
                *(item_id(case.case_no, item.code), case.case_no, place, item.code),
                *self._item_values(case.case_no, item),
            )
            for place, item in enumerate(case.items)
        ]
        await session.run_many(_INSERT_ITEM, rows)

    # ---- loading and saving

    async def _load(
        self, session: Session, case_no: str, *, lock: bool
    ) -> tuple[Case, Head] | None:
        lock = lock and session.dialect == "postgres"  # in SQLite the transaction is the lock
        row = await session.row(_SELECT_LOCKED if lock else _SELECT_CASE, case_no)
        if row is None:
            return None
        items = await session.rows(
            "SELECT code, details_sealed FROM items WHERE case_no = ? ORDER BY position", case_no
        )
        case = self._codec.case(row, items)
        return case, Head(row["journal_seq"], row["journal_hash"])

    async def _save(self, session: Session, before: Case, head: Head, written: Written) -> Written:
        """Commit the change if the case is still as `before`; the journal goes on from `head`."""
        case = replace(written.case, version=before.version + 1)
        end = await self._update_case(session, case, head, written)
        if end is None:
            raise _Raced
        await self._update_items(session, before, case)
        await self._consequences(session, written)
        return replace(written, case=case)

    async def _update_case(
        self, session: Session, case: Case, head: Head, written: Written
    ) -> Head | None:
        # the version first: from here on, the row is ours until the end of the transaction
        changed = await session.run(
            "UPDATE cases SET version = ?, state = ?, due_on = ?, sendable_at = ?,"
            " details_sealed = ? WHERE case_no = ? AND version = ?",
            *(case.version, case_state(case), case.clock.due_on, case.sendable_at),
            *(self._codec.details(case), case.case_no, case.version - 1),
        )
        if changed == 0:
            return None
        end = await append(session, case.case_no, head, written.journal)
        if end != head:
            await session.run(
                "UPDATE cases SET journal_seq = ?, journal_hash = ? WHERE case_no = ?",
                *(end.seq, end.hash, case.case_no),
            )
        return end

    async def _update_items(self, session: Session, before: Case, case: Case) -> None:
        old = {item.code: item for item in before.items}
        rows = [
            (*self._item_values(case.case_no, item), item_id(case.case_no, item.code))
            for item in case.items
            if item != old.get(item.code)
        ]
        await session.run_many(_UPDATE_ITEM, rows)

    def _item_values(self, case_no: str, item: Item) -> tuple[object, ...]:
        """In the order of `_ITEM_COLUMNS`."""
        clock = item.clock
        return (
            *(item.department, item.office, item.area, item.state, item.waiting_for or ""),
            item.opens_on,
            *((clock.due_on, clock.warn_on, clock.provisional) if clock else (None, None, False)),
            *(item.sent_at, item.accepted_at, item.ended_at),
            self._codec.item(case_no, item),
        )

    async def _consequences(self, session: Session, written: Written) -> None:
        case_no = written.case.case_no
        await drop_rows(session, case_no, written.drops)
        await insert_rows(session, self._sealer, written.outbox)
        await cancel_timers(session, written.cancelled_timers)
        await set_timers(session, written.timers)
        await insert_desk_tasks(session, self._sealer, written.desk_tasks)

    # ---- reports

    async def _keep(self, session: Session, incoming: Incoming) -> bool:
        """Whether the report is new. One that is being decided elsewhere is waited for."""
        row_id = _report_row(incoming)
        body = self._sealer.seal(incoming.body, ("reports", "body", row_id))
        rows = await session.rows(
            "INSERT INTO reports (id, connection, report_id, case_no, digest, body_sealed,"
            " outcome, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING RETURNING id",
            *(row_id, incoming.connection, incoming.report_id, incoming.case_no),
            *(incoming.digest, body, _json(UNKNOWN_CASE), incoming.received_at),
        )
        return bool(rows)

    async def _repeated(self, session: Session, incoming: Incoming) -> Reported | ReportConflict:
        row = await session.row(
            "SELECT digest, outcome FROM reports WHERE id = ?", _report_row(incoming)
        )
        if row is None:  # the other one gave up between our two statements
            raise _Raced
        if row["digest"] != incoming.digest:
            return ReportConflict()
        return Reported(orjson.loads(row["outcome"]), repeated=True)


class _Raced(Exception):
    """Somebody else was quicker; what was done is undone and done again."""


_CASE_COLUMNS = (
    *("case_no", "draft_id", "digest", "person", "province", "city", "release", "state"),
    *("retirement_month", "version", "application_sealed", "details_sealed", "submitted_at"),
    *("sendable_at", "due_on"),
)
_INSERT_CASE = (
    f"INSERT INTO cases ({', '.join(_CASE_COLUMNS)}, journal_seq, journal_hash, anchored_seq)"  # noqa: S608 - names from above
    f" VALUES ({', '.join('?' * len(_CASE_COLUMNS))}, 0, '', 0)"
    " ON CONFLICT (draft_id) DO NOTHING RETURNING case_no"
)
_SELECT_CASE = (
    "SELECT case_no, version, application_sealed, details_sealed, journal_seq, journal_hash"
    " FROM cases WHERE case_no = ?"
)
_SELECT_LOCKED = _SELECT_CASE + " FOR UPDATE"
_ITEM_COLUMNS = (
    *("department", "office", "area", "state", "waiting_for", "opens_on", "due_on", "warn_on"),
    *("provisional", "sent_at", "accepted_at", "ended_at", "details_sealed"),
)
_INSERT_ITEM = (
    f"INSERT INTO items (id, case_no, position, code, {', '.join(_ITEM_COLUMNS)})"  # noqa: S608 - names from above
    f" VALUES (?, ?, ?, ?, {', '.join('?' * len(_ITEM_COLUMNS))})"
)
_UPDATE_ITEM = f"UPDATE items SET {', '.join(f'{name} = ?' for name in _ITEM_COLUMNS)} WHERE id = ?"  # noqa: S608 - names from above


async def insert_desk_tasks(
    session: Session, sealer: Sealer, tasks: tuple[NewDeskTask, ...]
) -> None:
    """Write desk tasks; one that is known is left as it is."""
    rows = [
        (
            *(task.id, task.kind, task.person, task.case_no, task.item, task.draft),
            *(task.question, sealer.seal(task.note, ("desk_tasks", "note", task.id))),
            *(task.created_at, task.due_at),
        )
        for task in tasks
    ]
    await session.run_many(
        "INSERT INTO desk_tasks (id, kind, person, case_no, item, draft, question, note_sealed,"
        " created_at, due_at, state, clerk) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', '')"
        " ON CONFLICT DO NOTHING",
        rows,
    )


async def _add_party(session: Session, case_no: str, person: str, relation: str) -> bool:
    rows = await session.rows(
        "INSERT INTO parties (case_no, person, relation) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id",
        *(case_no, person, relation),
    )
    return bool(rows)


async def _answer(session: Session, incoming: Incoming, outcome: Mapping[str, JSON]) -> None:
    await session.run(
        "UPDATE reports SET outcome = ? WHERE id = ?", _json(outcome), _report_row(incoming)
    )


def _report_row(incoming: Incoming) -> str:
    return f"{incoming.connection}/{incoming.report_id}"


def _json(outcome: Mapping[str, JSON]) -> str:
    return orjson.dumps(outcome, option=orjson.OPT_SORT_KEYS).decode()


def _summary(row: Row) -> CaseSummary:
    return CaseSummary(
        case_no=row["case_no"],
        person=row["person"],
        province=row["province"],
        city=row["city"],
        state=row["state"],
        due_on=as_day(row["due_on"]),
        submitted_at=as_time(row["submitted_at"]),
        relation=row["relation"],
    )
