"""The errands, one function each. Doing one twice is doing it once.

Where a function ends without `hearing.learn`, it finishes the errand itself.
"""

import asyncio
from typing import Final

import structlog

from bot.envelopes import Order
from bot.errands.desk import Desk
from bot.errands.failures import TryAgain
from bot.errands.inviting import leave
from bot.errands.submitting import submit, supply, withdraw
from bot.errands.telling import find_progress, find_wanted, say
from bot.filling import household_facts, paper_facts, paper_question
from bot.ids import long_id, same_id
from bot.photos import JPEG, Unfit, develop
from bot.registers import Asked, HouseholdAnswer
from bot.wechat.results import Media, MediaExpired, MediaTooLarge
from cases.values import JSON
from cases.workdays import day_of
from dialogs.definition import Definition
from dialogs.said import PapersAnswered, PhotoLost, PhotoStored, RegistryAnswered, Said
from dialogs.turn import (
    AskRegistry,
    EraseDraft,
    ErasePerson,
    FetchPapers,
    OpenTask,
    RememberIdentity,
    StorePhoto,
)
from notifications.catalog import personal_notice
from storage.documents.store import Use
from storage.redis.errands import Errand
from storage.sql.persons import Address, Identity, Verified
from storage.sql.records import Entry, NewDeskTask, Written

__all__ = [
    "erase_draft",
    "erase_person",
    "find_progress",
    "find_wanted",
    "forget_ended",
    "look_up",
    "open_task",
    "remember",
    "remember_identity",
    "say",
    "store_photo",
    "submit",
    "supply",
    "withdraw",
]

log = structlog.get_logger()

CHANNEL = "wechat"
PERSON_ERASED: Final = "person_erased"
"""The journal's word for it; who she was it does not say."""
REFERRED = frozenset({"moved_out", "cancelled", "deceased"})
"""Household states with which nothing is filled in and a counter must look (design.md)."""


# ---- who she is ---------------------------------------------------------------------------


async def remember(desk: Desk, errand: Errand, order: Order) -> None:
    """Keep the address of somebody who wrote for the first time."""
    if order.openid:
        address = Address(long_id(), errand.person, CHANNEL, order.app_id, order.openid)
        await desk.persons.save_address(address, desk.clock())
    await desk.errands.finish(errand.id)


async def remember_identity(desk: Desk, errand: Errand, order: Order) -> None:
    """Keep who she is; somebody known before gets her cases back on this phone, too."""
    (known,) = order.errands
    assert isinstance(known, RememberIdentity)
    identity = Identity(known.name, known.id_number, known.phone)
    found = await desk.persons.verify(known.person, identity, desk.clock())
    if isinstance(found, Verified) and found.known_before:
        for case in await desk.cases.of_person(found.person.id):
            await desk.cases.add_party(case.case_no, known.person, "person")
        await _tell_before(desk, found.person.id, known.person)
    await desk.errands.finish(errand.id)


async def _tell_before(desk: Desk, before: str, now_as: str) -> None:
    """Tell her old phone, once, that another one speaks for her now (design.md)."""
    old, new = (person.partition(".")[0] for person in (before, now_as))
    if old == new:
        return
    now, province = desk.clock(), next(iter(desk.definitions))
    row = personal_notice(
        "new_phone", province, old, same_id("new_phone", old, new), now, day_of(now)
    )
    await desk.outbox.add([row])
    await desk.wake()


# ---- registers ----------------------------------------------------------------------------


async def look_up(desk: Desk, errand: Errand, order: Order) -> None:
    """Ask the household registry and the retirement papers, as far as the limits allow."""
    asked = [one for one in order.errands if isinstance(one, (AskRegistry, FetchPapers))]
    draft = await desk.drafts.load(asked[0].draft)
    if draft is None:
        await desk.errands.finish(errand.id)
        return
    definition = desk.definition(draft)
    results = await asyncio.gather(*(_looked_up(desk, errand, definition, one) for one in asked))
    await desk.hearing.learn(tuple(results), order, errand)


