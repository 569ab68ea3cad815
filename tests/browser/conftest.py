"""A Chromium where the machine has one, and `make run` to look at."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.chromium import chromium, installed_chromium
from tests.browser.town import Town, new_town


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    executable = installed_chromium()
    if executable is None:
        pytest.skip("Chromium: none on this machine")
    async with chromium(executable, tmp_path) as opened:
        yield opened


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town of this test's own."""
    yield from _running(tmp_path / "var")


@pytest.fixture(scope="module")
def busy_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town in which 张秀英 has just applied."""
    for town in _running(tmp_path_factory.mktemp("town") / "var"):
        town.apply("zhang_xiuying", 0)
        yield town


def _running(data_dir: Path) -> Iterator[Town]:
    if installed_chromium() is None:
        pytest.skip("Chromium: none on this machine")
    town = new_town(data_dir)
    town.start()
    yield town
    assert town.stop() == 0
