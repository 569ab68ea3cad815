"""Promises of every kind: it never raises, whatever is said; what it shows, it reads again."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.identity_numbers import check_digit
from cases.values import JSON
from dialogs.kinds import KINDS
from dialogs.kinds.base import Accepted, Doubtful, Partial, Rejected
from dialogs.kinds.reading import words
from dialogs.said import (
    Followed,
    Located,
    MenuTapped,
    Photo,
    Spoken,
    Tap,
    Text,
    Unfollowed,
    Unsupported,
    Voice,
)
from tests.dialogs.kinds.asked import LISTS, Asked

PIECES = st.sampled_from(
    words(
        "我 的 是 不 没有 好的 第 二 个 1 2. 一九六五年 三月 5日 65.3.5 410105196606129011 "
        "13900000000 0371- 郑州市 金水区 花园路街道 省委社区 3号院 工行 汉族 ？ ， 。 · ・ ① ⅷ ½ "
        "² x X 转 年 月 - / . 河北省 北京"
    )
)
TYPED = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join))
SAID: st.SearchStrategy[Spoken] = st.one_of(
    st.builds(Text, TYPED),
    st.builds(Voice, TYPED),
    st.builds(
        Tap, st.one_of(TYPED, st.sampled_from(["suggested", "none", "done", "410105"])), TYPED
    ),
    st.builds(Photo, TYPED),
    st.builds(Unsupported, TYPED),
    st.builds(MenuTapped, TYPED),
    st.sampled_from([Followed(), Unfollowed(), Located()]),
)
VALUES: st.SearchStrategy[JSON] = st.one_of(
    st.none(),
    TYPED,
    st.booleans(),
    st.integers(),
    st.lists(st.dictionaries(st.sampled_from(["media", "document"]), TYPED), max_size=3),
    st.dictionaries(
        st.sampled_from(["city", "city_code", "county", "town", "community", "compound", "found"]),
        st.one_of(TYPED, st.integers(), st.lists(st.integers(), max_size=2)),
        max_size=5,
    ),
)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(said=SAID, partial=VALUES, suggestion=VALUES)
@settings(max_examples=60, deadline=None)
def test_reading_never_raises_and_names_only_known_texts(
    kind: str, said: Spoken, partial: JSON, suggestion: JSON
) -> None:
    asked = Asked(kind)
    read = asked.read(said, partial=partial, suggestion=suggestion)
    texts = asked.kind.texts
    match read:
        case Rejected(reason=reason):
            assert f"reject.{reason}" in texts
        case Doubtful(reason=reason):
            assert f"doubt.{reason}" in texts
        case Partial(echo=echo):
            assert echo in texts
        case Accepted(echo=echo):
            assert not echo or echo in texts
    asked.offered(partial, suggestion)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(value=VALUES)
@settings(max_examples=40, deadline=None)
def test_showing_and_masking_never_raise(kind: str, value: JSON) -> None:
    asked = Asked(kind)
    assert isinstance(asked.shown(value), str)
    assert isinstance(asked.masked(value), str)


STABLE = sorted(set(KINDS) - {"photos", "address"})


@pytest.mark.parametrize("kind", STABLE)
@given(said=SAID)
@settings(max_examples=100, deadline=None)
def test_what_is_shown_reads_as_the_same(kind: str, said: Spoken) -> None:
    asked = Asked(kind)
    read = asked.read(said)
    if isinstance(read, Accepted):
        again = asked.read(asked.shown(read.value))
        assert isinstance(again, Accepted)
        assert again.value == read.value


@given(day=st.dates(date(1900, 1, 1), date(2026, 11, 21)))
def test_every_day_reads_as_itself(day: date) -> None:
    asked = Asked("date")
    for written in (asked.shown(day.isoformat()), day.isoformat(), f"{day:%Y%m%d}"):
        read = asked.read(written)
        assert isinstance(read, (Accepted, Doubtful))
        assert read.value == day.isoformat()


@given(
    born=st.dates(date(1930, 1, 1), date(2020, 1, 1)),
    order=st.integers(1, 999),
    odd=st.text(" ", max_size=2),
)
def test_every_good_number_is_accepted(born: date, order: int, odd: str) -> None:
    first17 = f"410105{born:%Y%m%d}{order:03}"
    number = first17 + check_digit(first17)
    assert Asked("id_number").read(
        f"{number[:6]}{odd}{number[6:14]}{odd}{number[14:]}"
    ) == Accepted(number)


NAMES = st.text("甲乙丙丁戊己庚辛", min_size=2, max_size=4)


@given(county=NAMES, town=NAMES, community=NAMES, compound=st.integers(1, 99))
def test_an_address_that_is_shown_reads_as_the_same(
    county: str, town: str, community: str, compound: int
) -> None:
    value = {
        "city": "郑州市",
        "city_code": "410100",
        "county": f"{county}区",
        "town": f"{town}街道",
        "community": f"{community}社区",
        "compound": f"{compound}号院",
    }
    asked = Asked("address")
    read = asked.read(asked.shown(value))
    assert isinstance(read, Accepted)
    assert read.value == value


def test_lists_of_the_scene_are_those_of_the_kinds() -> None:
    for kind in KINDS:
        asked = Asked(kind)
        asked.kind.check(asked.question, LISTS)
