"""The embedded Redis and the PostgreSQL of the tests, with real servers and real kills."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from redis import ConnectionError as RedisConnectionError
from redis import Redis

from storage.embedded import embedded_redis
from storage.errors import ServerUnavailable
from storage.launch import LONGEST_FOLDER, runtime_folder

OWNER = """
import sys
from pathlib import Path
from storage.embedded import embedded_redis
with embedded_redis(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
print("stopped", flush=True)
"""


@contextmanager
def owner_elsewhere(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process inside `embedded_redis`; it leaves when its standard input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        # leaving the block closes its standard input and waits for it


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def client_of(url: str) -> Iterator[Redis]:
    client = Redis.from_url(url, decode_responses=True)
    try:
        yield client
    finally:
        client.close()


def pid_of(url: str) -> int:
    with client_of(url) as client:
        return int(client.info("server")["process_id"])


def set_key(url: str, key: str, value: str) -> None:
    with client_of(url) as client:
        client.set(key, value)


def get_key(url: str, key: str) -> object:
    with client_of(url) as client:
        return client.get(key)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # ended, but nobody has asked for its exit code yet (in containers nobody may ever)
    return ") Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_every_write_is_on_the_disk_and_no_port_is_open(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url, client_of(url) as client:
        assert client.config_get("appendfsync") == {"appendfsync": "always"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("port") == {"port": "0"}


def test_socket_folder_is_private_and_short(tmp_path: Path) -> None:
    with embedded_redis(tmp_path / ("退休" * 20)) as url:
        folder = Path(url.removeprefix("unix://")).parent
        assert folder.stat().st_mode & 0o777 == 0o700
        assert len(os.fsencode(folder)) <= LONGEST_FOLDER
    assert not folder.exists()


def test_a_long_temporary_folder_is_avoided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with runtime_folder() as folder:
        assert len(os.fsencode(folder)) <= LONGEST_FOLDER


def test_the_server_does_not_see_our_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WECHAT_APP_SECRET", "not-for-others")
    with embedded_redis(tmp_path) as url:
        environment = Path(f"/proc/{pid_of(url)}/environ").read_bytes()
    assert b"not-for-others" not in environment


def test_the_server_has_a_session_of_its_own(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url:
        pid = pid_of(url)
        assert os.getsid(pid) == pid


def test_stop_leaves_no_process_and_the_next_start_finds_the_keys(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url:
        pid = pid_of(url)
        set_key(url, "draft", "kept")
    assert not is_running(pid)
    assert not (tmp_path / "server.address").exists()
    with embedded_redis(tmp_path) as url:
        assert get_key(url, "draft") == "kept"


def test_the_server_stops_when_the_block_fails(tmp_path: Path) -> None:
    def fails() -> Iterator[int]:
        with embedded_redis(tmp_path) as url:
            yield pid_of(url)
            raise ZeroDivisionError

    steps = fails()
    pid = next(steps)
    with pytest.raises(ZeroDivisionError):
        next(steps)
    assert not is_running(pid)


def test_others_attach_and_leave_the_server_running(tmp_path: Path) -> None:
    with owner_elsewhere(tmp_path) as owner:
        theirs = said(owner)
        with embedded_redis(tmp_path) as ours:
            assert ours == theirs
            set_key(ours, "draft", "shared")
        assert get_key(theirs, "draft") == "shared"


def test_the_owner_stops_the_server_last(tmp_path: Path) -> None:
    with owner_elsewhere(tmp_path) as owner:
        pid = pid_of(said(owner))
        assert owner.stdin is not None
        owner.stdin.close()
        assert said(owner) == "stopped"
        assert not is_running(pid)


def test_who_must_own_the_server_is_refused_while_another_does(tmp_path: Path) -> None:
    with owner_elsewhere(tmp_path) as owner:
        said(owner)
        with (
            pytest.raises(ServerUnavailable, match="Another process uses the data folder"),
            embedded_redis(tmp_path, attach=False, patience=0.1),
        ):
            pass


def test_an_owner_without_an_answering_server_is_named(tmp_path: Path) -> None:
    with owner_elsewhere(tmp_path) as owner:
        pid = pid_of(said(owner))
        os.kill(pid, signal.SIGKILL)
        with (
            pytest.raises(ServerUnavailable, match="its Redis does not answer"),
            embedded_redis(tmp_path, patience=0.1),
        ):
            pass


def test_a_killed_owner_takes_its_server_along_and_loses_nothing(tmp_path: Path) -> None:
    with owner_elsewhere(tmp_path) as owner:
        theirs = said(owner)
        pid = pid_of(theirs)
        for number in range(50):
            set_key(theirs, f"draft:{number}", "answered")
        owner.kill()
        owner.wait()
        with embedded_redis(tmp_path, attach=False) as ours, client_of(ours) as client:
            assert not is_running(pid)
            assert client.dbsize() == 50
    assert not Path(theirs.removeprefix("unix://")).parent.exists()


def test_owner_and_server_killed_together_lose_nothing(tmp_path: Path) -> None:
    with owner_elsewhere(tmp_path) as owner:
        url = said(owner)
        pid = pid_of(url)
        set_key(url, "draft", "answered")
        os.kill(pid, signal.SIGKILL)
        owner.kill()
        owner.wait()
    with embedded_redis(tmp_path) as url:
        assert get_key(url, "draft") == "answered"


def test_of_several_starting_at_once_one_owns_and_all_share(tmp_path: Path) -> None:
    with (
        owner_elsewhere(tmp_path) as one,
        owner_elsewhere(tmp_path) as two,
        owner_elsewhere(tmp_path) as three,
    ):
        assert len({said(one), said(two), said(three)}) == 1


def test_a_server_left_by_a_killed_owner_is_asked_to_leave(tmp_path: Path) -> None:
    """Where the kernel does not do it: a server whose owner ended without a word."""
    with embedded_redis(tmp_path / "old") as old:
        old_pid = pid_of(old)
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "server.address").write_text(old.removeprefix("unix://"))
        with embedded_redis(tmp_path / "new") as new:
            assert new != old
            with pytest.raises(RedisConnectionError):
                get_key(old, "any")
    assert not is_running(old_pid)


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with (
        pytest.raises(ServerUnavailable, match=r"data folder .*/var cannot be used: "),
        embedded_redis(tmp_path / "var"),
    ):
        pass


def test_a_broken_file_is_reported_in_the_servers_words(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url:
        set_key(url, "draft", "kept")
    (file,) = tmp_path.glob("redis/appendonlydir/*.incr.aof")
    file.write_bytes(b"no append-only file" + file.read_bytes())
    with (
        pytest.raises(ServerUnavailable, match=r"Redis did not start: .*server\.log\)"),
        embedded_redis(tmp_path),
    ):
        pass
    with (
        pytest.raises(ServerUnavailable, match="Bad file format"),
        embedded_redis(tmp_path),  # the refusal left no lock and no folder behind
    ):
        pass


def test_another_thread_than_the_main_one_may_not_start_it(tmp_path: Path) -> None:
    refusals: list[ServerUnavailable] = []

    def start() -> None:
        try:
            with embedded_redis(tmp_path):
                pass
        except ServerUnavailable as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert [str(refusal) for refusal in refusals] == [
        "Redis can only be started from the main thread."
    ]


async def test_postgres_of_the_tests_answers(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        assert await connection.fetchval("SHOW fsync") == "off"
    finally:
        await connection.close()
