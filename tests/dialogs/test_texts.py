"""Code carries keys, texts carry sentences: the two agree both ways."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import UndefinedError

import dialogs
from cases.values import JSON
from dialogs.checker import UNTAPPED, needed_texts
from dialogs.steering import COMMANDS
from dialogs.text_keys import CONTACTS, ENGINE_TEXTS, variables_of
from dialogs.texts import TextBroken, TextMissing, Texts
from tests.dialogs.given import henan

ROOT = Path(dialogs.__file__).parent
BOT = ROOT.parent / "bot"
NAMING = frozenset({"tell", "Told", "text", "render", "first"})
"""Functions whose first text argument is a key."""
KEY = re.compile(r"[a-z]+(?:[._][a-z_]+)*(?:\.[a-z_]+)*")
CHINESE = re.compile("[\u4e00-\u9fff]")


def calls(folder: Path) -> Iterator[ast.Call]:
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in NAMING and node.args:
                yield node


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def named() -> tuple[set[str], list[re.Pattern[str]]]:
    """Keys that are written out, and patterns of those that are put together."""
    whole: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for call in calls(ROOT):
        for part in ast.walk(call.args[0]):
            if isinstance(part, ast.JoinedStr):
                patterns.append(_pattern(part))
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                whole.add(part.value)
    return {key for key in whole if KEY.fullmatch(key)}, patterns


def _pattern(joined: ast.JoinedStr) -> re.Pattern[str]:
    parts = [
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[a-z0-9_.]+"
        for part in joined.values
    ]
    return re.compile("".join(parts))


def literals(folder: Path) -> set[str]:
    return {
        node.value
        for file in folder.rglob("*.py")
        if file.name != "text_keys.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_key_that_code_tells_is_a_text_of_the_engine() -> None:
    told = {
        call.args[0].value
        for call in calls(ROOT)
        if _name(call.func) in {"tell", "Told"} and isinstance(call.args[0], ast.Constant)
    }
    assert told
    assert told <= set(ENGINE_TEXTS)


def test_every_text_of_the_engine_is_named_in_code() -> None:
    whole = literals(ROOT)
    _, patterns = named()
    ours = {key for key in ENGINE_TEXTS if not key.startswith(("edge.", "form."))}
    unnamed = {
        key for key in ours - whole if not any(pattern.fullmatch(key) for pattern in patterns)
    }
    assert unnamed == set()


def test_every_text_of_the_edge_is_named_there() -> None:
    theirs = {key for key in ENGINE_TEXTS if key.startswith(("edge.", "form."))}
    assert theirs <= literals(BOT)


def test_texts_are_exactly_the_keys() -> None:
    assert set(henan().texts.sources) == needed_texts(henan())


def test_contacts_say_what_texts_mention() -> None:
    assert set(henan().contacts) == CONTACTS


@pytest.mark.parametrize("key", sorted(needed_texts(henan())))
def test_every_text_can_be_said_with_what_it_is_given(key: str) -> None:
    params: dict[str, JSON] = {
        **dict.fromkeys(variables_of(key), "字"),
        **{name: [] for name in ("items", "sections", "statements", "asks_again", "drops")},
        "lines": [],
        "archive_lines": [],
        "count": 2,
        "said": dict.fromkeys(henan().form.by_key, "字"),
    }
    said = henan().texts.render(key, params)
    assert said
    assert CHINESE.search(said) or key in {"card.line", "asked_with_note"}


@pytest.mark.parametrize("key", sorted(needed_texts(henan())))
def test_no_line_of_a_text_is_long(key: str) -> None:
    """Someone of 63 reads on a phone: five lines of the screen for a sentence at most."""
    source = re.sub(r"{%.*?%}|{{.*?}}", "", henan().texts.sources[key])
    assert all(len(line) <= 90 for line in source.splitlines())


def test_commands_that_can_be_tapped_have_a_label() -> None:
    labels = {key for key in henan().texts.sources if key.startswith("command.")}
    expected = {f"command.{name}" for name in COMMANDS if name not in UNTAPPED}
    assert labels == expected | {"command.change_this"}


def test_commands_can_be_typed() -> None:
    assert set(henan().words.commands) == set(COMMANDS)
    assert set(henan().words.prefixes) <= set(COMMANDS)


def test_no_sentence_for_a_citizen_stands_in_the_engine() -> None:
    for file in ROOT.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        said = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and CHINESE.search(node.value)
        ]
        assert said == [], file.name


# ---- the engine of texts itself -------------------------------------------------------------


def test_what_a_citizen_typed_is_never_a_template() -> None:
    assert Texts({"a": "{{ name }}"}).render("a", {"name": "{{ 7 * 7 }}"}) == "{{ 7 * 7 }}"


def test_an_unknown_name_is_loud() -> None:
    with pytest.raises(UndefinedError):
        Texts({"a": "{{ nobody }}"}).render("a", {})


def test_a_missing_text_is_named() -> None:
    texts = Texts({"a": "一"})
    assert texts.first("b", "a") == "a"
    assert "a" in texts
    with pytest.raises(TextMissing, match="b / c"):
        texts.first("b", "c")
    with pytest.raises(TextMissing, match="b"):
        texts.render("b", {})


def test_a_text_that_is_no_template_is_named() -> None:
    with pytest.raises(TextBroken, match="text a"):
        Texts({"a": "{% if %}"})
