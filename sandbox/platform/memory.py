"""The plain data of the platform: what a phone shows, what it may still receive, what is kept."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.platform.config import PhoneSpec
from sandbox.platform.richtext import as_json, read_rich_text


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a chat: `out` was sent by the citizen, `in` came to her phone."""

    number: int
    at: float
    direction: Literal["in", "out"]
    kind: str
    text: str = ""
    image: str = ""
    via: str = ""

    def as_json(self) -> dict[str, Any]:
        """The line with what can be tapped and opened in it, as the page shows it."""
        segments = read_rich_text(self.text).segments if self.direction == "in" else ()
        return {
            "id": self.number,
            "at": self.at,
            "kind": self.direction,
            "type": self.kind,
            "text": self.text,
            "image": self.image,
            "via": self.via,
            "fault": self.via == "fault",
            "segments": [as_json(segment) for segment in segments],
            "choices": [
                {"id": s.menu_id, "content": s.content, "label": s.label}
                for s in segments
                if s.kind == "tap"
            ],
            "links": [{"url": s.url, "label": s.label} for s in segments if s.kind == "link"],
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """A service notice (template message) on the phone."""

    number: int
    at: float
    template_id: str
    title: str
    fields: tuple[tuple[str, str, str], ...]
    url: str

    def as_json(self) -> dict[str, Any]:
        fields = [{"key": key, "label": label, "value": value} for key, label, value in self.fields]
        return {
            "id": self.number,
            "at": self.at,
            "template_id": self.template_id,
            "title": self.title,
            "fields": fields,
            "url": self.url,
        }


@dataclass(slots=True)
class Window:
    """How many customer messages may still be sent, and until when."""

    until: float
    left: int


@dataclass(slots=True)
class Phone:
    """An invented citizen's phone, as the platform knows it."""

    spec: PhoneSpec
    following: bool
    blacklisted: bool = False
    refuses_notices: bool = False
    snapshot: bool = False
    messages: list[Message] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    windows: dict[str, Window] = field(default_factory=dict)

    @property
    def openid(self) -> str:
        return self.spec.openid

    def summary(self) -> dict[str, Any]:
        return {
            "openid": self.openid,
            "name": self.spec.name,
            "role": self.spec.role,
            "following": self.following,
            "blacklisted": self.blacklisted,
            "refuses_notices": self.refuses_notices,
            "snapshot": self.snapshot,
        }


@dataclass(frozen=True, slots=True)
class Medium:
    """A file the platform keeps for three days."""

    body: bytes
    media_type: str
    at: float


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of the platform that the service broke."""

    at: float
    rule: str
    detail: str
    openid: str = ""


@dataclass(slots=True)
class LoginCode:
    """An OAuth code: good once, for five minutes."""

    openid: str
    scope: str
    at: float
    used: bool = False