async def _looked_up(
    desk: Desk, errand: Errand, definition: Definition, one: AskRegistry | FetchPapers
) -> Said:
    if isinstance(one, AskRegistry):
        return await _ask_registry(desk, errand, definition, one)
    return await _fetch_papers(desk, errand, definition, one)


async def _ask_registry(
    desk: Desk, errand: Errand, definition: Definition, one: AskRegistry
) -> RegistryAnswered:
    if not await _may_look_up(desk, errand, one.id_number):
        return RegistryAnswered(one.draft, "nothing")
    answer = await desk.households.ask(_asked(errand, one))
    state = answer.person.get("household_status", "normal")
    if answer.status == "found" and isinstance(state, str) and state in REFERRED:
        return RegistryAnswered(one.draft, "referral", flag=f"household_{state}")
    if answer.status != "found":
        return RegistryAnswered(one.draft, "nothing")
    return RegistryAnswered(one.draft, "found", _facts(desk, definition, answer))


def _facts(desk: Desk, definition: Definition, answer: HouseholdAnswer) -> dict[str, JSON]:
    return household_facts(definition, {"person": answer.person}, day_of(desk.clock()))


async def _fetch_papers(
    desk: Desk, errand: Errand, definition: Definition, one: FetchPapers
) -> PapersAnswered:
    if not await _may_look_up(desk, errand, one.id_number):
        return PapersAnswered(one.draft, "nothing")
    found = await desk.papers.ask(_asked(errand, one))
    now = desk.clock()
    facts = paper_facts(definition, found.facts, day_of(now))
    for paper, content in found.papers:
        key = paper_question(definition, paper.kind)
        if key is not None:
            use = Use(kind=key, draft=one.draft)
            known_as = same_id(errand.id, paper.id)  # fetched twice it is one paper
            document = await desk.documents.put(content, paper.media_type, use, now, known_as)
            facts[key] = [{"document": document}]
    return PapersAnswered(one.draft, "found" if facts else "nothing", facts)


async def _may_look_up(desk: Desk, errand: Errand, id_number: str) -> bool:
    digest = desk.lookups.digest("look_up", id_number)
    return await desk.limits.may_look_up(errand.person, digest, errand.id, day_of(desk.clock()))


def _asked(errand: Errand, one: AskRegistry | FetchPapers) -> Asked:
    return Asked(
        name=one.name,
        id_number=one.id_number,
        text_version=one.consent.text_version,
        given_at=one.consent.given_at,
        reference=errand.id,
    )


# ---- photos -------------------------------------------------------------------------------


async def store_photo(desk: Desk, errand: Errand, order: Order) -> None:
    """Fetch a photo while the platform still has it, and keep it sealed."""
    (photo,) = order.errands
    assert isinstance(photo, StorePhoto)
    if await desk.drafts.load(photo.draft) is None:  # deleted meanwhile: nothing is kept of it
        await desk.errands.finish(errand.id)
        return
    result = await desk.platform.fetch_media(photo.media)
    if isinstance(result, MediaExpired):
        await _lost(desk, errand, order, PhotoLost(*_of(photo), "expired"))
    elif isinstance(result, MediaTooLarge):
        await _lost(desk, errand, order, PhotoLost(*_of(photo), "too_large"))
    elif not isinstance(result, Media):
        raise TryAgain
    else:
        await _keep(desk, errand, order, photo, result)


async def _keep(desk: Desk, errand: Errand, order: Order, photo: StorePhoto, media: Media) -> None:
    made = await develop(media.content)
    if isinstance(made, Unfit):
        await _lost(desk, errand, order, PhotoLost(*_of(photo), made.reason))
        return
    if made.poor is not None and not photo.insists:
        await _lost(desk, errand, order, PhotoLost(*_of(photo), made.poor))
        return
    use = Use(kind=photo.question, draft=photo.draft)
    known_as = same_id(errand.id)  # fetched twice it is one photo
    document = await desk.documents.put(made.content, JPEG, use, desk.clock(), known_as)
    stored = PhotoStored(*_of(photo), document, made.poor)
    await desk.hearing.learn((stored,), order, errand)


