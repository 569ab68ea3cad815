"""`make run`: the sandbox, the service beside it as a child process, and one address printed.

Nothing outlives this process: the child is stopped first and waited for, and the kernel ends it
should we be killed.
"""

import asyncio
import ctypes
import errno
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from sandbox.app import make_app
from sandbox.serving import Refused
from sandbox.settings import (
    Place,
    data_dir_to_ourselves,
    load_connections,
    load_secrets,
    open_data_dir,
    service_environment,
    write_templates,
)
from sandbox.world import World

READY_SECONDS = 60
READY_PAUSE = 0.05
STOP_SECONDS = 20  # the service finishes its turn and stops its Redis; then it is killed
PR_SET_PDEATHSIG = 1
ADDRESS_LINE = (
    "{url}/  演示页：退休人员的手机、女儿的手机和各部门的办件台 (phones and desks; Ctrl-C stops)"
)


@dataclass(frozen=True, slots=True)
class Child:
    """How to start the service, and the environment it inherits.

    `staff`: the command that tells it of the rehearsal accounts once it runs; empty: none.
    """

    command: Sequence[str]
    environ: Mapping[str, str]
    staff: Sequence[str] = ()


async def serve_sandbox(place: Place, world: World) -> int:
    """The sandbox alone, until a signal."""
    stop = _stop_on_signals(lambda: None)
    async with _sandbox(place, world):
        print(f"{place.sandbox_url}/", flush=True)  # noqa: T201 the one line this command prints
        await stop.wait()
    return 0


async def up(place: Place, child: Child, world: World) -> int:
    """Sandbox and service, until a signal or the service's end; returns the exit code."""
    running = _Service()
    stop = _stop_on_signals(running.kill)
    async with _sandbox(place, world):
        _require_free(place.host, place.port, "PORT")
        secrets = load_secrets(place.data_dir, world)
        write_templates(place)
        environ = {**child.environ, **service_environment(place, secrets)}
        async with running.started(child.command, environ, place.data_dir):
            return await _watch(place, running, stop, _Told(child.staff, environ))


async def _watch(place: Place, service: "_Service", stop: asyncio.Event, accounts: "_Told") -> int:
    first = await _race(
        exited=service.wait(), stopped=stop.wait(), ready=_wait_ready(place.service_url)
    )
    if first == "ready":
        print(ADDRESS_LINE.format(url=place.sandbox_url), flush=True)  # noqa: T201 the one address
        await accounts.tell()
        first = await _race(exited=service.wait(), stopped=stop.wait())
    if first == "stopped":
        return 0
    if first == "ready_never":
        raise Refused(f"The service did not answer within {READY_SECONDS} seconds.")
    print(service.last_words(), file=sys.stderr)  # noqa: T201 the child's one sentence
    return service.exit_code()


@dataclass(frozen=True, slots=True)
class _Told:
    """Tells the running service of the rehearsal accounts; known ones stay as they are."""

    command: Sequence[str]
    environ: Mapping[str, str]

    async def tell(self) -> None:
        if not self.command:
            return
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *self.command, env=dict(self.environ), stdin=quiet, stdout=quiet, process_group=0
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()


class _Service:
    """The child process."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._logs: tuple[Path, ...] = ()

    @asynccontextmanager
    async def started(
        self, command: Sequence[str], environ: Mapping[str, str], folder: Path
    ) -> AsyncIterator[None]:
        self._logs = (folder / "service.log", folder / "service.errors.log")
        with _open_log(self._logs[0]) as output, _open_log(self._logs[1]) as errors:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                env=dict(environ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                process_group=0,  # a Ctrl-C in the terminal reaches it through us, and once
                preexec_fn=_die_with(os.getpid()),
            )
        try:
            yield
        finally:
            await self._stop()

    async def wait(self) -> None:
        await self._running.wait()

    def kill(self) -> None:
        """The second Ctrl-C: no more patience."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def exit_code(self) -> int:
        """As a shell would say it."""
        code = self._running.returncode or 0
        return code if code >= 0 else 128 - code

    def last_words(self) -> str:
        """The last line on its stderr: its one sentence, or the end of its traceback."""
        for log in reversed(self._logs):
            lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
            said = [line.strip() for line in lines if line.strip()]
            if said:
                return said[-1]
        return f"The service ended with code {self.exit_code()}."

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def _stop(self) -> None:
        if self._running.returncode is not None:
            return
        self._running.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._running.wait()
        except TimeoutError:
            self._running.kill()
            await self._running.wait()


@asynccontextmanager
async def _sandbox(place: Place, world: World) -> AsyncIterator[None]:
    open_data_dir(place.data_dir)
    with data_dir_to_ourselves(place.data_dir):
        async with _listening(place, world):
            yield


@asynccontextmanager
async def _listening(place: Place, world: World) -> AsyncIterator[None]:
    secrets = load_secrets(place.data_dir, world)
    app = make_app(place, secrets, load_connections(place, world), world)
    _require_free(place.host, place.sandbox_port, "SANDBOX_PORT")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, place.host, place.sandbox_port).start()
        yield
    finally:
        await runner.cleanup()


def _require_free(host: str, port: int, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refused(
                    f"Port {port} is in use by another program: stop it, or set {setting}."
                ) from error
            raise Refused(f"Cannot listen on {host}:{port}: {error.strerror}.") from error


async def _wait_ready(service_url: str) -> str | None:
    """Return when /readyz says so; or "ready_never" after a minute."""
    try:
        async with (
            asyncio.timeout(READY_SECONDS),
            ClientSession(timeout=ClientTimeout(total=5)) as client,
        ):
            while True:
                if await _is_ready(client, service_url + "/readyz"):
                    return None
                await asyncio.sleep(READY_PAUSE)
    except TimeoutError:
        return "ready_never"


async def _is_ready(client: ClientSession, url: str) -> bool:
    try:
        async with client.get(url) as answer:
            return answer.status == 200
    except (ClientError, ConnectionError, TimeoutError):  # one slow answer is not the whole minute
        return False


async def _race(**runners: Coroutine[Any, Any, Any]) -> str:
    """The name of the first to end, or the string it returned; the others are cancelled."""
    async with asyncio.TaskGroup() as group:
        tasks = {group.create_task(runner): name for name, runner in runners.items()}
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
    first = next(task for task in tasks if task in done)
    said = first.result()
    return said if isinstance(said, str) else tasks[first]


def _stop_on_signals(again: Callable[[], None]) -> asyncio.Event:
    """Set by the first SIGINT, SIGTERM or SIGHUP; every further one calls `again`."""
    stop = asyncio.Event()

    def told() -> None:
        if stop.is_set():
            again()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told)
    return stop


def _open_log(path: Path) -> IO[bytes]:
    """A fresh log, the one before kept beside it; readable by the owner only."""
    if path.exists():
        path.replace(path.with_suffix(".previous.log"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _die_with(parent: int) -> Callable[[], None] | None:
    """For the child, before it becomes the service: end when this process does (Linux)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_the_kernel
