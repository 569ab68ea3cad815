"""Handing in, supplementing and taking back: from a draft to the records, once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.applying import application, supplement
from bot.departments.following import written
from bot.envelopes import Order
from bot.errands.desk import Desk
from bot.ids import same_id
from bot.joining import as_papers, keep_only
from cases.case import ENDED, Application, Case
from cases.change import Change, Refusal
from cases.opening import open_case
from cases.supplements import supply as supplied
from cases.withdrawal import take_back
from cases.withdrawal import withdraw as withdrawn
from cases.workdays import day_of
from dialogs.definition import Definition
from dialogs.draft import Draft, is_known
from dialogs.said import CaseOpened, CaseWithdrawn, SubmissionRefused
from dialogs.turn import Submit, Supply, WithdrawCase
from notifications.catalog import personal_notice
from storage.redis.errands import Errand
from storage.sql.records import DraftAlreadySubmitted, Filing, Relation, Written

FOUND_BY = ("name", "id_number", "phone")
"""Answers by which a clerk finds a case; in the records only their digests."""
OFFICIAL_ACCOUNT = "01"
"""The channel in a case number (storage/sql/numbers.py)."""


async def submit(desk: Desk, errand: Errand, order: Order) -> None:
    """Make a case of the draft; submitting it again gives the same case."""
    (asked,) = order.errands
    assert isinstance(asked, Submit)
    draft = await desk.drafts.load(asked.draft)
    if draft is None or draft.state != "submitting":
        await desk.errands.finish(errand.id)
        return
    definition = desk.definition(draft)
    if not is_known(draft):
        refused = SubmissionRefused(draft.id, "identity")
        await desk.hearing.learn((refused,), order, errand)
        return
    opened = await _open(desk, definition, draft)
    await desk.hearing.learn((opened,), order, errand)
    if draft.agent and isinstance(opened, CaseOpened):
        await _tell_her(desk, draft)
    await desk.wake()


async def _tell_her(desk: Desk, draft: Draft) -> None:
    """Somebody else has handed in what is hers: she hears of it on her own phone."""
    now, key = desk.clock(), "proxy_submitted"
    row_id = same_id(key, draft.id)
    await desk.outbox.add(
        [personal_notice(key, draft.province, draft.subject, row_id, now, day_of(now))]
    )


async def _open(desk: Desk, definition: Definition, draft: Draft) -> CaseOpened | SubmissionRefused:
    now = desk.clock()
    applied = application(definition, draft, now)
    papers = await as_papers(desk.documents, draft.id, applied.documents, now)
    applied = replace(applied, documents=papers)
    person = await desk.persons.of_id_number(str(applied.answers.get("id_number", "")))
    parties: tuple[tuple[str, Relation], ...] = ((draft.subject, "person"),)
    if person is not None and person.id != draft.subject:
        parties = (*parties, (person.id, "person"))
    if draft.agent and applied.applicant != "person":
        parties = (*parties, (draft.agent, applied.applicant))
    if await _under_way(desk, draft, parties):
        return SubmissionRefused(draft.id, "under_way")
    filing = _filing(desk, applied, parties, now)

    def make(case_no: str) -> Written:
        return _written(desk, definition, applied, case_no, now)

    opened = await desk.cases.open(filing, make)
    if isinstance(opened, DraftAlreadySubmitted):
        return SubmissionRefused(draft.id, "already")
    await _hand_over(desk, draft.id, papers, opened.case_no)
    return CaseOpened(draft.id, opened.case_no)


async def _hand_over(
    desk: Desk, draft: str, papers: Mapping[str, Sequence[str]], case_no: str
) -> None:
    """What was handed in belongs to the case; what else the draft had is not kept."""
    await keep_only(desk.documents, draft, {one for ids in papers.values() for one in ids})
    await desk.documents.hand_over(draft, case_no)


async def _under_way(desk: Desk, draft: Draft, parties: tuple[tuple[str, Relation], ...]) -> bool:
    """Whether she has applied before and departments are still at it: nobody needs that twice."""
    own = await desk.cases.of_draft(draft.id)
    hers = [
        case
        for person, relation in parties
        if relation == "person"  # who applies for many may
        for case in await desk.cases.of_person(person)
    ]
    return any(case.case_no != own and case.state not in ENDED for case in hers)


def _filing(
    desk: Desk,
    applied: Application,
    parties: tuple[tuple[str, Relation], ...],
    now: datetime,
) -> Filing:
    area = desk.definitions[applied.province].service.area
    city = str(applied.answers.get("insured_city") or area)
    return Filing(
        draft=applied.draft,
        digest=applied.digest,
        area=city[:6],
        channel=OFFICIAL_ACCOUNT,
        day=day_of(now),
        city=city,
        retirement_month=str(applied.answers.get("retirement_month", "")),
        parties=parties,
        lookups=tuple(
            desk.lookups.digest(f"case_{key}", str(value))
            for key in FOUND_BY
            if (value := applied.answers.get(key))
        ),
    )


def _written(
    desk: Desk,
    definition: Definition,
    applied: Application,
    case_no: str,
    now: datetime,
) -> Written:
    opening = open_case(
        applied,
        definition.service,
        desk.calendar(),
        now,
        case_no,
        timedelta(seconds=desk.settings.take_back_seconds),
    )
    change = Change(opening.case, opening.events, opening.dispatches)
    return written(change, desk.follow, now)


async def supply(desk: Desk, errand: Errand, order: Order) -> None:
    """Hand in what a department asked for; handing it in again changes nothing."""
    (asked,) = order.errands
    assert isinstance(asked, Supply)
    draft = await desk.drafts.load(asked.draft)
    if draft is None or draft.state != "submitting":
        await desk.errands.finish(errand.id)
        return
    now = desk.clock()
    definition = desk.definition(draft)
    handed_in = supplement(definition, draft, now)
    papers = await as_papers(desk.documents, draft.id, handed_in.documents, now)
    handed_in = replace(handed_in, documents=papers)

    def work(case: Case) -> Written | str:
        if any(one.draft == handed_in.draft for one in case.supplements):
            return "supplied before"
        change = supplied(case, definition.service, desk.calendar(), handed_in)
        if isinstance(change, Refusal):
            return change.code
        return written(change, desk.follow, now)

    outcome = await desk.cases.change(asked.case_no, work)
    await _hand_over(desk, draft.id, papers, asked.case_no)
    if isinstance(outcome, Written) or outcome == "supplied before":
        await desk.hearing.learn((CaseOpened(draft.id, asked.case_no),), order, errand)
        await desk.wake()
    else:
        await desk.hearing.learn((SubmissionRefused(draft.id, "already"),), order, errand)


async def withdraw(desk: Desk, errand: Errand, order: Order) -> None:
    """Take the case back while nothing was sent, else withdraw what is not accepted yet."""
    (asked,) = order.errands
    assert isinstance(asked, WithdrawCase)
    hers = [case.case_no for case in await desk.cases.of_person(asked.person)]
    case_no = asked.case_no or (hers[0] if hers else "")
    if case_no not in hers:
        nothing = CaseWithdrawn(case_no, "too_late")
        await desk.hearing.learn((nothing,), order, errand)
        return
    now = desk.clock()

    def work(case: Case) -> Written | Refusal:
        change = _withdrawing(desk, case, now)
        if isinstance(change, Refusal):
            return change
        return written(change, desk.follow, now)

    outcome = await desk.cases.change(case_no, work)
    await desk.hearing.learn((_withdrawn(case_no, outcome),), order, errand)
    await desk.wake()


def _withdrawing(desk: Desk, case: Case, now: datetime) -> Change | Refusal:
    taken = take_back(case, now)
    if not isinstance(taken, Refusal):
        return taken
    service = desk.service(case)
    return withdrawn(case, service, desk.calendar(), (), now)


def _withdrawn(case_no: str, outcome: Written | Refusal) -> CaseWithdrawn:
    if isinstance(outcome, Refusal):
        return CaseWithdrawn(case_no, "too_late")
    if outcome.case.taken_back_at is not None:
        return CaseWithdrawn(case_no, "taken_back")
    whole = all(item.is_final for item in outcome.case.items)
    return CaseWithdrawn(case_no, "withdrawn" if whole else "partly")
