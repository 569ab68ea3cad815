"""The departments' systems: they take tasks, fetch papers, and report what a tester presses.

Everything between them and the service goes over HTTP, signed in both directions.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.department_tasks import (
    BEHAVIOURS,
    ITEM_NAMES,
    Connection,
    Desk,
    Desks,
    Document,
    Fetched,
    Held,
)
from sandbox.service_link import Forgery, ServiceLink
from sandbox.serving import Problem, garbage, hang, json_body, parse_object
from sandbox.signing import Verifier, verified_body
from sandbox.world import World

AUTO_STAGES = ("accepted", "approved", "done")
# What the automatic desk finds out: nobody draws a disability allowance, so HN04 stays closed.
AUTO_FACTS: dict[str, dict[str, Any]] = {"HN03": {"disability_allowance": False}}
TASKS_PATH = "/departments/v1/tasks"
REPORTS_PATH = "/departments/v1/reports"


@dataclass(frozen=True, slots=True)
class DepartmentsConfig:
    """Who the departments are and where the service is.

    `pull_seconds` None: a pulling department pulls only when told to. `auto_pause` is how long the
    automatic desk thinks before each word, in seconds.
    """

    service_url: str
    connections: tuple[Connection, ...]
    store: Path | None = None
    pull_seconds: float | None = None
    auto_pause: float = 0.0


class ReportOrder(BaseModel):
    """A press on a desk's button; everything but the last two goes into the report."""

    model_config = ConfigDict(extra="forbid")
    stage: Literal[
        "accepted", "returned", "refused", "progress", "approved", "denied", "done", "misrouted"
    ]
    report_id: str | None = None
    reason: str | None = None
    missing: list[dict[str, Any]] | None = None
    basis: str | None = None
    suggested_office: str | None = None
    result: dict[str, Any] | None = None
    documents: list[dict[str, Any]] | None = None
    facts: dict[str, Any] | None = None
    occurred_at: str | None = None
    forge: Forgery | None = None
    times: int = Field(default=1, ge=1, le=10)


