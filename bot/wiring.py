"""Puts the parts together: one process's stores, outside world, rules and handlers.

Everything that is opened here is closed here, in reverse order.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import time
from pathlib import Path

import aiohttp
from redis.asyncio import Redis
from ruamel.yaml import YAML

from bot.calendars import Days
from bot.clock import Clock, system_clock
from bot.departments.connections import Connections
from bot.departments.edge import Edge
from bot.departments.following import OnlyDispatch
from bot.departments.push import Line
from bot.departments.sender import Sender
from bot.errands.desk import Desk
from bot.errands.runner import Runner
from bot.following import CaseFollow
from bot.forms import FormMaker
from bot.hearing import Hearing
from bot.identity.oidc import Client, Oidc
from bot.ids import long_id
from bot.issuing import Issuing
from bot.letters import LetterMaker
from bot.links import Links
from bot.metrics import Metrics
from bot.notices import Means, Notices
from bot.papers import CasePapers
from bot.phone.login import CALLBACK_PATH, WECHAT_PATH, LoginPages
from bot.phone.pages import Pages, Words
from bot.phone.recognising import Recognising
from bot.registers import Households, Register, RetirementPapers
from bot.settings import Settings
from bot.stepping import Stepping
from bot.wechat.client import Platform
from bot.wechat.crypto import Account, Mode
from bot.wechat.tokens import TokenBroker
from bot.wechat.transport import StableToken, Transport
from cases.definition import Service
from cases.supplement_pages import SUPPLEMENT_PAGE
from cases.workdays import Calendar
from dialogs.definition import Definitions
from notifications.delivery import Pace, QuietHours
from notifications.letters import Letters
from notifications.wordings import Wordings
from storage.definitions import load_all, provinces
from storage.documents.store import Documents
from storage.keys import load_keys
from storage.letters import load_letters
from storage.notices import load_notices, load_templates
from storage.redis.connect import connected
from storage.redis.drafts import Drafts
from storage.redis.errands import Errands
from storage.redis.invitations import Invitations
from storage.redis.limits import Limits
from storage.redis.turns import Turns
from storage.redis.wake import Wake
from storage.redis.wire import Wire, wired
from storage.sealing import Lookups, Sealer
from storage.sql.calendars import Calendars
from storage.sql.cases import Cases
from storage.sql.connect import connect
from storage.sql.desk import DeskTasks
from storage.sql.facts import DraftFacts
from storage.sql.journal import Journal
from storage.sql.outbox import SqlOutbox
from storage.sql.persons import Persons
from storage.sql.pre_reviews import PreReviews
from storage.sql.reminders import Reminders
from storage.sql.session import Database
from storage.sql.staff import Staff
from storage.sql.timers import Timers


@dataclass(frozen=True, slots=True)
class World:
    """One process, wired."""

    settings: Settings
    clock: Clock
    redis: Redis
    database: Database
    definitions: Definitions
    account: Account
    turns: Turns
    drafts: Drafts
    errands: Errands
    hearing: Hearing
    runner: Runner
    desk: Desk
    edge: Edge
    sender: Sender
    notices: Notices
    forms: FormMaker
    letters: LetterMaker
    outbox: SqlOutbox
    timers: Timers
    journal: Journal
    facts: DraftFacts
    days: Days
    wake: Wake
    login: LoginPages | None
    staff: Staff
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Plans:
    """The provinces' plans and the working days."""

    definitions: Definitions
    days: Days

    def service(self, province: str, release: int) -> Service:
        """The plan of a case's release. Raises KeyError for a province that is not served."""
        return self.definitions.of(province, release).service

    def calendar(self) -> Calendar:
        """The calendar with every imported year."""
        return self.days.calendar()


@asynccontextmanager
async def open_world(
    settings: Settings,
    redis_url: str,
    clock: Clock | None = None,
    loaded: "Loaded | None" = None,
) -> AsyncIterator[World]:
    """Everything one process works with, for the length of the block.

    `loaded`: the provinces that the settings name, where somebody has read them already.
    Raises StorageError when keys, definitions, Redis or the database are not in order.
    """
    now = clock or system_clock(settings.clock_shift)
    loaded = loaded or load_provinces(settings)
    keys = load_keys(
        settings.data_dir,
        settings.data_keys.get_secret_value() if settings.data_keys else None,
        settings.lookup_keys.get_secret_value() if settings.lookup_keys else None,
        postgres=settings.on_postgres,
    )
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(connect(settings.database))
        parts = _Parts(
            settings=settings,
            clock=now,
            definitions=loaded.definitions,
            loaded=loaded,
            sealer=Sealer(keys.data),
            lookups=Lookups(keys.lookup),
            redis=await stack.enter_async_context(connected(redis_url)),
            wire=await stack.enter_async_context(wired(redis_url)),
            database=database,
            session=await stack.enter_async_context(
                aiohttp.ClientSession(
                    auto_decompress=False,  # no answer unpacks to more than its length
                    headers={"Accept-Encoding": "identity"},
                    trust_env=False,
                )
            ),
            tasks=await stack.enter_async_context(asyncio.TaskGroup()),
            days=Days(Calendars(database)),
        )
        yield _wired(parts)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that is read from the provinces' folders at the start, checked."""

    definitions: Definitions
    wordings: Mapping[str, Wordings]
    letters: Mapping[str, Letters]


