"""The task as a department gets it: only the answers and papers that its item needs."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from bot.departments.edge import Edge, PaperFacts
from cases.case import Case, Item
from cases.tasks import Task, TaskDocument, build_task

DOCUMENTS_PATH = "/departments/v1/documents"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


Moment: TypeAlias = Annotated[datetime, PlainSerializer(_utc, return_type=str)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TaskDocumentBody(_Wire):
    """A paper: fetched from `url` with a signed request, compared by `sha256`."""

    id: str
    kind: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    url: str


class PreviousResultBody(_Wire):
    """What an earlier item came to."""

    item: str
    stage: str
    result: dict[str, Any]
    documents: list[TaskDocumentBody]


class TaskBody(_Wire):
    """A task. A supplement raises `revision` under the same `key`; the higher one counts."""

    key: str
    case_no: str
    item: str
    definition_version: int
    revision: int
    sent_at: Moment | None
    starts_on: date | None
    due_on: date | None
    answers: dict[str, Any]
    documents: list[TaskDocumentBody]
    previous_results: list[PreviousResultBody]


async def task_body(edge: Edge, case: Case, item: Item) -> TaskBody:
    """The task of one item as the department is to see it now."""
    task = await _task(edge, case, item)
    facts = await edge.papers.facts(tuple(_paper_ids(task)))
    here = _Papers(edge.public_url, facts)
    return TaskBody(
        key=task.key,
        case_no=task.case_no,
        item=task.item,
        definition_version=task.definition_version,
        revision=task.revision,
        sent_at=task.sent_at,
        starts_on=task.starts_on,
        due_on=task.due_on,
        answers=dict(task.answers),
        documents=here.of_task(task.documents),
        previous_results=[
            PreviousResultBody(
                item=one.item,
                stage=one.stage,
                result=dict(one.result),
                documents=here.of_result(one.documents),
            )
            for one in task.previous_results
        ],
    )


async def may_read(edge: Edge, case: Case, item: Item, paper_id: str) -> bool:
    """Whether the paper goes with the item's task."""
    return paper_id in set(_paper_ids(await _task(edge, case, item)))


async def _task(edge: Edge, case: Case, item: Item) -> Task:
    service = edge.plans.service(case.application.province, case.application.release)
    return build_task(case, service, item, await edge.papers.produced(case.case_no))


def _paper_ids(task: Task) -> Iterator[str]:
    yield from (one.id for one in task.documents)
    for result in task.previous_results:
        yield from result.documents


class _Papers:
    """Papers with digest and address. One that is gone (erased) is not named any more."""

    def __init__(self, public_url: str, facts: Mapping[str, PaperFacts]) -> None:
        self._base, self._facts = public_url.rstrip("/") + DOCUMENTS_PATH, facts

    def of_task(self, documents: tuple[TaskDocument, ...]) -> list[TaskDocumentBody]:
        return [self._body(one.id, one.kind) for one in documents if one.id in self._facts]

    def of_result(self, ids: tuple[str, ...]) -> list[TaskDocumentBody]:
        return [self._body(one, self._facts[one].kind) for one in ids if one in self._facts]

    def _body(self, paper_id: str, kind: str) -> TaskDocumentBody:
        return TaskDocumentBody(
            id=paper_id,
            kind=kind,
            sha256=self._facts[paper_id].sha256,
            url=f"{self._base}/{paper_id}",
        )
