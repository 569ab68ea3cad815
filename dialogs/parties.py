"""One draft, two people: who may answer, who may see, who comes and goes (HN-04…06, HN-09).

Where somebody applies for her (her employer, an agency, the keeper of her file), both phones work
on one draft. What is hers nobody else answers; what the agent sees of it she decides
(`agent_sees`). Pure: what the two are told of each other's steps is an errand.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

from dialogs.conversation import Conversation
from dialogs.definition import Definition
from dialogs.draft import Answer, Consent, Draft
from dialogs.form import Question
from dialogs.route import Place, place
from dialogs.steps import INVITATION, JOINED

Role: TypeAlias = Literal["self", "agent"]

BEGINNING: Final = "beginning"
"""How the draft began: `person`, `agent` or `handed_over`."""
AGENT_CONSENT: Final = "agent_consent"
"""She lets the agent apply for her."""
AGENT_SEES: Final = "agent_sees"
EMPLOYEE_NAME: Final = "employee_name"
INSURED_AS: Final = "insured_as"
"""Asked before it is known who applies; what `person_kind` asks of her who applies herself."""
PERSON_KIND: Final = "person_kind"
"""What the agent calls her; whoever logs in must be called so."""
MANDATE_FROM: Final = "mandate_from"
MANDATE_UNTIL: Final = "mandate_until"
HERS: Final = (MANDATE_UNTIL, "mandate", "mandate_accepted")
"""What is asked anew when the mandate's time is over (附件4)."""


def is_shared(draft: Draft) -> bool:
    """Whether somebody applies for her, or is being asked to."""
    began = draft.answers.get(BEGINNING)
    return began is not None and began.done and began.value != "person"


def has_joined(draft: Draft) -> bool:
    """Whether both are there."""
    return draft.value(INVITATION) == JOINED


def role(conversation: Conversation, draft: Draft) -> Role:
    """In which role this phone writes the draft."""
    return "agent" if draft.agent and conversation.speaking_for == draft.agent else "self"


def pending_for(role_: Role, here: Place, draft: Draft) -> tuple[Question, ...]:
    """What is still to be asked of this one, in the order of the form."""
    if not is_shared(draft):
        return here.pending
    return tuple(
        one
        for one in here.pending
        if may_answer(role_, one, draft) and not (one.kind == INVITATION and is_sent(draft))
    )


def is_sent(draft: Draft) -> bool:
    """Whether the other has been invited and has not come yet."""
    return INVITATION in draft.answers and not has_joined(draft)


def may_answer(role_: Role, question: Question, draft: Draft) -> bool:
    """Whether this one answers the question."""
    return not is_shared(draft) or question.by in {role_, "either"}


def may_see(role_: Role, question: Question, draft: Draft) -> bool:
    """Whether this one may read the answer: she everything, the agent what is theirs or shown."""
    if role_ == "self" or not is_shared(draft) or question.by == "agent" or question.agent_sees:
        return True
    answer = draft.answers.get(question.key)
    said_it = answer is not None and answer.source == "agent"
    return said_it or draft.value(AGENT_SEES) == "all"


def may_change(role_: Role, question: Question, draft: Draft) -> bool:
    """Whether this one may give another answer: what is hidden is not overwritten, either."""
    return may_answer(role_, question, draft) and may_see(role_, question, draft)


def joined(definition: Definition, draft: Draft, who: str, side: Role, now: datetime) -> Draft:
    """Both are there. `who` is the one who came, as their own phone calls them.

    She has agreed to the words of `agent_consent` by coming; an agent is agreed to afterwards,
    when she knows who it is.
    """
    here = Answer(JOINED, "citizen" if side == "self" else "agent", now)
    draft = draft.with_answer(INVITATION, here)
    authors = tuple(dict.fromkeys((who.partition(".")[0], who)))
    if side == "agent":
        return replace(draft, agent=who, authors=tuple(dict.fromkeys((*draft.authors, *authors))))
    given = Consent(AGENT_CONSENT, definition.version_of(AGENT_CONSENT), now)
    draft = draft.with_answer(AGENT_CONSENT, Answer(True, "citizen", now))
    return replace(
        draft,
        subject=who,
        authors=tuple(dict.fromkeys((*authors, *draft.authors))),
        consents=(*draft.consents, given),
    )


def uninvited(draft: Draft) -> Draft:
    """The invitation was declined or is to be sent anew: the old code leads nowhere."""
    kept = {key: answer for key, answer in draft.answers.items() if key != INVITATION}
    return replace(draft, answers=kept)


def hers_alone(definition: Definition, draft: Draft, today: date) -> Draft:
    """She goes on by herself: nothing of the agent's stays, nor what she agreed to for them.

    What they filled in of her case (a month, a photo of her papers) stays for her to check.
    """
    without = {key: answer for key, answer in draft.answers.items() if key != BEGINNING}
    alone = replace(draft, answers=without, shelved={}, agent="", authors=(draft.subject,))
    form = definition.form
    about = {one.key for one in form.section_of(BEGINNING).questions}  # who applies, by what leave
    route = {one.key for one in place(definition, draft, today).answered}
    signed = route - set(place(definition, alone, today).route)
    theirs = {one.key for one in form.entries() if isinstance(one, Question) and one.by == "agent"}
    gone = about | signed | theirs
    return replace(
        alone,
        answers={key: answer for key, answer in without.items() if key not in gone},
        consents=tuple(one for one in draft.consents if one.what not in gone),
    )


def out_of_mandate(draft: Draft, today: date) -> Literal["early", "over"] | None:
    """Whether submission would not lie within the mandate's dates (附件4 委托期限)."""
    if not is_shared(draft) or draft.value("mandate") is not True:
        return None
    begins, ends = draft.value(MANDATE_FROM), draft.value(MANDATE_UNTIL)
    day = today.isoformat()
    if isinstance(begins, str) and day < begins:
        return "early"
    return "over" if isinstance(ends, str) and day > ends else None
