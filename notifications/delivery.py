"""When a notice goes, with which others, and what follows when it did not: decisions only.

Rules (design.md, Sending): the first notice at once, unless it is night; further ones for the same
case and person within a minute wait and go together; what is overtaken is left out; order is kept.
A template message of unknown fate is repeated for ten minutes, a customer message never.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal, TypeAlias

from cases.workdays import SHANGHAI
from notifications.catalog import NOTICES
from notifications.notice import Notice

REPEAT_WITHIN: Final = timedelta(minutes=9)
"""WeChat knows a `client_msg_id` for 10 minutes; the last repeat must arrive inside them."""
GIVE_UP_AFTER: Final = timedelta(days=3)
"""A notice that could not even be tried for so long is a matter for the telephone."""
_SHORTEST, _LONGEST = timedelta(seconds=2), timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until `ends` (Asia/Shanghai, over midnight or not) nobody is disturbed.

    Equal times: never quiet.
    """

    begins: time = time(21, 30)
    ends: time = time(8, 0)

    def end_after(self, now: datetime) -> datetime | None:
        """When this quiet time ends; None when it is not quiet. `now` with its time zone."""
        local = now.astimezone(SHANGHAI)
        clock = local.time()
        if self.begins <= self.ends:
            quiet = self.begins <= clock < self.ends
        else:
            quiet = clock >= self.begins or clock < self.ends
        if not quiet:
            return None
        end = local.replace(
            hour=self.ends.hour, minute=self.ends.minute, second=self.ends.second, microsecond=0
        )
        return (end if end > local else end + timedelta(days=1)).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often somebody may be disturbed about one case."""

    quiet: QuietHours = QuietHours()
    apart: timedelta = timedelta(seconds=60)


def send_at(now: datetime, last_sent: datetime | None, pace: Pace) -> datetime:
    """`now`, or the later time at which the next notice of this case and person may go."""
    at = now
    if last_sent is not None and now - last_sent < pace.apart:
        at = last_sent + pace.apart
    return pace.quiet.end_after(at) or at


def still_true(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """The notices, in order, without those that a later one of the same item overtakes."""
    return tuple(
        one
        for place, one in enumerate(notices)
        if not any(_overtakes(later, one) for later in notices[place + 1 :])
    )


def _overtakes(later: Notice, earlier: Notice) -> bool:
    same = later.item == earlier.item and later.relation == earlier.relation
    rule = NOTICES.get(later.key)
    return same and rule is not None and earlier.key in rule.overtakes


UnknownNext: TypeAlias = Literal["repeat", "uncertain"]


def after_unknown(first_tried: datetime, now: datetime) -> UnknownNext:
    """Whether a template message of unknown fate may be repeated under its `client_msg_id`."""
    return "repeat" if now - first_tried < REPEAT_WITHIN else "uncertain"


def pause(waited_since: datetime, now: datetime) -> timedelta | None:
    """How long to wait before trying again what never left; None: give up.

    The pauses grow with the time already waited, from 2 s to half an hour.
    """
    waited = now - waited_since
    if waited >= GIVE_UP_AFTER:
        return None
    return min(max(waited / 2, _SHORTEST), _LONGEST)