class Departments:
    """All department stand-ins; mount `routes()` and add `running` to `cleanup_ctx`."""

    def __init__(self, config: DepartmentsConfig, world: World) -> None:
        self._config, self._world = config, world
        self._by_id = {one.id: one for one in config.connections}
        self._desks = Desks(list(self._by_id), config.store)
        self._verifiers = {
            one.id: Verifier(one.id, tuple(one.keys), world) for one in config.connections
        }
        self._papers: dict[tuple[str, str], tuple[bytes, str]] = {}
        self._new: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._service = ServiceLink(config.service_url, world)

    def routes(self, prefix: str = "/departments") -> list[web.RouteDef]:
        task = prefix + "/{id}/tasks/{key}"
        control = "/control/departments"
        pressed = control + "/{id}/tasks/{key}"
        return [
            web.post(prefix + "/{id}/tasks", self._receive),
            web.get(task, self._status),
            web.post(task + "/withdrawal", self._withdraw),
            web.get(control, self._show),
            web.post(control + "/{id}/behaviour", self._behave),
            web.post(control + "/{id}/pull", self._pull),
            web.post(pressed + "/report", self._report),
            web.post(pressed + "/documents", self._fetch),
            web.get(pressed + "/documents/{document}", self._paper),
        ]

    async def running(self, _app: web.Application) -> AsyncIterator[None]:
        """Own the line to the service and the desks' own work while the application runs."""
        async with self._service.running(), asyncio.TaskGroup() as group:
            loops = [group.create_task(self._work_alone())]
            if self._config.pull_seconds is not None:
                loops.append(group.create_task(self._pull_always(self._config.pull_seconds)))
            yield
            for loop in loops:
                loop.cancel()

    # What the service asks.

    async def _receive(self, request: web.Request) -> web.Response:
        connection, desk, body = await self._admit(request)
        task = parse_object(body)
        if request.headers.get("Idempotency-Key") != task.get("key"):
            raise Problem(400, "idempotency_key", "the header must repeat the task's key")
        held = self._take(connection.id, desk, task)
        broken = await _misbehave(request, desk)
        return broken or web.json_response(held.acks[int(task["revision"])])

    async def _status(self, request: web.Request) -> web.Response:
        _, desk, _ = await self._admit(request)
        broken = await _misbehave(request, desk)
        return broken or web.json_response(_standing(desk.task(request.match_info["key"])))

    async def _withdraw(self, request: web.Request) -> web.Response:
        _, desk, _ = await self._admit(request)
        broken = await _misbehave(request, desk)
        if broken is not None:
            return broken
        held = desk.task(request.match_info["key"])
        held.withdrawn = True
        self._desks.save()
        return web.json_response(_standing(held))

    async def _admit(self, request: web.Request) -> tuple[Connection, Desk, bytes]:
        connection = self._connection(request)
        body = await verified_body(request, self._verifiers[connection.id])
        return connection, self._desks[connection.id], body

    def _take(self, connection_id: str, desk: Desk, task: dict[str, Any]) -> Held:
        if desk.behaviour == "http_500":
            raise Problem(500, "department_broken")
        held, new = desk.receive(task, self._iso_now())
        self._desks.save()
        if new and desk.behaviour in {"normal", "auto"}:
            self._new.put_nowait((connection_id, held.key))
        return held

    # What a tester or the page asks.

    async def _show(self, _request: web.Request) -> web.Response:
        return web.json_response(
            [_shown(one, self._desks[one.id]) for one in self._config.connections]
        )

    async def _behave(self, request: web.Request) -> web.Response:
        desk = self._desks[self._connection(request).id]
        mode = (await json_body(request)).get("mode")
        if mode not in BEHAVIOURS:
            raise Problem(400, "unknown_mode", f"one of {', '.join(BEHAVIOURS)}")
        desk.behaviour = mode
        self._desks.save()
        if mode == "auto":
            for held in desk.tasks.values():
                self._new.put_nowait((request.match_info["id"], held.key))
        return web.json_response({"mode": mode})

    async def _report(self, request: web.Request) -> web.Response:
        connection = self._connection(request)
        held = self._desks[connection.id].task(request.match_info["key"])
        try:
            order = ReportOrder.model_validate(await json_body(request))
        except ValidationError as error:
            raise Problem(400, "bad_report", str(error)) from error
        return web.json_response(await self._tell(connection, held, order))

    async def _pull(self, request: web.Request) -> web.Response:
        connection = self._connection(request)
        taken = await self._pull_tasks(connection)
        return web.json_response({"taken": taken, "cursor": self._desks[connection.id].cursor})

    async def _fetch(self, request: web.Request) -> web.Response:
        connection = self._connection(request)
        held = self._desks[connection.id].task(request.match_info["key"])
        await self._fetch_documents(connection, held)
        return web.json_response([one.model_dump() for one in held.documents])

    async def _paper(self, request: web.Request) -> web.Response:
        connection = self._connection(request)
        held = self._desks[connection.id].task(request.match_info["key"])
        wanted = (connection.id, request.match_info["document"])
        if wanted not in self._papers:  # after a restart: bytes are not kept on disk
            await self._fetch_documents(connection, held)
        paper = self._papers.get(wanted)
        if paper is None:
            raise Problem(404, "no_such_document")
        return web.Response(body=paper[0], content_type=paper[1])

    def _connection(self, request: web.Request) -> Connection:
        connection = self._by_id.get(request.match_info["id"])
        if connection is None:
            raise Problem(404, "no_such_department")
        return connection

    # What the departments do themselves.

    async def _work_alone(self) -> None:
        """Fetch the papers of each new task; the automatic desk also decides it."""
        while True:
            connection_id, key = await self._new.get()
            connection, desk = self._by_id[connection_id], self._desks[connection_id]
            held = desk.task(key)
            try:
                await self._fetch_documents(connection, held)
                if desk.behaviour == "auto":
                    await self._decide_alone(connection, held)
            except Problem:
                continue  # the service is away: it shows in the desk's list, a tester may press

    async def _decide_alone(self, connection: Connection, held: Held) -> None:
        for stage in AUTO_STAGES[_steps_done(held) :]:
            await asyncio.sleep(self._config.auto_pause)
            if held.withdrawn:
                return
            facts = AUTO_FACTS.get(str(held.task["item"])) if stage == "done" else None
            order = ReportOrder.model_validate({"stage": stage, "facts": facts})
            answer = await self._tell(connection, held, order)
            if answer["status"] >= 300:
                return

    async def _pull_always(self, seconds: float) -> None:
        while True:
            for connection in self._config.connections:
                if connection.mode == "pull":
                    try:
                        await self._pull_tasks(connection)
                    except Problem:
                        continue  # the service is not there yet, or no longer
            await asyncio.sleep(seconds)

    async def _pull_tasks(self, connection: Connection) -> int:
        """Read the list to its end and acknowledge each task; how many were taken."""
        desk, taken = self._desks[connection.id], 0
        if desk.behaviour in {"hang", "http_500", "garbage"}:
            return 0  # whoever is broken does not come to fetch
        while page := await self._pull_page(connection, desk):
            for task in page:
                self._take(connection.id, desk, task)
                body = json.dumps({"revision": task["revision"]}).encode()
                await self._service.post(connection, f"{TASKS_PATH}/{task['key']}/ack", body)
                taken += 1
        return taken

    async def _pull_page(self, connection: Connection, desk: Desk) -> list[dict[str, Any]]:
        """The tasks after the cursor; none when the cursor does not move any more."""
        after = {"after": desk.cursor} if desk.cursor else {}
        answer = await self._service.get(connection, TASKS_PATH, **after)
        if answer.status != 200:
            raise Problem(502, "service_refused", f"{answer.status} {answer.body[:500]!r}")
        page = parse_object(answer.body)
        cursor = str(page.get("cursor") or "")
        if cursor in {"", desk.cursor}:
            return []
        desk.cursor = cursor
        return [task for task in page.get("tasks", []) if isinstance(task, dict)]

    async def _fetch_documents(self, connection: Connection, held: Held) -> None:
        held.documents = [
            await self._fetch_document(connection, document) for document in held.papers
        ]
        self._desks.save()

    async def _fetch_document(self, connection: Connection, document: Document) -> Fetched:
        answer = await self._service.get(connection, document.url)
        if answer.status == 200:
            self._papers[connection.id, document.id] = (answer.body, answer.media_type)
        return Fetched(
            id=document.id,
            kind=document.kind,
            status=answer.status,
            size=len(answer.body),
            media_type=answer.media_type,
            sha256_right=hashlib.sha256(answer.body).hexdigest() == document.sha256,
        )

    async def _tell(self, connection: Connection, held: Held, order: ReportOrder) -> dict[str, Any]:
        """Send the report, as often and as badly as ordered; the service's last answer."""
        report = self._compose(held, order)
        body = json.dumps(report, ensure_ascii=False).encode()
        nonce = self._world.token()
        sender = self._other(connection) if order.forge == "foreign_department" else connection
        answers = []
        for _ in range(max(order.times, 2 if order.forge == "repeated_nonce" else 1)):
            answer = await self._service.forge(sender, REPORTS_PATH, body, order.forge, nonce)
            answers.append({"status": answer.status, "body": _readable(answer.body)})
            held.note(order.stage, report["report_id"], answer.status)
            nonce = nonce if order.forge == "repeated_nonce" else self._world.token()
        self._desks.save()
        return {**answers[-1], "report": report, "answers": answers}

    def _compose(self, held: Held, order: ReportOrder) -> dict[str, Any]:
        said = order.model_dump(exclude={"forge", "times", "report_id"}, exclude_none=True)
        return {
            "report_id": order.report_id
            or f"r-{self._world.token()}",  # an id begins with a letter
            "case_no": held.task.get("case_no"),
            "item": held.task["item"],
            "occurred_at": self._iso_now(),
            **said,
        }

    def _other(self, connection: Connection) -> Connection:
        for one in self._config.connections:
            if one.department != connection.department:
                return one
        raise Problem(409, "no_other_department")

    def _iso_now(self) -> str:
        return datetime.fromtimestamp(self._world.now(), UTC).isoformat(timespec="seconds")


