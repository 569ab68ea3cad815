"""What waits in a queue comes out as it went in, whatever the engine can hear or ask for."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.envelopes import (
    Envelope,
    Order,
    ReplyContext,
    envelope_from_bytes,
    envelope_to_bytes,
    order_from_bytes,
    order_to_bytes,
)
from dialogs import said, turn
from dialogs.draft import Answer, Consent, Wanted
from dialogs.said import IdentityConfirmed, Said, Text
from dialogs.turn import Errand, RememberIdentity

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 — hypothesis adds the zone
BY_TYPE: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=12),
    int: st.integers(0, 2**31),
    bool: st.booleans(),
    type(None): st.none(),
    datetime: TIMES,
    Answer: st.builds(
        Answer, JSON, st.sampled_from(["citizen", "registry"]), TIMES, st.booleans(), JSON
    ),
    Consent: st.builds(Consent, st.text(), st.text(), TIMES),
    Wanted: st.builds(
        Wanted, st.text(), st.sampled_from(["document", "answer"]), st.text(), st.text()
    ),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of that type."""
    if hint in BY_TYPE:
        return BY_TYPE[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(inside)
    if origin in {Union, UnionType}:
        return st.one_of([values(one) for one in inside])
    if origin is tuple:
        return st.lists(values(inside[0]), max_size=3).map(tuple)
    kept = BY_TYPE.get(inside[1], JSON)
    return st.dictionaries(st.text(max_size=8), kept, max_size=3)


def instances(kind: type[Any], module: Any) -> st.SearchStrategy[Any]:
    """Any instance of a dataclass of the engine."""
    hints = get_type_hints(kind, vars(module))
    return st.builds(kind, **{one.name: values(hints[one.name]) for one in fields(kind)})


SAID: st.SearchStrategy[Any] = st.one_of(
    [instances(kind, said) for part in get_args(Said) for kind in (get_args(part) or (part,))]
)
ERRANDS: st.SearchStrategy[Any] = st.one_of([instances(kind, turn) for kind in get_args(Errand)])
REPLIES = st.none() | st.builds(ReplyContext, st.text(), st.text(), st.integers(-1, 1))


@given(
    st.builds(Envelope, st.lists(SAID, max_size=3).map(tuple), st.text(), st.text(), REPLIES),
)
def test_everything_that_can_be_said_waits_unchanged(envelope: Envelope) -> None:
    assert envelope_from_bytes(envelope_to_bytes(envelope)) == envelope


@given(
    st.builds(
        Order, st.lists(ERRANDS, max_size=3).map(tuple), st.text(), st.text(), REPLIES, st.text()
    ),
)
def test_every_errand_waits_unchanged(order: Order) -> None:
    assert order_from_bytes(order_to_bytes(order)) == order


@pytest.mark.parametrize(
    "kept",
    [
        Envelope((Text("王建国 410105196606129011"), IdentityConfirmed("d", "王建国", "4101"))),
        Envelope((), openid="o-secret"),
        Order((RememberIdentity("p", "王建国", "4101", "199"),), "o-secret", text="王建国"),
    ],
)
def test_nobody_is_shown_by_a_printed_envelope(kept: Envelope | Order) -> None:
    printed = repr(kept)
    assert not any(word in printed for word in ("王建国", "4101", "o-secret"))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"said": [{"is": "Eval"}], "openid": "", "app_id": ""}']
)
def test_what_no_version_of_ours_wrote_is_an_error_that_hearing_expects(body: bytes) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        envelope_from_bytes(body)