async def _lost(desk: Desk, errand: Errand, order: Order, lost: PhotoLost) -> None:
    await desk.hearing.learn((lost,), order, errand)


def _of(photo: StorePhoto) -> tuple[str, str, str]:
    return photo.draft, photo.question, photo.media


# ---- the desk, and forgetting --------------------------------------------------------------


async def open_task(desk: Desk, errand: Errand, order: Order) -> None:
    """Have a clerk take it up; the errand's id makes it one task."""
    (task,) = order.errands
    assert isinstance(task, OpenTask)
    cases = await desk.cases.of_person(task.person)
    await desk.desk_tasks.add(
        (
            NewDeskTask(
                id=f"task:{same_id(errand.id)}",
                kind=task.kind,
                created_at=desk.clock(),
                person=task.person,
                case_no=cases[0].case_no if cases else "",
                draft=task.draft,
                question=task.question,
                note=task.note,
            ),
        )
    )
    await desk.errands.finish(errand.id)


async def erase_draft(desk: Desk, errand: Errand, order: Order) -> None:
    """Delete a draft's photos and the draft itself."""
    (erased,) = order.errands
    assert isinstance(erased, EraseDraft)
    await _erase_papers(desk, erased.draft)
    draft = await desk.drafts.load(erased.draft)
    if draft is not None and draft.state == "blank":
        await desk.drafts.delete(draft)
    await desk.errands.finish(errand.id)


async def forget_ended(desk: Desk, errand: Errand, order: Order) -> None:  # noqa: ARG001 — as all
    """A draft that ended by itself: its photos go, too. Not if she came back to it."""
    if await desk.drafts.load(errand.draft) is None:
        await _erase_papers(desk, errand.draft)
    await desk.errands.finish(errand.id)


async def erase_person(desk: Desk, errand: Errand, order: Order) -> None:
    """She left, or wants to be forgotten: erase what was not submitted, keep the cases.

    What the law keeps (domain.md 5, 归档; 个保法 47): the cases with their papers and journals, and
    who she is as far as a case needs it.
    """
    (erased,) = order.errands
    assert isinstance(erased, ErasePerson)
    drafts = await desk.drafts.of(erased.person)
    if any(draft.state == "submitting" for draft in drafts):
        raise TryAgain  # what is being handed in becomes a case first, and is kept
    for draft in drafts:
        await leave(desk, draft, erased.person, errand)
        if draft.subject.partition(".")[0] == erased.person:
            await _erase_papers(desk, draft.id)
    await desk.drafts.erase(erased.person)
    for address in await desk.persons.addresses(erased.person):
        await desk.persons.unlink(address.id)
    await desk.reminders.forget(erased.person)
    await desk.pre_reviews.forget(erased.person)
    await desk.persons.forget_traces(erased.person)
    for person in await desk.persons.spoken_for(erased.person):
        if not await desk.cases.of_person(person):
            await desk.persons.erase(person)
    await _note_erased(desk, erased.person)
    await desk.errands.finish(errand.id)


async def _note_erased(desk: Desk, person: str) -> None:
    """That it was done stands in the journal of each of her cases, once, and nothing of hers."""
    entry = Entry(desk.clock(), PERSON_ERASED)
    for case in await desk.cases.of_person(person):
        links = await desk.journal.of_case(case.case_no)
        if not links or links[-1].kind != PERSON_ERASED:
            await desk.cases.change(case.case_no, lambda one: Written(one, journal=(entry,)))
    log.info(PERSON_ERASED)


async def _erase_papers(desk: Desk, draft: str) -> None:
    """The papers of a draft that never became a case."""
    for document in await desk.documents.of_draft(draft):
        if not document.use.case_no:
            await desk.documents.remove(document.id)
