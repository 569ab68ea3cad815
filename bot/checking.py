"""`python -m bot check`: everything that can be wrong before the first message comes.

Every province is looked at, and everything wrong is said at once, each mistake on a line of its
own with file and line where it stands in a file. `--definitions` needs no settings: an official
who writes a province has no account.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bot.departments.connections import Connection, Connections, ConnectionsBroken
from bot.process import CannotStart
from bot.settings import Place, Settings
from cases.definition import ANY_OFFICE
from dialogs.definition import Definition
from storage.definitions import (
    check_thoroughly,
    is_frozen,
    load,
    load_releases,
    provinces,
)
from storage.errors import StorageError
from storage.keys import load_keys
from storage.letters import load_letters
from storage.notices import load_notices, load_templates


def check_everything(settings: Settings) -> None:
    """Print what is in order; raise CannotStart with everything that is not."""
    place = Place(services=settings.services, services_dir=settings.services_dir)
    looks = {
        "keys": lambda: _keys(settings),
        **_definitions(place),
        "templates": lambda: _templates(settings),
        "departments": lambda: _departments(settings),
    }
    _look(looks)


def check_definitions(place: Place) -> None:
    """The same of the definitions alone."""
    _look(_definitions(place))


def _look(looks: Mapping[str, Callable[[], str | None]]) -> None:
    problems: list[str] = []
    for name, look in looks.items():
        try:
            note = look()
        except ConnectionsBroken as error:
            problems += [f"{name}: {one}" for one in error.mistakes]
        except (StorageError, CannotStart) as error:
            lines = getattr(error, "problems", None) or (str(error),)
            problems += [f"{name}: {one}" for one in lines]
        else:
            print(f"{name}: {note or 'in order'}", file=sys.stdout)  # noqa: T201 — the answer
    if problems:
        raise CannotStart("\n".join(problems))


def _keys(settings: Settings) -> None:
    load_keys(
        settings.data_dir,
        settings.data_keys.get_secret_value() if settings.data_keys else None,
        settings.lookup_keys.get_secret_value() if settings.lookup_keys else None,
        postgres=settings.on_postgres,
    )


def _definitions(place: Place) -> dict[str, Callable[[], str]]:
    names = place.wanted or provinces(place.services_dir)
    if not names:
        raise CannotStart(f"SERVICES_DIR {place.services_dir} holds no province.")
    return {f"services/{name}": _looking_at(place.services_dir, name) for name in names}


def _looking_at(services: Path, name: str) -> Callable[[], str]:
    return lambda: _province(services, name)


def _province(services: Path, name: str) -> str:
    """Every promise of a province, the slow ones too."""
    *older, current = load_releases(services, name)
    check_thoroughly(services, current)
    load_notices(services, current, *reversed(older))
    load_letters(services, current, *reversed(older))
    if is_frozen(services, name):
        return f"in order, release {current.release}"
    return "in order, not frozen (before the first citizen: python -m bot freeze)"


def _templates(settings: Settings) -> None:
    for definition in _served(settings).values():
        load_templates(settings.templates, load_notices(settings.services_dir, definition))


def _departments(settings: Settings) -> None:
    """Each connection of a province that is served speaks for a department and office it has."""
    served = _served(settings)
    found = [
        f"{settings.departments.name}: connection {one.id}: {mistake}"
        for one in Connections(settings.departments)
        if one.province in served
        for mistake in _strangers(one, served[one.province])
    ]
    if found:
        raise ConnectionsBroken(found)


def _strangers(connection: Connection, definition: Definition) -> Iterator[str]:
    service = definition.service
    if connection.department not in {one.code for one in service.departments}:
        yield f"{service.province} has no department {connection.department}."
    offices = {row.id for rows in definition.lists.values() for row in rows}
    if connection.office != ANY_OFFICE and connection.office not in offices:
        yield f"no list of {service.province} has an office {connection.office}."


def _served(settings: Settings) -> dict[str, Definition]:
    """What can be loaded; what cannot has been named already."""
    found: dict[str, Definition] = {}
    for name in settings.wanted_services or provinces(settings.services_dir):
        try:
            found[name] = load(settings.services_dir, name)
        except StorageError:
            continue
    return found
