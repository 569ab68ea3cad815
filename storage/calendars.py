"""Reads a year of working days from a file that an administrator wrote: YAML or CSV.

    year: 2027
    source: 国办发明电〔2026〕9号
    by: 李敏
    off: [2027-01-01..2027-01-03, 2027-02-05..2027-02-11]
    on: [2027-01-30, 2027-02-20]

As CSV each line is a word and its values: `year,2027`, `off,2027-01-01,2027-01-03`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cases.workdays import Year, announced_year, implausible
from storage.errors import StorageError

Text = Annotated[str, Field(min_length=1, max_length=100)]


class CalendarBroken(StorageError):
    """The file is no calendar of a year."""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """What the file says."""

    year: Year
    by: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    year: Annotated[int, Field(ge=2020, le=2100)]
    source: Text
    by: Text
    off: tuple[str, ...]
    on: tuple[str, ...] = ()


def read_calendar(path: Path) -> CalendarFile:
    """The year in the file. Raises CalendarBroken with what was expected."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets write a mark in front
    except (OSError, UnicodeDecodeError) as error:
        raise CalendarBroken(f"{path.name} cannot be read: {error}") from error
    data = _csv(path, text) if path.suffix.lower() == ".csv" else _yaml(path, text)
    try:
        file = _File.model_validate(data)
        off, on = ([day for one in days for day in _days(one)] for days in (file.off, file.on))
        year = announced_year(file.year, off, on, file.source)
    except (ValidationError, ValueError) as error:
        raise CalendarBroken(f"{path.name}: {_said(error)}") from error
    doubt = implausible(year)
    if doubt:
        raise CalendarBroken(f"{path.name}: {doubt}")
    return CalendarFile(year, file.by)


def _yaml(path: Path, text: str) -> Any:
    try:
        data = YAML(typ="safe").load(text)
    except (YAMLError, ValueError) as error:  # ValueError: 30 February
        raise CalendarBroken(f"{path.name}: {' '.join(str(error).split())}") from error
    if isinstance(data, dict):
        for name in ("off", "on"):
            if isinstance(data.get(name), list):
                data[name] = [str(day) for day in data[name]]
    return data


def _csv(path: Path, text: str) -> dict[str, Any]:
    data: dict[str, Any] = {"off": [], "on": []}
    for number, row in enumerate(csv.reader(StringIO(text)), start=1):
        word, *values = (cell.strip() for cell in row) if row else ("",)
        values = [value for value in values if value]
        if not word or word.startswith("#"):
            continue
        if word in {"off", "on"} and len(values) in {1, 2}:
            data[word].append("..".join(values))
        elif word in {"year", "source", "by"} and len(values) == 1:
            data[word] = values[0]
        else:
            expected = "expected year, source, by with one value, or off, on with one or two days"
            raise CalendarBroken(f"{path.name}:{number}: {expected}")
    return data


def _days(text: str) -> Iterator[date]:
    """`2027-02-05`, or every day of `2027-02-05..2027-02-11`."""
    first, _, last = text.partition("..")
    day, until = _day(first), _day(last or first)
    if until < day:
        raise ValueError(f"{text} ends before it begins")
    while day <= until:
        yield day
        day += timedelta(days=1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text} is no day; expected YYYY-MM-DD") from error


def _said(error: ValidationError | ValueError) -> str:
    if isinstance(error, ValidationError):
        problems = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return "; ".join(problems)
    return str(error)
