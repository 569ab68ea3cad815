"""Writes the drawings: one self-contained page a province, with the same in words below."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.mapping.drawing import form_drawing, workflow_drawing
from bot.settings import Place
from dialogs.checker import questions
from dialogs.definition import Definition
from storage.definitions import load, provinces

_NO_SPACE: Final = re.compile(r"(?<=[（），＝：]) | (?=[（），])")
"""Where a template's line break left a space that Chinese has not."""


def draw_maps(place: Place, folder: Path) -> None:
    """Draw every province into `folder`. Raises DefinitionBroken."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in place.wanted or provinces(place.services_dir):
        path = folder / f"{name}.html"
        path.write_text(page(load(place.services_dir, name)), encoding="utf-8")
        print(path, file=sys.stdout)  # noqa: T201 — the command's answer


def page(definition: Definition) -> str:
    """A province's page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = _words(environment, definition)
    return environment.get_template("map.html").render(
        definition=definition,
        form=form_drawing(definition.form, words),
        workflow=workflow_drawing(definition.service, words),
    )


def _words(environment: Environment, definition: Definition) -> Callable[..., str]:
    asked = questions(definition)
    labels = {_inside(one.key): one.label for one in asked if one.key != _inside(one.key)}
    labels |= {one.key: one.label for one in (*asked, *definition.form.entries())}
    options = {
        (key, option.id): option.label
        for one in asked
        for key in (one.key, _inside(one.key))
        for option in one.options
    }
    names: dict[str, Any] = {
        "labels": labels,
        "options": options,
        "items": {one.code: one.short for one in definition.service.items},
        "facts": {one.code: one.name for one in definition.service.facts},
    }
    macros = environment.get_template("words.txt").make_module(names)

    def words(name: str, *about: Any) -> str:
        said = " ".join(str(getattr(macros, name)(*about)).split())
        return _NO_SPACE.sub("", said)

    return words


def _inside(key: str) -> str:
    """How a question is called by its neighbours in a group: `children.kind` is `.kind`."""
    group, dot, name = key.partition(".")
    return dot + name if dot else group
