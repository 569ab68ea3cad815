"""The drawings show every question and item, and need nothing but a browser."""

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.mapping.layout import WIDE, layers, width_of, wrapped
from bot.mapping.pages import draw_maps, page
from bot.settings import Place
from dialogs.checker import questions
from dialogs.definition import Definition
from dialogs.form import MORE
from storage.definitions import load, provinces

SERVICES = Path(__file__).parents[2] / "services"
NAMES = provinces(SERVICES)


@cache
def definition(name: str) -> Definition:
    return load(SERVICES, name)


@cache
def drawn(name: str) -> str:
    return page(definition(name))


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_drawn(name: str) -> None:
    for item in definition(name).service.items:
        assert item.code in drawn(name)
    for question in questions(definition(name)):
        if not question.key.endswith(f".{MORE}"):
            assert question.key in drawn(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_stands_by_itself_and_can_be_read_aloud(name: str) -> None:
    assert not re.search(
        r"https?://(?!www\.w3\.org)|<script|\bsrc=|@import|url\((?!#)", drawn(name)
    )
    pictures = re.findall(r"<svg.*?</svg>", drawn(name), flags=re.DOTALL)
    assert len(pictures) == 2
    for picture in pictures:
        root = ET.fromstring(picture)
        assert root.attrib["role"] == "img"
        assert root[0].tag == "title"
        assert f'id="{root.attrib["aria-describedby"]}"' in drawn(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_text_leaves_its_box_and_no_box_the_picture(name: str) -> None:
    for picture in re.findall(r"<svg.*?</svg>", drawn(name), flags=re.DOTALL):
        root = ET.fromstring(picture)
        width, height = (float(root.attrib[side]) for side in ("width", "height"))
        for group in root.iter("g"):
            (rect,) = group.iter("rect")
            x, y, w, h = (float(rect.attrib[one]) for one in ("x", "y", "width", "height"))
            assert x + w <= width
            assert y + h <= height
            for text in group.iter("text"):
                assert y < float(text.attrib["y"]) < y + h
                assert width_of(text.text or "") <= w


def test_every_province_gets_a_page(tmp_path: Path) -> None:
    draw_maps(Place(services_dir=SERVICES), tmp_path / "map")
    assert {path.stem for path in (tmp_path / "map").glob("*.html")} == set(NAMES)


def test_long_texts_are_wrapped() -> None:
    lines = wrapped("退休" * 30, 200)
    assert "".join(lines) == "退休" * 30
    assert all(width_of(line) <= 200 for line in lines)
    assert width_of("退") == WIDE
    assert wrapped("", 200) == ()


def test_what_opens_another_stands_before_it() -> None:
    assert layers(["a", "b", "c", "d"], {"b": ["a"], "c": ["a", "b"]}) == {
        "a": 0,
        "b": 1,
        "c": 2,
        "d": 0,
    }
