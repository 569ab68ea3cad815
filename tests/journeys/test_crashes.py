"""The service dies, is started again, and nothing is lost or doubled: the short version.

`make crash` dies at every crossing (tests/crash); here are the places where something would be
lost or doubled most easily, each with what it would be.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.crash.checks import Found
from tests.crash.child import When
from tests.crash.lane import Death, Outcome, lane

PLACES: Final[tuple[tuple[str, int, When], ...]] = (
    ("redis turns.receive", 1, "after"),  # a message that is only queued
    ("redis turns.save", 1, "after"),  # an answer nobody got, an address nobody wrote down
    ("redis errands.begin_saying", 1, "after"),  # a word that is begun is not said again
    ("http POST /registry/households/query", 1, "before"),  # the look-up
    ("http GET /papers/retirement-papers/…", 1, "after"),  # a paper, kept twice
    ("redis turns.save", -2, "after"),  # the submission, the draft for ever being submitted
    ("redis turns.enqueue", -1, "before"),  # the case's number, or the case twice
    ("http POST /departments/hn-hrss/tasks", 1, "before"),  # a task, with its lease
    ("http POST /departments/hn-hrss/tasks", -1, "after"),  # a task, given twice
    ("answer POST /departments/v1/reports", 1, "before"),  # a report that comes again
    ("http POST /platform/cgi-bin/message/template/send", 1, "before"),  # a notice
    ("http POST /platform/cgi-bin/message/template/send", -1, "after"),  # a notice, told twice
)
"""Crossing, which one of its kind (from the end when negative), and when the service dies."""
LANES: Final = 2


@pytest.mark.timeout(300)  # some 3 s a death, on a machine with nothing else to do
async def test_nothing_is_lost_or_doubled(tmp_path: Path, redis_server: str) -> None:
    async with lane(tmp_path / "baseline", f"{redis_server}?db=1") as first:
        undisturbed = await first.play(Death(), None)
    assert undisturbed.wrong == ()
    assert undisturbed.found is not None
    assert undisturbed.found.wrong == ()
    deaths = [_death(undisturbed, *place) for place in PLACES]
    async with asyncio.TaskGroup() as group:
        lanes = [
            group.create_task(
                _played(
                    tmp_path / str(number),
                    f"{redis_server}?db={number + 1}",
                    deaths[number::LANES],
                    undisturbed.found,
                )
            )
            for number in range(LANES)
        ]
    outcomes = [outcome for one in lanes for outcome in one.result()]
    assert [one.death for one in outcomes if one.crossing != one.death.among] == []
    assert [outcome for outcome in outcomes if outcome.wrong] == []


def _death(undisturbed: Outcome, crossing: str, which: int, when: When) -> Death:
    count = undisturbed.crossings.count(crossing)
    return Death(which if which > 0 else count + 1 + which, when, crossing)


async def _played(
    folder: Path, redis_url: str, deaths: Sequence[Death], baseline: Found
) -> list[Outcome]:
    async with lane(folder, redis_url) as own:
        return [await own.play(death, baseline) for death in deaths]
