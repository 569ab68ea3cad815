"""A case is opened once, changed without loss, and nothing is ever half done."""

import asyncio
from dataclasses import replace

import pytest

from cases.case import Case
from storage.sealing import Sealer
from storage.sql.cases import Cases
from storage.sql.connect import connect
from storage.sql.errors import CaseUnknown
from storage.sql.journal import Journal
from storage.sql.numbers import is_case_number
from storage.sql.records import (
    Decided,
    DraftAlreadySubmitted,
    Drop,
    Entry,
    Incoming,
    Opened,
    ReportConflict,
    Reported,
    Written,
)
from storage.sql.session import Database
from tests.contracts.samples import NOW, filing, opened, progressed, row
from tests.servers import all_tables


async def _open(cases: Cases, draft: str = "draft-1") -> str:
    result = await cases.open(filing(draft), opened)
    assert isinstance(result, Opened)
    return result.case_no


async def _counts(records: Database) -> dict[str, int]:
    found = {}
    for table in await all_tables(records):
        (only,) = await records.rows(f"SELECT COUNT(*) AS rows_in FROM {table}")
        found[table] = only["rows_in"]
    return found


async def test_a_case_comes_back_as_it_was_written(cases: Cases) -> None:
    case_no = await _open(cases)
    assert await cases.load(case_no) == opened(case_no).case
    assert await cases.of_draft("draft-1") == case_no
    assert await cases.load("nothing") is None


async def test_twenty_submissions_of_one_draft_are_one_case(
    cases: Cases, records: Database
) -> None:
    results = await asyncio.gather(*(cases.open(filing(), opened) for _ in range(20)))
    numbers = {one.case_no for one in results}
    assert len(numbers) == 1
    assert sum(isinstance(one, Opened) and one.created for one in results) == 1
    counts = await _counts(records)
    assert (counts["cases"], counts["items"], counts["outbox"], counts["journal"]) == (1, 3, 1, 1)


async def test_the_same_draft_with_other_answers_is_told_its_case(cases: Cases) -> None:
    case_no = await _open(cases)
    again = await cases.open(filing(digest="sha256:2"), opened)
    assert again == DraftAlreadySubmitted(case_no)


async def test_case_numbers_have_no_gaps_and_a_check_digit(cases: Cases) -> None:
    results = await asyncio.gather(*(cases.open(filing(f"draft-{n}"), opened) for n in range(12)))
    numbers = sorted(one.case_no for one in results)
    assert [number[16:22] for number in numbers] == [f"{n:06d}" for n in range(1, 13)]
    assert all(map(is_case_number, numbers))
    assert all(number.startswith("4101002026112301") for number in numbers)


async def test_an_opening_that_breaks_leaves_nothing(cases: Cases, records: Database) -> None:
    def broken(case_no: str) -> Written:
        doubled = opened(case_no)
        return replace(doubled, case=replace(doubled.case, items=doubled.case.items * 2))

    with pytest.raises(Exception, match=r"(?i)unique"):
        await cases.open(filing(), broken)
    assert set((await _counts(records)).values()) == {0}
    assert (await _open(cases))[16:22] == "000001"


async def test_concurrent_changes_are_all_kept(cases: Cases, records: Database) -> None:
    case_no = await _open(cases)
    await asyncio.gather(*(cases.change(case_no, progressed) for _ in range(16)))
    case = await cases.load(case_no)
    assert case is not None
    assert case.items[1].facts["years"] == 30 + 16
    assert case.version == 17
    journal = Journal(records)
    assert [link.seq for link in await journal.of_case(case_no)] == list(range(1, 18))
    assert await journal.verify(case_no) == []


async def test_two_processes_lose_no_change(cases: Cases, database: str, sealer: Sealer) -> None:
    case_no = await _open(cases)
    async with connect(database) as beside:
        other = Cases(beside, sealer)
        await asyncio.gather(*(store.change(case_no, progressed) for store in (cases, other) * 5))
    case = await cases.load(case_no)
    assert case is not None
    assert case.items[1].facts["years"] == 40


async def test_a_change_that_breaks_commits_nothing(cases: Cases, records: Database) -> None:
    case_no = await _open(cases)
    before = await _counts(records)

    def broken(case: Case) -> Written:
        # the journal and the case are written before the outbox refuses the missing payload
        unsendable = replace(row(1), payload=None)  # type: ignore[arg-type] # on purpose
        return replace(progressed(case), outbox=(unsendable,))

    with pytest.raises(TypeError):
        await cases.change(case_no, broken)
    assert await _counts(records) == before
    assert await cases.load(case_no) == opened(case_no).case


async def test_a_cancelled_change_commits_nothing_and_blocks_nobody(
    cases: Cases, records: Database
) -> None:
    case_no = await _open(cases)
    for pause in (0, 0.0005, 0.001, 0.002, 0.004):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_change_on_and_on(cases, case_no), pause)
    await cases.change(case_no, progressed)
    case = await cases.load(case_no)
    assert case is not None
    assert case.items[1].facts["years"] == 30 + case.version - 1
    assert await Journal(records).verify(case_no) == []


