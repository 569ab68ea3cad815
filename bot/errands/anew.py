"""Applying anew after the deciding item was not granted: everything is fetched as it was (B8)."""

from collections.abc import Sequence

from bot.envelopes import Order
from bot.errands.desk import Desk
from bot.ids import same_id
from cases.anew import anew_by, failed_items
from cases.case import ENDED, Case, case_state, current_documents
from dialogs.anew import filled_again
from dialogs.said import AnewFound, NoAnew
from dialogs.turn import ApplyAnew
from storage.documents.store import Use
from storage.redis.errands import Errand
from storage.sql.errors import DocumentGone


async def apply_anew(desk: Desk, errand: Errand, order: Order) -> None:
    """Give her what she applied with as the beginning of a new draft, once for each case."""
    (asked,) = order.errands
    assert isinstance(asked, ApplyAnew)
    found = await _found(desk, asked)
    if isinstance(found, Case):
        await desk.hearing.learn((await _again(desk, errand, asked, found),), order, errand)
    else:
        await desk.hearing.learn((found,), order, errand)


async def _found(desk: Desk, asked: ApplyAnew) -> Case | NoAnew:
    """The case that may be filed anew, or why none may."""
    cases = await _cases(desk, asked.person)
    failed = [
        case
        for case in cases
        if asked.case_no in {"", case.case_no} and anew_by(case, desk.service(case))
    ]
    followed = {case.application.follows for case in cases}
    if any(case_state(case) not in ENDED for case in cases):
        return NoAnew("under_way" if failed else "none")
    open_to_her = [case for case in failed if case.case_no not in followed]
    if not open_to_her:
        return NoAnew("followed" if failed else "none")
    case = open_to_her[0]
    return case if anew_by(case, desk.service(case)) == "self" else NoAnew("by_unit")


async def _cases(desk: Desk, person: str) -> Sequence[Case]:
    """Those that are about her, newest first; not those where she applies for others."""
    summaries = await desk.cases.of_person(person)
    loaded = [await desk.cases.load(one.case_no) for one in summaries if one.relation == "person"]
    return [case for case in loaded if case is not None]


async def _again(desk: Desk, errand: Errand, asked: ApplyAnew, case: Case) -> AnewFound:
    applied, now = case.application, desk.clock()
    before, after = desk.definition(applied), desk.definitions[applied.province]
    draft_id = same_id(errand.id, case.case_no)[:16]  # rides in taps
    papers = await _papers(desk, case, draft_id)
    draft = filled_again(before, after, case, papers, now)
    failed = failed_items(case, desk.service(case))
    return AnewFound(
        person=asked.person,
        of_draft=draft_id,
        case_no=case.case_no,
        province=draft.province,
        release=draft.release,
        answers=draft.answers,
        consents=draft.consents,
        reason="；".join(one.reason for one in failed if one.reason),
    )


async def _papers(desk: Desk, case: Case, draft_id: str) -> dict[str, tuple[str, ...]]:
    """Another use of each paper; one that is gone is asked for again."""
    papers: dict[str, tuple[str, ...]] = {}
    for code, ids in current_documents(case).items():
        kept: list[str] = []
        for one in ids:
            known_as = same_id(draft_id, one)  # fetched twice it is one use
            try:
                use = Use(code, draft=draft_id)
                kept.append(await desk.documents.reuse(one, use, desk.clock(), known_as))
            except DocumentGone:
                continue
        papers[code] = tuple(kept)
    return papers
