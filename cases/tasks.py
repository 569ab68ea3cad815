"""What a department's task holds: the answers and papers that its item needs, nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from cases.case import Case, Item, current_answers, current_documents, task_key
from cases.definition import ItemDefinition, Needs, Service
from cases.supplement_pages import SUPPLEMENT_PAGE, pages
from cases.values import JSON

RECORDED = ".recorded"
"""`sex.recorded`: what the registry says of `sex`, where she said something else."""


@dataclass(frozen=True, slots=True)
class TaskDocument:
    """A paper by its id; storage adds the digest and the address to fetch it from."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class PreviousResult:
    """What an earlier item came to."""

    item: str
    stage: str
    result: Mapping[str, JSON]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """The task of the department API."""

    key: str
    case_no: str
    item: str
    definition_version: int
    revision: int
    sent_at: datetime | None
    starts_on: date | None
    due_on: date | None
    answers: Mapping[str, JSON]
    documents: tuple[TaskDocument, ...]
    previous_results: tuple[PreviousResult, ...]


def build_task(
    case: Case,
    service: Service,
    item: Item,
    produced: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Task:
    """The task of one item as the department is to see it now.

    `produced` are the papers that we made of the application: document code → file ids.
    """
    definition = service.item(item.code)
    return Task(
        key=task_key(case.case_no, item.code),
        case_no=case.case_no,
        item=item.code,
        definition_version=case.application.release,
        revision=item.revision,
        sent_at=item.sent_at,
        starts_on=item.clock.starts_on if item.clock else None,
        due_on=item.clock.due_on if item.clock else None,
        answers=_answers(case, definition.needs),
        documents=(
            *_documents({**current_documents(case), **produced}, definition.needs),
            *_pages(case, item, produced.get(SUPPLEMENT_PAGE, ())),
        ),
        previous_results=_previous_results(case, definition),
    )


def _answers(case: Case, needs: Needs) -> dict[str, JSON]:
    said = current_answers(case)
    recorded = case.application.recorded
    seen = {key: value for key, value in said.items() if is_needed(key, needs)}
    differs = {key + RECORDED: value for key, value in recorded.items() if is_needed(key, needs)}
    return seen | differs


def is_needed(key: str, needs: Needs) -> bool:
    """Whether the item's department may see this answer."""
    return any(key == one or key.startswith(one + ".") for one in needs.answers)


def _documents(held: Mapping[str, tuple[str, ...]], needs: Needs) -> tuple[TaskDocument, ...]:
    return tuple(
        TaskDocument(file_id, kind) for kind in needs.documents for file_id in held.get(kind, ())
    )


def _pages(case: Case, item: Item, made: tuple[str, ...]) -> Iterator[TaskDocument]:
    """What was supplied for this item: it has asked, so it need not say that it needs them."""
    for page in pages(case):
        if page.asked.item == item.code and page.id in made:
            yield TaskDocument(page.id, SUPPLEMENT_PAGE)


def _previous_results(case: Case, definition: ItemDefinition) -> tuple[PreviousResult, ...]:
    earlier = (case.item(code) for code in definition.needs.results)
    return tuple(
        PreviousResult(item.code, item.state, item.result, item.documents)
        for item in earlier
        if item is not None and item.is_final
    )
