"""A clerk's table: the queue, one item with what it needs, and the answers to it.

What a clerk decides goes the same way as a department system's report (`take_report`), under an
id that the page carries: a form sent twice is one report. Where a department has a system of its
own the desk only shows.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from aiohttp import web

from bot.departments.connections import Connection
from bot.departments.edge import Edge
from bot.departments.reports import ReportAnswer, take_report
from bot.desk.door import Door, Visit
from bot.desk.pages import DeskPages
from bot.desk.seeing import answers_shown, can_be_missing, light, scope_of, when
from bot.ids import long_id, same_id
from bot.problems import Invalid, NotFound, Problem
from bot.routes import Route
from cases.case import Case, Item
from cases.reports import MissingBody, ReportBody, ResultDocumentBody
from cases.tasks import build_task
from cases.workdays import day_of
from dialogs.definition import Definition, Definitions
from storage.sealing import Lookups
from storage.sql.queue import Line, Queue, Show
from storage.sql.staff import AuditEntry, Role, Staff

READERS: Final[tuple[Role, ...]] = ("clerk", "lead")
DECIDERS: Final[tuple[Role, ...]] = ("clerk",)
PAGE: Final = 50
SHOWS: Final[tuple[Show, ...]] = ("open", "late", "soon", "returned", "ended")
SEARCHED_BY: Final = ("case_name", "case_id_number", "case_phone")
AT_ONCE: Final = frozenset({"accepted", "approved", "done"})
"""What may be said of several items at once: nothing that needs a reason."""
LONGEST_LOOK: Final = timedelta(hours=24)
"""A page that was opened longer ago has to be opened again before anything is decided on it."""
_REPORT_NAME: Final = re.compile(r"([0-9a-f]{40})-(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Records:
    """What the table is made of."""

    edge: Edge
    queue: Queue
    staff: Staff
    lookups: Lookups
    definitions: Definitions


@dataclass(frozen=True, slots=True)
class Found:
    """An item that the member of staff may see."""

    line: Line
    case: Case
    item: Item
    definition: Definition


class ItemPages:
    """The queue, searching, one item, its papers, and what is decided about it."""

    def __init__(self, records: Records, door: Door, pages: DeskPages) -> None:
        self._records = records
        self._door = door
        self._pages = pages

    def routes(self) -> tuple[Route, ...]:
        """Clerks read and decide; the lead department reads."""
        route = self._door.route
        item = "/desk/items/{case_no}/{item}"
        return (
            route("GET", "/desk/queue", self.queue, READERS),
            route("POST", "/desk/queue", self.decide_several, DECIDERS),
            route("GET", "/desk/search", self.search, READERS),
            route("POST", "/desk/search", self.search, READERS),
            route("GET", item, self.item, READERS),
            route("POST", item, self.decide, DECIDERS),
            route("GET", item + "/papers/{id}", self.paper, READERS),
        )

    # ---- the queue

    async def queue(self, visit: Visit) -> web.StreamResponse:
        """What waits, by day."""
        return await self._queue(visit)

    async def _queue(
        self, visit: Visit, outcomes: Mapping[str, str] | None = None
    ) -> web.StreamResponse:
        today, scope = self._today(), scope_of(visit.member)
        asked = visit.request.query.get("show", "open")
        show: Show = next((one for one in SHOWS if one == asked), "open")
        skip = _number(visit.request.query.get("skip", "0"))
        lines = await self._records.queue.lines(scope, show, today, skip=skip, limit=PAGE + 1)
        counts = {one: await self._records.queue.count(scope, one, today) for one in SHOWS[:4]}
        return self._pages.page(
            visit.visitor,
            "queue.html",
            here="queue",
            rows=[self._row(visit, line, today) for line in lines[:PAGE]],
            show=show,
            counts=counts,
            skip=skip,
            older=skip + PAGE if len(lines) > PAGE else 0,
            report=self._report_name(),
            outcomes=outcomes or {},
            decides=visit.member.role in DECIDERS,
        )

    async def search(self, visit: Visit) -> web.StreamResponse:
        """Find cases by number, exact name, ID number or phone: sent as a form, never in a URL."""
        text, today = visit.said("text", 80), self._today()
        lines: list[Line] = []
        if text:
            digests = [
                digest
                for purpose in SEARCHED_BY
                for digest in self._records.lookups.digests(purpose, text.upper())
            ]
            numbers = [text, *await self._records.queue.cases_found_by(digests)]
            lines = await self._records.queue.of_cases(scope_of(visit.member), numbers)
            await self._note(visit, "searched", detail={"found": str(len(lines))})
        return self._pages.page(
            visit.visitor,
            "search.html",
            here="search",
            rows=[self._row(visit, line, today) for line in lines],
            searched=bool(text),
        )

    def _row(self, visit: Visit, line: Line, today: date) -> dict[str, object]:
        service = self._records.definitions.of(visit.member.province, line.release).service
        return {
            "line": line,
            "name": service.item(line.item).short,
            "light": light(line, today),
            "key": f"{line.case_no}/{line.item}",
        }

    # ---- one item

    async def item(self, visit: Visit) -> web.StreamResponse:
        """One item: what it needs, what to look at, what can be done."""
        found = await self._found(visit)
        await self._note(visit, "read", found.line)
        return await self._item(visit, found)

    async def _item(self, visit: Visit, found: Found, *, wrong: str = "") -> web.StreamResponse:
        case, item, definition = found.case, found.item, found.definition
        service = definition.service
        produced = await self._records.edge.papers.produced(case.case_no)
        task = build_task(case, service, item, produced)
        decides = visit.member.role in DECIDERS and self._connection(found) is not None
        about = service.item(item.code)
        return self._pages.page(
            visit.visitor,
            "item.html",
            200 if not wrong else 409,
            here="queue",
            case=case,
            item=item,
            about=about,
            when=when(item),
            answers=list(answers_shown(definition, case, task)) if _may_read(visit) else [],
            papers=task.documents if _may_read(visit) else (),
            missing=can_be_missing(definition, about),
            facts=service.facts,
            decides=decides and not item.is_final,
            report=self._report_name(),
            wrong=wrong,
        )

    async def paper(self, visit: Visit) -> web.StreamResponse:
        """A paper of the item's task, opened for this page only."""
        found = await self._found(visit)
        paper_id = visit.request.match_info["id"]
        produced = await self._records.edge.papers.produced(found.case.case_no)
        task = build_task(found.case, found.definition.service, found.item, produced)
        named = {one.id for one in task.documents} | set(found.item.documents)
        if paper_id not in named or not _may_read(visit):
            raise NotFound
        paper = await self._records.edge.papers.read(paper_id)
        if paper is None:
            raise NotFound
        await self._note(visit, "paper_read", found.line, {"kind": paper.kind})
        headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=paper.content, content_type=paper.media_type, headers=headers)

    # ---- deciding

    async def decide(self, visit: Visit) -> web.StreamResponse:
        """Report what was decided about one item."""
        found = await self._found(visit)
        try:
            await self._report(visit, found, visit.said("do", 20), visit.said("report", 60))
        except Problem as refused:
            return await self._item(visit, found, wrong=refused.kind)
        raise web.HTTPSeeOther(f"/desk/items/{found.case.case_no}/{found.item.code}")

    async def decide_several(self, visit: Visit) -> web.StreamResponse:
        """The same of several items; each is its own report, and each is told by itself."""
        stage, report = visit.said("do", 20), visit.said("report", 60)
        if stage not in AT_ONCE:
            raise NotFound
        outcomes: dict[str, str] = {}
        for key in visit.all_said("items")[:PAGE]:
            case_no, _, code = key.partition("/")
            try:
                found = await self._find(visit, case_no, code)
                answer = await self._report(visit, found, stage, report, key)
                outcomes[key] = answer.outcome
            except Problem as refused:
                outcomes[key] = refused.kind
        return await self._queue(visit, outcomes)

    async def _report(
        self, visit: Visit, found: Found, stage: str, report: str, about: str = ""
    ) -> ReportAnswer:
        connection, now = self._connection(found), self._records.edge.clock()
        named = _REPORT_NAME.fullmatch(report)
        if connection is None or named is None:
            raise NotFound
        opened_at = datetime.fromtimestamp(int(named[2]), UTC)
        if not timedelta() <= now - opened_at <= LONGEST_LOOK:
            raise TooOld
        said = _Said(same_id(named[1], stage, about), stage, opened_at)
        body = _body(visit, found, said)
        answer = await take_report(self._records.edge, connection, body)
        await self._note(visit, f"decided_{stage}", found.line)
        return answer

    def _connection(self, found: Found) -> Connection | None:
        """The desk's own connection of that office; None where a system speaks for it."""
        province, item = found.case.application.province, found.item
        known = self._records.edge.connections.find(province, item.department, item.office)
        if known is not None:
            return known if known.mode == "desk" else None
        name = f"desk-{province}-{item.department}"
        return Connection(id=name, province=province, department=item.department, mode="desk")

    # ----

    async def _found(self, visit: Visit) -> Found:
        where = visit.request.match_info
        return await self._find(visit, where["case_no"], where["item"])

    async def _find(self, visit: Visit, case_no: str, code: str) -> Found:
        """The item, or NotFound: outside one's area there is nothing."""
        line = await self._records.queue.find(scope_of(visit.member), case_no[:32], code[:32])
        case = await self._records.edge.cases.load(case_no) if line else None
        item = case.item(code) if case else None
        if line is None or case is None or item is None:
            raise NotFound
        application = case.application
        definition = self._records.definitions.of(application.province, application.release)
        return Found(line, case, item, definition)

    async def _note(
        self,
        visit: Visit,
        what: str,
        line: Line | None = None,
        detail: Mapping[str, str] | None = None,
    ) -> None:
        case_no, item = (line.case_no, line.item) if line else ("", "")
        now = self._records.edge.clock()
        await self._records.staff.note(
            AuditEntry(now, visit.member.id, what, case_no, item, detail)
        )

    def _report_name(self) -> str:
        """What makes a form sent twice one report: an id, and the time that both will say."""
        return f"{long_id()}-{int(self._records.edge.clock().timestamp())}"

    def _today(self) -> date:
        return day_of(self._records.edge.clock())


