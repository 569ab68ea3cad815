"""Whatever is done to a journal afterwards shows, and where."""

from dataclasses import replace
from datetime import date, timedelta

import orjson
import pytest

from cases.case import Missing
from cases.events import ItemOverdue, ItemReturned
from storage.sql.cases import Cases
from storage.sql.journal import Flaw, Head, Journal, append, entry_of
from storage.sql.records import Entry, Opened
from storage.sql.session import Database
from tests.contracts.samples import NOW, filing, opened, progressed


@pytest.fixture
def journal(records: Database) -> Journal:
    return Journal(records)


@pytest.fixture
async def case_no(cases: Cases) -> str:
    """A case with six entries."""
    result = await cases.open(filing(), opened)
    assert isinstance(result, Opened)
    for _ in range(5):
        await cases.change(result.case_no, progressed)
    return result.case_no


async def test_an_untouched_journal_is_sound(journal: Journal, case_no: str) -> None:
    assert await journal.anchor(NOW) == 1
    assert await journal.anchor(NOW) == 0
    assert await journal.verify(case_no) == []
    assert await journal.verify_all() == []


@pytest.mark.parametrize("change", ["kind = 'x'", "data = '{}'", "at = '2020-01-01 00:00:00+00'"])
async def test_a_changed_entry_is_named(
    journal: Journal, records: Database, case_no: str, change: str
) -> None:
    await records.run(f"UPDATE journal SET {change} WHERE seq = 3")
    assert await journal.verify(case_no) == [Flaw(case_no, 3, "changed")]


async def test_a_missing_entry_is_named(journal: Journal, records: Database, case_no: str) -> None:
    await records.run("DELETE FROM journal WHERE seq IN (1, 4)")
    flaws = [Flaw(case_no, 1, "missing"), Flaw(case_no, 4, "missing")]
    assert await journal.verify_all() == flaws


async def test_reordered_entries_are_named(
    journal: Journal, records: Database, case_no: str
) -> None:
    for was, becomes in ((2, 99), (3, 2), (99, 3)):
        await records.run("UPDATE journal SET seq = ? WHERE seq = ?", becomes, was)
    flaws = {flaw for flaw in await journal.verify(case_no) if flaw.kind == "reordered"}
    assert flaws == {Flaw(case_no, 2, "reordered"), Flaw(case_no, 3, "reordered")}


async def test_a_cut_end_is_named(journal: Journal, records: Database, case_no: str) -> None:
    await records.run("DELETE FROM journal WHERE seq >= 5")
    assert await journal.verify(case_no) == [Flaw(case_no, 5, "cut"), Flaw(case_no, 6, "cut")]


async def test_a_cut_that_hides_in_the_case_shows_in_the_anchors(
    journal: Journal, records: Database, case_no: str
) -> None:
    await journal.anchor(NOW)
    end = (await journal.of_case(case_no))[3]
    await records.run("DELETE FROM journal WHERE seq >= 5")
    await records.run("UPDATE cases SET journal_seq = 4, journal_hash = ?", end.hash)
    flaws = [Flaw(case_no, 5, "cut"), Flaw(case_no, 6, "cut")]
    assert await journal.verify(case_no) == flaws


async def test_a_case_that_is_gone_shows_in_the_anchors(
    journal: Journal, records: Database, case_no: str
) -> None:
    await journal.anchor(NOW)
    await records.run("DELETE FROM journal")
    await records.run("DELETE FROM cases")
    assert {flaw.kind for flaw in await journal.verify_all()} == {"cut"}


async def test_a_chain_written_anew_shows_in_the_anchors(
    journal: Journal, records: Database, case_no: str
) -> None:
    await journal.anchor(NOW)
    await records.run("DELETE FROM journal")
    async with records.transaction() as session:
        forged = [Entry(NOW + timedelta(n), "case_opened") for n in range(6)]
        end = await append(session, case_no, Head(0, ""), forged)
    await records.run("UPDATE cases SET journal_hash = ?", end.hash)
    assert await journal.verify(case_no) == [Flaw(case_no, 6, "anchor")]


async def test_a_changed_or_missing_anchor_is_named(
    journal: Journal, records: Database, cases: Cases, case_no: str
) -> None:
    for minute in range(3):
        await cases.change(case_no, progressed)
        await journal.anchor(NOW + timedelta(minutes=minute))
    await records.run("UPDATE anchors SET heads = '[]' WHERE seq = 1")
    await records.run("DELETE FROM anchors WHERE seq = 2")
    flaws = [flaw for flaw in await journal.verify_all() if not flaw.case_no]
    assert flaws == [Flaw("", 1, "changed"), Flaw("", 2, "missing")]


async def test_later_entries_are_anchored_later(
    journal: Journal, cases: Cases, case_no: str
) -> None:
    await journal.anchor(NOW)
    await cases.change(case_no, progressed)
    assert await journal.anchor(NOW) == 1
    assert await journal.verify_all() == []


def test_an_event_becomes_an_entry_without_free_text() -> None:
    missing = (Missing("document", "photo", "王秀英的照片"),)
    entry = entry_of(ItemReturned("c", "HN03", "请王秀英补照片", missing), NOW)
    assert entry == Entry(NOW, "item_returned", {"item": "HN03", "missing": ["document:photo"]})
    overdue = entry_of(ItemOverdue("c", "HN03", date(2026, 12, 21)), NOW)
    assert overdue == replace(
        entry, kind="item_overdue", data={"item": "HN03", "due_on": "2026-12-21"}
    )
    assert orjson.dumps(dict(overdue.data))
