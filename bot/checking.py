"""`python -m bot check`: everything that can be wrong before the first message comes."""

import sys

from bot.departments.connections import Connections, ConnectionsBroken
from bot.process import CannotStart
from bot.settings import Settings
from bot.wiring import load_definitions
from dialogs.checker import mistakes
from storage.errors import StorageError
from storage.keys import load_keys
from storage.letters import load_letters
from storage.notices import load_notices, load_templates


def check_everything(settings: Settings) -> None:
    """Print what is in order; raise CannotStart with everything that is not."""
    problems: list[str] = []
    for name, look in (
        ("keys", _keys),
        ("definitions", _definitions),
        ("templates", _templates),
        ("departments", _departments),
    ):
        try:
            look(settings)
        except (StorageError, CannotStart, ConnectionsBroken) as error:
            problems.append(f"{name}: {error}")
        else:
            print(f"{name}: in order", file=sys.stdout)  # noqa: T201 — the command's answer
    if problems:
        raise CannotStart("\n".join(problems))


def _keys(settings: Settings) -> None:
    load_keys(
        settings.data_dir,
        settings.data_keys.get_secret_value() if settings.data_keys else None,
        settings.lookup_keys.get_secret_value() if settings.lookup_keys else None,
        postgres=settings.on_postgres,
    )


def _definitions(settings: Settings) -> None:
    found = [
        f"{province}: {problem}"
        for province, definition in load_definitions(settings).items()
        for problem in mistakes(definition, thorough=True)
    ]
    if found:
        raise CannotStart("; ".join(found))


def _templates(settings: Settings) -> None:
    for definition in load_definitions(settings).values():
        load_letters(settings.services_dir, definition)
        load_templates(settings.templates, load_notices(settings.services_dir, definition))


def _departments(settings: Settings) -> None:
    Connections(settings.departments)
