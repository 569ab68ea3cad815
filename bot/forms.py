"""The application as documents: whatever of a case's forms applies, made once a case.

Tasks wait until the documents are there (`bot/printing.py` sees to it that no character holds
them up: it is printed as 〓, its code point goes on the 附页 and to the desk). They show what was
submitted, also when something was supplied before they were made.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.form_data import form_data, said_by
from bot.printing import PDF, Printed, code_points, print_document
from cases.case import Case
from cases.definition import Document
from cases.workdays import day_of
from dialogs.definition import Definition, Definitions
from storage.documents.pdf import RenderingFailed
from storage.documents.store import Documents, Use
from storage.sql.cases import Cases
from storage.sql.desk import DeskTasks
from storage.sql.outbox import SqlOutbox
from storage.sql.records import NewDeskTask

FORM_BROKEN: Final = "form_broken"


@dataclass(frozen=True, slots=True)
class FormMaker:
    """What making the documents of a case works with; definitions by province and release."""

    definitions: Definitions
    cases: Cases
    documents: Documents
    outbox: SqlOutbox
    desk_tasks: DeskTasks
    services_dir: Path

    async def make_form(self, case_no: str, now: datetime) -> bool:
        """Make the documents of a case that are not there yet, then let its tasks go.

        Returns whether something was made; doing it again makes nothing and lets go what has come
        to wait meanwhile. A case taken back gets nothing. Raises RenderingFailed, with a task at
        the desk, when a template is broken: then the tasks wait for somebody to mend it.
        """
        case = await self.cases.load(case_no)
        if case is None or case.taken_back_at is not None:
            return False
        there = {one.id for one in await self.documents.of_case(case_no)}
        due = [one for one in self.due(case) if form_id(case_no, one.code) not in there]
        for document in due:
            await self._make(case, document, now)
        await self.outbox.release(case_no)
        return bool(due)

    def _definition(self, case: Case) -> Definition:
        """The release that the case was opened under."""
        return self.definitions.of(case.application.province, case.application.release)

    def due(self, case: Case) -> Iterator[Document]:
        """The documents that go with this application, in the plan's order."""
        definition = self._definition(case)
        answers, today = case.application.answers, day_of(case.application.submitted_at)
        for document in definition.service.documents:
            if definition.holds(document.when, answers, today):
                yield document

    async def _make(self, case: Case, document: Document, now: datetime) -> None:
        definition = self._definition(case)
        template = self.services_dir / definition.province / document.template
        try:
            printed = await asyncio.to_thread(print_form, definition, case, template)
        except RenderingFailed as error:
            await self._tell_desk(case, document, str(error), now)
            raise
        if printed.missing:
            points = " ".join(map(code_points, printed.missing))
            await self._tell_desk(case, document, points, now)
        use, known_as = Use(document.code, case.case_no), form_id(case.case_no, document.code)
        await self.documents.put(printed.pdf, PDF, use, now, known_as)

    async def _tell_desk(self, case: Case, document: Document, note: str, now: datetime) -> None:
        task = NewDeskTask(
            id=f"{FORM_BROKEN}:{case.case_no}:{document.code}",
            kind=FORM_BROKEN,
            created_at=now,
            person=case.application.person,
            case_no=case.case_no,
            note=note,
        )
        await self.desk_tasks.add((task,))


def form_id(case_no: str, code: str) -> str:
    """The document's own id: made by two workers at once it is still one document."""
    return f"{code}-{case_no}"


def print_form(definition: Definition, case: Case, template: Path) -> Printed:
    """The document of a case: the same bytes every time. Blocks; raises RenderingFailed."""
    data, said = form_data(definition, case), said_by(definition, case)
    return print_document(template, data, said, case.application.submitted_at)
