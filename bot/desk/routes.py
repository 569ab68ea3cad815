"""Every page of the desk, and which role finds it in the menu."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web
from ruamel.yaml import YAML

from bot.clock import Clock
from bot.desk.accounts import AccountPages
from bot.desk.door import Door, Visit
from bot.desk.pages import DeskPages, style
from bot.desk.signing_in import Sessions
from bot.routes import Guard, Route
from storage.sql.staff import ROLES, Role, Staff

MENU: Final[Mapping[Role, tuple[str, ...]]] = {
    "clerk": (),
    "window": (),
    "lead": (),
    "administrator": ("staff",),
    "auditor": ("audit",),
}
"""Role → pages under /desk, the first being where they begin."""


def desk_routes(staff: Staff, words: Path, clock: Clock, *, secure: bool) -> tuple[Route, ...]:
    """The whole desk. `secure`: its cookie is for https only."""
    pages = DeskPages(YAML(typ="safe").load(words), MENU)
    door = Door(Sessions(staff, clock), pages, secure=secure)

    async def home(visit: Visit) -> web.StreamResponse:
        places = MENU[visit.member.role]
        if not places:
            return pages.page(visit.visitor, "home.html")
        raise web.HTTPSeeOther(f"/desk/{places[0]}")

    return (
        Route("GET", "/desk/style.css", style, Guard.PUBLIC),
        *door.routes(),
        door.route("GET", "/desk", home, ROLES),
        *AccountPages(staff, door, pages, clock).routes(),
    )
