"""What became of the errands: each result is heard like anything that was said.

A result that comes late (she went on by hand, began anew, deleted the draft) changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias, assert_never

from cases.case import FINAL
from cases.values import JSON
from dialogs.anew import begin_again
from dialogs.answering import better_wanted
from dialogs.asking import ask, due
from dialogs.conversation import WITHDRAW, Asking, Withdraw
from dialogs.draft import SAID, Answer, Source
from dialogs.enrolled import enrolled
from dialogs.form import Question
from dialogs.offering import propose
from dialogs.parties import EMPLOYEE_NAME, is_shared
from dialogs.proxies import come, invitation, invited, other_name
from dialogs.reminding import reminded
from dialogs.route import wanted_entries
from dialogs.said import (
    POOR,
    AnewFound,
    CaseOpened,
    CaseWithdrawn,
    Enrolled,
    EnrolledFound,
    IdentityConfirmed,
    IdentityRefused,
    InvitationClosed,
    InvitationOpened,
    Invited,
    JoinedDraft,
    NoAnew,
    NotInvited,
    NotJoined,
    PapersAnswered,
    PhotoLost,
    PhotoStored,
    ProgressFound,
    RegistryAnswered,
    Reminded,
    Result,
    SubmissionRefused,
    WantedFound,
)
from dialogs.steps import IDENTITY, PAPERS, REGISTRY, VERIFIED
from dialogs.talk import Talk
from dialogs.turn import OpenTask, RememberIdentity

Cases: TypeAlias = Sequence[Mapping[str, JSON]]
UNTOUCHED: Final = frozenset({"waiting", "sent", "withdrawn"})
"""States of items that nobody has accepted."""


def learn(talk: Talk, result: Result) -> Talk:
    """Go on with what an errand brought back."""
    if isinstance(result, (Reminded, EnrolledFound, Enrolled)):
        return _by_the_way(talk, result)
    if isinstance(result, (ProgressFound, CaseWithdrawn, WantedFound, AnewFound, NoAnew)):
        return _about_cases(talk, result)
    if isinstance(result, (InvitationOpened, InvitationClosed, NotJoined)):
        return invitation(talk, result)
    if result.draft != talk.draft.id:
        return talk
    if isinstance(result, (CaseOpened, SubmissionRefused)):
        return _submission(talk, result)
    return _for_open_draft(talk, result) if talk.draft.state in {"blank", "open"} else talk


def _by_the_way(talk: Talk, result: Reminded | EnrolledFound | Enrolled) -> Talk:
    """What belongs to no draft and no case."""
    return reminded(talk, result.kind) if isinstance(result, Reminded) else enrolled(talk, result)


def _for_open_draft(
    talk: Talk,
    result: IdentityConfirmed
    | IdentityRefused
    | RegistryAnswered
    | PapersAnswered
    | PhotoStored
    | PhotoLost
    | Invited
    | NotInvited
    | JoinedDraft,
) -> Talk:
    match result:
        case Invited() | NotInvited():
            return invited(talk, result)
        case JoinedDraft(side=side):
            return come(talk, side)
        case IdentityConfirmed() | IdentityRefused():
            return _identity(talk, result)
        case RegistryAnswered() | PapersAnswered():
            return _looked_up(talk, result)
        case PhotoStored():
            return _photo(talk, result)
        case PhotoLost():
            return _photo_lost(talk, result)
        case _:
            assert_never(result)


def _about_cases(
    talk: Talk, result: ProgressFound | CaseWithdrawn | WantedFound | AnewFound | NoAnew
) -> Talk:
    match result:
        case ProgressFound(cases=cases):
            if not cases:
                return talk.tell("progress.none", "apply")
            if talk.conversation.reminder == WITHDRAW:
                return _to_withdraw(talk, cases)
            return _told(talk, cases)
        case CaseWithdrawn(case_no=case_no, outcome=outcome):
            over = outcome in {"taken_back", "withdrawn"}
            return talk.tell(
                f"withdrawn.{outcome}", *(("apply",) if over else ()), "progress", case_no=case_no
            )
        case WantedFound():
            return _supplement(talk, result)
        case AnewFound() | NoAnew():
            return begin_again(talk, result)
        case _:
            assert_never(result)


def _told(talk: Talk, cases: Cases) -> Talk:
    for case in cases:
        talk = talk.tell("progress.case", *_to_do(case), **case)
    return talk.tell("go_on", "continue") if talk.draft.state == "open" else talk


def _to_withdraw(talk: Talk, cases: Cases) -> Talk:
    """She typed 撤回: one case is proposed, several are shown; of none it is said why not."""
    talk = talk.with_conversation(replace(talk.conversation, reminder=""))
    can = tuple(case for case in cases if _way_back(case) in _to_do(case))
    if len(can) == 1:
        return propose(talk, Withdraw(str(can[0]["case_no"])))
    if can:
        return _told(talk.tell("withdraw.which"), can)
    for case in cases:
        begun = [item["name"] for item in _items(case) if item.get("state") not in UNTOUCHED]
        talk = talk.tell(
            "withdraw.cannot", "progress", "human", case_no=case["case_no"], begun=begun
        )
    return talk.tell("go_on", "continue") if talk.draft.state == "open" else talk


def _way_back(case: Mapping[str, JSON]) -> str:
    return f"{WITHDRAW}.{case['case_no']}"


def _items(case: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
    items = case.get("items")
    listed = items if isinstance(items, (list, tuple)) else ()
    return [item for item in listed if isinstance(item, Mapping)]


def _to_do(case: Mapping[str, JSON]) -> tuple[str, ...]:
    """What she can do about a case: supply what is missing, take back what nobody accepted."""
    states = {item.get("state") for item in _items(case)}
    if case.get("apply_anew") == "self":
        return (f"anew.{case['case_no']}",)
    supply = ("supplement",) if "returned" in states else ()
    live = states - FINAL
    untouched = live and live <= {"waiting", "sent"}
    return (*supply, _way_back(case)) if untouched else supply


def _supplement(talk: Talk, found: WantedFound) -> Talk:
    """A supplement is a draft of its own: exactly what was named, nothing else."""
    if not found.wanted:
        return talk.tell("supplement.none", "progress")
    if talk.draft.state == "submitting":
        return talk.tell("submitting.wait")
    if talk.draft.state == "open" and not _says_nothing(talk):
        return talk.tell("supplement.draft_first", "continue", "delete")
    draft = replace(
        talk.draft,
        province=talk.definition.province,
        release=talk.definition.release,
        kind="supplement",
        state="open",
        answers={},
        shelved={},
        consents=(),
        flags=(),
        case_no=found.case_no,
        wanted=found.wanted,
    )
    entries = wanted_entries(talk.definition.form, draft)
    if not entries:
        return talk.tell("supplement.counter", "human", **talk.definition.contacts)
    talk = talk.with_draft(draft).with_subject(replace(talk.conversation.subject, draft=draft.id))
    return ask(talk.tell("supplement.begin", count=len(entries)))


def _says_nothing(talk: Talk) -> bool:
    """An application was begun, but only what stands before the form is answered in it."""
    if talk.draft.kind != "application":
        return False
    answers = talk.draft.answers
    hers = [talk.definition.form.question(key) for key in answers if _is_hers(answers[key])]
    return all(not one.review and one.kind in {"choice", IDENTITY} for one in hers)


def _is_hers(answer: Answer) -> bool:
    return answer.source in SAID


def _submission(talk: Talk, result: CaseOpened | SubmissionRefused) -> Talk:
    if talk.draft.state != "submitting":
        return talk
    if isinstance(result, SubmissionRefused):
        return _refused(talk, result.reason)
    done = talk.with_draft(replace(talk.draft, state="submitted", case_no=result.case_no))
    done = done.with_subject(replace(done.conversation.subject, draft="")).focus(Asking())
    if talk.draft.kind == "supplement":
        return done.tell("supplement.handed_in", "progress", case_no=result.case_no)
    return done.tell("submitted", "progress", f"withdraw.{result.case_no}", case_no=result.case_no)


def _refused(talk: Talk, reason: str) -> Talk:
    """Submitted before: that is the end of this draft. Else it is open again."""
    if reason == "already":
        done = talk.with_draft(replace(talk.draft, state="submitted"))
        done = done.with_subject(replace(done.conversation.subject, draft="")).focus(Asking())
        return done.tell("submit.refused.already", "progress")
    talk = talk.with_draft(replace(talk.draft, state="open")).focus(Asking())
    if reason == "identity":
        return talk.tell("submit.refused.identity", "submit")
    if reason == "under_way":
        return talk.tell("submit.refused.under_way", "progress", "withdraw")
    return ask(talk.tell("submit.refused.changed"))


def _identity(talk: Talk, result: IdentityConfirmed | IdentityRefused) -> Talk:
    if isinstance(result, IdentityRefused):
        return ask(talk.tell(f"identity.{result.reason}"))
    if talk.role == "agent":
        return ask(talk.tell("login.hers"))
    said = talk.draft.answers.get("id_number")
    if said is not None and said.value != result.id_number:
        return ask(talk.tell("identity.other_person"))
    if talk.draft.value(EMPLOYEE_NAME) not in {None, result.name} and is_shared(talk.draft):
        return other_name(talk)
    claims: Mapping[str, JSON] = {
        "name": result.name,
        "id_number": result.id_number,
        "phone_number": result.phone,
    }
    remember = RememberIdentity(
        talk.draft.subject, result.name, result.id_number, result.phone or ""
    )
    talk = talk.with_draft(replace(talk.draft, level=VERIFIED)).errand(remember)
    talk = _filled(talk, _by_claim(talk, claims), "identity")
    for question in talk.definition.form.entries():
        if isinstance(question, Question) and question.kind == IDENTITY:
            talk = talk.with_answer(question.key, Answer(VERIFIED, "identity", talk.now))
    return ask(talk.tell("identity.confirmed"))


def _by_claim(talk: Talk, claims: Mapping[str, JSON]) -> Mapping[str, JSON]:
    return {
        question.key: claims[question.identity]
        for question in talk.definition.form.entries()
        if isinstance(question, Question)
        and question.identity is not None
        and claims.get(question.identity) is not None
    }


def _looked_up(talk: Talk, result: RegistryAnswered | PapersAnswered) -> Talk:
    kind: Source = REGISTRY if isinstance(result, RegistryAnswered) else PAPERS
    question = _awaiting(talk, kind)
    if question is None:
        return talk
    talk = _filled(talk, result.facts, kind)
    if isinstance(result, RegistryAnswered):
        talk = _flagged(talk, result)
    talk = talk.with_answer(question.key, Answer(result.status, kind, talk.now))
    return talk if due(talk) else ask(talk)


def _awaiting(talk: Talk, kind: str) -> Question | None:
    """The look-up of this kind, if its answer is still waited for."""
    return next((one for one in talk.place().pending if one.kind == kind), None)


def _flagged(talk: Talk, result: RegistryAnswered) -> Talk:
    if result.status != "referral":
        return talk if result.status == "found" else talk.tell("registry.nothing")
    draft = replace(talk.draft, flags=(*talk.draft.flags, result.flag))
    referral = OpenTask(talk.conversation.speaking_for, "referral", draft.id, REGISTRY)
    talk = talk.with_draft(draft).errand(referral)
    return talk.tell("registry.referral", **talk.definition.contacts)


def _filled(talk: Talk, facts: Mapping[str, JSON], source: Source) -> Talk:
    """Fill in what she has not said herself; beside what she has said, keep what is known."""
    for key, value in facts.items():
        if not _may_be(talk, key, value):
            continue
        said = talk.draft.answers.get(key)
        if said is not None and said.source in SAID:
            talk = talk.with_answer(key, replace(said, known=value))
        else:
            talk = talk.with_answer(key, Answer(value, source, talk.now, known=value))
    return talk


def _may_be(talk: Talk, key: str, value: JSON) -> bool:
    """Whether a question with options has this one on the way she goes (HN-05, for one)."""
    question = talk.definition.form.question(key)
    if not question.options or not isinstance(value, str):
        return True
    offered = {one.id: one.when for one in question.options}
    answers = talk.place().answers
    return value not in offered or talk.definition.holds(offered[value], answers, talk.today)


def _photo(talk: Talk, stored: PhotoStored) -> Talk:
    """The photo is safe: remember under which name, also where she has gone back meanwhile."""
    key = stored.question
    shelved = talk.draft.shelved.get(key)
    if shelved is not None:
        kept = {**talk.draft.shelved, key: _named(shelved, stored)}
        talk = talk.with_draft(replace(talk.draft, shelved=kept))
    answer = talk.draft.answers.get(key)
    return talk if answer is None else talk.with_answer(key, _named(answer, stored))


def _named(answer: Answer, stored: PhotoStored) -> Answer:
    poor = {} if stored.poor is None else {"poor": stored.poor}
    photos = [
        {"document": stored.document, **poor, **photo}
        if photo.get("media") == stored.media
        else photo
        for photo in _photos(answer)
    ]
    return replace(answer, value=photos)


def _photo_lost(talk: Talk, lost: PhotoLost) -> Talk:
    answer = talk.draft.answers.get(lost.question)
    if answer is None:
        return talk
    kept = [photo for photo in _photos(answer) if photo.get("media") != lost.media]
    if len(kept) == len(_photos(answer)):
        return talk
    talk = talk.with_answer(lost.question, replace(answer, value=kept, done=False))
    if lost.reason in POOR:  # said once: the next one is kept as it is
        flags = dict.fromkeys((*talk.draft.flags, better_wanted(lost.question)))
        talk = talk.with_draft(replace(talk.draft, flags=tuple(flags)))
    return ask(talk.tell(f"photo.{lost.reason}"))


def _photos(answer: Answer) -> list[dict[str, JSON]]:
    value = answer.value if isinstance(answer.value, (list, tuple)) else ()
    return [dict(photo) for photo in value if isinstance(photo, Mapping)]
