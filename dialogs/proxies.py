"""Applying for an employee: how it begins, how the other is invited, how the two part (HN-04…09).

The commands of it; who may answer and see what stands in `dialogs/parties.py`.
"""

import re
from dataclasses import replace
from typing import Final

from dialogs.asking import ask, invite
from dialogs.conversation import Asking, Join, Part, Subject
from dialogs.draft import Answer, is_known
from dialogs.form import Question
from dialogs.offering import EMPLOYEE, is_undecided, left, offer_provinces, propose
from dialogs.parties import (
    AGENT_CONSENT,
    BEGINNING,
    EMPLOYEE_NAME,
    HERS,
    INSURED_AS,
    PERSON_KIND,
    has_joined,
    is_sent,
    is_shared,
    out_of_mandate,
    pending_for,
    uninvited,
)
from dialogs.said import InvitationClosed, InvitationOpened, Invited, NotInvited, NotJoined
from dialogs.steps import IDENTITY, INVITATION
from dialogs.talk import Talk
from dialogs.turn import OpenInvitation, TellParty

__all__ = [
    "EMPLOYEE",
    "apply_for_employee",
    "come",
    "handed_on",
    "invitation",
    "invite_again",
    "invited",
    "join",
    "not_yet",
    "other_name",
    "part",
]

CODE: Final = re.compile(r"[0-9]{8}")
"""What an invitation's code looks like."""


def apply_for_employee(talk: Talk, _: str) -> Talk:
    """Begin as an employer's or agency's clerk: another person, another draft."""
    if not talk.definition.takes_agents:
        return talk.tell("proxy.none", "apply", "human")
    here = talk.conversation.subject
    if talk.draft.state == "open" or here.label != EMPLOYEE or here.name:
        talk = _for_another(talk)
    if is_undecided(talk):
        return offer_provinces(talk)
    if (
        talk.draft.state == "open"
    ):  # the draft on the table is another's: hers begins at the next tap
        return talk.focus(Asking()).tell("proxy.begin", "proxy")
    who = talk.conversation.speaking_for
    begun = Answer("agent", "suggested", talk.now)
    draft = replace(
        talk.draft, state="open", subject=who, agent=who, authors=(talk.conversation.person, who)
    ).with_answer(BEGINNING, begun)
    talk = talk.with_draft(draft).with_subject(replace(talk.conversation.subject, draft=draft.id))
    return ask(talk.tell("proxy.welcome"))


def _for_another(talk: Talk) -> Talk:
    """From now on this phone speaks for an employee of whom nothing is known yet."""
    person = talk.conversation.person
    known = talk.conversation.subjects
    unused = (one for one in known if one.label == EMPLOYEE and not one.draft and not one.name)
    subject = next(unused, Subject(f"{person}.{len(known)}", EMPLOYEE))
    talk = talk.with_subject(subject)
    return talk.with_conversation(replace(talk.conversation, speaking_for=subject.person))


def invite_again(talk: Talk, _: str) -> Talk:
    """Another code in place of the last; for who applies by herself: hand it over to her unit."""
    draft = talk.draft
    if draft.state != "open" or draft.kind != "application":
        return talk.tell("nothing_open", "apply", "progress")
    if has_joined(draft):
        return ask(talk)
    if is_sent(draft):
        return invite(talk.with_draft(uninvited(draft)))
    if is_shared(draft) or not talk.definition.takes_agents:
        return ask(talk)
    begun = Answer("handed_over", "citizen", talk.now)
    return ask(_known_already(talk).with_answer(BEGINNING, begun).tell("handing_over"))


def _known_already(talk: Talk) -> Talk:
    """She has said how she is insured: who may apply for her follows, and is not asked again."""
    said = talk.draft.answers.get(PERSON_KIND)
    asked = talk.definition.form.by_key.get(INSURED_AS)
    ids = {one.id for one in asked.options} if isinstance(asked, Question) else set()
    if said is None or said.value not in ids:
        return talk
    return talk.with_answer(INSURED_AS, replace(said, known=None))


def join(talk: Talk, code: str) -> Talk:
    """She (or an agent) has a code: what does it invite to?"""
    if not code:
        return talk.tell("join.ask")
    if talk.draft.state == "submitting":
        return talk.tell("submitting.wait")
    return talk.errand(OpenInvitation(talk.conversation.person, code)).tell("join.looking")


def part(talk: Talk, _: str) -> Talk:
    """She takes her consent back, or the agent gives it up: until it is submitted."""
    if talk.draft.state != "open" or not is_shared(talk.draft):
        return talk.tell("part.nothing", "progress")
    return propose(talk, Part())