def load_provinces(settings: Settings) -> Loaded:
    """The provinces to serve with what they say. Raises DefinitionBroken."""
    folder, definitions = settings.services_dir, load_definitions(settings)
    return Loaded(
        definitions,
        {one: load_notices(folder, *definitions.releases(one)) for one in definitions},
        {one: load_letters(folder, *definitions.releases(one)) for one in definitions},
    )


def load_definitions(settings: Settings) -> Definitions:
    """The provinces to serve with all their releases, checked. Raises DefinitionBroken."""
    names = settings.wanted_services or provinces(settings.services_dir)
    return load_all(settings.services_dir, names)


@dataclass(frozen=True, slots=True)
class _Parts:
    settings: Settings
    clock: Clock
    definitions: Definitions
    loaded: Loaded
    sealer: Sealer
    lookups: Lookups
    redis: Redis
    wire: Wire
    database: Database
    session: aiohttp.ClientSession
    tasks: asyncio.TaskGroup
    days: Days


def _wired(parts: _Parts) -> World:
    settings, clock, sealer = parts.settings, parts.clock, parts.sealer
    account = _account(settings)
    turns = Turns(parts.wire, sealer)
    limits = Limits(parts.redis, sealer)
    links = Links(settings.public_url, sealer, clock, login=bool(settings.identity_url))
    drafts = Drafts(parts.redis, sealer)
    stepping = Stepping(parts.definitions, account, links, drafts, limits)
    hearing = Hearing(turns, stepping, account, parts.lookups, clock)
    database = parts.database
    wake = Wake(parts.redis)
    edge = _edge(parts, limits, wake)
    desk = _desk(parts, turns, limits, hearing, edge, wake)
    runner = Runner(desk, parts.tasks)
    hearing.run_quick, hearing.run_later = runner.run_quick, runner.run_later
    return World(
        settings=settings,
        clock=clock,
        redis=parts.redis,
        database=database,
        definitions=parts.definitions,
        account=account,
        turns=turns,
        drafts=desk.drafts,
        errands=desk.errands,
        hearing=hearing,
        runner=runner,
        desk=desk,
        edge=edge,
        sender=Sender(edge, Line(parts.session), long_id),
        notices=_notices(parts, desk, desk.outbox),
        forms=_forms(parts, desk, desk.outbox),
        letters=_letters(parts, desk, desk.outbox),
        outbox=desk.outbox,
        timers=Timers(database, long_id),
        journal=Journal(database),
        facts=DraftFacts(database),
        days=parts.days,
        wake=wake,
        login=_login(parts, links, limits, desk),
        staff=Staff(database, sealer),
        metrics=desk.metrics,
    )


def _account(settings: Settings) -> Account:
    return Account.of(
        settings.wechat_app_id,
        settings.wechat_token.get_secret_value(),
        settings.wechat_aes_key.get_secret_value(),
        settings.wechat_previous_aes_key.get_secret_value(),
        Mode(settings.wechat_mode) if settings.wechat_mode else None,
    )


def _edge(parts: _Parts, limits: Limits, wake: Wake) -> Edge:
    connections = Connections(parts.settings.departments)
    releases = [one for name in parts.definitions for one in parts.definitions.releases(name)]
    produced = {document.code for one in releases for document in one.service.documents}
    plans = Plans(parts.definitions, parts.days)
    produced.add(SUPPLEMENT_PAGE)
    return Edge(
        connections=connections,
        cases=Cases(parts.database, parts.sealer),
        rows=SqlOutbox(parts.database, parts.sealer, long_id),
        papers=CasePapers(_documents(parts), produced),
        plans=plans,
        first_use=limits.first_use,
        follow=CaseFollow(plans.service, OnlyDispatch(connections), long_id),
        clock=parts.clock,
        public_url=parts.settings.public_url,
        wake=wake.wake_soon,
    )


def _documents(parts: _Parts) -> Documents:
    folder = parts.settings.data_dir / "documents"
    return Documents(folder, parts.database, parts.sealer, parts.lookups, long_id)


