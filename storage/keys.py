"""The keys that seal what we store and those that look it up.

In the settings a ring of keys is one line, newest first: `2026b:<base64>,2026a:<base64>`. The
newest seals, all open. Without settings a ring is made under DATA_DIR, readable by its owner
only; with PostgreSQL, which several machines share, that is refused.

No message and no repr here shows a secret.
"""

import base64
import binascii
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from storage.errors import MadeUpKeysRefused, UnusableKeys

KEY_BYTES = 32

_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")
_MADE_UP_ID = "local"

Chance = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of 32 bytes under the id that is stored with everything it seals."""

    id: str
    secret: bytes = field(repr=False)


Ring = tuple[Key, ...]
"""Never empty; newest first."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Both rings of a deployment: `data` seals, `lookup` finds."""

    data: Ring
    lookup: Ring


def load_keys(
    data_dir: Path,
    data_keys: str | None,
    lookup_keys: str | None,
    *,
    postgres: bool,
    chance: Chance = secrets.token_bytes,
) -> Keys:
    """The rings from the settings; what is unset is read from, or made under, `data_dir`.

    Raises `UnusableKeys`, or `MadeUpKeysRefused` when a ring is unset with PostgreSQL.
    """
    if postgres and not (data_keys and lookup_keys):
        raise MadeUpKeysRefused
    keys = Keys(
        data=_ring("DATA_KEYS", data_keys, data_dir, chance),
        lookup=_ring("LOOKUP_KEYS", lookup_keys, data_dir, chance),
    )
    if {key.secret for key in keys.data} & {key.secret for key in keys.lookup}:
        raise UnusableKeys("DATA_KEYS and LOOKUP_KEYS share a key; they must differ.")
    return keys


def signing_key(data_dir: Path, chance: Chance = secrets.token_bytes) -> bytes:
    """The secret that signs archive packages (Ed25519), made under `data_dir` when first wanted.

    Raises `UnusableKeys`.
    """
    return _ring("ARCHIVE_KEY", None, data_dir, chance)[0].secret


def parse_ring(text: str, name: str) -> Ring:
    """Read `id:base64,id:base64`; `name` is the setting that a message should name."""
    ring = tuple(_key(part.strip(), name) for part in text.split(","))
    if len({key.id for key in ring}) < len(ring):
        raise UnusableKeys(f"{name} uses a key id twice.")
    if len({key.secret for key in ring}) < len(ring):
        raise UnusableKeys(f"{name} holds the same key twice.")
    return ring


def write_ring(ring: Ring) -> str:
    """The line that `parse_ring` reads."""
    return ",".join(f"{key.id}:{base64.b64encode(key.secret).decode()}" for key in ring)


def _key(part: str, name: str) -> Key:
    key_id, colon, encoded = part.partition(":")
    if not colon or not _ID.fullmatch(key_id):
        raise UnusableKeys(
            f"{name} must read `id:base64,id:base64`; an id has 1 to 16 of A-Z a-z 0-9 _ -."
        )
    try:
        secret = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise UnusableKeys(f"{name}: key {key_id} is not base64.") from None  # it quotes the key
    if len(secret) != KEY_BYTES:
        raise UnusableKeys(f"{name}: key {key_id} has {len(secret)} bytes instead of {KEY_BYTES}.")
    return Key(key_id, secret)


def _ring(name: str, text: str | None, data_dir: Path, chance: Chance) -> Ring:
    if text:
        return parse_ring(text, name)
    path = data_dir / name.lower()
    try:
        if not path.exists():
            _make(path, (Key(_MADE_UP_ID, chance(KEY_BYTES)),))
        return parse_ring(_read_private(path), str(path))
    except OSError as error:
        raise UnusableKeys(f"The keys in {path} cannot be used: {error.strerror}.") from error


def _read_private(path: Path) -> str:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnusableKeys(f"The keys in {path} can be read by others; set its mode to 600.")
    try:
        return path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        raise UnusableKeys(f"{path} does not hold keys.") from None


def _make(path: Path, ring: Ring) -> None:
    """Write the keys whole, on the disk, once: of two processes the first one's keys count."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 600
    try:
        with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 - a descriptor
            file.write(write_ring(ring) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a key lost in a power failure loses everything sealed with it
    finally:
        os.close(folder)
