"""Texts == keys, both ways; and every text can be said with what its kind gives it."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import dialogs.kinds
from cases.values import JSON
from dialogs.kinds import KINDS
from dialogs.texts import Texts

ROOT = Path(dialogs.kinds.__file__).parent
SHARED = ROOT.parents[1] / "services" / "shared" / "texts" / "kinds.yaml"
SPOKEN = re.compile(r"(?:reject|doubt|echo)\.[a-z_.]+[a-z_]")
REFUSALS = {"Rejected": "reject", "Doubtful": "doubt"}
VARIABLES: Mapping[str, Mapping[str, JSON]] = {
    "asked": {"label": "问题", "number": 1, "now": "", "wanted": ""},
    "date": {"date": "1965年3月5日", "other": "1966年1月1日", "count": "16"},
    "month": {"month": "2026年12月", "other": "2026年11月", "count": "16"},
    "name": {"name": "王秀英"},
    "id_number": {"number": "4101**********9011", "last": "1", "count": "14", "left": "4"},
    "phone": {"count": "10"},
    "bank_card": {"card": "6217 0000", "count": "8"},
    "bank": {"bank": "绿园"},
    "office": {"count": "3"},
    "photos": {"count": "2", "most": "20"},
    "phrase": {"phrase": "本人同意"},
    "uscc": {"count": "17"},
    "text": {"most": "100", "count": "120"},
    "address": {"address": "郑州市 金水区", "so_far": "郑州市"},
}


def texts() -> dict[str, str]:
    loaded = YAML(typ="safe").load(SHARED.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def needed() -> set[str]:
    every = {f"{what}.{kind}" for what in ("hint", "example") for kind in KINDS}
    return every.union(*(kind.texts for kind in KINDS.values()))


def test_texts_are_exactly_the_keys_that_kinds_speak() -> None:
    assert set(texts()) == needed()


@pytest.mark.parametrize("key", sorted(needed()))
def test_every_text_can_be_said(key: str) -> None:
    what, _, rest = key.partition(".")
    kind = rest.partition(".")[0]
    params = VARIABLES["asked"] if what in {"hint", "example"} else VARIABLES.get(kind, {})
    said = Texts(texts()).render(key, params)
    assert said
    assert "{{" not in said
    assert all(len(line) <= 70 for line in said.splitlines()), "too long for unsure eyes"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_hint_and_an_example_differ(kind: str) -> None:
    assert texts()[f"hint.{kind}"] != texts()[f"example.{kind}"]


def test_reasons_in_the_code_are_listed() -> None:
    """Literal reasons in the files are keys of their kind: nothing is said that no text has."""
    for file in ROOT.glob("*.py"):
        assert set(spoken(file)) <= set(texts())


def spoken(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(value)) if SPOKEN.fullmatch(value):
                yield value
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(reason)), *_]):
                yield from (f"{REFUSALS[name]}.{reason}",) if name in REFUSALS else ()
            case _:
                pass


def test_a_kind_is_found_by_its_own_name() -> None:
    assert all(name == kind.name for name, kind in KINDS.items())
    assert set(KINDS) == {
        file.stem
        for file in ROOT.glob("*.py")
        if re.search(r"ClassVar\[str\] = ", file.read_text(encoding="utf-8"))
    }