def not_yet(talk: Talk) -> Talk | None:
    """Why an agent cannot submit now; None when they can. She is told of what is hers to do."""
    when = out_of_mandate(talk.draft, talk.today)
    if when == "early":
        return talk.tell("submit.mandate_early", "submit")
    if when == "over":
        return _hers_to_do(talk, "submit.mandate_over", HERS)
    if is_known(talk.draft):
        return None
    logins = (one.key for one in talk.place().answered if one.kind == IDENTITY)
    return _hers_to_do(talk, "submit.verify_by_her", tuple(logins))


def _hers_to_do(talk: Talk, text: str, keys: tuple[str, ...]) -> Talk:
    hers = TellParty(talk.draft.subject, "proxy_your_turn", talk.draft.id)
    kept = talk.draft.without(*keys)
    shelved = {key: old for key, old in kept.shelved.items() if key not in keys}
    return talk.with_draft(replace(kept, shelved=shelved)).errand(hers).tell(text, "change")


# ---- what became of it -----------------------------------------------------------------------


def invited(talk: Talk, result: Invited | NotInvited) -> Talk:
    """The code is there: one sentence to send on. What else can be answered goes on."""
    if has_joined(talk.draft) or not is_sent(talk.draft):
        return talk
    if isinstance(result, NotInvited):
        return talk.with_draft(uninvited(talk.draft)).tell("invite.limit", "continue")
    waits = Answer(result.reference, "suggested", talk.now, done=False)
    talk = talk.with_answer(INVITATION, waits).focus(Asking())
    side = "agent" if talk.role == "self" else "self"
    name = talk.draft.value(EMPLOYEE_NAME) or ""
    return talk.tell(f"invite.{side}", "invite", code=result.code, name=name)


def invitation(talk: Talk, found: InvitationOpened | InvitationClosed | NotJoined) -> Talk:
    """What the code invites to, for a yes or no. Who has a draft under way ends it first."""
    if isinstance(found, NotJoined):
        return _not_joined(talk, found)
    if isinstance(found, InvitationClosed):
        talk = talk.tell(f"join.{found.reason}", "human")
        return talk.tell("go_on", "continue") if talk.draft.state == "open" else talk
    if found.side == "self" and _is_busy(talk):
        return talk.tell("join.draft_first", "continue", "delete")
    proposal = Join(found.reference, found.of_draft, found.side, found.params)
    return propose(talk.focus(Asking()), proposal)


def _is_busy(talk: Talk) -> bool:
    """Whether she has an unfinished draft of her own."""
    conversation = talk.conversation
    if conversation.speaking_for == conversation.person:
        return talk.draft.state == "open"
    herself = next(one for one in conversation.subjects if one.person == conversation.person)
    return bool(herself.draft)


def come(talk: Talk, side: str) -> Talk:
    """Who was invited has come to the draft, and is asked what is theirs to say."""
    return ask(talk.tell(f"joined.{side}"))


def _not_joined(talk: Talk, result: NotJoined) -> Talk:
    """The draft is gone, or she has declined: nothing lies on the table."""
    if result.declined:
        return talk.tell("declined", "apply")
    if talk.conversation.subject.draft == result.of_draft:
        talk = talk.with_subject(replace(talk.conversation.subject, draft=""))
    return talk.tell("join.unknown", "human")


def other_name(talk: Talk) -> Talk:
    """Who has logged in is not called as the agent says: perhaps the code went astray."""
    agent = TellParty(talk.draft.agent, "proxy_other_name", talk.draft.id)
    return ask(talk.errand(agent).tell("identity.other_name", "human"))


# ---- whose turn it is ------------------------------------------------------------------------


def handed_on(before: Talk, after: Talk) -> Talk:
    """At the end of a step: who has said all that was theirs to say hands on to the other."""
    draft = after.draft
    if draft.answers.get(AGENT_CONSENT) is not None and draft.value(AGENT_CONSENT) is False:
        return left(replace(after, events=before.events, errands=()))
    after = _named(after)
    if draft.id != before.draft.id or draft.state != "open" or not has_joined(draft):
        return after
    if after.pending() or not (is_shared(before.draft) and before.pending()):
        return after
    if after.role == "self":
        return after.errand(TellParty(draft.agent, "proxy_ready", draft.id))
    hers = pending_for("self", after.place(), draft)
    if not hers:
        return after
    return after.errand(TellParty(draft.subject, "proxy_your_turn", draft.id))


def _named(talk: Talk) -> Talk:
    """The agent's list of employees calls her by her name."""
    name, subject = talk.draft.value(EMPLOYEE_NAME), talk.conversation.subject
    if talk.role != "agent" or not isinstance(name, str) or subject.name == name:
        return talk
    return talk.with_subject(replace(subject, name=name))
