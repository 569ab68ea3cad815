"""What a reader may rely on anywhere in the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "dialogs", "cases", "notifications", "storage")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"[\u4e00-\u9fff].*[，。？！；]|[\u4e00-\u9fff]{9,}")
"""Anything that reads like a sentence; single words are what people type or forms are made of."""
PATTERN = re.compile(r"[\[\]|?()*\\]|零一二三四五六七八九|不支持的消息类型")
"""Patterns of what people (and the platform) write, which nobody is ever shown."""
LONGEST_FUNCTION = 40
LONG_FUNCTION = 25


def test_no_province_in_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in _sources()
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"河南|河北|henan|hebei", line)
    ]
    assert found == []


def test_no_sentence_for_a_citizen_in_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for path in _sources()
        for node in _texts(path)
        if SENTENCE.search(text := str(node.value)) and not PATTERN.search(text)
    ]
    assert found == []


def test_functions_are_short() -> None:
    lengths = sorted(
        ((node.end_lineno or 0) - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno}")
        for path in _sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    assert [where for length, where in lengths if length > LONGEST_FUNCTION + 15] == []
    assert lengths[int(len(lengths) * 0.95)][0] <= LONG_FUNCTION


def test_every_test_folder_is_a_package() -> None:
    """Else two test modules of one name hide each other."""
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [str(one) for one in folders if not (one / "__init__.py").exists()] == []


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def _texts(path: Path) -> Iterator[ast.Constant]:
    """The string constants of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node
