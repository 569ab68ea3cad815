"""What we print is kept once and remembered once, wherever the process dies in between."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.issuing import DOCUMENT_MADE, Issuing
from bot.printing import Printed
from cases.case import Case, Issued
from cases.workdays import day_of
from dialogs.definition import Definition
from storage.definitions import read
from storage.documents.pdf import RenderingFailed
from storage.documents.store import Documents
from storage.keys import Key
from storage.sealing import Lookups, Sealer
from storage.sql.cases import Cases
from storage.sql.connect import connect
from storage.sql.desk import DeskTasks
from storage.sql.journal import Journal
from storage.sql.records import Filing, Written
from storage.sql.session import Database
from tests.bot.test_forms import LATER, NOW, SERVICES, case_of

PAPER = Issued("letter-1", "notice_accepted", "HN03", LATER)


class Death(Exception):
    """The process is gone."""


class Mortal:
    """`Cases` of a process that dies when it is about to remember something."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self.dies = True

    async def change(self, case_no: str, work: Any) -> Any:
        if self.dies:
            raise Death
        return await self._cases.change(case_no, work)


@pytest.fixture(scope="module")
def henan() -> Definition:
    return read(SERVICES, "henan")


@pytest.fixture
async def records(database: str) -> AsyncIterator[Database]:
    async with connect(database) as opened:
        yield opened


@pytest.fixture
def issuing(records: Database, tmp_path: Path) -> Issuing:
    sealer, lookups = Sealer((Key("test", b"d" * 32),)), Lookups((Key("test", b"l" * 32),))
    ids = (f"id-{number}" for number in count(1))
    documents = Documents(tmp_path / "papers", records, sealer, lookups, ids.__next__)
    return Issuing(Cases(records, sealer), documents, DeskTasks(records, sealer))


@pytest.fixture
async def case(issuing: Issuing, henan: Definition) -> Case:
    made = case_of(henan)
    filing = Filing("draft-1", made.application.digest, "410100", "01", day_of(NOW), "410100")
    opened = await issuing.cases.open(filing, lambda no: Written(replace(made, case_no=no)))
    found = await issuing.cases.load(opened.case_no)
    assert found is not None
    return found


def printing(number: int) -> Printed:
    return Printed(b"%PDF " + str(number).encode())


async def test_who_dies_before_remembering_does_it_the_second_time(
    issuing: Issuing, case: Case, records: Database
) -> None:
    mortal: Any = Mortal(issuing.cases)
    dying = replace(issuing, cases=mortal)
    with pytest.raises(Death):
        await dying.issue(case, PAPER, lambda: printing(1), LATER)
    for hours in (1, 2):
        await issuing.issue(case, PAPER, lambda: printing(2), LATER + timedelta(hours=hours))
    assert await issuing.documents.get(PAPER.id) == b"%PDF 1"
    held = await issuing.cases.load(case.case_no)
    assert held is not None
    assert held.issued == (PAPER,)
    links = await Journal(records).of_case(case.case_no)
    assert [one.kind for one in links] == [DOCUMENT_MADE]
    assert await Journal(records).verify_all() == []


async def test_what_cannot_be_printed_is_told_to_the_desk_and_not_remembered(
    issuing: Issuing, case: Case
) -> None:
    def broken() -> Printed:
        raise RenderingFailed("letter.typ: broken")

    with pytest.raises(RenderingFailed):
        await issuing.issue(case, PAPER, broken, LATER)
    (task,) = await issuing.desk_tasks.of_case(case.case_no)
    assert (task.kind, task.item, task.note) == ("form_broken", "HN03", "letter.typ: broken")
    held = await issuing.cases.load(case.case_no)
    assert held is not None
    assert held.issued == ()


async def test_missing_characters_are_named_and_hold_nothing_up(
    issuing: Issuing, case: Case
) -> None:
    await issuing.issue(case, PAPER, lambda: Printed(b"%PDF", ("\U000323af",)), LATER)
    (task,) = await issuing.desk_tasks.of_case(case.case_no)
    assert task.note == "U+323AF"
    assert await issuing.documents.get(PAPER.id) == b"%PDF"
