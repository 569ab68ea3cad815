"""Loads what notices say, and what an account calls our templates: strict, with file and line."""

from collections.abc import Mapping
from functools import partial
from itertools import chain
from pathlib import Path

from dialogs.definition import Definition
from notifications.wording_checks import account_mistakes, mistakes, trial_mistakes
from notifications.wordings import (
    AccountTemplate,
    Counter,
    Names,
    TemplateFile,
    WordingFile,
    Wordings,
    merged_files,
)
from storage.definitions import SHARED, DefinitionBroken, read_model

_NOTICES = "notices.yaml"
_OFFICES = "offices"
"""The list of every province that says which hall serves where one is insured."""


def load_notices(services: Path, definition: Definition, *older: Definition) -> Wordings:
    """A province's wordings, its own over the shared ones; `older` releases name what is gone.

    Raises DefinitionBroken with file, line, expectation.
    """
    shared = read_model(services / SHARED / _NOTICES, WordingFile)
    own = services / definition.province / _NOTICES
    file = merged_files(shared, read_model(own, WordingFile)) if own.exists() else shared
    names = names_of(definition, *older)
    found = [*mistakes(file)] or [*trial_mistakes(file, names)]
    if found:
        raise DefinitionBroken(f"services/{definition.province}/{_NOTICES}", found)
    return Wordings(file, names)


def load_templates(path: Path, wordings: Wordings) -> Mapping[str, AccountTemplate]:
    """Our template → the account's; none when there is no such file: then only customer messages.

    Raises DefinitionBroken with file, line, expectation.
    """
    if not path.exists():
        return {}
    file = read_model(path, TemplateFile)
    if found := [*account_mistakes(wordings, file)]:
        raise DefinitionBroken(path.name, found)
    return file.templates


def names_of(definition: Definition, *older: Definition) -> Names:
    """How a province calls papers, answers and offices; what it has no more, by an older name."""
    names = tuple(map(_names_of, (definition, *older)))

    def missing(kind: str, code: str) -> str:
        return next(filter(None, (one.missing(kind, code) for one in names)), "")

    return Names(missing, names[0].office, names[0].counter)


def _names_of(definition: Definition) -> Names:
    service, form = definition.service, definition.form
    papers = {one.code: one.name for one in service.documents}
    papers |= {one.code: one.name for one in service.materials}
    labels: dict[str, str] = {entry.key: entry.label for entry in form.entries()}
    rows = {row.id: row.name for rows in definition.lists.values() for row in rows}

    def missing(kind: str, code: str) -> str:
        if kind == "document" and code in papers:
            return papers[code]
        try:
            return form.question(code).label
        except KeyError:
            return labels.get(code.partition(".")[0], "")

    return Names(missing, lambda code: rows.get(code, ""), partial(_counter, definition))


def _counter(definition: Definition, code: str) -> Counter:
    """The office of that code, where its address is known; else the first hall of that place."""
    named = (
        row
        for rows in definition.lists.values()
        for row in rows
        if row.id == code and row.data.get("address")
    )
    there = (row for row in definition.lists.get(_OFFICES, ()) if row.under == code)
    row = next(chain(named, there), None) if code else None
    if row is None:
        return Counter()
    known = {key: str(value) for key in ("address", "phone") if (value := row.data.get(key))}
    return Counter(row.name, **known)
