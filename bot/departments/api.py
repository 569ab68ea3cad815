"""The department API under `/departments/v1/`: reports in, tasks and papers out.

`ENDPOINTS` is the one table: who may call, what is asked and answered; the routes and the OpenAPI
description are both made from it. What a signed request may say is checked in this order: size,
signature, shape, whose it is.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.departments.connections import Connection
from bot.departments.edge import Edge, serves
from bot.departments.following import TaskOrder
from bot.departments.openapi import Described, describe
from bot.departments.reports import ReportAnswer, take_report
from bot.departments.sender import record_received
from bot.departments.tasks import TaskBody, may_read, task_body
from bot.problems import Invalid, NotFound, TooLarge
from bot.routes import Guard, Route
from bot.signing import Message, Unsigned, verify
from cases.case import Case, Item
from cases.reports import ReportBody
from notifications.outbox import Row

MAX_BODY: Final = 256 * 1024
PREFIX: Final = "/departments/v1"

_GONE: Final = frozenset({"withdrawn", "not_applicable"})
"""States in which the department has no use for answers and papers any more."""

log = structlog.get_logger()

_Model = TypeVar("_Model", bound=BaseModel)


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TasksQuery(_Wire):
    """`after` is the `cursor` of the page before, nothing at the beginning."""

    after: Annotated[str, Field(pattern=r"^[0-9]{0,18}$")] = ""
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class WithdrawalBody(_Wire):
    """A task that must not be worked on any more."""

    key: str
    revision: int


class TasksPage(_Wire):
    """Tasks in the order in which they fell due. The end is reached when `cursor` stands still."""

    tasks: list[TaskBody]
    withdrawals: list[WithdrawalBody]
    cursor: str


class AckBody(_Wire):
    """The revision that has arrived."""

    model_config = ConfigDict(strict=True)

    revision: Annotated[int, Field(ge=1)]


class AckAnswer(_Wire):
    """The task has been marked as received."""

    key: str
    revision: int


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed its guard. Nobody is named on a public one."""

    request: web.Request
    connection: Connection | None
    body: bytes

    @property
    def sender(self) -> Connection:
        """Who signed it."""
        assert self.connection is not None, "only behind Guard.SIGNED"
        return self.connection


