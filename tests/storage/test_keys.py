"""Keys: read from the settings, made where nobody set them, never shown, never guessed."""

import base64
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import MadeUpKeysRefused, UnusableKeys
from storage.keys import KEY_BYTES, Key, Keys, load_keys, parse_ring, write_ring

ids = st.from_regex(r"[A-Za-z0-9_-]{1,16}", fullmatch=True)
rings = st.lists(
    st.builds(Key, ids, st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)),
    min_size=1,
    max_size=4,
    unique_by=(lambda key: key.id, lambda key: key.secret),
).map(tuple)

DATA = write_ring((Key("d", b"d" * 32),))
LOOKUP = write_ring((Key("l", b"l" * 32),))


def counting() -> Callable[[int], bytes]:
    numbers = itertools.count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def load(data_dir: Path, *, postgres: bool = False) -> Keys:
    return load_keys(data_dir, None, None, postgres=postgres)


@given(rings)
def test_a_ring_is_read_as_it_was_written(ring: tuple[Key, ...]) -> None:
    assert parse_ring(write_ring(ring), "DATA_KEYS") == ring


def test_the_first_key_in_the_line_is_the_newest() -> None:
    line = f"b:{base64.b64encode(b'b' * 32).decode()}, a:{base64.b64encode(b'a' * 32).decode()}"
    assert [key.id for key in parse_ring(line, "DATA_KEYS")] == ["b", "a"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", "must read"),
        ("no-colon", "must read"),
        (":" + DATA.partition(":")[2], "must read"),
        (f"{DATA},", "must read"),
        ("seventeen-letters:" + DATA.partition(":")[2], "must read"),
        ("k:&&&", "key k is not base64"),
        ("k:密", "key k is not base64"),
        ("k:c2hvcnQ=", "key k has 5 bytes instead of 32"),
        (f"{DATA},{DATA}", "uses a key id twice"),
        (f"{DATA},e{DATA[1:]}", "holds the same key twice"),
    ],
)
def test_a_line_that_is_no_ring_is_refused_by_name(line: str, complaint: str) -> None:
    with pytest.raises(UnusableKeys, match=complaint) as refusal:
        parse_ring(line, "DATA_KEYS")
    assert str(refusal.value).startswith("DATA_KEYS")


def test_settings_count_and_nothing_is_written(tmp_path: Path) -> None:
    keys = load_keys(tmp_path, DATA, LOOKUP, postgres=True)
    assert keys == Keys(data=(Key("d", b"d" * 32),), lookup=(Key("l", b"l" * 32),))
    assert list(tmp_path.iterdir()) == []


def test_unset_keys_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    made = load_keys(data_dir, None, None, postgres=False, chance=counting())
    assert load(data_dir) == made
    assert made.data != made.lookup
    assert sorted(path.name for path in data_dir.iterdir()) == ["data_keys", "lookup_keys"]
    assert {path.stat().st_mode & 0o777 for path in data_dir.iterdir()} == {0o600}


def test_of_two_that_make_keys_at_once_the_first_ones_count(tmp_path: Path) -> None:
    other = counting()

    def overtaken(size: int) -> bytes:
        load_keys(tmp_path, None, None, postgres=False, chance=other)
        return b"\xff" * size

    mine = load_keys(tmp_path, None, LOOKUP, postgres=False, chance=overtaken)
    assert mine.data == load(tmp_path).data
    assert mine.data[0].secret != b"\xff" * 32


@pytest.mark.parametrize(("data", "lookup"), [(None, None), (DATA, None), (None, LOOKUP), ("", "")])
def test_made_up_keys_are_refused_with_postgresql(
    tmp_path: Path, data: str | None, lookup: str | None
) -> None:
    with pytest.raises(MadeUpKeysRefused, match="DATA_KEYS and LOOKUP_KEYS must be set"):
        load_keys(tmp_path, data, lookup, postgres=True)
    assert list(tmp_path.iterdir()) == []


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    load(tmp_path)
    (tmp_path / "data_keys").chmod(0o640)
    with pytest.raises(UnusableKeys, match=r"data_keys can be read by others; set its mode to 600"):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"rubbish"])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    load(tmp_path)
    (tmp_path / "data_keys").write_bytes(content)
    with pytest.raises(UnusableKeys, match="data_keys"):
        load(tmp_path)
    assert (tmp_path / "data_keys").read_bytes() == content


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(UnusableKeys, match=r"var/data_keys cannot be used"):
        load(tmp_path / "var")


def test_sealing_and_looking_up_share_no_key(tmp_path: Path) -> None:
    with pytest.raises(UnusableKeys, match="share a key"):
        load_keys(tmp_path, DATA, "other" + DATA[1:], postgres=False)


def test_no_secret_is_shown() -> None:
    assert "ssss" not in repr(Key("k", b"s" * 32))
    with pytest.raises(UnusableKeys) as refusal:
        parse_ring("k:c2VjcmV0c2VjcmV0", "DATA_KEYS")
    assert "c2Vj" not in str(refusal.value)
    assert refusal.value.__cause__ is None
