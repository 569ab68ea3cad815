"""The pages of the desk: Jinja2 with autoescape, words from the data, nothing that runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.desk.signing_in import Refusal, Visitor
from cases.values import JSON
from storage.sql.staff import Role

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STYLE: Final = Path(__file__).parent / "templates" / "desk.css"

Menu = Mapping[Role, tuple[str, ...]]


class DeskPages:
    """Renders what staff see. `words` are `services/shared/desk.yaml`."""

    def __init__(self, words: Mapping[str, JSON], menu: Menu) -> None:
        self._menu = menu
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["words"] = words

    def page(
        self, visitor: Visitor, template: str, status: int = 200, **values: object
    ) -> web.Response:
        """A page for somebody who is signed in."""
        return self._html(
            template,
            status,
            member=visitor.member,
            csrf=visitor.csrf,
            menu=self._menu[visitor.member.role],
            **values,
        )

    def sign_in(self, status: int, refusal: Refusal | None = None) -> web.Response:
        """The sign-in page, with what was wrong the last time."""
        return self._html("login.html", status, refusal=refusal)

    def refused(self, visitor: Visitor) -> web.Response:
        """Not for this role, or a form that this session did not give out."""
        return self.page(visitor, "refused.html", 403)

    def _html(self, template: str, status: int, **values: object) -> web.Response:
        html = self._environment.get_template(template).render(values)
        return web.Response(text=html, content_type="text/html", status=status, headers=HEADERS)


async def style(_: web.Request) -> web.FileResponse:
    """The one style sheet."""
    return web.FileResponse(STYLE, headers={"Cache-Control": "max-age=3600"})
