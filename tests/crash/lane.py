"""One lane of the crash launcher: a Redis that survives, a nursery for services, run after run.

On each run a citizen applies, a department accepts and finishes, and she is told so; on the way
the service dies once and is started again. Time passes for sandbox, service and Redis alike when
somebody has waited in vain, so that no lease and no claim has to be waited for.
"""

import asyncio
import json
import os
import shutil
import signal
import struct
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from redis.asyncio import Redis

from sandbox.settings import Place
from tests.crash.checks import Found, differences, look
from tests.crash.child import KILLED, Birth, When, scripts, words_of
from tests.crash.citizen import Citizen, Lost
from tests.journeys.city import Neighbours, Phone, Time, neighbourhood, new_place, settings_for

ROOT: Final = Path(__file__).parent.parent.parent
READY_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.1
STEPS: Final = (0.0, 0.0, 7.0, 7.0, 30.0, 61.0, 61.0)
"""How many seconds pass by while somebody looks for the first, second … time in vain."""
NAME: Final = "wang_jianguo"
PULLS: Final = "hn-health"
"""The department that fetches its tasks; the citizen has none for it."""
DEPARTMENT, ITEM = "hn-hrss", "HN03"
REPORTS: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("accepted", {}),
    ("done", {"facts": {"disability_allowance": False}}),
)
"""What the department says, one after the other; she gets a notice of each."""


