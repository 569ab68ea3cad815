"""`make run` where the environment is there: seconds from the command to the first answer."""

import asyncio
import json
import os
import signal
import time
from pathlib import Path
from urllib.request import Request, urlopen

from aiohttp.test_utils import unused_port

ROOT = Path(__file__).parents[2]


async def seconds_to_first_answer(folder: Path) -> float:
    """Start it with this data folder, say something on the sandbox's first phone, stop it."""
    sandbox_port = unused_port()
    environment = {
        **os.environ,  # noqa: TID251 — the command is started as from a shell
        "DATA_DIR": str(folder),
        "PORT": str(unused_port()),
        "SANDBOX_PORT": str(sandbox_port),
    }
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        "make",
        "--no-print-directory",
        "run",
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        process_group=0,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline(), "it never started"
        answer = await asyncio.to_thread(_say, f"http://127.0.0.1:{sandbox_port}/control/platform")
        seconds = time.perf_counter() - begun
    finally:
        os.killpg(process.pid, signal.SIGINT)
        await process.wait()
    assert "你好" in answer or "您" in answer, answer
    return seconds


def _say(platform: str) -> str:
    with urlopen(f"{platform}/phones") as answered:
        phone = json.load(answered)[0]["openid"]
    said = json.dumps({"type": "text", "text": "你好"}).encode()
    request = Request(
        f"{platform}/phones/{phone}/say", data=said, headers={"Content-Type": "application/json"}
    )
    with urlopen(request) as answered:
        return str(json.load(answered).get("reply"))
