"""What is put away comes out the same, whatever it is."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.conversation import About, Conversation, Focus, Proposal, Subject, begin
from dialogs.draft import Answer, Consent, Draft, Wanted, blank
from storage.redis.stored import (
    SCHEMA,
    FromTheFuture,
    conversation_from_bytes,
    conversation_to_bytes,
    draft_from_bytes,
    draft_to_bytes,
)

NOW = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
texts = st.lists(text, max_size=3).map(tuple)
numbers = st.integers(0, 2**31)
times = st.datetimes(timezones=st.just(UTC))
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
proposals = st.one_of(
    *(
        st.builds(
            kind,
            **{
                field.name: {
                    "value": json,
                    "asks_again": texts,
                    "drops": texts,
                    "params": st.dictionaries(text, json, max_size=2),
                }.get(field.name, text)
                for field in fields(kind)
            },
        )
        for kind in get_args(Proposal)
    )
)
focuses = st.one_of(
    *(
        st.builds(
            kind,
            **{
                field.name: {
                    "proposal": proposals,
                    "options": texts,
                    "asked": texts,
                    "facts": st.dictionaries(text, text, max_size=3),
                    "what": st.sampled_from(["line", "person", "draft"]),
                }.get(field.name, text)
                for field in fields(kind)
            },
        )
        for kind in get_args(Focus)
    )
)
conversations = st.builds(
    Conversation,
    person=text,
    subjects=st.lists(st.builds(Subject, text, text, text), max_size=3).map(tuple),
    speaking_for=text,
    focus=focuses,
    asking=numbers,
    misses=numbers,
    last=texts,
    reminder=text,
    about=st.none()
    | st.builds(
        About,
        person=text,
        someone_else=st.booleans(),
        born=st.none() | st.tuples(text, text),
        archive=st.none() | st.tuples(text, text),
        sex=st.sampled_from(["", "male", "female"]),
        post=st.sampled_from(["", "cadre", "worker", "flexible"]),
        paid=st.none() | numbers,
        asked=texts,
        awaits=text,
    ),
    version=numbers,
)
answers = st.dictionaries(
    text,
    st.builds(
        Answer,
        value=json,
        source=st.sampled_from(["citizen", "registry", "identity", "papers", "suggested"]),
        at=times,
        done=st.booleans(),
        known=json,
    ),
    max_size=4,
)
drafts = st.builds(
    Draft,
    id=text,
    province=text,
    release=numbers,
    subject=text,
    authors=texts,
    began_at=times,
    kind=st.sampled_from(["application", "supplement"]),
    state=st.sampled_from(["blank", "open", "submitting", "submitted"]),
    version=numbers,
    level=st.sampled_from(["typed", "verified", "window"]),
    answers=answers,
    shelved=answers,
    consents=st.lists(st.builds(Consent, text, text, times), max_size=2).map(tuple),
    case_no=text,
    wanted=st.lists(
        st.builds(Wanted, text, st.sampled_from(["document", "answer"]), text, text), max_size=2
    ).map(tuple),
    flags=texts,
)


@given(conversations)
def test_every_conversation_comes_back(conversation: Conversation) -> None:
    assert conversation_from_bytes(conversation_to_bytes(conversation)) == conversation


@given(drafts)
def test_every_draft_comes_back(draft: Draft) -> None:
    assert draft_from_bytes(draft_to_bytes(draft)) == draft


def test_no_field_is_forgotten() -> None:
    draft = blank("d1", "henan", 1, "p1", NOW)
    assert orjson.loads(draft_to_bytes(draft)).keys() - {"schema"} == {
        field.name for field in fields(Draft) if field.init
    }
    assert orjson.loads(conversation_to_bytes(begin("p1"))).keys() - {"schema"} == {
        field.name for field in fields(Conversation)
    }


def test_what_a_newer_program_wrote_is_not_guessed_at() -> None:
    written = orjson.loads(draft_to_bytes(blank("d1", "henan", 1, "p1", NOW)))
    with pytest.raises(FromTheFuture):
        draft_from_bytes(orjson.dumps({**written, "schema": SCHEMA + 1}))


def test_what_was_kept_before_she_could_ask_for_her_age_is_read() -> None:
    written = orjson.loads(conversation_to_bytes(begin("p1")))
    del written["about"]
    assert conversation_from_bytes(orjson.dumps({**written, "schema": 1})) == begin("p1")
