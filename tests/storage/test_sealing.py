"""A sealed value opens with its key in its place, and in no other way."""

import hmac
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import CannotOpen
from storage.keys import Key
from storage.sealing import Lookups, Mac, Place, Sealer

OLD = Key("2026a", b"a" * 32)
NEW = Key("2026b", b"b" * 32)
PLACE = ("person", "id_number", "0191d3f0")

parts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
places = st.lists(parts, min_size=1, max_size=4).map(tuple)
plains = st.binary(max_size=200)


@given(plains, places)
def test_what_is_sealed_opens_again(plain: bytes, place: Place) -> None:
    sealer = Sealer((NEW,))
    assert sealer.open(sealer.seal(plain, place), place) == plain


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), places)
def test_text_comes_back_as_text(plain: str, place: Place) -> None:
    sealer = Sealer((NEW,))
    assert sealer.open_text(sealer.seal_text(plain, place), place) == plain
    assert sealer.open(sealer.seal(plain, place), place) == plain.encode()


@given(plains, st.data())
def test_any_changed_byte_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealer = Sealer((NEW, OLD))
    sealed = bytearray(sealer.seal(plain, PLACE))
    where = data.draw(st.integers(0, len(sealed) - 1))
    sealed[where] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        sealer.open(bytes(sealed), PLACE)


@given(plains, st.data())
def test_a_value_cut_short_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealer = Sealer((NEW,))
    sealed = sealer.seal(plain, PLACE)
    with pytest.raises(CannotOpen):
        sealer.open(sealed[: data.draw(st.integers(0, len(sealed) - 1))], PLACE)


@given(plains, places, places)
def test_a_value_opens_in_no_other_place(plain: bytes, place: Place, other: Place) -> None:
    sealer = Sealer((NEW,))
    sealed = sealer.seal(plain, place)
    if place == other:
        assert sealer.open(sealed, other) == plain
        return
    with pytest.raises(CannotOpen):
        sealer.open(sealed, other)


@given(st.binary(max_size=100))
def test_anything_else_cannot_be_opened(noise: bytes) -> None:
    sealer = Sealer((NEW,))
    for value in (noise, b"\x01" + noise, sealer.seal("", PLACE)[:8] + noise):
        with pytest.raises(CannotOpen):
            sealer.open(value, PLACE)


@given(st.text(max_size=100))
def test_any_other_text_cannot_be_opened(noise: str) -> None:
    with pytest.raises(CannotOpen):
        Sealer((NEW,)).open_text(noise, PLACE)


def test_places_are_not_confused_by_where_their_parts_end() -> None:
    sealer = Sealer((NEW,))
    with pytest.raises(CannotOpen):
        sealer.open(sealer.seal("x", ("person", "name1")), ("personname", "1"))


@pytest.mark.parametrize("place", [(), ("person", "na\0me")])
def test_a_place_that_could_be_another_is_refused(place: Place) -> None:
    with pytest.raises(ValueError, match="NUL"):
        Sealer((NEW,)).seal("x", place)


def test_the_newest_key_seals_and_the_older_still_opens() -> None:
    before, rotated = Sealer((OLD,)), Sealer((NEW, OLD))
    old, new = before.seal("张三", PLACE), rotated.seal("张三", PLACE)
    assert rotated.open(old, PLACE) == rotated.open(new, PLACE) == "张三".encode()
    assert rotated.is_current(new)
    assert not rotated.is_current(old)
    with pytest.raises(CannotOpen, match="key '2026b'"):
        before.open(new, PLACE)


def test_a_missing_key_is_named() -> None:
    sealed = Sealer((OLD,)).seal("x", PLACE)
    with pytest.raises(CannotOpen, match="key '2026a', which is missing"):
        Sealer((NEW,)).open(sealed, PLACE)


def test_another_key_under_the_same_id_does_not_open() -> None:
    sealed = Sealer((Key("k", b"1" * 32),)).seal("x", PLACE)
    with pytest.raises(CannotOpen):
        Sealer((Key("k", b"2" * 32),)).open(sealed, PLACE)


def test_the_same_value_never_looks_the_same_twice() -> None:
    sealer = Sealer((NEW,))
    assert len({sealer.seal("同一个号码", PLACE) for _ in range(100)}) == 100


def test_a_value_sealed_by_the_first_release_still_opens() -> None:
    """The stored form may not change under the values that rest in it."""
    sealer = Sealer((OLD,), chance=lambda size: b"\x07" * size)
    stored = "AQUyMDI2YQcHBwcHBwcHBwcHB7aEuiQ66Xj1Dku0JaYxN_eIhG6f39U="
    assert sealer.seal_text("张三", PLACE) == stored
    assert sealer.open_text(stored, PLACE) == "张三"


@given(st.text(string.ascii_lowercase, min_size=1), st.text(max_size=30))
def test_same_value_same_digest(purpose: str, value: str) -> None:
    assert Lookups((NEW,)).digest(purpose, value) == Lookups((NEW, OLD)).digest(purpose, value)


def test_digests_differ_by_value_purpose_and_key() -> None:
    lookups = Lookups((NEW, OLD))
    digests = [
        *lookups.digests("id_number", "1"),
        *lookups.digests("phone", "1"),
        *lookups.digests("id_number", "2"),
    ]
    assert len({digest.partition(".")[2] for digest in digests}) == 6


def test_while_keys_rotate_both_digests_are_searched() -> None:
    stored = Lookups((OLD,)).digest("phone", "13800000000")
    rotated = Lookups((NEW, OLD))
    assert rotated.digests("phone", "13800000000") == (
        rotated.digest("phone", "13800000000"),
        stored,
    )
    assert not rotated.is_current(stored)
    assert rotated.is_current(rotated.digest("phone", "13800000000"))


def test_a_purpose_that_could_be_another_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        Lookups((NEW,)).digest("id\0", "x")


@given(st.binary(max_size=150), st.binary(max_size=300))
def test_a_mac_is_what_the_standard_library_makes(key: bytes, message: bytes) -> None:
    mac = Mac(key)
    assert mac.digest(message) == hmac.digest(key, message, "sha256") == mac.digest(message)
