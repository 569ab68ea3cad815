"""A service as far as departments see it: real stores, real HTTP, a clock that stands still."""

import hashlib
import itertools
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient
from ruamel.yaml import YAML

from bot.departments.api import department_routes
from bot.departments.connections import Connections
from bot.departments.edge import Edge, Paper, PaperFacts
from bot.departments.following import OnlyDispatch, written
from bot.problems import answer_problems
from bot.routes import add_routes
from cases.case import Case, Item
from cases.change import Change
from cases.definition import Service
from cases.opening import open_case
from cases.workdays import Calendar
from notifications.outbox import Row
from sandbox.signing import Message, Stamp, sign
from storage.redis.limits import Limits
from storage.sealing import Sealer
from storage.sql.cases import Cases
from storage.sql.outbox import SqlOutbox
from storage.sql.records import Filing, Written
from storage.sql.session import Database
from tests.cases.journey import FILED, application

ROOT = Path(__file__).parents[3]
TAKE_BACK = timedelta(minutes=10)
KEYS = {
    name: f"{name}-key-of-32-characters-or-more"
    for name in ("hn-hrss", "hn-medical", "hn-fund-zhengzhou", "hn-health", "hb-hrss")
}
CONNECTIONS: Mapping[str, Mapping[str, Any]] = {
    "hn-hrss": {"department": "hrss"},
    "hn-medical": {"department": "medical", "mode": "desk", "keys": []},
    "hn-fund-zhengzhou": {"department": "fund", "office": "fund-410100", "mode": "pull"},
    "hn-health": {"department": "health", "mode": "pull"},
    "hb-hrss": {"department": "hrss", "province": "hebei"},
}

Client = TestClient[web.Request, web.Application]


@cache
def henan_plan() -> Service:
    text = (ROOT / "services/henan/service.yaml").read_text(encoding="utf-8")
    return Service.model_validate(YAML(typ="safe", pure=True).load(text))


def connections_text(base: str = "http://127.0.0.1:9", **changed: Any) -> str:
    """departments.yaml; `changed` replaces fields of single lines (`_` for `-`)."""
    lines = []
    for name, fields in CONNECTIONS.items():
        line: dict[str, Any] = {"id": name, "province": "henan", "mode": "push"}
        line |= {"keys": [KEYS[name]], "base_url": f"{base}/departments/{name}", **fields}
        lines.append(line | changed.get(name.replace("-", "_"), {}))
    return json.dumps({"connections": lines}, indent=1)


@dataclass
class MemoryPapers:
    """Papers as the port promises them, kept in memory."""

    held: dict[str, Paper] = field(default_factory=dict)
    made: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    async def produced(self, case_no: str) -> Mapping[str, tuple[str, ...]]:
        return self.made.get(case_no, {})

    async def facts(self, paper_ids: Collection[str]) -> Mapping[str, PaperFacts]:
        found = ((one, self.held[one]) for one in paper_ids if one in self.held)
        return {
            one: PaperFacts(paper.kind, hashlib.sha256(paper.content).hexdigest())
            for one, paper in found
        }

    async def read(self, paper_id: str) -> Paper | None:
        return self.held.get(paper_id)

    async def keep(self, paper_id: str, paper: Paper, now: datetime) -> None:  # noqa: ARG002 - the port's
        self.held.setdefault(paper_id, paper)


@dataclass(frozen=True)
class HenanOnly:
    """One plan, one calendar."""

    plan: Service

    def service(self, province: str, release: int) -> Service:  # noqa: ARG002 - the port's
        return {self.plan.province: self.plan}[province]

    def calendar(self) -> Calendar:
        return Calendar()


