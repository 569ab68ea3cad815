"""The page is served whole, from here only, and says that its people are invented."""

import json
import re
from pathlib import Path
from typing import Any

from aiohttp import web
from ruamel.yaml import YAML

import sandbox.page
from dialogs.steering import COMMANDS
from sandbox.app import MENU
from sandbox.page import page_routes
from sandbox.settings import Place, service_environment

FOLDER = Path(sandbox.page.__file__).parent
PLANS = sorted((Path(__file__).parents[2] / "services").glob("*/service.yaml"))


async def test_page_and_everything_it_names_is_served(aiohttp_client: Any) -> None:
    app = web.Application()
    app.add_routes(page_routes())
    client = await aiohttp_client(app)
    page = await (await client.get("/")).text()
    assert "人物均为虚构" in page
    named = set(re.findall(r'(?:src|href)="(/[^"]+)"', page))
    assert named == {"/static/style.css", "/static/main.js"}
    for script in FOLDER.glob("static/*.js"):
        named |= {
            f"/static/{name}"
            for name in re.findall(r'(?:from "\./|fetch\("/static/)([^"]+)"', script.read_text())
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


def test_desks_ask_for_what_the_plan_lets_them_and_call_it_by_name() -> None:
    words = json.loads((FOLDER / "static" / "words.json").read_text())
    items = [item for plan in PLANS for item in YAML(typ="safe").load(plan)["items"]]
    allowed: dict[str, dict[str, list[str]]] = {}
    named = {"answer": words["questions"], "document": words["documents"], "result": words["items"]}
    for item in items:
        kinds = allowed.setdefault(item["code"], {})
        for one in item["can_be_missing"]:
            kinds.setdefault(one["kind"], []).append(one["code"])
        needed = item["needs"]
        assert set(needed["answers"]) <= set(named["answer"]), item["code"]
        assert set(needed["documents"]) <= set(named["document"]), item["code"]
    assert words["may_be_missing"] == allowed
    for kinds in allowed.values():
        for kind, codes in kinds.items():
            assert set(codes) <= set(named[kind])


def test_the_page_tells_how_long_an_application_can_be_taken_back() -> None:
    seconds = service_environment(Place(), {})["TAKE_BACK_SECONDS"]
    assert set(re.findall(r"(\d+) 秒", (FOLDER / "index.html").read_text())) == {seconds}


def test_every_button_of_the_menu_is_a_command() -> None:
    leaves = [leaf for button in MENU for leaf in button.get("sub_button") or [button]]
    assert {leaf["key"] for leaf in leaves} <= set(COMMANDS)
