"""Pages that open on a phone: plain, large, nothing from elsewhere, nothing to run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says; from `services/shared/pages.yaml`."""

    title: str
    lines: Sequence[str]
    mood: str


class Pages:
    """Renders the pages of `/m`."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        self._words = words
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self._template = environment.get_template("page.html")

    def page(self, name: str, status: int = 200) -> web.Response:
        """The page of that name. Raises KeyError when there is none."""
        words = self._words[name]
        html = self._template.render(title=words.title, lines=words.lines, mood=words.mood)
        return web.Response(text=html, content_type="text/html", status=status, headers=HEADERS)
