"""All figures against their targets, as a table and in build/bench.json.

Floor and candidate take turns in the same minutes: the machine's speed drifts by a third. What
others do on it is in every figure, least in the ratios.
"""

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import structlog

from bot.clock import system_clock
from dialogs.definition import Definition
from storage.definitions import read
from storage.embedded import embedded_redis
from tests.benchmarks.citizens import checked, citizens
from tests.benchmarks.load import CONNECTIONS, Outcome, play
from tests.benchmarks.others import letter_milliseconds, pdf_milliseconds, push_milliseconds
from tests.benchmarks.servers import (
    Place,
    Running,
    account,
    candidate,
    cores,
    floor,
    on_core,
    platform,
    running,
)
from tests.benchmarks.startup import seconds_to_first_answer
from tests.benchmarks.trips import trips_a_turn

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "bench.json"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int = 5
    citizens: int = 150
    starts: int = 3
    pages: int = 50
    pushes: int = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: the median of all runs, the lowest and the highest."""

    what: str
    unit: str
    values: tuple[float, ...]
    target: str = ""
    met: bool | None = None

    @property
    def middle(self) -> float:
        return median(self.values)

    def line(self) -> str:
        spread = f"{min(self.values):.4g} – {max(self.values):.4g}"
        verdict = {True: "yes", False: "NO", None: ""}[self.met]
        name = f"{self.what} ({self.unit})"
        return f"{name:<52}{self.middle:>10.4g}  {spread:<20}{self.target:<10}{verdict}"


def main() -> None:
    """Measure, print, write down."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures = measure(Size())
    sys.stdout.write(table(figures))
    RESULT.parent.mkdir(exist_ok=True)
    rows = [{**asdict(figure), "median": figure.middle} for figure in figures]
    RESULT.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


def measure(size: Size) -> list[Figure]:
    """Everything; takes its time."""
    with tempfile.TemporaryDirectory() as folder, embedded_redis(Path(folder)) as redis_url:
        figures = asyncio.run(_turns(Path(folder), redis_url, size))
        figures += asyncio.run(_others(Path(folder), redis_url, size))
    return figures


def table(figures: Sequence[Figure]) -> str:
    """The figures as they are printed."""
    head = f"{'':<52}{'median':>10}  {'lowest – highest':<20}{'target':<10}met"
    return "\n".join([head, *(figure.line() for figure in figures)]) + "\n"


# ---- turns --------------------------------------------------------------------------------


async def _turns(folder: Path, redis_url: str, size: Size) -> list[Figure]:
    definition, clock = read(ROOT / "services", "henan"), system_clock()
    floors, candidates = list[Outcome](), list[Outcome]()
    async with platform() as platform_url:
        place = Place(redis_url, folder, platform_url)
        with running(floor, place) as bare, running(candidate, place) as ours:
            alone = citizens(account(), definition, 0, 1, clock())[0]
            trips = await trips_a_turn(redis_url, ours, alone)
            first = 1
            for server, outcomes in ((bare, floors), (ours, candidates)) * size.rounds:
                with on_core(cores()[1]):
                    people = (first, size.citizens)
                    outcomes.append(await _run(server, definition, people, clock()))
                first += size.citizens
    return [*_compared(floors, candidates), _figure("Redis trips of a turn", "", [trips], 2.0)]


async def _run(
    server: Running, definition: Definition, people: tuple[int, int], now: datetime
) -> Outcome:
    prepared = citizens(account(), definition, *people, now)
    return await play(server.port, server.pid, prepared, CONNECTIONS)


def _compared(floors: Sequence[Outcome], candidates: Sequence[Outcome]) -> list[Figure]:
    wrong = [sum(not checked(account(), *one) for one in run.answers) for run in candidates]
    pairs = list(zip(floors, candidates, strict=True))
    ratios = [ours.per_second / bare.per_second for bare, ours in pairs]
    return [
        _figure("floor: throughput", "turns/s", [run.per_second for run in floors]),
        _figure("floor: CPU a turn", "µs", [run.cpu_each for run in floors]),
        _figure("floor: p99", "ms", [run.quantile(0.99) for run in floors]),
        _figure("service: throughput", "turns/s", [run.per_second for run in candidates]),
        _figure("service: of the floor's throughput", "", ratios, 0.5, at_least=True),
        _figure("service: CPU a turn", "µs", [run.cpu_each for run in candidates], 1100),
        _figure("service: CPU of its event loop", "µs", [run.loop_each for run in candidates]),
        _figure("service: CPU of the floor's", "", [o.cpu_each / f.cpu_each for f, o in pairs]),
        _figure("service: p50", "ms", [run.quantile(0.5) for run in candidates]),
        _figure("service: p99", "ms", [run.quantile(0.99) for run in candidates], 50),
        _figure("service: wrong answers", "", wrong, 0),
    ]


# ---- the rest -----------------------------------------------------------------------------


async def _others(folder: Path, redis_url: str, size: Size) -> list[Figure]:
    starts = [await seconds_to_first_answer(folder / "run") for _ in range(size.starts)]
    pushes = await push_milliseconds(folder / "push", redis_url, size.pushes)
    figures = [_figure("`make run` to the first answer", "s", starts, 3)] if starts else []
    figures.append(_figure("PDF of the application", "ms", pdf_milliseconds(size.pages), 50))
    figures.append(_figure("PDF of a formal notice", "ms", letter_milliseconds(size.pages), 50))
    if pushes:
        figures.append(_figure("report to notice", "ms", pushes, 1000))
    return figures


def _figure(
    what: str,
    unit: str,
    values: Sequence[float],
    target: float | None = None,
    *,
    at_least: bool = False,
) -> Figure:
    if target is None:
        return Figure(what, unit, tuple(values))
    middle = median(values)
    met = middle >= target if at_least else middle <= target
    return Figure(what, unit, tuple(values), f"{'≥' if at_least else '≤'} {target:g}", met)


if __name__ == "__main__":
    main()
