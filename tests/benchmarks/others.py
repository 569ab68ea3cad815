"""What is not asked a thousand times a second: the form as a PDF, the push after a report."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

from redis.asyncio import Redis

from cases.values import JSON
from storage.documents.pdf import render
from tests.journeys.city import city
from tests.journeys.steps import applied
from tests.storage.test_pdf import APPLICATION, FORM, MADE_AT, as_given

LOOK_AGAIN = 0.005


def pdf_milliseconds(times: int) -> list[float]:
    """The application's PDF, again and again; without the first time (fonts)."""
    data = {"form": as_given(FORM)}
    render(APPLICATION, data, MADE_AT)
    return [_timed(data) for _ in range(times)]


def _timed(data: Mapping[str, JSON]) -> float:
    begun = time.perf_counter()
    render(APPLICATION, data, MADE_AT)
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
