"""Every page of the desk, and which role finds it in the menu."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web
from ruamel.yaml import YAML

from bot.clock import Clock
from bot.desk.accounts import AccountPages
from bot.desk.door import Door, Visit
from bot.desk.items import ItemPages, Records
from bot.desk.pages import DeskPages, style
from bot.desk.signing_in import Sessions
from bot.desk.tasks import TaskPages, TaskRecords
from bot.routes import Guard, Route
from storage.sql.staff import ROLES, Role

MENU: Final[Mapping[Role, tuple[str, ...]]] = {
    "clerk": ("queue", "tasks", "search"),
    "window": ("tasks",),
    "lead": ("queue", "tasks", "search"),
    "administrator": ("tasks", "staff"),
    "auditor": ("audit",),
}
"""Role → pages under /desk, the first being where they begin."""


@dataclass(frozen=True, slots=True)
class DeskRecords:
    """Everything that the pages of the desk are made of."""

    items: Records
    tasks: TaskRecords


def desk_routes(
    records: DeskRecords, words: Path, clock: Clock, *, secure: bool
) -> tuple[Route, ...]:
    """The whole desk. `secure`: its cookie is for https only."""
    pages = DeskPages(YAML(typ="safe").load(words), MENU)
    door = Door(Sessions(records.items.staff, clock), pages, secure=secure)

    async def home(visit: Visit) -> web.StreamResponse:
        places = MENU[visit.member.role]
        if not places:
            return pages.page(visit.visitor, "home.html")
        raise web.HTTPSeeOther(f"/desk/{places[0]}")

    return (
        Route("GET", "/desk/style.css", style, Guard.PUBLIC),
        *door.routes(),
        door.route("GET", "/desk", home, ROLES),
        *ItemPages(records.items, door, pages).routes(),
        *TaskPages(records.tasks, door, pages).routes(),
        *AccountPages(records.items.staff, door, pages, clock).routes(),
    )
