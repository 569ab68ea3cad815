"""Loads the provinces from `services/`: strict, and with file and line for every mistake.

`services/shared` holds what every province says alike; a province's own folder adds to it and,
for texts, overrides it. YAML 1.2; lists of thousands of rows are CSV.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cases.definition import Service
from cases.derivations import DERIVATIONS
from cases.rules import RULES
from cases.switches import settled
from dialogs.checker import holes, mistakes, questions
from dialogs.consulting.facts import Consulting
from dialogs.definition import Definition, Definitions, Words
from dialogs.form import Form
from dialogs.kinds import KINDS
from dialogs.kinds.base import Row
from dialogs.knowledge import Entry, Knowledge, Synonyms
from dialogs.moving_on import unfinished
from dialogs.releases import differences, released, revived
from dialogs.texts import TextBroken, Texts
from storage.errors import StorageError
from storage.locating import located
from storage.plainly import plainly
from storage.releases import FOLDER as RELEASES
from storage.releases import read_releases, write_release

SHARED = "shared"
ALWAYS_USED = frozenset({"provinces", "regions"})
"""Lists that kinds take by themselves."""
SHOWN = 5
"""So many differences are named."""
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
    place_endings: tuple[str, ...]


def provinces(services: Path) -> tuple[str, ...]:
    """The folders under `services` that hold a service and its form."""
    found = (one.parent for one in services.glob("*/service.yaml"))
    return tuple(sorted(one.name for one in found if (one / "form.yaml").is_file()))


def load_all(services: Path, names: Sequence[str]) -> Definitions:
    """These provinces with every release of each. Raises DefinitionBroken, ReleaseBroken."""
    current: dict[str, Definition] = {}
    old: dict[tuple[str, int], Definition] = {}
    for name in names:
        *older, current[name] = load_releases(services, name)
        old |= {(name, one.release): one for one in older}
    return Definitions(_side_by_side(current), old)


def _side_by_side(current: Mapping[str, Definition]) -> Mapping[str, Definition]:
    """Several provinces know of each other, so that a conversation can go from one to another."""
    if len(current) < 2:
        return current
    served: dict[str, Definition] = {}
    served.update({name: replace(one, served=served) for name, one in current.items()})
    return served


def load(services: Path, province: str) -> Definition:
    """A province as it is today. Raises DefinitionBroken with file, line, expectation."""
    return load_releases(services, province)[-1]


def load_releases(services: Path, province: str) -> tuple[Definition, ...]:
    """Every release of a province, whole and checked; the last is what its files say today.

    Today's files must say what the newest release says. As long as nothing is frozen they are
    release 1, and may change. Raises DefinitionBroken, ReleaseBroken.
    """
    frozen = read_releases(services / province)
    current = read(services, province, max(1, len(frozen)))
    _refuse(services, current, mistakes(current))
    if frozen and (changed := differences(frozen[-1], released(current))):
        raise DefinitionBroken(f"services/{province}", [_not_released(len(frozen), changed)])
    older = tuple(
        revived(release, number, current) for number, release in enumerate(frozen[:-1], start=1)
    )
    for one in older:
        _refuse(services, one, holes(one))
    return (*older, current)


def freeze(services: Path, province: str) -> Path | None:
    """Make a release of what the files say; None when the newest says just that.

    Raises DefinitionBroken, also when a draft of the newest could not be finished in the next.
    """
    frozen = read_releases(services / province)
    current = read(services, province, len(frozen) + 1)
    _refuse(services, current, mistakes(current, thorough=True))
    if frozen and not differences(frozen[-1], released(current)):
        return None
    if frozen:
        before = revived(frozen[-1], len(frozen), current)
        _refuse(services, current, unfinished(before, current))
    return write_release(services / province, released(current))


def check_thoroughly(services: Path, definition: Definition) -> None:
    """Walk every way through the form, too. Raises DefinitionBroken."""
    _refuse(services, definition, mistakes(definition, thorough=True))


def is_frozen(services: Path, province: str) -> bool:
    """Whether the province has been released: until then its files may change."""
    return any((services / province / RELEASES).glob("*.json"))


def _refuse(services: Path, definition: Definition, found: Sequence[str]) -> None:
    folder = services / definition.province
    found = (
        *_without_template(folder, definition.service),
        *_idle(folder, definition),
        *(located(folder, services / SHARED, one) for one in found),
    )
    if found:
        raise DefinitionBroken(f"services/{definition.province}", found)


def _not_released(number: int, changed: Sequence[str]) -> str:
    named = ", ".join(changed[:SHOWN]) + (" …" if len(changed) > SHOWN else "")
    return (
        f"{named} differs from release {number}, which is frozen; put it back, or make the next"
        " release with: python -m bot freeze"
    )


def read(services: Path, province: str, release: int = 1) -> Definition:
    """One province as its files say it, each file by itself in order, not yet checked whole."""
    own, shared = services / province, services / SHARED
    service = read_model(own / "service.yaml", Service)
    return Definition(
        service=service,
        release=release,
        form=read_model(own / "form.yaml", Form, service.switches.model_dump()),
        texts=_texts((*sorted((shared / "texts").glob("*.yaml")), own / "texts.yaml")),
        words=_words(shared / "words.yaml"),
        lists={name: rows for folder in (shared, own) for name, rows in _lists(folder)},
        knowledge=_knowledge(own / "knowledge.yaml", shared / "synonyms.yaml"),
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


def _idle(folder: Path, definition: Definition) -> Iterator[str]:
    """Lists and templates that nothing names; a template may be there for others to import."""
    used = {question.list for question in questions(definition)}
    for path in sorted((folder / "lists").glob("*")):
        if path.stem not in used | ALWAYS_USED:
            yield f"{path.name}:1: no question takes its answers from this list"
    templates = {path.name: path for path in (folder / "documents").glob("*.typ")}
    named = {Path(document.template).name for document in definition.service.documents}
    sources = "".join(path.read_text(encoding="utf-8") for path in templates.values())
    for name in sorted(set(templates) - named):
        if f'"{name}"' not in sources:
            yield f"{name}:1: no document of service.yaml is made from this template"


def read_model(path: Path, shape: type[_T], switches: Mapping[str, Any] | None = None) -> _T:
    """The YAML file as `shape`. Raises DefinitionBroken with file, line, expectation.

    `switches`: what conditions in the file may ask for (`cases/switches.py`).
    """
    data = _yaml(path)
    try:
        if switches is not None:
            data = settled(data, switches)
        return TypeAdapter(shape).validate_python(data)
    except ValidationError as error:
        plain = plainly(data, error.errors())[:SHOWN]
        problems = [_problem(path, where, message) for where, message in plain]
        raise DefinitionBroken(_short(path), problems) from error
    except ValueError as error:
        raise DefinitionBroken(_short(path), [str(error)]) from error


def _yaml(path: Path) -> Any:
    try:
        return YAML(typ="safe").load(path)
    except FileNotFoundError as error:
        raise DefinitionBroken(_short(path), ["the file is missing"]) from error
    except (YAMLError, ValueError) as error:  # ValueError: no UTF-8, or 30 February
        raise DefinitionBroken(_short(path), [" ".join(str(error).split())]) from error


def _problem(path: Path, where: Sequence[str | int], message: str) -> str:
    """`form.yaml:31: sections.0.questions.2.kind: Field required`."""
    if not where:
        return located(path.parent, path.parent, message)
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
        own, shared = paths[-1].parent, paths[0].parent.parent
        raise DefinitionBroken(_short(paths[-1]), [located(own, shared, str(error))]) from error


def _words(path: Path) -> Words:
    words = read_model(path, _Words)
    return Words(words.commands, words.prefixes, words.greetings, words.thanks, words.place_endings)


def _knowledge(path: Path, synonyms: Path) -> Knowledge:
    entries = read_model(path, tuple[_Entry, ...])
    same = read_model(synonyms, Synonyms)
    return Knowledge(tuple(Entry(**dict(entry)) for entry in entries), same)


def _lists(folder: Path) -> Iterator[tuple[str, Sequence[Row]]]:
    for path in sorted((folder / "lists").glob("*")):
        if path.suffix == ".yaml":
            rows = read_model(path, tuple[_Row, ...])
            yield path.stem, tuple(Row(**dict(row)) for row in rows)
        elif path.suffix == ".csv":
            yield path.stem, tuple(_csv_rows(path))


def _csv_rows(path: Path) -> Iterator[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionBroken(_short(path), [f"{path.name}: {error}"]) from error
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line[:1] != "#"]
    numbers = [number for number, _ in lines][1:]
    records = csv.DictReader(line for _, line in lines)
    for number, record in zip(numbers, records, strict=False):
        if not (record.get("id") and record.get("name")):
            expected = "expected id and name, as the first line names the columns"
            raise DefinitionBroken(_short(path), [f"{path.name}:{number}: {expected}"])
        yield _csv_row(record)


def _csv_row(record: Mapping[str, str]) -> Row:
    also = tuple(name for name in (record.get("also") or "").split("|") if name)
    return Row(record["id"], record["name"], also, record.get("under") or "")


def _short(path: Path) -> str:
    return f"services/{path.parent.name}/{path.name}"