class TooOld(Problem):
    """The page was opened too long ago; open it again."""

    status, kind = 409, "too_old"


@dataclass(frozen=True, slots=True)
class _Said:
    """Which report a form is, however often it is sent."""

    report_id: str
    stage: str
    at: datetime


def _may_read(visit: Visit) -> bool:
    """Answers and papers are for who decides; the lead department sees where things stand."""
    return visit.member.role in DECIDERS


def _body(visit: Visit, found: Found, said: _Said) -> ReportBody:
    """The report that the form comes to. Raises Invalid for what says too little."""
    positive = said.stage in {"approved", "done"}
    wanted = [one for one in visit.all_said("missing") if ":" in one]
    missing = [
        MissingBody.model_validate(
            {"kind": kind, "code": code, "note": visit.said(f"note:{kind}:{code}", 200)}
        )
        for kind, _, code in (one.partition(":") for one in wanted)
    ]
    try:
        return ReportBody.model_validate(
            {
                "report_id": said.report_id,
                "case_no": found.case.case_no,
                "item": found.item.code,
                "stage": said.stage,
                "reason": visit.said("reason", 500),
                "basis": visit.said("basis", 500),
                "suggested_office": visit.said("suggested_office", 64),
                "missing": missing if said.stage == "returned" else [],
                "facts": _facts(visit, found) if positive else {},
                "documents": _result(visit) if positive else [],
                "occurred_at": said.at,
            }
        )
    except ValueError:
        raise Invalid(said.stage) from None


def _facts(visit: Visit, found: Found) -> dict[str, str | bool]:
    facts: dict[str, str | bool] = {}
    for fact in found.definition.service.facts:
        said = visit.said(f"fact:{fact.code}", 100)
        if said:
            facts[fact.code] = said == "yes" if fact.kind == "yes_no" else said
    return facts


def _result(visit: Visit) -> list[ResultDocumentBody]:
    """The result paper, if one was uploaded."""
    content = visit.file("result")
    if not content:
        return []
    media_type = "application/pdf" if content.startswith(b"%PDF-") else "image/jpeg"
    return [
        ResultDocumentBody(
            kind="result",
            media_type=media_type,
            content=base64.b64encode(content).decode(),
        )
    ]


def _number(text: str) -> int:
    return min(int(text), 100_000) if text.isdecimal() and len(text) < 7 else 0
