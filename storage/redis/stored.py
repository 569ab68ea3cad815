"""Conversations and drafts as bytes, and back: exactly what was put in comes out.

Written by hand because every turn does it (a draft of forty answers: 12 µs out, 55 µs in) and
because the stored form must outlive changes of the classes: each kind of focus and proposal has
a word of its own here, and the schema's number stands first. Whoever changes the form raises
`SCHEMA` and says in `_OLDER` how the previous one becomes it; drafts live 90 days.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, assert_never

import orjson

from dialogs.conversation import (
    About,
    Anew,
    Asking,
    Change,
    Choosing,
    Confirming,
    Conversation,
    Correcting,
    Delete,
    Enrolling,
    Focus,
    Forget,
    Join,
    Keep,
    Part,
    Paused,
    Proposal,
    StartAgain,
    Subject,
    Withdraw,
)
from dialogs.draft import Answer, Consent, Draft, Wanted
from storage.errors import StorageError

SCHEMA = 3

Fields: TypeAlias = dict[str, Any]

_OLDER: Mapping[int, Callable[[Fields], Fields]] = {
    1: lambda fields: {"about": None, **fields},
    2: lambda fields: fields,  # a subject has five parts, of which the last two may be left out
}
"""Schema n → what makes fields of n + 1 from fields of n."""


class FromTheFuture(StorageError):
    """A newer version of this program wrote this conversation or draft."""


def conversation_to_bytes(conversation: Conversation, version: int | None = None) -> bytes:
    """The stored form, with another version if one is given; `conversation_from_bytes` reads it."""
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "person": conversation.person,
            "subjects": [_subject_out(one) for one in conversation.subjects],
            "speaking_for": conversation.speaking_for,
            "focus": _focus_out(conversation.focus),
            "asking": conversation.asking,
            "misses": conversation.misses,
            "last": conversation.last,
            "reminder": conversation.reminder,
            "about": _about_out(conversation.about),
            "version": conversation.version if version is None else version,
        }
    )


def conversation_from_bytes(data: bytes) -> Conversation:
    """Raises `FromTheFuture` for a schema that is not known here."""
    fields = _fields(data)
    return Conversation(
        person=fields["person"],
        subjects=tuple(Subject(*one) for one in fields["subjects"]),
        speaking_for=fields["speaking_for"],
        focus=_focus_in(fields["focus"]),
        asking=fields["asking"],
        misses=fields["misses"],
        last=tuple(fields["last"]),
        reminder=fields["reminder"],
        about=_about_in(fields["about"]),
        version=fields["version"],
    )


def draft_to_bytes(draft: Draft, version: int | None = None) -> bytes:
    """The stored form, with another version if one is given; `draft_from_bytes` reads it."""
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "id": draft.id,
            "province": draft.province,
            "release": draft.release,
            "subject": draft.subject,
            "authors": draft.authors,
            "began_at": draft.began_at,
            "kind": draft.kind,
            "state": draft.state,
            "version": draft.version if version is None else version,
            "level": draft.level,
            "answers": _answers_out(draft.answers),
            "shelved": _answers_out(draft.shelved),
            "consents": [[one.what, one.text_version, one.given_at] for one in draft.consents],
            "case_no": draft.case_no,
            "wanted": [[one.item, one.kind, one.code, one.note] for one in draft.wanted],
            "flags": draft.flags,
            "agent": draft.agent,
            "follows": draft.follows,
        }
    )


def draft_from_bytes(data: bytes) -> Draft:
    """Raises `FromTheFuture` for a schema that is not known here."""
    fields = _fields(data)
    return Draft(
        id=fields["id"],
        province=fields["province"],
        release=fields["release"],
        subject=fields["subject"],
        authors=tuple(fields["authors"]),
        began_at=datetime.fromisoformat(fields["began_at"]),
        kind=fields["kind"],
        state=fields["state"],
        version=fields["version"],
        level=fields["level"],
        answers=_answers_in(fields["answers"]),
        shelved=_answers_in(fields["shelved"]),
        consents=tuple(
            Consent(what, version, datetime.fromisoformat(at))
            for what, version, at in fields["consents"]
        ),
        case_no=fields["case_no"],
        wanted=tuple(Wanted(*one) for one in fields["wanted"]),
        flags=tuple(fields["flags"]),
        agent=fields.get("agent", ""),
        follows=fields.get("follows", ""),
    )


def _fields(data: bytes) -> Fields:
    fields: Fields = orjson.loads(data)
    schema: int = fields["schema"]
    if schema > SCHEMA:
        raise FromTheFuture
    for older in range(schema, SCHEMA):
        fields = _OLDER[older](fields)
    return fields


def _about_out(about: About | None) -> list[Any] | None:
    if about is None:
        return None
    who = [about.person, about.someone_else, about.sex, about.post]
    return [*who, about.born, about.archive, about.paid, about.asked, about.awaits]


def _about_in(words: list[Any] | None) -> About | None:
    if words is None:
        return None
    person, someone_else, sex, post, born, archive, paid, asked, awaits = words
    return About(
        person=person,
        someone_else=someone_else,
        born=None if born is None else (born[0], born[1]),
        archive=None if archive is None else (archive[0], archive[1]),
        sex=sex,
        post=post,
        paid=paid,
        asked=tuple(asked),
        awaits=awaits,
    )


def _answers_out(answers: Mapping[str, Answer]) -> Fields:
    return {
        key: [one.value, one.source, one.at, one.done, one.known] for key, one in answers.items()
    }


def _answers_in(fields: Fields) -> dict[str, Answer]:
    return {
        key: Answer(value, source, datetime.fromisoformat(at), done, known)
        for key, (value, source, at, done, known) in fields.items()
    }


def _subject_out(subject: Subject) -> list[str]:
    return [subject.person, subject.label, subject.draft, subject.name, subject.province]


def _focus_out(focus: Focus) -> list[Any]:
    match focus:
        case Asking():
            return ["asking"]
        case Correcting(key=key):
            return ["correcting", key]
        case Confirming(proposal=proposal):
            return ["confirming", *_proposal_out(proposal)]
        case Choosing(what=what, options=options):
            return ["choosing", what, options]
        case Paused():
            return ["paused"]
        case Enrolling(facts=facts, asked=asked):
            return ["enrolling", facts, asked]
    assert_never(focus)


def _focus_in(words: list[Any]) -> Focus:
    match words:
        case ["asking"]:
            return Asking()
        case ["correcting", key]:
            return Correcting(key)
        case ["confirming", *proposal]:
            return Confirming(_proposal_in(proposal))
        case ["choosing", what, options]:
            return Choosing(what, tuple(options))
        case ["paused"]:
            return Paused()
        case ["enrolling", facts, asked]:
            return Enrolling(facts, tuple(asked))
        case _:
            raise FromTheFuture


_BARE: Mapping[type[StartAgain | Delete | Forget | Part], str] = {
    StartAgain: "start_again",
    Delete: "delete",
    Forget: "forget",
    Part: "part",
}
"""Proposals that say nothing but themselves."""


def _proposal_out(proposal: Proposal) -> list[Any]:
    match proposal:
        case Change(key=key, value=value, asks_again=asks_again, drops=drops):
            return ["change", key, value, asks_again, drops]
        case Keep(key=key, value=value, reason=reason, params=params):
            return ["keep", key, value, reason, params]
        case StartAgain() | Delete() | Forget() | Part():
            return [_BARE[type(proposal)]]
        case Withdraw(case_no=case_no):
            return ["withdraw", case_no]
        case Anew(case_no=case_no):
            return ["anew", case_no]
        case Join(reference=reference, of_draft=of_draft, side=side, params=params):
            return ["join", reference, of_draft, side, params]
    assert_never(proposal)


def _proposal_in(words: list[Any]) -> Proposal:
    match words:
        case ["change", key, value, asks_again, drops]:
            return Change(key, value, tuple(asks_again), tuple(drops))
        case ["keep", key, value, reason, params]:
            return Keep(key, value, reason, params)
        case [str(word)] if word in _BARE.values():
            return next(kind() for kind, name in _BARE.items() if name == word)
        case ["withdraw", case_no]:
            return Withdraw(case_no)
        case ["anew", case_no]:
            return Anew(case_no)
        case ["join", reference, of_draft, side, params]:
            return Join(reference, of_draft, side, params)
        case _:
            raise FromTheFuture
