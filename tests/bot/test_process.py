"""Whatever keeps a process from starting is one clear sentence on stderr and exit code 2.

Every test runs the real command as its own process, because the exit code is the promise.
"""

import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import asyncpg
import pytest

from tests.storage.test_calendars import YAML as CALENDAR

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Enough to start on a free port; `more` adds to it or, when empty, takes away."""
    settings = {
        "WECHAT_APP_ID": "wx0000000000000000",
        "WECHAT_APP_SECRET": "made-up",
        "WECHAT_TOKEN": "made-up",
        "WECHAT_API_URL": "http://127.0.0.1:1",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "DATA_DIR": str(data_dir),
        "PORT": "0",
        **more,
    }
    return {name: value for name, value in settings.items() if value}


def started(
    command: str, settings: Mapping[str, str], folder: Path, *words: str
) -> "subprocess.Popen[str]":
    """`python -m bot <command> <words>` in `folder`, where no `.env` of ours lies."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", command, *words],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refused(command: str, settings: Mapping[str, str], folder: Path, *words: str) -> str:
    """The sentence with which it ended."""
    process = started(command, settings, folder, *words)
    try:
        _, errors = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert process.returncode == 2, errors
    lines = errors.splitlines()
    assert len(lines) == 1, errors
    return lines[0]


def test_everything_missing_is_said_at_once(tmp_path: Path) -> None:
    sentence = refused("serve", {"DATA_DIR": str(tmp_path)}, tmp_path)
    for name in ("WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN", "PUBLIC_URL"):
        assert f"{name} is missing" in sentence


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        sentence = refused("serve", environment(tmp_path, PORT=str(port)), tmp_path)
    assert f"PORT {port}" in sentence
    assert "in use" in sentence


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder")
    sentence = refused("serve", environment(tmp_path / "var"), tmp_path)
    assert sentence.startswith(f"DATA_DIR {tmp_path / 'var'} cannot be written")


def test_migrate_names_the_folder_too(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder")
    sentence = refused("migrate", environment(tmp_path / "var" / "below"), tmp_path)
    assert sentence.startswith("DATA_DIR ")


def test_records_that_are_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "records.sqlite3").write_bytes(b"not a database. " * 100)
    sentence = refused("serve", environment(tmp_path), tmp_path)
    assert "records.sqlite3 cannot be opened" in sentence


@pytest.mark.parametrize("command", ["web", "worker"])
def test_several_processes_need_postgresql(command: str, tmp_path: Path) -> None:
    sentence = refused(command, environment(tmp_path), tmp_path)
    assert "PostgreSQL" in sentence
    assert "serve" in sentence


def test_a_mistake_in_the_departments_is_one_sentence(tmp_path: Path) -> None:
    """It comes out of a TaskGroup, which wraps it."""
    (tmp_path / "departments.yaml").write_text(
        "connections:\n  - {id: x, province: henan, department: hrss, mode: carrier-pigeon}\n"
    )
    assert "departments.yaml:2" in refused("serve", environment(tmp_path), tmp_path)


@pytest.fixture
def broken_services(tmp_path: Path) -> Path:
    services = shutil.copytree(ROOT / "services", tmp_path / "services")
    form = services / "henan" / "form.yaml"
    text = form.read_text(encoding="utf-8")
    form.write_text(text.replace("kind: ethnicity", "kind: ethnic"), encoding="utf-8")
    return services


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_broken_definition_stops_the_start_with_file_and_line(
    command: str, broken_services: Path, tmp_path: Path
) -> None:
    settings = environment(tmp_path, SERVICES_DIR=str(broken_services), SERVICES="henan")
    sentence = refused(command, settings, tmp_path)
    assert re.match(r"services/henan: form\.yaml:\d+: ethnicity: no kind", sentence), sentence


def test_definitions_are_checked_without_any_settings(
    broken_services: Path, tmp_path: Path
) -> None:
    """An official who writes a province has no account and no key."""
    only = {"SERVICES_DIR": str(broken_services), "SERVICES": "henan"}
    assert "form.yaml:" in refused("check", only, tmp_path, "--definitions")


def test_a_connection_of_a_department_that_is_none_is_found(tmp_path: Path) -> None:
    (tmp_path / "departments.yaml").write_text(
        "connections:\n  - {id: x, province: henan, department: dentists, mode: desk}\n"
    )
    settings = environment(tmp_path, SERVICES="henan")
    assert "henan has no department dentists" in refused("check", settings, tmp_path)


def test_a_redis_that_does_not_answer_is_said(tmp_path: Path) -> None:
    away = environment(tmp_path, REDIS_URL="redis://someone:secret@127.0.0.1:1")
    sentence = refused("serve", away, tmp_path)
    assert sentence.startswith("Redis (REDIS_URL) cannot be used")
    assert "secret" not in sentence


def test_wrong_settings_are_all_said(tmp_path: Path) -> None:
    wrong = environment(
        tmp_path, WECHAT_AES_KEY="short", REDIS_URL="elsewhere", SERVICES="", QUIET_HOURS="night"
    )
    sentence = refused("check", wrong, tmp_path)
    for name in ("WECHAT_AES_KEY", "REDIS_URL", "QUIET_HOURS"):
        assert f"{name}: must" in sentence


def test_a_calendar_is_not_imported_into_records_that_are_not_there(tmp_path: Path) -> None:
    year = tmp_path / "2027.yaml"
    year.write_text(CALENDAR, encoding="utf-8")
    settings = environment(tmp_path / "var")
    assert "migrate" in refused("calendar", settings, tmp_path, "import", str(year))
    year.write_text("year: 2027\n", encoding="utf-8")
    sentence = refused("calendar", settings, tmp_path, "import", str(year))
    assert sentence.startswith("2027.yaml: source: Field required")


async def test_web_refuses_an_old_schema(
    postgres_url: str, redis_server: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute("DROP DATABASE IF EXISTS bare")
        await connection.execute("CREATE DATABASE bare")
    finally:
        await connection.close()
    bare = environment(
        tmp_path,
        DATABASE_URL=postgres_url.replace("/postgres?", "/bare?"),
        REDIS_URL=redis_server,
        DATA_KEYS=_ring(b"d"),
        LOOKUP_KEYS=_ring(b"l"),
    )
    assert "migrate" in refused("web", bare, tmp_path)


def _ring(letter: bytes) -> str:
    return "1:" + base64.b64encode(letter * 32).decode()


def test_serve_answers_and_ends_with_a_signal(tmp_path: Path) -> None:
    port = _free_port()
    settings = environment(tmp_path / "var", PORT=str(port))
    with _running(started("serve", settings, tmp_path)) as process:
        assert _ready(process, port) == "ready"
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, errors) == (0, "")


def test_serve_ends_when_its_redis_has_ended(tmp_path: Path) -> None:
    """It could only tell everybody to come back later; whoever watches it starts both again."""
    port, data = _free_port(), tmp_path / "var"
    settings = environment(data, PORT=str(port))
    with _running(started("serve", settings, tmp_path)) as process:
        assert _ready(process, port) == "ready"
        _end_redis((data / "server.address").read_text().strip())
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 2
    assert errors.startswith("The embedded Redis has ended")


def _end_redis(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(address)
        line.sendall(b"SHUTDOWN NOSAVE\r\n")
        line.recv(1)


@contextmanager
def _running(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(process: "subprocess.Popen[str]", port: int) -> str:
    """What `/readyz` says once the process listens; it listens before it is ready."""
    deadline = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=SECONDS) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.05)  # it has no way to tell us; nothing else depends on how long
    return "never"