@dataclass
class World:
    """`now` moves when a test says so."""

    database: Database
    cases: Cases
    rows: SqlOutbox
    papers: MemoryPapers
    edge: Edge
    file: Path
    clock: list[datetime]
    ids: Callable[[], str]
    sealer: Sealer
    client: Client = field(init=False)

    @classmethod
    def made(
        cls, database: Database, sealer: Sealer, limits: Limits, folder: Path, plan: Service
    ) -> "World":
        counter = itertools.count(1)
        ids = lambda: f"id-{next(counter):08}"  # noqa: E731 - a counter in one line
        cases, rows = Cases(database, sealer), SqlOutbox(database, sealer, ids)
        clock, papers = [FILED], MemoryPapers()
        connections = Connections(folder / "departments.yaml")
        edge = Edge(
            connections=connections,
            cases=cases,
            rows=rows,
            papers=papers,
            plans=HenanOnly(plan),
            first_use=limits.first_use,
            follow=OnlyDispatch(connections),
            clock=lambda: clock[0],
            public_url="http://service.test",
        )
        file = folder / "departments.yaml"
        return cls(database, cases, rows, papers, edge, file, clock, ids, sealer)

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def later(self, **by: float) -> datetime:
        self.clock[0] += timedelta(**by)
        return self.now

    def edge_at(self, public_url: str) -> Edge:
        """The same edge, with papers to be fetched from that address."""
        return replace(self.edge, public_url=public_url)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[answer_problems])
        add_routes(app, department_routes(self.edge))
        return app

    def write_connections(self, base: str = "http://127.0.0.1:9", **changed: Any) -> None:
        """Let departments.yaml say so from now on."""
        self.file.write_text(connections_text(base, **changed), encoding="utf-8")

    async def open_case(self, draft: str = "d1", **answers: Any) -> Case:
        """An application that has just been submitted, with two papers and no PDF yet."""
        for paper_id in ("f1", "f2"):
            paper = Paper("", "retirement_form", "image/jpeg", paper_id.encode())
            self.papers.held[paper_id] = paper
        filed = replace(application(**answers), draft=draft, submitted_at=self.now)

        def make(case_no: str) -> Written:
            plan = self.edge.plans.service("henan", 1)
            opening = open_case(filed, plan, Calendar(), self.now, case_no, TAKE_BACK)
            change = Change(opening.case, opening.events, opening.dispatches)
            return written(change, self.edge.follow, self.now)

        filing = Filing(draft, "0" * 64, "410000", "01", date(2026, 3, 2), "410100")
        opened = await self.cases.open(filing, make)
        for paper_id in ("f1", "f2"):
            self.papers.held[paper_id] = replace(self.papers.held[paper_id], case_no=opened.case_no)
        return await self.case(opened.case_no)

    async def sendable_case(self, draft: str = "d1", **answers: Any) -> Case:
        """A case whose PDF is there and whose time for taking back is over."""
        case = await self.open_case(draft, **answers)
        pdf = Paper(case.case_no, "application_form", "application/pdf", b"%PDF-1.7")
        self.papers.held["pdf"] = pdf
        self.papers.made[case.case_no] = {"application_form": ("pdf",)}
        await self.rows.release(case.case_no)
        self.later(minutes=10)
        return case

    async def case(self, case_no: str) -> Case:
        case = await self.cases.load(case_no)
        assert case is not None
        return case

    async def item(self, case_no: str, code: str) -> Item:
        item = (await self.case(case_no)).item(code)
        assert item is not None
        return item

    async def row(self, key: str, kind: str = "task", revision: int = 1) -> Row:
        row = await self.rows.by_id(f"{kind}/{key}/{revision}")
        assert row is not None
        return row

    async def spoil(self, row_id: str) -> None:
        """Put something into an outbox row that nobody can read as a task."""
        sealed = self.sealer.seal(b"{}", ("outbox", "payload", row_id))
        await self.database.run("UPDATE outbox SET payload_sealed = ? WHERE id = ?", sealed, row_id)

    async def journal(self, case_no: str) -> list[dict[str, Any]]:
        rows = await self.database.rows(
            "SELECT kind, data FROM journal WHERE case_no = ? ORDER BY seq", case_no
        )
        return [{"kind": row["kind"], **json.loads(row["data"])} for row in rows]

    async def desk_tasks(self) -> list[str]:
        rows = await self.database.rows("SELECT id FROM desk_tasks ORDER BY id")
        return [row["id"] for row in rows]

    def caller(self, name: str, key: str = "") -> "Caller":
        return Caller(self, name, key or KEYS[name])


@dataclass
class Caller:
    """A department that signs with the sandbox's code, which is not ours."""

    world: World
    name: str
    key: str

    async def call(
        self, method: str, path: str, body: bytes = b"", **changed: str
    ) -> tuple[int, Any]:
        """`changed`: X-Headers by their last word, to forge them."""
        stamp = Stamp(int(self.world.now.timestamp()), self.world.ids())
        headers = sign(self.name, self.key, Message(method, path, body), stamp)
        headers |= {f"X-{word.capitalize()}": value for word, value in changed.items()}
        sending = self.world.client.request(method, path, data=body or None, headers=headers)
        async with sending as answer:
            content = await answer.read()
            if "json" not in answer.content_type:
                return answer.status, content
            return answer.status, json.loads(content)

    async def report(self, case: Case, item: str, stage: str, **rest: Any) -> tuple[int, Any]:
        return await self.call(
            "POST", "/departments/v1/reports", self.body(case, item, stage, **rest)
        )

    def body(self, case: Case, item: str, stage: str, **rest: Any) -> bytes:
        report = {
            "report_id": self.world.ids(),
            "case_no": case.case_no,
            "item": item,
            "stage": stage,
            "occurred_at": self.world.now.isoformat(),
        }
        return json.dumps(report | rest).encode()
