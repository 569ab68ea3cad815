"""A department's report: kept, decided once, answered the same every time it comes.

A report about somebody else's item, about an unknown item and about an unknown case get the same
answer, so that nobody learns which cases there are. All of them are kept in `reports`, and where
the case exists its journal says so.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import structlog
from pydantic import BaseModel

from bot.departments.connections import Connection
from bot.departments.edge import Edge, Paper, serves
from bot.departments.following import written
from bot.problems import Invalid, Problem
from cases.case import Case
from cases.change import Change
from cases.decide import Decision, Outcome, decide
from cases.reports import Report, ReportBody, ResultDocumentBody, Sender
from cases.values import JSON
from storage.sql.errors import CaseUnknown
from storage.sql.records import Decided, Entry, Incoming, ReportConflict, Written

MEDIA_TYPES: Final = frozenset({"application/pdf", "image/jpeg", "image/png"})

log = structlog.get_logger()


class ReportAnswer(BaseModel):
    """What became of a report. `recorded`: true already or overtaken; nothing has changed."""

    report_id: str
    outcome: Literal["applied", "recorded"]
    code: str


class NotYours(Problem):
    """The item is not yours, or there is no such case."""

    status, kind = 403, "not_yours"


class OtherReport(Problem):
    """Another report came under that report_id before."""

    status, kind = 409, "report_id_used"


class CannotBe(Problem):
    """The report does not go with what the item has come to."""

    status, kind = 409, "cannot_be"


class UnknownWord(Problem):
    """The report names something that the item does not know."""

    status, kind = 422, "unknown_word"


REFUSALS: Final[Mapping[str, type[Problem]]] = {
    "unknown_case": NotYours,
    "wrong_case": NotYours,
    "unknown_item": NotYours,
    "foreign": NotYours,
    "not_sent": CannotBe,
    "too_late": CannotBe,
    "contradiction": CannotBe,
    "closed": CannotBe,
    "unknown_missing": UnknownWord,
    "unknown_fact": UnknownWord,
}
"""Why `decide` refused → what the department is told."""


async def take_report(edge: Edge, connection: Connection, body: ReportBody) -> ReportAnswer:
    """Decide a report and commit all that follows; raises the `Problem` that refuses it."""
    now = edge.clock()
    raw = body.model_dump_json().encode()
    digest = hashlib.sha256(raw).hexdigest()
    report = body.report(await _kept_papers(edge, connection, body, digest))
    incoming = Incoming(connection.id, body.report_id, body.case_no, digest, raw, now)
    received = _Received(connection, report, digest, now)
    reported = await edge.cases.report(incoming, lambda case: _decided(edge, received, case))
    if isinstance(reported, ReportConflict):
        await _note_conflict(edge, received)
        raise OtherReport
    edge.wake()
    return _answer(connection, body, reported.outcome)


@dataclass(frozen=True, slots=True)
class _Received:
    """A report as it came in."""

    connection: Connection
    report: Report
    digest: str
    at: datetime


def _decided(edge: Edge, received: _Received, case: Case) -> Decided:
    decision = _decision(edge, received, case)
    outcome: dict[str, JSON] = {"kind": decision.outcome.kind, "code": decision.outcome.code}
    entry = Entry(received.at, "report", _references(received, outcome))
    change = Change(decision.case, decision.events, decision.dispatches)
    return Decided(written(change, edge.follow, received.at, entry), outcome)


def _decision(edge: Edge, received: _Received, case: Case) -> Decision:
    connection, application = received.connection, case.application
    if connection.province != application.province:
        return Decision(case, Outcome("refused", "foreign"))
    service = edge.plans.service(application.province, application.release)
    sender = Sender(connection.department, connection.office)
    calendar = edge.plans.calendar()
    return decide(case, service, calendar, sender, received.report, received.at)


def _references(received: _Received, outcome: Mapping[str, JSON]) -> dict[str, JSON]:
    """What the journal keeps: who said what kind of thing, not what was written."""
    report = received.report
    return {
        "connection": received.connection.id,
        "report": report.report_id,
        "item": report.item,
        "stage": report.stage,
        "digest": received.digest,
        "outcome": outcome["kind"],
        "code": outcome["code"],
    }


async def _note_conflict(edge: Edge, received: _Received) -> None:
    """The journal says that its department contradicted itself; what it said is not believed."""
    connection, report = received.connection, received.report
    log.warning("report_conflict", connection=connection.id, report=report.report_id)
    said = {"connection": connection.id, "report": report.report_id, "digest": received.digest}
    entry = Entry(received.at, "report_conflict", said)

    def work(case: Case) -> Written | None:
        item = case.item(report.item)
        owns = item is not None and serves(connection, case, item)
        return Written(case, journal=(entry,)) if owns else None

    with suppress(CaseUnknown):
        await edge.cases.change(report.case_no, work)


def _answer(connection: Connection, body: ReportBody, outcome: Mapping[str, JSON]) -> ReportAnswer:
    kind, code = outcome["kind"], str(outcome["code"])
    if kind == "refused":
        log.warning("report_refused", connection=connection.id, report=body.report_id, code=code)
        problem = REFUSALS[code]
        raise problem("" if problem is NotYours else code)
    return ReportAnswer(
        report_id=body.report_id,
        outcome="applied" if kind == "applied" else "recorded",
        code=code,
    )


async def _kept_papers(
    edge: Edge, connection: Connection, body: ReportBody, digest: str
) -> tuple[str, ...]:
    """The result papers' ids, kept before the case refers to them; nothing for a stranger.

    The ids follow from the report, so that the same report again keeps nothing twice. A document
    without bytes stays in the kept report: its address is not ours to open.
    """
    papers = [(one, _bytes(one)) for one in body.documents if one.content]
    case = await edge.cases.load(body.case_no) if papers else None
    item = case.item(body.item) if case else None
    if case is None or item is None or not serves(connection, case, item):
        return ()
    ids = []
    for number, (document, content) in enumerate(papers):
        name = f"{connection.id}\n{body.report_id}\n{digest}\n{number}"
        ids.append(hashlib.sha256(name.encode()).hexdigest()[:40])
        paper = Paper(case.case_no, document.kind, document.media_type, content)
        await edge.papers.keep(ids[-1], paper, edge.clock())
    return tuple(ids)


def _bytes(document: ResultDocumentBody) -> bytes:
    if document.media_type not in MEDIA_TYPES:
        raise Invalid(f"documents: media_type must be one of {', '.join(sorted(MEDIA_TYPES))}")
    try:
        content = base64.b64decode(document.content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("documents: content is not base64") from None
    if document.sha256 and hashlib.sha256(content).hexdigest() != document.sha256:
        raise Invalid("documents: content does not have the sha256 given")
    return content