def _steps_done(held: Held) -> int:
    """How far the automatic desk need not go again; a desk that said no has nothing to add."""
    if held.last_stage is None or held.last_stage == "progress":
        return 0
    return AUTO_STAGES.index(held.last_stage) + 1 if held.last_stage in AUTO_STAGES else 3


async def _misbehave(request: web.Request, desk: Desk) -> web.Response | None:
    match desk.behaviour:
        case "http_500":
            raise Problem(500, "department_broken")
        case "hang":
            return await hang(request)
        case "garbage":
            return garbage()
        case _:
            return None


def _standing(held: Held) -> dict[str, Any]:
    return {"key": held.key, "revision": held.revision, "state": held.state}


def _shown(connection: Connection, desk: Desk) -> dict[str, Any]:
    return {
        "id": connection.id,
        "name": connection.name,
        "province": connection.province,
        "department": connection.department,
        "office": connection.office,
        "mode": connection.mode,
        "behaviour": desk.behaviour,
        "tasks": [_shown_task(held) for held in desk.tasks.values()],
    }


def _shown_task(held: Held) -> dict[str, Any]:
    task = held.task
    wanted = ("case_no", "item", "sent_at", "starts_on", "due_on", "answers", "documents")
    return {
        **_standing(held),
        **{name: task.get(name) for name in (*wanted, "previous_results")},
        "item_name": ITEM_NAMES.get(str(task["item"]), str(task["item"])),
        "fetched": [one.model_dump() for one in held.documents],
        "last_stage": held.last_stage,
        "reports": [one.model_dump() for one in held.told],
        "received": sum(held.received.values()),
        "received_by_revision": held.received,
    }


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
