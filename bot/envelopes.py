"""What waits in a person's queue, as bytes: what was said, and how to answer it.

Sealed by the store. The reader trusts its own writing only as far as the names in `_SAID`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, get_args

import orjson

from dialogs.draft import Answer, Consent, Wanted
from dialogs.said import AnewFound, Said, WantedFound
from dialogs.turn import AskRegistry, Errand, FetchPapers


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """How a passive answer to her message must be made: by account, nonce and key in use.

    `key`: 0 the current AES key, 1 the previous one, -1 in clear.
    """

    account_id: str
    nonce: str
    key: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message in the queue. `said` has several parts when errands came back together."""

    said: tuple[Said, ...] = field(repr=False)
    openid: str = field(repr=False, default="")
    app_id: str = ""
    reply: ReplyContext | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An errand as it waits: what is to be done, for whom, and where its answer belongs."""

    errands: tuple[Errand, ...] = field(repr=False)
    openid: str = field(repr=False, default="")
    app_id: str = ""
    reply: ReplyContext | None = None
    text: str = field(repr=False, default="")
    """Of a customer message."""


_SAID: Final[Mapping[str, type[Any]]] = {
    kind.__name__: kind for part in get_args(Said) for kind in (get_args(part) or (part,))
}
_ERRANDS: Final[Mapping[str, type[Any]]] = {kind.__name__: kind for kind in get_args(Errand)}


def envelope_to_bytes(envelope: Envelope) -> bytes:
    """As it is queued."""
    return orjson.dumps(
        {
            "said": [_dumped(one) for one in envelope.said],
            "openid": envelope.openid,
            "app_id": envelope.app_id,
            "reply": envelope.reply,
        }
    )


def envelope_from_bytes(body: bytes) -> Envelope:
    """As it was queued. Raises KeyError or TypeError for what no version of ours wrote."""
    data = orjson.loads(body)
    return Envelope(
        said=tuple(_said(one) for one in data["said"]),
        openid=data["openid"],
        app_id=data["app_id"],
        reply=_reply(data["reply"]),
    )


def order_to_bytes(order: Order) -> bytes:
    """As an errand's payload."""
    return orjson.dumps(
        {
            "errands": [_dumped(one) for one in order.errands],
            "openid": order.openid,
            "app_id": order.app_id,
            "reply": order.reply,
            "text": order.text,
        }
    )


def order_from_bytes(body: bytes) -> Order:
    """As it was written into the payload."""
    data = orjson.loads(body)
    return Order(
        errands=tuple(_errand(one) for one in data["errands"]),
        openid=data["openid"],
        app_id=data["app_id"],
        reply=_reply(data["reply"]),
        text=data["text"],
    )


def _dumped(one: Said | Errand) -> dict[str, Any]:
    """Its fields by name; what is inside them orjson writes as it writes every dataclass."""
    named = fields(one)  # and no `asdict`: that copies what is written out a moment later
    return {"is": type(one).__name__, **{each.name: getattr(one, each.name) for each in named}}


def _said(data: dict[str, Any]) -> Said:
    kind = _SAID[data.pop("is")]
    if kind is WantedFound:
        data["wanted"] = tuple(Wanted(**one) for one in data["wanted"])
    if kind is AnewFound:
        data["answers"] = {key: _answer(one) for key, one in data["answers"].items()}
        data["consents"] = tuple(map(_consent, data["consents"]))
    for several in ("cases", "entries"):
        if several in data:
            data[several] = tuple(data[several])
    said: Said = kind(**data)
    return said


def _errand(data: dict[str, Any]) -> Errand:
    kind = _ERRANDS[data.pop("is")]
    if kind in {AskRegistry, FetchPapers}:
        data["consent"] = _consent(data["consent"])
    errand: Errand = kind(**data)
    return errand


def _answer(data: dict[str, Any]) -> Answer:
    return Answer(**{**data, "at": datetime.fromisoformat(data["at"])})


def _consent(data: dict[str, Any]) -> Consent:
    return Consent(data["what"], data["text_version"], datetime.fromisoformat(data["given_at"]))


def _reply(data: dict[str, Any] | None) -> ReplyContext | None:
    return None if data is None else ReplyContext(**data)
