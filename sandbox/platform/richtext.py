"""What a phone makes of a text: plain pieces, tappable answers, links to pages."""

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

_LINK = re.compile(r"""<a\b[^>]*?\bhref=(["'])(?P<href>.*?)\1[^>]*>(?P<label>.*?)</a>""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a text as the phone shows it."""

    kind: Literal["text", "tap", "link"]
    label: str
    menu_id: str = ""
    content: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class RichText:
    """A text taken apart; `broken` names links the phone would show as raw markup."""

    segments: tuple[Segment, ...]
    broken: tuple[str, ...]


def read_rich_text(text: str) -> RichText:
    """Take a text apart into what can be read, tapped and opened."""
    segments: list[Segment] = []
    broken: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        _add_plain(segments, broken, text[end : match.start()])
        link = _read_link(match["href"], match["label"])
        if link is None:
            broken.append(match[0])
        segments.append(link or Segment("text", match[0]))
        end = match.end()
    _add_plain(segments, broken, text[end:])
    return RichText(tuple(segments), tuple(broken))


def as_json(segment: Segment) -> dict[str, Any]:
    """A segment for the page, without its empty fields."""
    return {key: value for key, value in asdict(segment).items() if value}


def _add_plain(segments: list[Segment], broken: list[str], text: str) -> None:
    if text:
        segments.append(Segment("text", text))
    if "<a " in text or "</a>" in text:
        broken.append(text)


def _read_link(href: str, label: str) -> Segment | None:
    parts = urlsplit(href)
    if parts.scheme in {"http", "https"} and parts.netloc:
        return Segment("link", label, url=href)
    if parts.scheme != "weixin" or parts.netloc != "bizmsgmenu":
        return None
    asked = parse_qs(parts.query)
    content, menu_id = asked.get("msgmenucontent"), asked.get("msgmenuid")
    if content is None or menu_id is None:
        return None
    return Segment("tap", label, menu_id=menu_id[0], content=content[0])
