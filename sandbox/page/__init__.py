"""The sandbox's page: a retiree's phone, her service notices and the departments' desks.

Plain HTML, CSS and JavaScript without a build step and without anything from elsewhere; it does
nothing that the control routes do not offer to everybody.
"""

from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent
_FRESH = {"Cache-Control": "no-cache"}


def page_routes() -> list[web.AbstractRouteDef]:
    """`/` and `/static/…` for the application at the top."""
    return [
        web.get("/", _index, name="page"),
        web.static("/static", _FOLDER / "static"),
    ]


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(_FOLDER / "index.html", headers=_FRESH)
