"""A retiree's application and departments' words about it, for the tests of cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from cases.case import Application, Case, Item, Supplement
from cases.change import Change, Refusal
from cases.decide import Decision, decide
from cases.definition import Service, Stage
from cases.events import Dispatch, Event
from cases.opening import Opening, open_case
from cases.reports import Report, Sender
from cases.sending import dispatched
from cases.values import JSON
from cases.workdays import Calendar

SENDERS = {
    "HN03": Sender("hrss", "*"),
    "HN04": Sender("hrss", "*"),
    "HN05": Sender("hrss", "*"),
    "HN06": Sender("hrss", "*"),
    "HN07": Sender("medical", "*"),
    "HN08": Sender("fund", "fund-410100"),
    "HN09": Sender("health", "*"),
}
ANSWERS: Mapping[str, JSON] = {
    "name": "张建国",
    "id_number": "410105196606129011",
    "sex": "男",
    "phone": "13800000000",
    "bank_card": "6217000010000000128",
    "retirement_month": "2026-03",
    "person_kind": "enterprise",
    "retirement_kind": "normal",
    "wants_fund": True,
    "fund_centre": "fund-410100",
    "wants_only_child": True,
    "household_kind": "urban",
    "marital_status": "first_marriage",
    "spouse_name": "李梅",
    "children.0.name": "张小",
}
FILED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 9 o'clock in China


def application(**answers: JSON) -> Application:
    return Application(
        draft="d1",
        person="p1",
        province="henan",
        release=1,
        answers={**ANSWERS, **answers},
        documents={"retirement_form": ("f1", "f2")},
        consents=(),
        submitted_at=FILED,
        digest="0" * 64,
        recorded={"sex": "女", "spouse_name": "李海"},
    )


def opening(service: Service, calendar: Calendar, **answers: JSON) -> Opening:
    return open_case(
        application(**answers),
        service,
        calendar,
        FILED,
        "410000202603020001",
        timedelta(minutes=10),
    )


@dataclass
class Journey:
    """A case that is led through its steps; `now` moves when told."""

    service: Service
    calendar: Calendar
    case: Case
    now: datetime = FILED + timedelta(minutes=10)
    events: list[Event] = field(default_factory=list)
    dispatches: list[Dispatch] = field(default_factory=list)
    reports: int = 0

    @classmethod
    def sent(cls, service: Service, calendar: Calendar, **answers: JSON) -> "Journey":
        """A case whose first tasks have left."""
        journey = cls(service, calendar, opening(service, calendar, **answers).case)
        for item in journey.case.items:
            journey.take(dispatched(journey.case, service, calendar, item.code, journey.now))
        journey.events.clear()
        return journey

    def take(self, change: Change | Refusal) -> Change:
        assert isinstance(change, Change)
        self.case = change.case
        self.events += change.events
        self.dispatches += change.dispatches
        return change

    def on(self, day: str) -> Self:
        self.now = datetime.fromisoformat(f"{day}T02:00:00+00:00")
        return self

    def report(self, item: str, stage: Stage, **rest: object) -> Report:
        self.reports += 1
        plain = Report(f"r{self.reports}", self.case.case_no, item, stage, self.now)
        return replace(plain, **rest)  # type: ignore[arg-type]  # a report's own fields

    def hear(self, item: str, stage: Stage, **rest: object) -> Decision:
        return self.hear_report(self.report(item, stage, **rest))

    def hear_report(self, report: Report, sender: Sender | None = None) -> Decision:
        decision = decide(
            self.case,
            self.service,
            self.calendar,
            sender or SENDERS[report.item],
            report,
            self.now,
        )
        self.take(Change(decision.case, decision.events, decision.dispatches))
        return decision

    def supplement(self, draft: str = "s1", **answers: JSON) -> Supplement:
        papers = {"retirement_form": ("f3",)} if not answers else {}
        return Supplement(draft, answers, papers, self.now)

    def item(self, code: str) -> Item:
        item = self.case.item(code)
        assert item is not None
        return item

    def happened(self) -> list[str]:
        """The names of the events since last asked."""
        names = [type(event).__name__ for event in self.events]
        self.events.clear()
        return names
