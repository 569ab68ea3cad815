"""`make run` as a process on free ports, stopped with Ctrl-C and started again where it was."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 30


@dataclass(slots=True)
class Town:
    """Service and sandbox; `url` is the page."""

    data_dir: Path
    port: int
    sandbox_port: int
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}/"

    def start(self, clock_shift: int = 0) -> None:
        """Return when the one address is printed."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251 a child process needs a way to find things
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "up"],
            cwd=ROOT,
            env={
                **inherited,
                "DATA_DIR": str(self.data_dir),
                "PORT": str(self.port),
                "SANDBOX_PORT": str(self.sandbox_port),
                "CLOCK_SHIFT": str(clock_shift),
                "QUIET_HOURS": "",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said.startswith(self.url), said

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        assert self.process is not None
        assert self.process.stdout is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def apply(self, citizen: str, number: int) -> None:
        """Somebody applies by the control routes, without a browser: the phone of that number."""
        phone = json.loads(self._fetch("phones"))[number]["openid"]
        for said in ("办理退休", "河南", "1"):
            self._say(phone, said)
        self._log_in(phone, citizen)
        for said in ("1", "1", "建行", "6217000010000000128", "2", "2", "1", "1", "1"):
            self._say(phone, said)
        assert "办件编号" in self._fetch(f"phones/{phone}")

    def _say(self, phone: str, text: str) -> None:
        self._fetch(f"phones/{phone}/say", {"type": "text", "text": text})

    def _log_in(self, phone: str, citizen: str) -> None:
        link = re.findall(r"http://[^\"\s<>\\]+/m/login\?t=[\w-]+", self._fetch(f"phones/{phone}"))
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        self._fetch("login-phone", {"openid": phone})
        with browser.open(link[-1]) as page:
            chosen = f"{page.url}&login_as={citizen}"
        with browser.open(chosen) as page:
            assert page.status == 200

    def _fetch(self, path: str, said: dict[str, Any] | None = None) -> str:
        body = None if said is None else json.dumps(said).encode()
        address = f"{self.url}control/platform/{path}"
        with urlopen(Request(address, body, {"Content-Type": "application/json"})) as answer:
            return str(answer.read().decode())


def new_town(data_dir: Path) -> Town:
    """A town that has not been started yet."""
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return Town(data_dir, one.getsockname()[1], other.getsockname()[1])
