"""The commands of `python -m bot`. Whatever is wrong is one sentence on stderr and exit code 2."""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from bot import archiving, staff
from bot.backing_up import make_backup, restore_backup
from bot.checking import check_definitions, check_everything
from bot.departments.connections import ConnectionsBroken
from bot.freezing import freeze_definitions
from bot.importing import import_calendar, list_calendars
from bot.logs import configure_logs
from bot.mapping.pages import draw_maps
from bot.menu import put_up_menu
from bot.process import CannotStart, migrate_records, serve, serve_web, serve_worker
from bot.settings import Place, Settings, SettingsBroken, read_settings
from storage.errors import StorageError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

calendar = typer.Typer(no_args_is_help=True, help="The working days of each year.")
app.add_typer(calendar, name="calendar")

BROKEN: Final = 2
"""The exit code of whatever cannot start."""

FLAWED: Final = 1
"""The exit code when everything could be looked at and something is not as it was written."""

EXPECTED: Final = (SettingsBroken, CannotStart, ConnectionsBroken, StorageError)
"""What is wrong outside of us; its text is the sentence to print."""


def _run(what: Callable[[Settings], None]) -> None:
    configure_logs()
    _said(lambda: what(read_settings()))


def _said(what: Callable[[], None]) -> None:
    """Do it, or say in one sentence why not."""
    sentences: list[str] = []
    code = BROKEN
    try:
        what()
    except* EXPECTED as group:  # a TaskGroup wraps even what went wrong before it had a task
        sentences = list(dict.fromkeys(_sentences(group)))
    except* archiving.Flawed as group:
        sentences, code = list(_sentences(group)), FLAWED
    if sentences:
        print(*sentences, sep="\n", file=sys.stderr, flush=True)  # noqa: T201 — the one sentence
        raise typer.Exit(code)


def _sentences(group: BaseExceptionGroup[BaseException]) -> Iterator[str]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _sentences(error)
        else:
            yield str(error)


@app.command("serve")
def serve_command() -> None:
    """Web and worker in one process (SQLite or PostgreSQL, embedded Redis or REDIS_URL)."""
    _run(serve)


@app.command("web")
def web_command() -> None:
    """Only the web part; PostgreSQL and Redis are elsewhere."""
    _run(serve_web)


@app.command("worker")
def worker_command() -> None:
    """Only the worker part; PostgreSQL and Redis are elsewhere."""
    _run(serve_worker)


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database's schema up to date."""
    _run(migrate_records)


@app.command("check")
def check_command(
    definitions: Annotated[
        bool, typer.Option(help="only what stands under SERVICES_DIR; needs no settings")
    ] = False,
) -> None:
    """Look at settings, keys, definitions, templates, connections; say everything wrong."""
    if definitions:
        _said(lambda: check_definitions(Place()))
    else:
        _run(check_everything)


@app.command("freeze")
def freeze_command(
    names: Annotated[list[str] | None, typer.Argument(help="provinces; default: all")] = None,
) -> None:
    """Make a release of every definition that has changed; cases and drafts rely on it."""
    _said(lambda: freeze_definitions(Place(), names or ()))


@app.command("map")
def map_command(
    folder: Annotated[Path, typer.Argument(help="where the pages are written")] = Path("build/map"),
) -> None:
    """Draw every province's form and workflow, as pages for a browser."""
    _said(lambda: draw_maps(Place(), folder))


@app.command("menu")
def menu_command(
    file: Annotated[Path, typer.Argument(help="JSON as WeChat's menu/create takes it")],
) -> None:
    """Put up the Official Account's menu (docs/deploy/menu.json is one)."""
    _run(lambda settings: put_up_menu(settings, file))


@calendar.command("import")
def calendar_import_command(
    file: Annotated[Path, typer.Argument(help="a year as YAML or CSV: docs/operations.md")],
    replace: Annotated[bool, typer.Option(help="put it in the place of another one")] = False,
) -> None:
    """Import the working days of a year, as the State Council announced them."""
    _run(lambda settings: import_calendar(settings, file, replace=replace))