def _desk(
    parts: _Parts, turns: Turns, limits: Limits, hearing: Hearing, edge: Edge, wake: Wake
) -> Desk:
    settings = parts.settings
    return Desk(
        settings=settings,
        clock=parts.clock,
        definitions=parts.definitions,
        lookups=parts.lookups,
        turns=turns,
        drafts=Drafts(parts.redis, parts.sealer),
        errands=Errands(parts.wire, parts.sealer),
        limits=limits,
        invitations=Invitations(parts.redis, parts.sealer),
        wake=wake.wake,
        cases=Cases(parts.database, parts.sealer),
        outbox=SqlOutbox(parts.database, parts.sealer, long_id),
        persons=Persons(parts.database, parts.sealer, parts.lookups),
        documents=_documents(parts),
        desk_tasks=DeskTasks(parts.database, parts.sealer),
        reminders=Reminders(parts.database),
        pre_reviews=PreReviews(parts.database, parts.sealer, parts.lookups),
        journal=Journal(parts.database),
        wordings=parts.loaded.wordings,
        platform=_platform(parts),
        households=Households(
            _register(parts, settings.registry_url, settings.registry_key.get_secret_value())
        ),
        papers=RetirementPapers(
            _register(parts, settings.papers_url, settings.papers_key.get_secret_value())
        ),
        follow=edge.follow,
        calendar=edge.plans.calendar,
        hearing=hearing,
        metrics=Metrics(),
    )


def _register(parts: _Parts, url: str, key: str) -> Register | None:
    return Register(parts.session, url, key, parts.clock) if url else None


def _platform(parts: _Parts) -> Platform:
    settings = parts.settings
    app_id, secret = settings.wechat_app_id, settings.wechat_app_secret.get_secret_value()
    fetch = StableToken(parts.session, settings.wechat_api_url, app_id, secret)
    broker = TokenBroker(parts.redis, f"token:{app_id}", fetch, long_id)
    transport = Transport(parts.session, settings.wechat_api_url, broker)
    return Platform(parts.session, settings.wechat_api_url, (app_id, secret), transport)


def _login(parts: _Parts, links: Links, limits: Limits, desk: Desk) -> LoginPages | None:
    settings = parts.settings
    if not settings.identity_url:
        return None
    client = Client(
        issuer=settings.identity_url,
        id=settings.identity_client_id,
        secret=settings.identity_client_secret.get_secret_value(),
        redirect_uri=settings.public_url + CALLBACK_PATH,
    )
    oidc = Oidc(parts.session, client, parts.clock)
    pages = Pages(_page_words(settings.services_dir / "shared" / "pages.yaml"))
    recognising = Recognising(
        platform=desk.platform,
        addresses=desk.persons,
        api_url=settings.wechat_api_url,
        app_id=settings.wechat_app_id,
        come_back=settings.public_url + WECHAT_PATH,
    )
    return LoginPages(
        links,
        recognising,
        oidc,
        limits,
        desk.hearing,
        pages,
        parts.clock,
        secure=settings.public_url.startswith("https"),
    )


def _page_words(path: Path) -> Mapping[str, Words]:
    data = YAML(typ="safe").load(path)
    return {name: Words(one["title"], one["lines"], one["mood"]) for name, one in data.items()}


def _notices(parts: _Parts, desk: Desk, outbox: SqlOutbox) -> Notices:
    settings = parts.settings
    templates = load_templates(settings.templates, next(iter(desk.wordings.values())))
    return Notices(
        Means(
            rows=outbox,
            addresses=desk.persons,
            desk=desk.desk_tasks,
            quotas=desk.limits,
            platform=desk.platform,
            app_id=settings.wechat_app_id,
            wordings=desk.wordings,
            texts={name: one.texts for name, one in parts.definitions.items()},
            templates=templates,
            speaker=desk.hearing.speaker,
            clock=parts.clock,
            pace=_pace(settings),
        )
    )


def _pace(settings: Settings) -> Pace:
    """Nobody is disturbed in quiet hours; equal times mean that there are none."""
    return Pace(quiet=QuietHours(*(settings.quiet or (time(), time()))))


def _forms(parts: _Parts, desk: Desk, outbox: SqlOutbox) -> FormMaker:
    return FormMaker(
        definitions=parts.definitions,
        cases=desk.cases,
        issuing=Issuing(desk.cases, desk.documents, desk.desk_tasks),
        outbox=outbox,
        services_dir=parts.settings.services_dir,
    )


def _letters(parts: _Parts, desk: Desk, outbox: SqlOutbox) -> LetterMaker:
    folder = parts.settings.services_dir
    return LetterMaker(
        letters=parts.loaded.letters,
        cases=desk.cases,
        issuing=Issuing(desk.cases, desk.documents, desk.desk_tasks),
        rows=outbox,
        services_dir=folder,
    )