@dataclass(frozen=True, slots=True)
class Death:
    """Where the service is to die: at the `at`-th crossing, of all or of one name. 0: nowhere."""

    at: int = 0
    when: When = "before"
    among: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run came to."""

    death: Death
    crossing: str
    """Where the service died; empty when it lived to the end."""
    crossings: tuple[str, ...]
    """Every crossing of the first life, in order."""
    repeated: int
    """How often she had to say something twice."""
    again: int
    """How often a department was given a task that it had."""
    wrong: tuple[str, ...]
    found: Found | None


class PassingTime(Time):
    """The time of sandbox, service and Redis: what passes by passes for all three."""

    def __init__(self, file: Path, redis: Redis) -> None:
        super().__init__()
        self._file, self._redis, self._ahead = file, redis, 0.0
        file.write_bytes(struct.pack("d", 0.0))

    async def passes(self, seconds: float) -> None:
        """Also what Redis keeps for a while is then kept for so much less."""
        self.pass_by(seconds=seconds)
        self._ahead += seconds
        with self._file.open("r+b") as file:
            file.write(struct.pack("d", self._ahead))
        for key in await self._redis.keys("*"):
            left = await self._redis.pttl(key)
            if left > 0:
                await self._redis.pexpire(key, max(1, left - int(seconds * 1000)))


class Nursery:
    """Starts services, one at a time, and knows when one has ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def born(self, birth: Birth) -> int:
        """Start a service; its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(birth)).encode() + b"\n")
        return int((await self._word())["pid"])

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        return int((await self._word())["ended"])

    async def _word(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the nursery has ended")
        word: dict[str, Any] = json.loads(line)
        return word


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A nursery for the length of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.crash.child"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Nursery(process)
    finally:
        process.kill()  # a child of its own goes with it
        await process.wait()


@dataclass(slots=True)
class Run:
    """One journey on which the service dies once, or not at all."""

    folder: Path
    redis_url: str
    redis: Redis
    nursery: Nursery
    death: Death
    baseline: Found | None
    crossing: str = ""
    wrong: list[str] = field(default_factory=list)

    async def run(self) -> Outcome:
        """Play it and look at what it left behind."""
        await self.redis.flushdb()
        place = new_place(self.folder / "var")
        time = PassingTime(self.folder / "clock", self.redis)
        async with neighbourhood(place, time, {}) as around:
            alive = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                service = group.create_task(self._served(place, alive))
                citizen = await self._travelled(around, time, alive)
                found = await self._looked(around, citizen, time)
                service.cancel()
        return self._outcome(citizen, found)

    def _outcome(self, citizen: Citizen, found: Found | None) -> Outcome:
        if found is not None and self.baseline is not None:
            self.wrong += differences(self.baseline, found)
        return Outcome(
            death=self.death,
            crossing=self.crossing,
            crossings=tuple(self._log()),
            repeated=citizen.repeated,
            again=found.again if found is not None else 0,
            wrong=tuple(self.wrong),
            found=found,
        )

    # ---- the service ------------------------------------------------------------------------

    async def _served(self, place: Place, alive: asyncio.Event) -> None:
        """Start the service, and again when it has died."""
        death = self.death
        while True:
            pid = await self.nursery.born(self._birth(place, death))
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(self._ready(place, alive))
                try:
                    await self.nursery.ended()
                except asyncio.CancelledError:
                    kill(pid)
                    await self.nursery.ended()
                    raise
                finally:
                    looking.cancel()
            if self.crossing:
                self.wrong.append("the service ended a second time")
            self.crossing = self._log()[-1].removeprefix(KILLED)
            death = Death()

    async def _ready(self, place: Place, alive: asyncio.Event) -> None:
        async with aiohttp.ClientSession() as http, asyncio.timeout(READY_SECONDS):
            while True:
                try:
                    async with http.get(place.service_url + "/readyz") as answer:
                        if answer.status == 200:
                            alive.set()
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)

    def _birth(self, place: Place, death: Death) -> Birth:
        settings = settings_for(
            place,
            {
                "redis_url": self.redis_url,
                "database_url": f"sqlite://{self.folder / 'records.sqlite3'}",
                "data_dir": str(place.data_dir),
                "services": "henan",
            },
        )
        return Birth(
            settings=settings,
            clock=str(self.folder / "clock"),
            crossings=str(self.folder / "crossings"),
            errors=str(self.folder / "errors"),
            at=death.at,
            when=death.when,
            among=death.among,
        )

    def _log(self) -> list[str]:
        """The crossings of the first life, and its death."""
        file = self.folder / "crossings"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        ends = [place for place, line in enumerate(lines, start=1) if line.startswith(KILLED)]
        return lines[: ends[0]] if ends else lines

    # ---- the people -------------------------------------------------------------------------

    async def _travelled(
        self, around: Neighbours, time: PassingTime, alive: asyncio.Event
    ) -> Citizen:
        async def wait(look: int) -> None:
            await asyncio.sleep(LOOK_SECONDS)
            await time.passes(STEPS[look % len(STEPS)] if look >= 10 else 0)

        # who is broken does not come to fetch: its asking every 2 s would count as crossings
        broken = f"/control/departments/{PULLS}/behaviour"
        await around.asked("POST", broken, json={"mode": "http_500"})
        listed = await around.asked("GET", "/control/platform/phones")
        citizen = Citizen(Phone(around, listed[2]["openid"]), NAME, wait)
        await alive.wait()
        try:
            async with asyncio.timeout(120):
                await citizen.applies()
                await self._decided(around, citizen, time)
        except (Lost, TimeoutError, AssertionError) as lost:
            self.wrong.append(f"{type(lost).__name__}: {lost}")
        return citizen

    async def _decided(self, around: Neighbours, citizen: Citizen, time: PassingTime) -> None:
        """The department accepts and finishes; she hears of both."""
        for number, (stage, more) in enumerate(REPORTS, start=1):
            await self._reported(around, time, stage, more)

            async def noticed(number: int = number) -> bool:
                return len(await citizen.phone.notices()) >= number

            await self._until(time, noticed, f"notice {number}")
            await time.passes(61)

    async def _reported(
        self, around: Neighbours, time: PassingTime, stage: str, more: Mapping[str, Any]
    ) -> None:
        """Report until the service has taken it, each time as the same report."""
        occurred_at = time().isoformat(timespec="seconds")  # else the desk takes the time of day
        report = {"stage": stage, "report_id": f"r-{stage}", "occurred_at": occurred_at, **more}

        async def taken() -> bool:
            tasks = (await around.desk(DEPARTMENT))["tasks"]
            keys = [one["key"] for one in tasks if one["item"] == ITEM]
            if not keys:
                return False
            path = f"{around.sandbox_url}/control/departments/{DEPARTMENT}/tasks/{keys[0]}/report"
            async with around.http.post(path, json=report) as answer:
                body = await answer.json(content_type=None)
                return answer.status < 300 and bool(body["status"] < 300)

        await self._until(time, taken, f"the report {stage} taken")

    async def _until(self, time: PassingTime, true: Any, what: str) -> None:
        for look_ in range(100):
            if await true():
                return
            await asyncio.sleep(LOOK_SECONDS)
            if look_ >= 10:
                await time.passes(STEPS[look_ % len(STEPS)])
        raise AssertionError(f"waited in vain for: {what}")

    async def _looked(
        self, around: Neighbours, citizen: Citizen, time: PassingTime
    ) -> Found | None:
        """Wait until nothing is under way any more, then look at everything that was left."""
        database = f"sqlite://{self.folder / 'records.sqlite3'}"
        found = None
        for look_ in range(100):
            found = await look(around, citizen, self.redis, database)
            if not found.under_way:
                break
            await asyncio.sleep(LOOK_SECONDS)
            await time.passes(STEPS[look_ % len(STEPS)])
        return found


def kill(pid: int) -> None:
    """End a process that this launcher has started."""
    os.kill(pid, signal.SIGKILL)


def summary(outcomes: list[Outcome]) -> str:
    """A table: each kind of crossing, how often the service died there, and what came of it."""
    rows: dict[str, Counter[str]] = {}
    for one in outcomes:
        row = rows.setdefault(one.crossing or "(lived)", Counter())
        row["died"] += 1
        row["she repeated"] += one.repeated
        row["task again"] += one.again
        row["uncertain"] += len(one.found.uncertain) if one.found is not None else 0
        row["wrong"] += bool(one.wrong)
    columns = ("died", "she repeated", "task again", "uncertain", "wrong")
    width = max((len(crossing) for crossing in rows), default=0)
    lines = ["  ".join(("crossing".ljust(width), *columns))]
    for crossing, row in sorted(rows.items()):
        numbers = (str(row[column]).rjust(len(column)) for column in columns)
        lines.append("  ".join((crossing.ljust(width), *numbers)))
    return "\n".join(lines)


@asynccontextmanager
async def lane(folder: Path, redis_url: str) -> AsyncIterator["Lane"]:
    """A nursery and a client of the Redis at `redis_url`, which is emptied before every run."""
    async with nursery() as born, Redis.from_url(redis_url) as redis:
        for script in scripts().values():  # a script that is sent twice the first time is two
            await redis.script_load(words_of(script)[1])
        yield Lane(folder, redis_url, redis, born)


@dataclass(slots=True)
class Lane:
    """Plays runs one after the other."""

    folder: Path
    redis_url: str
    redis: Redis
    nursery: Nursery
    played: int = 0

    async def play(self, death: Death, baseline: Found | None) -> Outcome:
        """One run; its files stay only when something went wrong."""
        self.played += 1
        folder = self.folder / f"{self.played:03d}-{death.when}-{death.at}"
        (folder / "var").mkdir(parents=True)
        run = Run(folder, self.redis_url, self.redis, self.nursery, death, baseline)
        outcome = await run.run()
        if not outcome.wrong:
            shutil.rmtree(folder)
        return outcome
