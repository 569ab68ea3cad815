"""What the READMEs and the documents say is so: settings, commands, folders, links."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from typer.main import get_command

from bot.commands import app
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
READMES = {"README.md": ("## Settings", "required"), "README.zh-CN.md": ("## 配置", "必填")}
FOLDERS = {"README.md": "## Folders", "README.zh-CN.md": "## 目录"}
EMPTY = "—"
PICTURES = ("docs/images/sandbox.png", "docs/images/phone.png")
PROSE = {"TAKE_BACK_SECONDS"}  # a setting: lower case in the sources

DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchor(heading: str) -> str:
    """The fragment under which a heading is found."""
    words = re.sub(r"[^\w\s-]", "", heading.lstrip("#").strip().lower())
    return words.replace(" ", "-")


def text_of(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


@cache
def sources() -> tuple[str, ...]:
    """Everything that a document may name something of."""
    folders = ("bot", "storage", "notifications", "dialogs", "cases", "services")
    found = (path for name in folders for path in (ROOT / name).rglob("*"))
    kinds = {".py", ".lua", ".yaml"}
    return tuple(path.read_text("utf-8") for path in found if path.suffix in kinds)


def section(text: str, heading: str) -> str:
    """What stands under a heading."""
    return text.partition(heading + "\n")[2].partition("\n## ")[0]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every table row whose first cell is code."""
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def default(field: FieldInfo, required: str) -> str:
    """As the table must show it."""
    if field.is_required():
        return required
    value = field.default
    if value is None or value == "" or value == SecretStr(""):
        return EMPTY
    if isinstance(value, Path):
        value = value.relative_to(ROOT) if value.is_absolute() else value
    return f"`{value}`"


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_stands_in_the_table_with_its_default(readme: str) -> None:
    heading, required = READMES[readme]
    shown: Mapping[str, str] = {
        row[0].strip("`"): row[1] for row in rows(section(text_of(readme), heading))
    }
    fields = Settings.model_fields.items()
    assert shown == {name.upper(): default(field, required) for name, field in fields}


@pytest.mark.parametrize("readme", FOLDERS)
def test_every_folder_of_the_map_is_there_and_none_is_missing(readme: str) -> None:
    said = section(text_of(readme), FOLDERS[readme])
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*)/`", said))
    assert all((ROOT / name).is_dir() for name in named), named
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages | {"services", "docs"} <= named


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_named_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    commands = set(getattr(get_command(app), "commands", {}))
    text = text_of(document)
    assert set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", text, re.MULTILINE)) <= {
        pair for name in targets for pair in ((name, ""), ("", name))
    }
    assert set(re.findall(r"python -m bot ([a-z]+)", text)) <= commands


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_to_a_file_resolves(document: str) -> None:
    text = text_of(document)
    headings = {anchor(line) for line in text.splitlines() if line.startswith("#")}
    for link in LINK.findall(text):
        path, _, fragment = link.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        if path and path not in PICTURES:
            assert ((ROOT / document).parent / path).exists(), link
        elif not path:
            assert fragment in headings, link


def test_every_picture_is_there() -> None:
    """They are taken by the browser test, on a machine that has a browser."""
    if not (ROOT / "docs" / "images").exists():
        pytest.skip("docs/images: no browser test has taken the pictures yet")
    assert all((ROOT / picture).exists() for picture in PICTURES)
    assert all(f"]({picture})" in text_of(name) for picture in PICTURES for name in READMES)


def test_both_readmes_have_the_same_chapters() -> None:
    english, chinese = (text_of(name).count("\n## ") for name in READMES)
    assert english == chinese


def test_the_settings_of_the_deployment_are_settings() -> None:
    lines = text_of("docs/deploy/service.env").splitlines()
    named = {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert named <= {name.upper() for name in Settings.model_fields}


def test_what_the_architecture_names_is_there() -> None:
    names = set(re.findall(r"`([^`\n]+)`", text_of("docs/architecture.md"))) - PROSE
    assert {name for name in names if not is_there(name)} == set()


def is_there(name: str) -> bool:
    """A file by its path, a name somewhere in the sources; what is neither is prose."""
    if re.fullmatch(r"[\w/.-]+\.(py|lua|yaml|toml)", name):
        places = (ROOT, ROOT / "storage" / "redis", ROOT / "services" / "shared")
        return any((place / name).exists() for place in places)
    if not re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", name):
        return True
    word = re.compile(rf"\b{re.escape(name.rpartition('.')[2])}\b")
    return any(word.search(source) for source in sources())
