"""Loads the provinces from `services/`: strict, and with file and line for every mistake.

`services/shared` holds what every province says alike; a province's own folder adds to it and,
for texts, overrides it. YAML 1.2; lists of thousands of rows are CSV.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cases.definition import Service
from cases.derivations import DERIVATIONS
from cases.rules import RULES
from dialogs.checker import mistakes
from dialogs.consulting.facts import Consulting
from dialogs.definition import Definition, Words
from dialogs.form import Form
from dialogs.kinds import KINDS
from dialogs.kinds.base import Row
from dialogs.knowledge import Entry, Knowledge
from dialogs.texts import TextBroken, Texts
from storage.errors import StorageError

SHARED = "shared"
_T = TypeVar("_T")


class DefinitionBroken(StorageError):
    """A service definition cannot be used."""

    def __init__(self, where: str, problems: Sequence[str]) -> None:
        super().__init__(f"{where}: " + "; ".join(problems))
        self.problems = tuple(problems)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str
    also: tuple[str, ...] = ()
    under: str = ""
    data: dict[str, Any] = {}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    topic: str
    phrasings: tuple[str, ...]
    answer: str
    source: str = ""


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    commands: dict[str, tuple[str, ...]]
    prefixes: dict[str, tuple[str, ...]]
    greetings: tuple[str, ...]
    thanks: tuple[str, ...]


def provinces(services: Path) -> tuple[str, ...]:
    """The folders under `services` that hold a service and its form."""
    found = (one.parent for one in services.glob("*/service.yaml"))
    return tuple(sorted(one.name for one in found if (one / "form.yaml").is_file()))


def load(services: Path, province: str, release: int = 1) -> Definition:
    """One province, whole and checked. Raises DefinitionBroken with file, line, expectation."""
    definition = read(services, province, release)
    found = (*_without_template(services / province, definition.service), *mistakes(definition))
    if found:
        raise DefinitionBroken(f"services/{province}", found)
    return definition


def read(services: Path, province: str, release: int = 1) -> Definition:
    """One province as its files say it, each file by itself in order, not yet checked whole."""
    own, shared = services / province, services / SHARED
    return Definition(
        service=read_model(own / "service.yaml", Service),
        release=release,
        form=read_model(own / "form.yaml", Form),
        texts=_texts((*sorted((shared / "texts").glob("*.yaml")), own / "texts.yaml")),
        words=_words(shared / "words.yaml"),
        lists={name: rows for folder in (shared, own) for name, rows in _lists(folder)},
        knowledge=_knowledge(own / "knowledge.yaml"),
        contacts=read_model(own / "contacts.yaml", dict[str, str]),
        consulting=read_model(own / "consulting.yaml", Consulting),
        rules=RULES,
        derivations=DERIVATIONS,
        kinds=KINDS,
    )


def _without_template(folder: Path, service: Service) -> Iterator[str]:
    """A document's template is a typst file under the province's `documents`."""
    for index, document in enumerate(service.documents):
        template = Path(document.template)
        inside = template.parent == Path("documents") and template.suffix == ".typ"
        if not inside or not (folder / template).is_file():
            where = ("documents", index, "template")
            message = f"no template is called {document.template}; expected documents/<name>.typ"
            yield _problem(folder / "service.yaml", where, message)


def read_model(path: Path, shape: type[_T]) -> _T:
    """The YAML file as `shape`. Raises DefinitionBroken with file, line, expectation."""
    data = _yaml(path)
    try:
        return TypeAdapter(shape).validate_python(data)
    except ValidationError as error:
        problems = [_problem(path, one["loc"], one["msg"]) for one in error.errors()[:10]]
        raise DefinitionBroken(_short(path), problems) from error


def _yaml(path: Path) -> Any:
    try:
        return YAML(typ="safe").load(path)
    except FileNotFoundError as error:
        raise DefinitionBroken(_short(path), ["the file is missing"]) from error
    except YAMLError as error:
        raise DefinitionBroken(_short(path), [" ".join(str(error).split())]) from error


def _problem(path: Path, where: Sequence[str | int], message: str) -> str:
    """`form.yaml:31: sections.0.questions.2.kind: Field required`."""
    return f"{path.name}:{_line(path, where)}: {'.'.join(map(str, where))}: {message}"


def _line(path: Path, where: Sequence[str | int]) -> int:
    """The line (from 1) of the deepest part of `where` that stands in the file."""
    node = YAML(typ="rt").load(path)
    line = 0
    for part in where:
        try:
            line = node.lc.key(part)[0] if isinstance(part, str) else node.lc.item(part)[0]
            node = node[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            continue
    return int(line) + 1


def _texts(paths: Sequence[Path]) -> Texts:
    sources: dict[str, str] = {}
    for path in paths:
        sources |= read_model(path, dict[str, str])
    try:
        return Texts(sources)
    except TextBroken as error:
        raise DefinitionBroken(_short(paths[-1]), [str(error)]) from error


def _words(path: Path) -> Words:
    words = read_model(path, _Words)
    return Words(words.commands, words.prefixes, words.greetings, words.thanks)


def _knowledge(path: Path) -> Knowledge:
    entries = read_model(path, tuple[_Entry, ...])
    return Knowledge(tuple(Entry(**dict(entry)) for entry in entries))


def _lists(folder: Path) -> Iterator[tuple[str, Sequence[Row]]]:
    for path in sorted((folder / "lists").glob("*")):
        if path.suffix == ".yaml":
            rows = read_model(path, tuple[_Row, ...])
            yield path.stem, tuple(Row(**dict(row)) for row in rows)
        elif path.suffix == ".csv":
            yield path.stem, tuple(_csv_rows(path))


def _csv_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        for record in csv.DictReader(lines):
            yield _csv_row(record)


def _csv_row(record: Mapping[str, str]) -> Row:
    also = tuple(name for name in (record.get("also") or "").split("|") if name)
    return Row(record["id"], record["name"], also, record.get("under") or "")


def _short(path: Path) -> str:
    return f"services/{path.parent.name}/{path.name}"
