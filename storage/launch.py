"""Starts a server beside us that ends with us, whatever becomes of us.

Promises: the server has its own session (Ctrl-C in a terminal reaches us first, and we stop it
last), knows none of our settings (its environment is empty but for the language), and the kernel
stops it when we are killed. The last holds for the *thread* that starts it, hence only the main
thread may.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.errors import ServerUnavailable

LONGEST_FOLDER = 80
"""A unix socket's path ends near 108 bytes (104 on BSD); this leaves room for the socket's name."""

_PAUSE = 0.005
_SECONDS_TO_STOP = 15
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded here: between fork and exec nothing should be


@dataclass(frozen=True, slots=True)
class Launch:
    """One server to start.

    `ready` is asked until it says yes, for `patience` seconds. `inherit` are descriptors that
    stay open in the server. `before` runs in the server's process before its program does.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    log: Path
    ready: Callable[[], bool]
    stop_with: signal.Signals = signal.SIGTERM
    patience: float = 60
    inherit: tuple[int, ...] = ()
    before: Callable[[], None] | None = None


@contextmanager
def running(launch: Launch) -> Iterator[None]:
    """Run the server for the length of the block; raises `ServerUnavailable` when it will not."""
    process = _start(launch)
    try:
        _wait_until_ready(process, launch)
        yield
    finally:
        _stop(process, launch.stop_with)


@contextmanager
def runtime_folder() -> Iterator[Path]:
    """A fresh folder for sockets: only ours (mode 700), with a short path, gone afterwards."""
    parent = tempfile.gettempdir()
    if len(os.fsencode(parent)) > LONGEST_FOLDER - len("/tuixiu-12345678"):
        parent = "/tmp"  # noqa: S108 - mkdtemp makes a new folder of mode 700 in it
    folder = Path(tempfile.mkdtemp(prefix="tuixiu-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(launch: Launch) -> subprocess.Popen[bytes]:
    if threading.current_thread() is not threading.main_thread():
        raise ServerUnavailable(f"{launch.name} can only be started from the main thread.")
    parent = os.getpid()

    def in_the_child() -> None:
        if launch.before is not None:
            launch.before()
        _end_with(parent, launch.stop_with)

    if launch.log.exists():
        launch.log.replace(launch.log.with_suffix(".previous.log"))
    try:
        with launch.log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - a fixed command, no shell
                launch.command,
                cwd=launch.folder,
                env={"LC_ALL": "C"},
                umask=0o077,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=launch.inherit,
                preexec_fn=in_the_child,  # noqa: PLW1509 - before the event loop and any thread
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise ServerUnavailable(f"{launch.name} cannot be started: {error}") from error


def _end_with(parent: int, word: signal.Signals) -> None:
    """Ask the kernel to send `word` when the parent dies; elsewhere than on Linux it cannot."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, int(word))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def _wait_until_ready(process: subprocess.Popen[bytes], launch: Launch) -> None:
    deadline = time.monotonic() + launch.patience
    while not launch.ready():
        if process.poll() is not None:
            raise ServerUnavailable(f"{launch.name} did not start: {_complaint(launch.log)}")
        if time.monotonic() > deadline:
            raise ServerUnavailable(
                f"{launch.name} did not answer within {launch.patience:g} s; see {launch.log}."
            )
        time.sleep(_PAUSE)


def _complaint(log: Path) -> str:
    """The server's last words."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    words = [line.strip() for line in lines if line.strip()]
    return f"{words[-1] if words else 'it said nothing'} (see {log})"


def _stop(process: subprocess.Popen[bytes], word: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(word)
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
