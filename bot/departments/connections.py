"""Which system speaks for which department: `departments.yaml`.

The file is read again when it has changed, without a restart. A mistake in a changed file leaves
the connections as they were and is logged; at the start it is an error, one sentence per mistake.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from yarl import URL

from bot.problems import Problem
from cases.definition import ANY_OFFICE

log = structlog.get_logger()

Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Secret: TypeAlias = Annotated[str, Field(min_length=16, max_length=256)]
Mode: TypeAlias = Literal["push", "pull", "desk"]


class ConnectionsBroken(Problem):
    """The departments' connections cannot be used."""

    status, kind = 500, "connections_broken"

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class Connection(BaseModel):
    """One system. `id` is what both sides write into X-Department.

    `push`: tasks are sent to `base_url`. `pull`: it fetches them. `desk`: it has no system, a
    clerk works at our desk. Office `*` stands for every office that has no line of its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Name
    province: Name
    department: Name
    office: Name | Literal["*"] = ANY_OFFICE
    mode: Mode
    base_url: Annotated[str, Field(max_length=300)] = ""
    keys: Annotated[tuple[Secret, ...], Field(strict=False, max_length=2, repr=False)] = ()

    @model_validator(mode="after")
    def _can_work(self) -> "Connection":
        if self.mode != "desk" and not self.keys:
            raise ValueError("keys: give one key, or two while they change")
        if self.mode == "push" and not _is_address(self.base_url):
            raise ValueError("base_url: give the http(s) address that tasks are sent to")
        return self


class Connections:
    """The connections as the file has them now."""

    def __init__(self, path: Path) -> None:
        """Raises `ConnectionsBroken`. A missing file is one without connections."""
        self._path = path
        self._stamp = _stamp(path)
        self._known = _read(path)

    def get(self, connection_id: str) -> Connection | None:
        """The connection of that id."""
        return self._current().by_id.get(connection_id)

    def find(self, province: str, department: str, office: str) -> Connection | None:
        """Who receives the tasks of this office; the office's own line wins over `*`."""
        places = self._current().by_place
        own = places.get((province, department, office))
        return own or places.get((province, department, ANY_OFFICE))

    def keys_of(self, connection_id: str) -> Sequence[str]:
        """The keys that may sign in its name."""
        found = self.get(connection_id)
        return found.keys if found else ()

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._current().by_id.values())

    def _current(self) -> "_Known":
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._known = _read(self._path)
            except ConnectionsBroken as broken:
                log.error("connections_broken", mistakes=broken.mistakes)  # noqa: TRY400 - the sentences say all
        return self._known


@dataclass(frozen=True, slots=True)
class _Known:
    by_id: Mapping[str, Connection]
    by_place: Mapping[tuple[str, str, str], Connection]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when the file does: it may be replaced or written in place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> _Known:
    lines = _lines(path)
    mistakes: list[str] = []
    by_id: dict[str, Connection] = {}
    by_place: dict[tuple[str, str, str], Connection] = {}
    for position, line in enumerate(lines):
        where = f"{path.name}:{_line_of(lines, position)}: connection {_named(line, position)}"
        try:
            one = Connection.model_validate(line)
        except ValidationError as error:
            mistakes += [f"{where}: {_sentence(problem)}" for problem in error.errors()]
            continue
        place = (one.province, one.department, one.office)
        if one.id in by_id:
            mistakes.append(f"{where}: the id is used twice.")
        elif place in by_place:
            mistakes.append(f"{where}: {by_place[place].id} already serves that office.")
        by_id[one.id] = by_place[place] = one
    if mistakes:
        raise ConnectionsBroken(mistakes)
    return _Known(by_id, by_place)


def _lines(path: Path) -> Sequence[Any]:
    """The list under `connections:`, with its line numbers."""
    try:
        raw = YAML(typ="rt", pure=True).load(path)
    except FileNotFoundError:
        return ()
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConnectionsBroken([f"{path.name}:{line}: {error.problem}."]) from None
    except (YAMLError, OSError, UnicodeDecodeError):
        raise ConnectionsBroken([f"{path.name} cannot be read as YAML."]) from None
    if not (isinstance(raw, dict) and set(raw) == {"connections"}):
        raise ConnectionsBroken([f"{path.name} must hold one list, called connections."])
    if not isinstance(raw["connections"], list):
        raise ConnectionsBroken([f"{path.name}: connections must be a list."])
    return raw["connections"]


def _line_of(lines: Any, position: int) -> int:
    return int(lines.lc.item(position)[0]) + 1


def _named(line: Any, position: int) -> str:
    """Its id, or its place in the list while it has none that can be shown."""
    found = line.get("id") if isinstance(line, dict) else None
    usable = isinstance(found, str) and re.fullmatch(r"[A-Za-z0-9._-]{1,64}", found)
    return str(found) if usable else f"no. {position + 1}"


def _sentence(problem: Any) -> str:
    """What is wrong, without the value: it may be a key."""
    where = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}." if where else f"{message}."


def _is_address(text: str) -> bool:
    try:
        url = URL(text)
    except ValueError:
        return False
    return url.scheme in {"http", "https"} and bool(url.host) and not url.query_string
