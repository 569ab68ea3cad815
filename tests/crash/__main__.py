"""`make crash`: a journey for every crossing of the service's borders, killed before it and after.

Prints every run and in the end a table; exit code 1 when anything was lost or doubled.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from storage.embedded import embedded_redis
from tests.crash.checks import Found
from tests.crash.lane import Death, Outcome, lane, summary

UNKILLED_ENDS = 3
"""So many runs in a row that live to their end: there is no crossing left."""


class Plan:
    """Which run comes next, until the journey finishes unkilled. Shared by all lanes."""

    def __init__(self, first: int, step: int, most: int) -> None:
        self._turns = self._numbered(first, step, most)
        self._lived = 0
        self.outcomes: list[Outcome] = []

    def __iter__(self) -> Iterator[Death]:
        return self._turns

    def note(self, outcome: Outcome) -> None:
        """Keep what a run came to, and say it."""
        self.outcomes.append(outcome)
        self._lived = 0 if outcome.crossing else self._lived + 1
        where = outcome.crossing or "lived to its end"
        word = "; ".join(outcome.wrong) or "right"
        print(f"{outcome.death.at:>4} {outcome.death.when:<6} {where}: {word}", flush=True)  # noqa: T201

    def _numbered(self, first: int, step: int, most: int) -> Iterator[Death]:
        at = first
        while at <= most and self._lived < UNKILLED_ENDS:
            yield Death(at, "before")
            yield Death(at, "after")
            at += step


async def main(wanted: argparse.Namespace, folder: Path, redis_urls: list[str]) -> int:
    """Play all runs on all lanes; the exit code."""
    plan = Plan(wanted.first, wanted.step, wanted.most)
    async with lane(folder / "baseline", redis_urls[0]) as first:
        baseline = await first.play(Death(), None)
    count = len(baseline.crossings)
    print(f"an undisturbed journey: {count} crossings; {baseline.wrong or 'right'}")  # noqa: T201
    if baseline.found is None or baseline.wrong or baseline.found.wrong:
        print(baseline.found)  # noqa: T201
        return 1
    async with asyncio.TaskGroup() as group:
        for number, url in enumerate(redis_urls):
            group.create_task(_play(plan, folder / f"lane{number}", url, baseline.found))
    print(summary(plan.outcomes))  # noqa: T201
    wrong = [one for one in plan.outcomes if one.wrong]
    print(f"{len(plan.outcomes)} runs, {len(wrong)} wrong")  # noqa: T201
    return 1 if wrong else 0


async def _play(plan: Plan, folder: Path, redis_url: str, baseline: Found) -> None:
    async with lane(folder, redis_url) as own:
        for death in plan:
            plan.note(await own.play(death, baseline))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--first", type=int, default=1, help="the first crossing")
    parser.add_argument("--most", type=int, default=100_000, help="the last crossing")
    parser.add_argument("--step", type=int, default=1, help="every so-many-th crossing")
    parser.add_argument("--lanes", type=int, default=3, help="runs at the same time")
    parser.add_argument("--folder", type=Path, help="keep the files of runs that went wrong here")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = _arguments()
    with ExitStack() as stack:
        place = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = [
            stack.enter_context(embedded_redis(place / f"redis{number}"))
            for number in range(chosen.lanes)
        ]
        code = asyncio.run(main(chosen, place, urls))
    sys.exit(code)
