"""What the tests of storage/redis begin with."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from dialogs.conversation import Conversation, begin
from dialogs.draft import Answer, Draft, blank
from storage.keys import Key
from storage.redis.drafts import Fact
from storage.redis.errands import Errand
from storage.redis.turns import Arrival, Claimed, Heard
from storage.sealing import Sealer

NOW = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
SEALER = Sealer((Key("test", bytes(32)),))

_numbers: Iterator[int] = count()


def arrival(
    key: str = "m1", *, speaker: str = "her-phone", token: str = "", **more: str
) -> Arrival:
    """A message with a token of its own."""
    return Arrival(
        key=key,
        speaker=speaker,
        message=f"words of {key}".encode(),
        candidate=f"person-of-{speaker}",
        token=token or f"token-{next(_numbers)}",
        at=NOW,
        **more,
    )


def claimed(outcome: object) -> Claimed:
    """The outcome, which is a claim."""
    assert isinstance(outcome, Claimed), outcome
    return outcome


def draft(draft_id: str = "d1", subject: str = "person-of-her-phone") -> Draft:
    """A draft with one answer."""
    return blank(draft_id, "henan", 1, subject, NOW).with_answer(
        "name", Answer("张三", "citizen", NOW)
    )


def heard(got: Claimed, answer: bytes = b"", **more: object) -> Heard:
    """A turn that says `answer`; a draft among `more` is on the table from now on."""
    conversation = got.claim.conversation or begin(got.claim.person)
    on_table = more.get("draft")
    if isinstance(on_table, Draft):
        conversation = talking_about(conversation, on_table.id)
    body = answer or b"answer to " + got.message
    return replace(Heard(conversation, answer=body, handed_out=True), **more)  # type: ignore[arg-type]  # any field


def talking_about(conversation: Conversation, draft_id: str) -> Conversation:
    """The conversation with this draft on the table."""
    subject = replace(conversation.subject, draft=draft_id)
    return replace(conversation, subjects=(subject,))


def errand(errand_id: str = "d1:1:registry", kind: str = "registry", reply_to: str = "") -> Errand:
    """An errand that workers may take up in ten seconds."""
    return Errand(
        id=errand_id,
        person="person-of-her-phone",
        draft="d1",
        kind=kind,
        payload=f"payload of {errand_id}".encode(),
        due=NOW + timedelta(seconds=10),
        reply_to=reply_to,
    )


FACT = Fact("name", date(2026, 11, 21))