Answerer: TypeAlias = Callable[[Edge, Call], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One line of the table."""

    method: str
    path: str
    handler: Answerer
    guard: Guard
    described: Described


def department_routes(edge: Edge) -> list[Route]:
    """The routes, each behind its guard; `bot.problems.answer_problems` must be installed."""
    return [
        Route(one.method, PREFIX + one.path, partial(_guarded, edge, one), one.guard)
        for one in ENDPOINTS
    ]


async def _guarded(edge: Edge, endpoint: Endpoint, request: web.Request) -> web.Response:
    if endpoint.guard is not Guard.SIGNED:
        return await endpoint.handler(edge, Call(request, None, b""))
    body = await _body(request)
    message = Message(request.method, request.raw_path.removesuffix("?"), body)
    keys_of = edge.connections.keys_of
    try:
        sender = await verify(request.headers, message, keys_of, edge.clock(), edge.first_use)
    except Unsigned as refusal:
        log.warning("department_refused", why=refusal.kind, route=endpoint.path)
        raise
    return await endpoint.handler(edge, Call(request, edge.connections.get(sender), body))


async def _body(request: web.Request) -> bytes:
    """The body, which nobody has vouched for yet: not a byte more than allowed is kept."""
    if (request.content_length or 0) > MAX_BODY:
        raise TooLarge
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLarge
    return bytes(body)


# What is answered.


async def _report(edge: Edge, call: Call) -> web.Response:
    body = _parsed(ReportBody, call.body)
    return _json(await take_report(edge, call.sender, body))


async def _tasks(edge: Edge, call: Call) -> web.Response:
    query = _query(TasksQuery, call.request)
    after = int(query.after or 0)
    rows = await edge.rows.tasks_after(call.sender.id, after, query.limit)
    tasks: list[TaskBody] = []
    withdrawals: list[WithdrawalBody] = []
    for row in rows:
        found = await _listed(edge, call.sender, row)
        if found is not None and row.kind == "task":
            tasks.append(await task_body(edge, *found))
        elif found is not None:
            withdrawals.append(WithdrawalBody(key=row.order_key, revision=found[1].revision))
    cursor = str(max([after, *(row.pull_seq for row in rows)]))
    return _json(TasksPage(tasks=tasks, withdrawals=withdrawals, cursor=cursor))


async def _listed(edge: Edge, connection: Connection, row: Row) -> tuple[Case, Item] | None:
    """What a row of the list stands for, unless it has been overtaken since."""
    order = TaskOrder.model_validate_json(row.payload)
    found = await _own_item(edge, connection, row.case_no, order.item)
    if found is None or row.kind == "withdrawal":
        return found
    item = found[1]
    return found if item.revision == order.revision and item.state not in _GONE else None


async def _ack(edge: Edge, call: Call) -> web.Response:
    key, body = call.request.match_info["key"], _parsed(AckBody, call.body)
    case_no, _, code = key.partition("-")  # a case number has digits only
    found = await _own_item(edge, call.sender, case_no, code)
    if found is None:
        raise NotFound
    if body.revision > found[1].revision:
        raise Invalid("revision: there is none so high yet")
    await edge.rows.ack(call.sender.id, key, edge.clock())
    await record_received(edge, case_no, code, body.revision)
    return _json(AckAnswer(key=key, revision=body.revision))


async def _document(edge: Edge, call: Call) -> web.Response:
    paper_id = call.request.match_info["id"]
    paper = await edge.papers.read(paper_id)
    case = await edge.cases.load(paper.case_no) if paper else None
    if paper is None or case is None or not await _reads(edge, call.sender, case, paper_id):
        raise NotFound
    log.info("document_fetched", connection=call.sender.id, kind=paper.kind)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return web.Response(body=paper.content, content_type=paper.media_type, headers=headers)


async def _reads(edge: Edge, connection: Connection, case: Case, paper_id: str) -> bool:
    """Whether the paper goes with a task that this connection has got."""
    for item in case.items:
        works = _has(connection, case, item) and item.state not in _GONE
        if works and await may_read(edge, case, item, paper_id):
            return True
    return False


async def _own_item(
    edge: Edge, connection: Connection, case_no: str, code: str
) -> tuple[Case, Item] | None:
    case = await edge.cases.load(case_no)
    item = case.item(code) if case else None
    if case is None or item is None or not _has(connection, case, item):
        return None
    return case, item


def _has(connection: Connection, case: Case, item: Item) -> bool:
    """Whether the item was sent to this connection; what is not open yet, nobody sees."""
    return item.sent_at is not None and serves(connection, case, item)


async def _openapi(_edge: Edge, _call: Call) -> web.Response:
    return web.json_response(openapi())


def openapi() -> dict[str, Any]:
    """The description of this table, OpenAPI 3.1."""
    lines = [(one.method, one.path, one.guard is Guard.SIGNED, one.described) for one in ENDPOINTS]
    return describe(PREFIX, lines)


# Reading and writing.


def _parsed(shape: type[_Model], body: bytes) -> _Model:
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        raise Invalid(_mistakes(error)) from None


def _query(shape: type[_Model], request: web.Request) -> _Model:
    said: Mapping[str, str] = dict(request.query)
    if len(said) != len(request.query):
        raise Invalid("a parameter is given twice")
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        raise Invalid(_mistakes(error)) from None


def _mistakes(error: ValidationError) -> str:
    """Where and what, without the values: they may be about people."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_input=False, include_url=False)[:5]
    )


def _json(answer: BaseModel) -> web.Response:
    return web.Response(body=answer.model_dump_json().encode(), content_type="application/json")


ENDPOINTS: Final = (
    Endpoint(
        "POST",
        "/reports",
        _report,
        Guard.SIGNED,
        Described("Report on an item", ReportAnswer, ReportBody, refusals=(400, 403, 409, 422)),
    ),
    Endpoint(
        "GET",
        "/tasks",
        _tasks,
        Guard.SIGNED,
        Described("Tasks after a cursor", TasksPage, query=TasksQuery, refusals=(400,)),
    ),
    Endpoint(
        "POST",
        "/tasks/{key}/ack",
        _ack,
        Guard.SIGNED,
        Described("Say that a task has arrived", AckAnswer, AckBody, refusals=(400, 404)),
    ),
    Endpoint(
        "GET",
        "/documents/{id}",
        _document,
        Guard.SIGNED,
        Described("The bytes of a paper", None, refusals=(404,)),
    ),
    Endpoint("GET", "/openapi.json", _openapi, Guard.PUBLIC, Described("This description", None)),
)
