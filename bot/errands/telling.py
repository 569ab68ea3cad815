"""What is looked up and told: progress, what is wanted, and customer messages."""

from collections.abc import Sequence
from datetime import date

import structlog

from bot.envelopes import Order
from bot.errands.desk import Desk
from bot.errands.failures import TryAgain
from bot.wechat.results import Sent
from cases.anew import AnewBy, anew_by
from cases.case import ENDED, Case, Item, case_state
from cases.definition import Service
from cases.routing import counter_of
from cases.supplements import wanted
from cases.values import JSON
from cases.workdays import day_of
from dialogs.draft import Wanted
from dialogs.parties import AGENT_SEES
from dialogs.said import ProgressFound, WantedFound
from dialogs.turn import FindProgress, FindWanted
from notifications.catalog import known_of
from notifications.wordings import Names
from storage.notices import names_of
from storage.redis.errands import Errand

SHOWN = 3
"""So many cases are told in the chat, the latest first."""

log = structlog.get_logger()


async def find_progress(desk: Desk, errand: Errand, order: Order) -> None:
    """Her cases, item by item."""
    (asked,) = order.errands
    assert isinstance(asked, FindProgress)
    found = await _cases(desk, asked.person)
    lines = tuple(
        _line(desk, case, whole=_sees_all(case, asked.person))
        | {"apply_anew": _anew_by(desk, case, found)}
        for case in found
    )
    await desk.hearing.learn((ProgressFound(lines),), order, errand)


async def find_wanted(desk: Desk, errand: Errand, order: Order) -> None:
    """What departments still want for one of her cases."""
    (asked,) = order.errands
    assert isinstance(asked, FindWanted)
    answer = WantedFound("", ())
    for case in await _cases(desk, asked.person):
        things = wanted(case)
        if things:
            named = tuple(
                Wanted("", one.kind, one.code, one.note) for one in things if one.kind != "result"
            )
            filed = case.application
            answer = WantedFound(case.case_no, named, filed.province, filed.release)
            break
    await desk.hearing.learn((answer,), order, errand)


async def say(desk: Desk, errand: Errand, order: Order) -> None:
    """Send a customer message, at most once: it is removed before it is sent.

    Who has only just written for the first time may not have an address in the records yet: the
    errand that keeps it runs beside this one, or waits for a process that takes over.
    """
    app_id, openid = await _address(desk, errand, order)
    if not openid:
        raise TryAgain
    if not await desk.errands.begin_saying(errand.id):
        return
    if not await desk.limits.may_send(desk.hearing.speaker(app_id, openid), desk.clock()):
        log.info("say_window_closed")
        desk.metrics.count("say", "window_closed")
        return
    result = await desk.platform.send_customer_text(openid, order.text)
    desk.metrics.count("say", "sent" if isinstance(result, Sent) else "failed")
    if not isinstance(result, Sent):
        log.warning("say_failed", result=type(result).__name__)


async def _address(desk: Desk, errand: Errand, order: Order) -> tuple[str, str]:
    if order.openid:
        return order.app_id, order.openid
    known = [one for one in await desk.persons.addresses(errand.person) if one.followed]
    return (known[-1].app_id, known[-1].openid) if known else ("", "")


async def _cases(desk: Desk, person: str) -> list[Case]:
    summaries = await desk.cases.of_person(person)
    loaded = [await desk.cases.load(one.case_no) for one in summaries[:SHOWN]]
    return [case for case in loaded if case is not None]


def _sees_all(case: Case, person: str) -> bool:
    """An agent sees what she lets them: all, or how far it is (HN-09; `agent_sees`)."""
    applied = case.application
    return person != applied.agent or applied.answers.get(AGENT_SEES) == "all"


def _line(desk: Desk, case: Case, *, whole: bool) -> dict[str, JSON]:
    definition = desk.definition(case.application)
    service, names = definition.service, names_of(definition)
    wordings, now = desk.wordings[definition.province], desk.clock()

    def result(item: Item) -> str:
        return wordings.result(known_of(case, item, service, now)).strip() if whole else ""

    return {
        "case_no": case.case_no,
        "submitted_on": _day(day_of(case.application.submitted_at)),
        "items": [
            {
                **_item(service, names, item, whole=whole),
                **_place(service, names, case, item),
                "result": result(item),
            }
            for item in case.items
            if item.state != "not_applicable"
        ],
    }


def _item(service: Service, names: Names, item: Item, *, whole: bool) -> dict[str, JSON]:
    clock, definition = item.clock, service.item(item.code)
    department = service.department(item.department)
    return {
        "name": definition.short,
        "state": item.state,
        "department": department.name,
        "channel": definition.original_channel,
        "reason": item.reason if whole else "",
        "basis": item.basis if whole else "",
        "missing": []
        if not whole
        else [
            {"name": names.missing(one.kind, one.code), "note": one.note} for one in item.missing
        ],
        "opens_on": _day(item.opens_on) if item.opens_on else "",
        "waits_for": item.waiting_for or "",
        "due_on": _day(clock.due_on) if clock else "",
        "provisional": clock.provisional if clock else False,
    }


def _place(service: Service, names: Names, case: Case, item: Item) -> dict[str, JSON]:
    """The particular office of the original channel: its address, and its telephone or another."""
    definition = service.item(item.code)
    counter = names.counter(counter_of(definition, item.office, case.application.answers))
    return {
        "place": f"{counter.name}，{counter.address}" if counter.address else "",
        "phone": counter.phone or service.department(item.department).phone,
    }


def _anew_by(desk: Desk, case: Case, hers: Sequence[Case]) -> AnewBy:
    """Who may file it anew: nobody where it was done, or where another is under way."""
    done = any(one.application.follows == case.case_no for one in hers)
    under_way = any(case_state(one) not in ENDED for one in hers)
    return "" if done or under_way else anew_by(case, desk.service(case))


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"  # a date, not a sentence
