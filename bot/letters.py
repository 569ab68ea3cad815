"""The formal notices of a case as documents: made by the worker, once, in order.

A letter's facts are an outbox row, committed with what happened (`notifications/letters.py`).
Rows of one case are made one after the other; a worker's death gives the row back, and `Issuing`
sees to it that the second time leaves nothing double.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from bot.issuing import Issuing
from bot.printing import Data, Printed, Said, print_document, template_of
from cases.case import Issued
from notifications.letters import Letters, Written
from notifications.notice import NotANotice, Notice, notice_from_bytes
from notifications.outbox import Row, RowKind
from storage.documents.pdf import RenderingFailed
from storage.sql.cases import Cases
from storage.sql.outbox import SqlOutbox

KINDS: Final[tuple[RowKind, ...]] = ("letter",)
BATCH: Final = 20
LEASE: Final = timedelta(minutes=2)
PAUSE: Final = timedelta(hours=1)
"""After a template that is broken: somebody must mend it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LetterMaker:
    """What making letters works with; wordings by province."""

    letters: Mapping[str, Letters]
    cases: Cases
    issuing: Issuing
    rows: SqlOutbox
    services_dir: Path

    async def make_due(self, now: datetime) -> int:
        """Make the letters that are due; how many rows were taken up."""
        await self.rows.give_back(KINDS, now)
        rows = await self.rows.claim(KINDS, BATCH, now, LEASE)
        for row in rows:
            await self._make(row, now)
        return len(rows)

    async def _make(self, row: Row, now: datetime) -> None:
        try:
            letter = notice_from_bytes(row.payload)
            written = self.letters[letter.province].write(letter)
        except (NotANotice, KeyError) as error:
            log.error("letter_unreadable", row=row.id, error=type(error).__name__)  # noqa: TRY400 — a traceback may show what stands in it
            await self.rows.retry_later(row, now + PAUSE, type(error).__name__)
            return
        case = await self.cases.load(letter.case_no)
        if case is None:
            await self.rows.drop(row, now, "no such case")
            return
        template = template_of(self.services_dir, letter.province, "letter")
        issued = Issued(row.id, letter.key, letter.item, letter.at)
        try:
            await self.issuing.issue(
                case, issued, partial(print_letter, letter, written, template), now
            )
        except RenderingFailed as error:
            await self.rows.retry_later(row, now + PAUSE, type(error).__name__)
            return
        await self.rows.finish(row, now)


def print_letter(letter: Notice, written: Written, template: Path) -> Printed:
    """A letter: the same bytes every time. Blocks; raises RenderingFailed."""
    return print_document(template, letter_data(letter, written), _said(written), letter.at)


def letter_data(letter: Notice, written: Written) -> Data:
    """What the template prints: `Written` and the case's number, as JSON."""
    plain: Data = asdict(written)
    return plain | {"case_no": letter.case_no, "code": letter.key}


def _said(written: Written) -> Said:
    return [("", written.to), *(("", text) for text in written.opening), *written.missing]
