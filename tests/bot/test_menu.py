"""The menu that we ship is one that WeChat takes and the conversation hears."""

import asyncio
import json
import os
import sys
from pathlib import Path

from aiohttp.test_utils import TestServer

from bot.menu import unknown_keys
from bot.wechat.menu import menu_problems
from tests.bot.test_process import ROOT, environment, refused
from tests.bot.wechat.platform import StandIn

SHIPPED = ROOT / "docs" / "deploy" / "menu.json"


def test_the_shipped_menu_is_in_order() -> None:
    menu = json.loads(SHIPPED.read_text("utf-8"))
    assert menu_problems(menu) == ()
    assert list(unknown_keys(menu)) == []


def test_a_button_that_nobody_hears_is_named() -> None:
    menu = {"button": [{"type": "click", "name": "甲", "key": "dance"}]}
    assert [said.partition(" (")[0] for said in unknown_keys(menu)] == ["甲: dance is no command"]


def test_a_file_that_is_no_menu_is_refused(tmp_path: Path) -> None:
    (tmp_path / "menu.json").write_text("[]")
    assert "must hold one object" in refused("menu", environment(tmp_path), tmp_path, "menu.json")


async def test_it_is_put_up(tmp_path: Path) -> None:
    stand_in = StandIn()
    async with TestServer(stand_in.application()) as server:
        settings = environment(tmp_path, WECHAT_API_URL=str(server.make_url("/platform")))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "menu", str(SHIPPED)),
            cwd=tmp_path,
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **settings},
        )
        assert await process.wait() == 0
    assert stand_in.calls["/platform/cgi-bin/menu/create"] == 1
    assert stand_in.seen[0][1] == json.loads(SHIPPED.read_text("utf-8"))
