from typing import Any

import pytest

from bot.wechat.menu import menu_problems


def click(name: str, key: str = "k") -> dict[str, Any]:
    return {"type": "click", "name": name, "key": key}


def test_a_full_menu_is_fine() -> None:
    below = [click("我的办理进度")] * 4 + [
        {"type": "view", "name": "abcdefghijklmn", "url": "http://x"}
    ]
    assert (
        menu_problems({"button": [click("办理退休"), {"name": "查询", "sub_button": below}]}) == ()
    )


@pytest.mark.parametrize(
    ("menu", "problem"),
    [
        ({}, "1 to 3 buttons"),
        ({"button": "abc"}, "1 to 3 buttons"),
        ({"button": [click("甲")] * 4}, "1 to 3 buttons"),
        ({"button": [click("办理退休呀")]}, "4 Chinese characters"),
        ({"button": [click("")]}, "a name"),
        ({"button": [click("甲", "")]}, "1 to 128 bytes"),
        ({"button": [click("甲", "键" * 43)]}, "1 to 128 bytes"),
        ({"button": [{"type": "view", "name": "甲"}]}, "url"),
        ({"button": [{"type": "dance", "name": "甲"}]}, "click or view"),
        ({"button": [{"name": "甲", "sub_button": [click("乙")] * 6}]}, "at most 5"),
        ({"button": [{"name": "甲", "sub_button": [click("一二三四五六七八")]}]}, "7 Chinese"),
    ],
)
def test_what_the_platform_would_refuse(menu: dict[str, Any], problem: str) -> None:
    assert any(problem in said for said in menu_problems(menu))
