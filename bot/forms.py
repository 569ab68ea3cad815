"""The application as documents: whatever of a case's forms applies, and its 补正页, each made once.

Tasks wait until the documents are there (`bot/printing.py` sees to it that no character holds
them up: it is printed as 〓, its code point goes on the 附页 and to the desk). The forms show what
was submitted, also when something was supplied before they were made: that stands on a page of
its own, which goes with the task of whoever had asked for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.form_data import form_data, said_by
from bot.issuing import Issuing
from bot.printing import Printed, print_document, template_of
from bot.supplement_pages import supplement_data
from cases.case import Case, Issued
from cases.definition import Document
from cases.supplement_pages import SUPPLEMENT_PAGE, Page, unmade_pages
from cases.workdays import day_of
from dialogs.definition import Definition, Definitions
from storage.sql.cases import Cases
from storage.sql.outbox import SqlOutbox


@dataclass(frozen=True, slots=True)
class FormMaker:
    """What making the documents of a case works with; definitions by province and release."""

    definitions: Definitions
    cases: Cases
    issuing: Issuing
    outbox: SqlOutbox
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
        due = [*self._forms(case, now), *self._pages(case, now)]
        for issued, printing in due:
            await self.issuing.issue(case, issued, printing, now)
        await self.outbox.release(case_no)
        return bool(due)

    def _definition(self, case: Case) -> Definition:
        """The release that the case was opened under."""
        return self.definitions.of(case.application.province, case.application.release)

    def due(self, case: Case) -> Iterator[Document]:
        """The forms that go with this application, in the plan's order."""
        definition = self._definition(case)
        answers, today = case.application.answers, day_of(case.application.submitted_at)
        for document in definition.service.documents:
            if definition.holds(document.when, answers, today):
                yield document

    def _forms(self, case: Case, now: datetime) -> Iterator[tuple[Issued, Callable[[], Printed]]]:
        definition = self._definition(case)
        made = {one.id for one in case.issued}
        for document in self.due(case):
            # an id of its own: made by two workers at once it is still one document
            issued = Issued(f"{document.code}-{case.case_no}", document.code, "", now)
            if issued.id not in made:
                template = self.services_dir / definition.province / document.template
                yield issued, partial(print_form, definition, case, template)

    def _pages(self, case: Case, now: datetime) -> Iterator[tuple[Issued, Callable[[], Printed]]]:
        definition = self._definition(case)
        template = template_of(self.services_dir, definition.province, "supplement")
        for page in unmade_pages(case):
            issued = Issued(page.id, SUPPLEMENT_PAGE, page.asked.item, now)
            yield issued, partial(print_page, definition, case, page, template)


def print_form(definition: Definition, case: Case, template: Path) -> Printed:
    """A form of a case: the same bytes every time. Blocks; raises RenderingFailed."""
    data, said = form_data(definition, case), said_by(definition, case)
    return print_document(template, data, said, case.application.submitted_at)


def print_page(definition: Definition, case: Case, page: Page, template: Path) -> Printed:
    """A 补正页 of a case: the same bytes every time. Blocks; raises RenderingFailed."""
    data, said = supplement_data(definition, case, page)
    return print_document(template, data, said, case.supplements[page.number - 1].supplied_at)
