"""Every numbered requirement says what shows it: tests/requirements.yaml, complete and true."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "requirements.yaml"
NUMBERS = (
    *(f"HN-{number:02}" for number in range(1, 51)),
    *(f"HB-{number:02}" for number in range(1, 32)),
    *(f"A{number}" for number in range(1, 27)),
    *(f"B{number}" for number in range(1, 19)),
)
LATER = re.compile(r"issue \d+(: .+)?")


@cache
def entries() -> dict[str, Any]:
    data = YAML(typ="safe", pure=True).load(FILE)  # `a::b` in brackets is YAML, not libyaml
    assert isinstance(data, dict)
    return data


def test_every_number_has_an_entry_and_nothing_else_has() -> None:
    assert set(entries()) == set(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_an_entry_names_is_there(number: str) -> None:
    assert [*mistakes(entries()[number])] == []


def test_a_test_that_is_not_there_is_found() -> None:
    here = "tests/architecture/test_requirements.py::"
    assert [*mistakes(f"{here}test_a_test_that_is_not_there_is_found")] == []
    wrong: tuple[Any, ...] = (
        f"{here}test_nothing",
        "tests/nowhere.py::test_a_test_that_is_not_there_is_found",
        "tests/transcripts/nowhere.chat",
        "README.md",
        [],
        {},
        {"later": "soon"},
        {"not_software": ""},
        {"tests": []},
        {"test": "tests/transcripts/smooth.chat"},
    )
    assert [one for one in wrong if not [*mistakes(one)]] == []


def mistakes(entry: Any) -> Iterator[str]:
    """What is wrong with one entry."""
    said = entry if isinstance(entry, dict) else {"tests": entry}
    if not said or set(said) - {"tests", "later", "not_software"}:
        yield "say tests, later or not_software"
    if "later" in said and not LATER.fullmatch(str(said["later"])):
        yield "later: name the issue"
    if "not_software" in said and not said["not_software"]:
        yield "not_software: say why"
    if "tests" in said:
        named = [said["tests"]] if isinstance(said["tests"], str) else said["tests"]
        if not named:
            yield "tests: name one"
        yield from (f"{one} is not there" for one in named if not _is_there(one))


def _is_there(name: str) -> bool:
    path, _, test = name.partition("::")
    file = ROOT / path
    if not path.startswith("tests/") or not file.is_file():
        return False
    if path.endswith(".chat"):
        return not test
    return test in _tests(file)


@cache
def _tests(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )
