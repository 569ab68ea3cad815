"""The load: so many connections kept busy with one message each, from the other core."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from os import sysconf
from pathlib import Path

from tests.benchmarks.citizens import Citizen, Post

CONNECTIONS = 16
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass(slots=True)
class Outcome:
    """What came of one run."""

    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds of the server process, system time included."""
    loop: float = 0.0
    """What of it is its event loop's: threads look at photos and write to SQLite."""
    latencies: list[float] = field(default_factory=list)
    answers: list[tuple[Post, bytes]] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cpu_each(self) -> float:
        """Microseconds a turn."""
        return self.cpu / len(self.latencies) * 1e6

    @property
    def loop_each(self) -> float:
        """Microseconds a turn."""
        return self.loop / len(self.latencies) * 1e6

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of the turns was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1e3


async def play(
    port: int, pid: int, citizens: Sequence[Citizen], connections: int = CONNECTIONS
) -> Outcome:
    """Every citizen says everything, in order; `connections` messages are on their way at once.

    A citizen who was answered stands at the end of the line again: nobody answers in an instant.
    """
    outcome = Outcome()
    line = deque((citizen.posts, 0) for citizen in citizens)
    before, begun = (cpu_seconds(pid), loop_seconds(pid)), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(min(connections, len(citizens))):
            group.create_task(_connection(port, line, outcome))
    outcome.seconds = time.perf_counter() - begun
    outcome.cpu, outcome.loop = cpu_seconds(pid) - before[0], loop_seconds(pid) - before[1]
    return outcome


async def _connection(port: int, line: deque[tuple[Sequence[Post], int]], outcome: Outcome) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while line:
        posts, index = line.popleft()
        begun = time.perf_counter()
        writer.write(posts[index].request)
        body = await _body(reader)
        outcome.latencies.append(time.perf_counter() - begun)
        outcome.answers.append((posts[index], body))
        if index + 1 < len(posts):
            line.append((posts, index + 1))
    writer.close()
    await writer.wait_closed()


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    found = _LENGTH.search(head)
    body = await reader.readexactly(int(found[1])) if found else b""
    return body if head.startswith(b"HTTP/1.1 200 ") else b""


def cpu_seconds(pid: int) -> float:
    """What the process has used so far, all its threads together (Linux)."""
    return _seconds(Path(f"/proc/{pid}/stat"))


def loop_seconds(pid: int) -> float:
    """What its first thread has used, which runs the event loop."""
    return _seconds(Path(f"/proc/{pid}/task/{pid}/stat"))


def _seconds(stat: Path) -> float:
    fields = stat.read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")
