"""What is not asked a thousand times a second: the form as a PDF, the push after a report."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from redis.asyncio import Redis

from cases.values import JSON
from storage.documents.pdf import render
from tests.journeys.city import city
from tests.journeys.steps import applied
from tests.storage.test_pdf import APPLICATION, FORM, MADE_AT, SERVICES, as_given

LETTER = SERVICES / "shared" / "documents" / "letter.typ"
LOOK_AGAIN = 0.005


def pdf_milliseconds(times: int) -> list[float]:
    """The application's PDF, each of another person; without the first time (fonts)."""
    return _rendered(APPLICATION, times, lambda name: as_given({**FORM, "name": name}))


def letter_milliseconds(times: int) -> list[float]:
    """A formal notice's PDF, each to another person; without the first time (fonts)."""
    row: JSON = ["办件编号", "410100202611210100000127"]
    letter: dict[str, JSON] = {
        "title": "一次性补正告知书",
        "case_no": "410100202611210100000127",
        "opening": ["您申请的“算养老金”还需要补充下面的内容。"] * 2,
        "rows": [row] * 9,
        "missing": [["联系电话", "打不通"]] * 5,
        "closing": ["怎么补：拍照发来。"] * 2,
        "office": "社会保险中心",
        "on": "2026年12月3日",
        "footer": "",
        "unprintable": [],
    }
    return _rendered(LETTER, times, lambda name: letter | {"to": name})


def _rendered(template: Path, times: int, data: Callable[[str], dict[str, JSON]]) -> list[float]:
    """Milliseconds of each; the names differ, or typst would remember the page."""
    names = [chr(ord("一") + number) + "秀英" for number in range(times + 1)]
    return [_timed(template, {"form": data(name)}) for name in names][1:]


def _timed(template: Path, data: Mapping[str, JSON]) -> float:
    begun = time.perf_counter()
    render(template, data, MADE_AT)
    return (time.perf_counter() - begun) * 1e3


async def push_milliseconds(folder: Path, redis_url: str, times: int) -> list[float]:
    """From the answer to a department's report (its commit) to the notice on the phone."""
    found = []
    for number in range(times):
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
        found.append(await _push(folder / str(number), redis_url))
    return found


async def _push(folder: Path, redis_url: str) -> float:
    database = f"sqlite://{folder / 'records.sqlite3'}"
    async with city(folder, redis_url, database) as henan:
        phone = await applied(henan)
        for stage in ("accepted", "approved"):
            await henan.report("hn-hrss", "HN03", stage)
        henan.time.pass_by(seconds=90)  # what follows a notice within a minute waits for more
        seen = len(await phone.notices())
        facts = {"disability_allowance": False}
        await henan.report("hn-hrss", "HN03", "done", facts=facts)
        begun = time.perf_counter()
        while len(await phone.notices()) == seen:  # noqa: ASYNC110 — what is waited for is behind HTTP
            await asyncio.sleep(LOOK_AGAIN)
        return (time.perf_counter() - begun) * 1e3
