"""What a change of a case leads to, whoever made it: one `Follow` for the whole service.

To what departments need of it (`bot/departments/following.py`: journal, tasks, desk tasks) come
the notices for the people concerned and the timers that look at the case again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from bot.departments.following import FollowUp, OnlyDispatch
from cases.case import Case, case_state
from cases.change import Change
from cases.definition import Service
from cases.supplement_pages import unmade_pages
from cases.workdays import SHANGHAI, day_of
from notifications.catalog import notices_for
from notifications.letters import letters_for
from storage.sql.records import NewTimer

WATCH: Final = "watch"
"""The timer that looks at a case's limits."""
MAKE_FORM: Final = "make_form"
"""The timer that makes the application's PDF."""
WATCH_AT: Final = time(0, 10)
"""When a case's limits are looked at, every day in Asia/Shanghai."""


@dataclass(frozen=True, slots=True)
class CaseFollow:
    """Makes of a change everything that is committed beside the case."""

    service_of: Callable[[str, int], Service]
    """The plan of a province's release."""
    dispatch: OnlyDispatch
    make_id: Callable[[], str]

    def __call__(self, change: Change, now: datetime) -> FollowUp:
        """Journal, tasks, notices, timers and work for the desk."""
        case = change.case
        then = self.dispatch(change, now)
        service = self.service_of(case.application.province, case.application.release)
        notices = notices_for(case, change.events, service, (), now, self.make_id)
        letters = letters_for(case, change.events, service, now, self.make_id)
        watch = f"{WATCH}:{case.case_no}"
        waits_for_form = any(one.after_form for one in change.dispatches)
        form = (_make_form(case, now),) if waits_for_form or unmade_pages(case) else ()
        return replace(
            then,
            outbox=(*then.outbox, *notices, *letters),
            timers=(*form, _watch(case, now)) if _is_open(case) else (),
            cancelled_timers=() if _is_open(case) else (watch,),
        )


def _is_open(case: Case) -> bool:
    return case_state(case) not in {"finished", "taken_back", "withdrawn"}


def _watch(case: Case, now: datetime) -> NewTimer:
    tomorrow = day_of(now) + timedelta(days=1)
    due_at = datetime.combine(tomorrow, WATCH_AT, SHANGHAI)
    return NewTimer(f"{WATCH}:{case.case_no}", WATCH, due_at, case.case_no)


def _make_form(case: Case, now: datetime) -> NewTimer:
    """The application's PDF is due at once; made before, it lets go what has come to wait."""
    return NewTimer(f"{MAKE_FORM}:{case.case_no}", MAKE_FORM, now, case.case_no)
