"""What the platform was asked to do wrong, and how often it still has to."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

API_FAILURES = frozenset({"errcode", "hang", "http_500", "garbage", "drop", "drop_before"})
"""Wrong answers to the service's calls. `drop` closes the connection after doing the work (the
caller cannot know its fate), `drop_before` closes it before; `hang` waits `seconds`, then works."""

DELIVERY_FAILURES = frozenset(
    {"deliver_twice", "deliver_late", "deliver_at_once", "repeat_nonce", "answer_lost"}
)
"""Unkind deliveries: again after the answer; `seconds` after the citizen spoke; copies in
parallel; redeliveries with the nonce of the first; the first answer lost on the way."""

RECEIPT_FAILURES = frozenset({"template_failed", "template_silent", "receipt_twice"})
"""A template message that ends with `status` instead of success; one whose receipt never comes,
or comes twice."""

KNOWN = API_FAILURES | DELIVERY_FAILURES | RECEIPT_FAILURES | {"token_expired"}


@dataclass(slots=True)
class Failure:
    """One kind of failure with the number of times it is still wanted."""

    what: str
    path: str = ""
    errcode: int = -1
    seconds: float = 0.0
    times: int = 1
    status: str = "failed: system failed"


def read_failure(asked: dict[str, Any]) -> Failure:
    """A failure from the control request; ValueError names what is not understood."""
    what = str(asked.get("what", ""))
    if what not in KNOWN:
        raise ValueError(f"unknown failure {what!r}; known: {', '.join(sorted(KNOWN))}")
    return Failure(
        what,
        path=str(asked.get("path", "")),
        errcode=int(asked.get("errcode", -1)),
        seconds=float(asked.get("seconds", 0)),
        times=int(asked.get("times", 1)),
        status=str(asked.get("status", "failed: system failed")),
    )


class Failures:
    """The failures still to happen."""

    def __init__(self) -> None:
        self.waiting: list[Failure] = []

    def add(self, failure: Failure) -> None:
        self.waiting.append(failure)

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, kinds: Collection[str], path: str = "") -> Failure | None:
        """The first wanted failure of these kinds for this path, counted down."""
        for failure in self.waiting:
            if failure.what in kinds and path.endswith(failure.path):
                failure.times -= 1
                if failure.times <= 0:
                    self.waiting.remove(failure)
                return failure
        return None
