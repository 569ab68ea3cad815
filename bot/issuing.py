"""Keeps what we print of a case: sealed, once, with its digest in the case's journal.

A document has an id of its own, known before it is made. It is printed and put away first, then
the case remembers it (`Case.issued`) and the journal gets its digest, in one transaction. Dying
anywhere in between, or coming twice, leaves one document and one entry.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.printing import PDF, Printed, code_points
from cases.case import Case, Issued
from storage.documents.pdf import RenderingFailed
from storage.documents.store import Documents, Use
from storage.sql.cases import Cases
from storage.sql.desk import DeskTasks
from storage.sql.records import Entry, NewDeskTask, Written

FORM_BROKEN: Final = "form_broken"
DOCUMENT_MADE: Final = "document_made"


@dataclass(frozen=True, slots=True)
class Issuing:
    """The stores that a document of ours goes to."""

    cases: Cases
    documents: Documents
    desk_tasks: DeskTasks

    async def issue(
        self, case: Case, issued: Issued, printing: Callable[[], Printed], now: datetime
    ) -> None:
        """Print, keep and remember a document; what is there already is not printed again.

        Characters that no font has, and a broken template, are told to the desk; the latter also
        raises RenderingFailed.
        """
        if await self.documents.about(issued.id) is None:
            printed = await self._printed(case, issued, printing, now)
            use = Use(issued.code, case.case_no)
            await self.documents.put(printed.pdf, PDF, use, now, issued.id)
        content = await self.documents.get(issued.id)
        digest = hashlib.sha256(content).hexdigest()
        data = {"document": issued.id, "kind": issued.code, "item": issued.item, "digest": digest}
        await self._remember(case.case_no, issued, Entry(now, DOCUMENT_MADE, data))

    async def _printed(
        self, case: Case, issued: Issued, printing: Callable[[], Printed], now: datetime
    ) -> Printed:
        try:
            printed = await asyncio.to_thread(printing)
        except RenderingFailed as error:
            await self._tell_desk(case, issued, str(error), now)
            raise
        if printed.missing:
            points = " ".join(map(code_points, printed.missing))
            await self._tell_desk(case, issued, points, now)
        return printed

    async def _remember(self, case_no: str, issued: Issued, entry: Entry) -> None:
        def work(case: Case) -> Written | None:
            if any(one.id == issued.id for one in case.issued):
                return None
            return Written(replace(case, issued=(*case.issued, issued)), journal=(entry,))

        await self.cases.change(case_no, work)

    async def _tell_desk(self, case: Case, issued: Issued, note: str, now: datetime) -> None:
        task = NewDeskTask(
            id=f"{FORM_BROKEN}:{issued.id}",
            kind=FORM_BROKEN,
            created_at=now,
            person=case.application.person,
            case_no=case.case_no,
            item=issued.item,
            note=note,
        )
        await self.desk_tasks.add((task,))
