"""Two people, one draft: making a code, looking at it, coming by it, telling the other.

Doing each twice is doing it once: the draft says which invitation is open, and its version
whether somebody was quicker.
"""

from typing import Final

from bot.envelopes import Order
from bot.errands.desk import Desk
from bot.errands.failures import TryAgain
from bot.ids import digits, same_id
from cases.values import JSON
from cases.workdays import day_of
from dialogs.draft import Draft
from dialogs.kinds.base import Scene
from dialogs.parties import Role, has_joined, hers_alone, joined, uninvited
from dialogs.said import (
    InvitationClosed,
    InvitationOpened,
    Invited,
    JoinedDraft,
    NotInvited,
    NotJoined,
    Said,
)
from dialogs.steps import INVITATION
from dialogs.turn import AnswerInvitation, Invite, OpenInvitation, TellParty
from notifications.catalog import personal_notice
from storage.redis.drafts import Conflict
from storage.redis.errands import Errand
from storage.redis.invitations import Invitation, TooManyTries

CODE_LENGTH: Final = 8
DRAWS: Final = 5
"""A code that is in use is drawn again; with 10^8 of them hardly ever."""


async def invite(desk: Desk, errand: Errand, order: Order) -> None:
    """Make a code for the other of the two, and give it to who asked for it."""
    (asked,) = order.errands
    assert isinstance(asked, Invite)
    made: Said = NotInvited(asked.draft)
    for _ in range(DRAWS):
        code = digits(CODE_LENGTH)
        reference = _reference(desk, code)
        invitation = Invitation(asked.draft, asked.side, errand.person)
        outcome = await desk.invitations.make(reference, invitation, errand.id, desk.clock())
        if outcome == "made":
            made = Invited(asked.draft, code, reference)
        if outcome != "taken":
            break
    await desk.hearing.learn((made,), order, errand)


async def open_invitation(desk: Desk, errand: Errand, order: Order) -> None:
    """What does the code that somebody sent invite to?"""
    (asked,) = order.errands
    assert isinstance(asked, OpenInvitation)
    await desk.hearing.learn((await _opened(desk, errand, asked),), order, errand)


async def _opened(desk: Desk, errand: Errand, asked: OpenInvitation) -> Said:
    reference = _reference(desk, asked.code)
    found = await desk.invitations.open(reference, asked.person, errand.id, desk.clock())
    if isinstance(found, TooManyTries):
        return InvitationClosed("later")
    draft = await desk.drafts.load(found.draft) if found is not None else None
    if found is None or draft is None or not _is_open(draft, reference):
        return InvitationClosed("unknown")
    if found.by == asked.person:
        return InvitationClosed("own")
    return InvitationOpened(reference, found.draft, _side(found.side), _shown(desk, draft))


async def answer_invitation(desk: Desk, errand: Errand, order: Order) -> None:
    """She (or an agent) comes to the draft, or declines to; who invited is told."""
    (asked,) = order.errands
    assert isinstance(asked, AnswerInvitation)
    for _ in range(DRAWS):
        outcome = await _answered(desk, errand, asked)
        if outcome is not None:
            break
    else:
        raise TryAgain
    await desk.hearing.learn((outcome,), order, errand)
    await desk.invitations.forget(asked.reference)
    await desk.wake()


async def _answered(desk: Desk, errand: Errand, asked: AnswerInvitation) -> Said | None:
    """None: somebody else saved the draft meanwhile, look again."""
    draft = await desk.drafts.load(asked.of_draft)
    came = draft is not None and has_joined(draft) and asked.person in draft.authors
    if came and asked.agreed:  # this errand's own doing, before its process died
        return JoinedDraft(asked.of_draft, asked.side)
    if draft is None or not _is_open(draft, asked.reference):
        return NotJoined(asked.of_draft, declined=not asked.agreed)
    inviter = draft.agent if asked.side == "self" else draft.subject
    if await _saved(desk, errand, draft, asked) is None:
        return None
    notice = "proxy_joined" if asked.agreed else "proxy_declined"
    await _tell(desk, inviter, notice, draft, errand)
    if asked.agreed:
        return JoinedDraft(asked.of_draft, asked.side)
    return NotJoined(asked.of_draft, declined=True)


async def _saved(desk: Desk, errand: Errand, draft: Draft, asked: AnswerInvitation) -> Draft | None:
    definition, now = desk.definition(draft), desk.clock()
    if asked.agreed:
        changed = joined(definition, draft, asked.person, asked.side, now)
    else:
        changed = uninvited(draft)
    kept = await desk.drafts.save(changed, errand.person, now)
    return None if isinstance(kept, Conflict) else changed


async def tell_party(desk: Desk, errand: Errand, order: Order) -> None:
    """Tell the other of the two, without details: their phone may lie open on a table."""
    (told,) = order.errands
    assert isinstance(told, TellParty)
    draft = await desk.drafts.load(told.of_draft)
    if draft is not None:
        await _tell(desk, told.person, told.notice, draft, errand)
        await desk.wake()
    await desk.errands.finish(errand.id)


async def leave(desk: Desk, draft: Draft, person: str, errand: Errand) -> None:
    """Somebody left the account: what was common is hers, and the other hears of it."""
    if not has_joined(draft) or draft.state != "open":
        return
    if draft.subject.partition(".")[0] == person:  # her draft goes with her
        await _tell(desk, draft.agent, "proxy_left_self", draft, errand)
        return
    now = desk.clock()
    alone = hers_alone(desk.definition(draft), draft, day_of(now))
    if isinstance(await desk.drafts.save(alone, draft.subject, now), Conflict):
        raise TryAgain
    await _tell(desk, draft.subject, "proxy_left_agent", draft, errand)


async def _tell(desk: Desk, person: str, notice: str, draft: Draft, errand: Errand) -> None:
    now = desk.clock()
    row_id = same_id(notice, errand.id)
    row = personal_notice(notice, draft.province, person, row_id, now, day_of(now))
    await desk.outbox.add([row])


def _reference(desk: Desk, code: str) -> str:
    return desk.lookups.digest("invitation", code)


def _is_open(draft: Draft, reference: str) -> bool:
    waits = draft.answers.get(INVITATION)
    return (
        draft.state == "open" and waits is not None and not waits.done and waits.value == reference
    )


def _side(side: str) -> Role:
    return "agent" if side == "agent" else "self"


def _shown(desk: Desk, draft: Draft) -> dict[str, JSON]:
    """Names, and the agent's telephone masked: what she must know to say yes or no."""
    definition = desk.definition(draft)
    scene = Scene({}, day_of(desk.clock()), definition.lists)
    question = definition.form.question("agent_phone")
    phone = definition.kinds[question.kind]
    return {
        "organisation": draft.value("employer_name") or "",
        "agent": draft.value("agent_name") or "",
        "phone": phone.mask(question, draft.value("agent_phone"), scene),
        "name": draft.value("name") or "",
    }
