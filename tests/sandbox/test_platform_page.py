"""The page is served whole, from here only, and says that its people are invented."""

import re
from pathlib import Path
from typing import Any

from aiohttp import web

import sandbox.page
from sandbox.page import page_routes

FOLDER = Path(sandbox.page.__file__).parent


async def test_page_and_everything_it_names_is_served(aiohttp_client: Any) -> None:
    app = web.Application()
    app.add_routes(page_routes())
    client = await aiohttp_client(app)
    page = await (await client.get("/")).text()
    assert "人物均为虚构" in page
    named = set(re.findall(r'(?:src|href)="(/[^"]+)"', page))
    assert named == {"/static/style.css", "/static/main.js"}
    for script in FOLDER.glob("static/*"):
        named |= {
            f"/static/{name}" for name in re.findall(r'from "\./([^"]+)"', script.read_text())
        }
    for path in named:
        assert (await client.get(path)).status == 200, path


def test_page_takes_nothing_from_elsewhere() -> None:
    files = [FOLDER / "index.html", *FOLDER.glob("static/*")]
    for file in files:
        assert not re.search(r"https?://|@import|url\(", file.read_text()), file.name


def test_page_never_reads_text_as_markup() -> None:
    for script in FOLDER.glob("static/*.js"):
        assert not re.search(r"\.(?:inner|outer)HTML|insertAdjacentHTML", script.read_text())
