"""Everything that errands work with, in one place."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.departments.following import Follow
from bot.hearing import Hearing
from bot.metrics import Metrics
from bot.registers import Households, RetirementPapers
from bot.settings import Settings
from bot.wechat.client import Platform
from cases.case import Application, Case
from cases.definition import Service
from cases.workdays import Calendar
from dialogs.definition import Definition, Definitions
from dialogs.draft import Draft
from notifications.wordings import Wordings
from storage.documents.store import Documents
from storage.redis.drafts import Drafts
from storage.redis.errands import Errands
from storage.redis.invitations import Invitations
from storage.redis.limits import Limits
from storage.redis.turns import Turns
from storage.sealing import Lookups
from storage.sql.cases import Cases
from storage.sql.desk import DeskTasks
from storage.sql.journal import Journal
from storage.sql.outbox import SqlOutbox
from storage.sql.persons import Persons
from storage.sql.pre_reviews import PreReviews
from storage.sql.reminders import Reminders


@dataclass(frozen=True, slots=True)
class Desk:
    """The stores, the outside world and the rules, as one process has them."""

    settings: Settings
    clock: Clock
    definitions: Definitions
    lookups: Lookups
    turns: Turns
    drafts: Drafts
    errands: Errands
    limits: Limits
    invitations: Invitations
    wake: Callable[[], Awaitable[None]]
    cases: Cases
    outbox: SqlOutbox
    persons: Persons
    documents: Documents
    desk_tasks: DeskTasks
    reminders: Reminders
    pre_reviews: PreReviews
    journal: Journal
    wordings: Mapping[str, Wordings]
    platform: Platform
    households: Households
    papers: RetirementPapers
    follow: Follow
    calendar: Callable[[], Calendar]
    hearing: Hearing
    metrics: Metrics

    def service(self, case: Case) -> Service:
        """The plan that a case was opened under."""
        return self.definition(case.application).service

    def definition(self, of: Application | Draft) -> Definition:
        """The release that an application was filed under, or a draft was begun with."""
        return self.definitions.of(of.province, of.release)
