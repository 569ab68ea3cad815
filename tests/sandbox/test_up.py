"""`python -m sandbox up` as a process, with a small web server in the service's place."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from ruamel.yaml import YAML

STAND_IN = Path(__file__).with_name("child_standin.py")
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Run:
    """One run of the command; `notes` is what the child wrote about itself."""

    def __init__(
        self, process: asyncio.subprocess.Process, ports: tuple[int, int], data: Path
    ) -> None:
        self.process, self.data = process, data
        self.port, self.sandbox_port = ports

    async def address(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode()

    async def end(self) -> tuple[int, str, str]:
        out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), err.decode()

    def notes(self) -> list[dict[str, str]]:
        lines = (self.data / "child.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def child_pid(self) -> int:
        return int(self.notes()[-1]["pid"])


@asynccontextmanager
async def running(
    data: Path, command: Sequence[str] = (), ports: tuple[int, int] | None = None
) -> AsyncIterator[Run]:
    ports = ports or (free_port(), free_port())
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251 a child process needs a way to find things
    environ = {
        **inherited,
        "DATA_DIR": str(data),
        "PORT": str(ports[0]),
        "SANDBOX_PORT": str(ports[1]),
        "NOTES": str(data / "child.jsonl"),
    }
    child = command or [sys.executable, str(STAND_IN)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "up", "--", *child),
        cwd=ROOT,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Run(process, ports, data)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def gone(pid: int) -> None:
    """Return when the process has ended; the test's time limit is the limit."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, ended.set)
    await ended.wait()
    loop.remove_reader(descriptor)
    os.close(descriptor)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_one_address_then_a_clean_stop_child_first(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with running(tmp_path / "var") as run:
        assert (await run.address()).startswith(f"http://127.0.0.1:{run.sandbox_port}/ ")
        async with (
            ClientSession() as client,
            client.get(f"http://127.0.0.1:{run.sandbox_port}/control/departments") as answer,
        ):
            assert len(await answer.json()) == 10
        child = run.child_pid()
        run.process.send_signal(number)
        assert await run.end() == (0, "", "")
        assert not exists(child)
        assert [note["what"] for note in run.notes()] == ["started", "stopped"]
        assert run.notes()[1]["sandbox"] == "200"  # it was still there when the child stopped


async def test_the_service_gets_every_setting_and_a_restart_the_same_secrets(
    tmp_path: Path,
) -> None:
    data = tmp_path / "var"
    seen = []
    for _ in range(2):
        async with running(data) as run:
            await run.address()
            run.process.terminate()
            await run.end()
            sandbox = f"http://127.0.0.1:{run.sandbox_port}"
            environ = json.loads(run.notes()[-2]["environ"])
            assert environ["WECHAT_API_URL"] == sandbox + "/platform"
            assert environ["PUBLIC_URL"] == f"http://127.0.0.1:{run.port}"
            assert environ["TAKE_BACK_SECONDS"] == "15"
            assert environ["QUIET_HOURS"] == ""
            connections = YAML(typ="safe").load(data / "departments.yaml")["connections"]
            assert connections[0]["base_url"] == sandbox + "/departments/hn-hrss"
            seen.append(environ)
    first, second = seen
    for name in ("WECHAT_APP_ID", "WECHAT_AES_KEY", "REGISTRY_KEY", "IDENTITY_CLIENT_SECRET"):
        assert first[name] == second[name]
    assert len(first["WECHAT_AES_KEY"]) == 43
    for name in ("sandbox.env", "departments.yaml", "service.log"):
        assert (data / name).stat().st_mode & 0o777 == 0o600


async def test_a_killed_parent_leaves_no_child(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as run:
        await run.address()
        child = run.child_pid()
        run.process.kill()
        await run.process.communicate()
        await gone(child)


async def test_a_second_signal_has_no_more_patience(tmp_path: Path) -> None:
    async with running(tmp_path / "var", [sys.executable, str(STAND_IN), "stubborn"]) as run:
        await run.address()
        run.process.send_signal(signal.SIGINT)
        run.process.send_signal(signal.SIGTERM)
        assert await run.end() == (0, "", "")
        assert not exists(run.child_pid())


async def test_a_service_that_ends_is_quoted_and_its_code_is_ours(tmp_path: Path) -> None:
    failing = "import sys; print('noise'); sys.exit('REDIS_URL is not an address.')"
    async with running(tmp_path / "var", [sys.executable, "-c", failing]) as run:
        assert await run.end() == (1, "", "REDIS_URL is not an address.\n")
    with_code = "import sys; print('One sentence.', file=sys.stderr); sys.exit(2)"
    async with running(tmp_path / "var", [sys.executable, "-c", with_code]) as run:
        assert await run.end() == (2, "", "One sentence.\n")


@pytest.mark.parametrize(("taken", "setting"), [(0, "PORT"), (1, "SANDBOX_PORT")])
async def test_a_busy_port_is_one_sentence(tmp_path: Path, taken: int, setting: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ports = [free_port(), free_port()]
        ports[taken] = other.getsockname()[1]
        async with running(tmp_path / "var", ports=(ports[0], ports[1])) as run:
            sentence = (
                f"Port {ports[taken]} is in use by another program: stop it, or set {setting}.\n"
            )
            assert await run.end() == (2, "", sentence)


async def test_a_second_one_leaves_the_first_alone(tmp_path: Path) -> None:
    data = tmp_path / "var"
    async with running(data) as first:
        await first.address()
        before = (data / "departments.yaml").read_text()
        async with running(data) as second:
            code, _, err = await second.end()
        assert code == 2
        assert err == (f"Another sandbox uses the data folder {data}: stop it, or set DATA_DIR.\n")
        assert (data / "departments.yaml").read_text() == before


async def test_a_broken_data_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    async with running(tmp_path / "var") as run:
        code, out, err = await run.end()
    assert (code, out) == (2, "")
    assert err == f"The data folder {tmp_path / 'var'} cannot be written: File exists.\n"


async def test_broken_connections_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "departments.yaml").write_text("connections: [{id: 1}]\n")
    async with running(tmp_path) as run:
        code, _, err = await run.end()
    assert code == 2
    assert err == (
        f"{tmp_path / 'departments.yaml'} is not a list of connections:"
        " 0.id: Input should be a valid string.\n"
    )


async def test_a_spoilt_desk_file_is_one_sentence(tmp_path: Path) -> None:
    spoilt = tmp_path / "sandbox-departments.json"
    spoilt.write_text('{"hn-hrss": {"tasks"')
    async with running(tmp_path) as run:
        assert await run.end() == (2, "", f"{spoilt} cannot be read any more: move it away.\n")


async def test_a_port_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    async with running(tmp_path, ports=(0, 70000)) as run:
        code, _, err = await run.end()
    assert code == 2
    assert err == "PORT must be a port number between 1 and 65535, not '0'.\n"
