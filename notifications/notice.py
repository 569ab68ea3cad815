"""One thing that somebody must hear about a case: what an outbox row of kind *notice* carries.

Facts only, as they were when it happened; the sentences are made when it is sent
(`notifications/wordings.py`), so that a better wording also reaches what still waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

import orjson

from cases.values import JSON

Relation: TypeAlias = Literal[
    "person", "relative", "employer", "agency", "archive_office", "follower"
]
"""What somebody has to do with a case. Each relation has wordings of its own, or hears nothing."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`key` names the wording, `item` the item (empty: the case itself). `at` is UTC.

    `params` are the facts, as `notifications.catalog` collects them: days as YYYY-MM-DD, months
    as YYYY-MM, offices and what is missing by code.
    """

    key: str
    case_no: str
    province: str
    item: str
    at: datetime
    params: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    relation: Relation = "person"


class NotANotice(ValueError):
    """A payload that no version of ours wrote."""


def notice_to_bytes(notice: Notice) -> bytes:
    """As it rests in the outbox (sealed there: it names the applicant)."""
    return orjson.dumps(
        {
            "notice": notice.key,
            "case_no": notice.case_no,
            "province": notice.province,
            "item": notice.item,
            "at": notice.at.isoformat(),
            "relation": notice.relation,
            "params": notice.params,
        }
    )


def notice_from_bytes(payload: bytes) -> Notice:
    """As it was written. Raises NotANotice."""
    try:
        data: dict[str, Any] = orjson.loads(payload)
        return Notice(
            key=data["notice"],
            case_no=data["case_no"],
            province=data["province"],
            item=data["item"],
            at=datetime.fromisoformat(data["at"]),
            params=data["params"],
            relation=data["relation"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise NotANotice(type(error).__name__) from error


def text_to_bytes(text: str) -> bytes:
    """The payload of a row of kind *customer*: a message of the desk, word for word."""
    return orjson.dumps({"text": text})


def text_from_bytes(payload: bytes) -> str:
    """As it was written. Raises NotANotice."""
    try:
        text = orjson.loads(payload)["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotANotice(type(error).__name__) from error
    if not isinstance(text, str):
        raise NotANotice("text")
    return text