async def _change_on_and_on(cases: Cases, case_no: str) -> None:
    while True:
        await cases.change(case_no, progressed)


async def test_what_goes_with_a_change_is_written_with_it(cases: Cases, records: Database) -> None:
    case_no = await _open(cases)

    def taken_back(case: Case) -> Written:
        return Written(
            replace(case, taken_back_at=NOW),
            journal=(Entry(NOW, "case_taken_back"),),
            outbox=(replace(row(7), case_no=case_no),),
            drops=(Drop("task"),),
            cancelled_timers=(f"overdue-{case_no}",),
        )

    await cases.change(case_no, taken_back)
    rows = await records.rows("SELECT id, state FROM outbox ORDER BY seq")
    assert [(one["id"], one["state"]) for one in rows] == [
        (f"task-{case_no}", "dropped"),
        ("row-7", "queued"),
    ]
    assert (await _counts(records))["timers"] == 0
    (summary,) = await cases.of_person("person-2")
    assert (summary.state, summary.relation) == ("taken_back", "relative")


async def test_all_unfinished_cases_are_found_page_by_page(cases: Cases) -> None:
    numbers = [await _open(cases, f"draft-{n}") for n in range(5)]
    await cases.change(numbers[1], lambda case: Written(replace(case, taken_back_at=NOW)))
    first = await cases.unfinished(limit=2)
    rest = await cases.unfinished(first[-1], limit=9)
    assert first + rest == [numbers[0], *numbers[2:]]


async def test_a_refusal_changes_nothing(cases: Cases) -> None:
    case_no = await _open(cases)
    assert await cases.change(case_no, lambda _case: "too late") == "too late"
    case = await cases.load(case_no)
    assert case is not None
    assert case.version == 1
    with pytest.raises(CaseUnknown):
        await cases.change("nothing", lambda _case: "never asked")


async def test_parties_come_and_go(cases: Cases) -> None:
    case_no = await _open(cases)
    assert await cases.add_party(case_no, "person-3", "follower")
    assert not await cases.add_party(case_no, "person-3", "follower")
    assert [one.case_no for one in await cases.of_person("person-3")] == [case_no]
    assert await cases.remove_party(case_no, "person-3", "follower")
    assert await cases.of_person("person-3") == []
    assert await cases.parties(case_no) == [("person-1", "person"), ("person-2", "relative")]


# ---- reports


def _incoming(case_no: str, digest: str = "sha256:a", report_id: str = "r-1") -> Incoming:
    return Incoming("hn-hrss", report_id, case_no, digest, b'{"reason": "..."}', NOW)


def _decided(case: Case) -> Decided:
    return Decided(progressed(case), {"kind": "applied", "code": "move"})


async def test_the_same_report_is_decided_once_and_answered_alike(cases: Cases) -> None:
    case_no = await _open(cases)
    incoming = _incoming(case_no)
    answers = await asyncio.gather(*(cases.report(incoming, _decided) for _ in range(8)))
    assert sum(isinstance(one, Reported) and not one.repeated for one in answers) == 1
    assert all(
        isinstance(one, Reported) and one.outcome == {"kind": "applied", "code": "move"}
        for one in answers
    )
    case = await cases.load(case_no)
    assert case is not None
    assert case.items[1].facts["years"] == 31


async def test_another_body_under_the_same_id_is_a_conflict(cases: Cases) -> None:
    case_no = await _open(cases)
    await cases.report(_incoming(case_no), _decided)
    answer = await cases.report(_incoming(case_no, "sha256:b"), _decided)
    assert answer == ReportConflict()


async def test_different_reports_at_once_are_all_kept(cases: Cases) -> None:
    case_no = await _open(cases)
    await asyncio.gather(
        *(cases.report(_incoming(case_no, report_id=f"r-{n}"), _decided) for n in range(10))
    )
    case = await cases.load(case_no)
    assert case is not None
    assert case.items[1].facts["years"] == 40


async def test_a_report_that_changes_nothing_leaves_the_version(cases: Cases) -> None:
    case_no = await _open(cases)
    answer = await cases.report(
        _incoming(case_no), lambda case: Decided(Written(case), {"kind": "recorded"})
    )
    assert answer == Reported({"kind": "recorded"}, repeated=False)
    case = await cases.load(case_no)
    assert case is not None
    assert case.version == 1


async def test_a_report_about_no_case_is_kept_and_refused(cases: Cases, records: Database) -> None:
    for repeated in (False, True):
        answer = await cases.report(_incoming("41-nothing"), _decided)
        refusal = {"kind": "refused", "code": "unknown_case"}
        assert answer == Reported(refusal, repeated=repeated)
    assert (await _counts(records))["reports"] == 1


async def test_a_report_that_breaks_may_come_again(cases: Cases) -> None:
    case_no = await _open(cases)

    def broken(case: Case) -> Decided:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await cases.report(_incoming(case_no), broken)
    answer = await cases.report(_incoming(case_no), _decided)
    assert answer == Reported({"kind": "applied", "code": "move"}, repeated=False)