@calendar.command("list")
def calendar_list_command() -> None:
    """Say which years were imported, from what and by whom."""
    _run(list_calendars)


staff_app = typer.Typer(no_args_is_help=True, help="Accounts of the desk.")
app.add_typer(staff_app, name="staff")

Given = Annotated[str, typer.Option(help="for rehearsals; made up when empty")]


@staff_app.command("add")
def staff_add(  # noqa: PLR0913 - the fields of an account
    login: str,
    name: str,
    role: Annotated[str, typer.Option(help="clerk, window, lead, administrator or auditor")],
    where: Annotated[str, typer.Option(help="PROVINCE:LEVEL:AREA, such as x:city:410100")],
    department: Annotated[str, typer.Option(help="of a clerk: CODE or CODE/OFFICE")] = "",
    password: Given = "",
    totp: Given = "",
) -> None:
    """Open an account and print what it signs in with, once."""
    _run(
        lambda settings: staff.add(
            settings,
            staff.new_member(login, name, role, where, department),
            staff.Secrets.made(password, totp),
        )
    )


@staff_app.command("import")
def staff_import(
    file: Annotated[Path, typer.Argument(help="a YAML list of accounts: docs/desk.md")],
) -> None:
    """Open many accounts from a file; those that exist stay as they are."""
    _run(lambda settings: staff.add_all(settings, file))


@staff_app.command("renew")
def staff_renew(login: str, password: Given = "", totp: Given = "") -> None:
    """Give an account a new password and one-time secret, after they were lost."""
    _run(lambda settings: staff.renew(settings, login, staff.Secrets.made(password, totp)))


@staff_app.command("list")
def staff_list() -> None:
    """Every account."""
    _run(staff.show)


archive = typer.Typer(no_args_is_help=True, help="Journals and packages for the archive.")
app.add_typer(archive, name="archive")


@archive.command("verify")
def archive_verify(
    file: Annotated[
        Path | None, typer.Argument(help="a package; without one: every journal")
    ] = None,
    key: Annotated[str, typer.Option(help="the public key that `archive key` has printed")] = "",
) -> None:
    """Name whatever was changed, is missing, reordered or cut; exit code 1 if there is any."""
    if file is not None:
        _said(lambda: archiving.verify_file(file, key))
    else:
        _run(archiving.verify_journals)


@archive.command("export")
def archive_export(
    places: Annotated[list[str], typer.Argument(help="CASE DIR, or DIR with --closed-before")],
    closed_before: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
) -> None:
    """Write the signed package of a closed case, or of all closed before a day."""
    *cases, folder = places
    if len(cases) != (0 if closed_before else 1):
        raise typer.BadParameter("say CASE DIR, or --closed-before DATE DIR")
    before = closed_before.date() if closed_before else None
    _run(lambda settings: archiving.export(settings, "".join(cases), before, Path(folder)))


@archive.command("key")
def archive_key() -> None:
    """Print the public key of the packages and its fingerprint."""
    _run(archiving.show_key)


@archive.command("due")
def archive_due() -> None:
    """List the closed cases whose years of keeping are over."""
    _run(archiving.list_due)


Keys = Annotated[Path | None, typer.Option(help="another place, for what must not lie beside it")]


@app.command("backup")
def backup_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="new or empty")], keys: Keys = None
) -> None:
    """Copy records, drafts and documents, sealed as they are; also while the service runs."""
    _run(lambda settings: make_backup(settings, folder, keys))


@app.command("restore")
def restore_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="what `backup` has made")],
    keys: Keys = None,
    force: Annotated[bool, typer.Option(help="replace what is there")] = False,
) -> None:
    """Put a backup back; the service must be stopped."""
    _run(lambda settings: restore_backup(settings, folder, keys, force=force))
