"""A case as Henan's would be, with everything that may be in one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cases.case import Application, Case, Clock, Consent, Item, Missing, Supplement
from notifications.outbox import NewRow, RowKind
from storage.sql.records import Entry, Filing, NewDeskTask, NewTimer, Written

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
NAME = "王秀英"
ID_NUMBER = "410105196606129018"
PHONE = "13503710000"
OPENID = "oFriendOfTheOpenid0001"
CARD = "6217000010001234567"
PERSONAL = (NAME, ID_NUMBER, PHONE, OPENID, CARD)


def filing(draft: str = "draft-1", digest: str = "sha256:1") -> Filing:
    return Filing(
        draft=draft,
        digest=digest,
        area="410100",
        channel="01",
        day=date(2026, 11, 23),
        city="410100",
        retirement_month="2026-12",
        parties=(("person-1", "person"), ("person-2", "relative")),
    )


def application(draft: str = "draft-1") -> Application:
    return Application(
        draft=draft,
        person="person-1",
        province="henan",
        release=1,
        answers={"name": NAME, "id_number": ID_NUMBER, "children": [{"name": "李小明"}]},
        documents={"id_card": ("doc-1", "doc-2")},
        consents=(Consent("privacy", "1", NOW, "msg-1"),),
        submitted_at=NOW,
        digest="sha256:1",
        recorded={"bank_card": CARD},
    )


def clock(name: str = "case") -> Clock:
    start, end = date(2026, 11, 23), date(2026, 12, 21)
    return Clock(name, start, start, start, 20, end, end - timedelta(days=1), False, end)


def case(case_no: str, draft: str = "draft-1") -> Case:
    items = (
        Item("HN03", "hrss", "*", "waiting", "document", clock=clock("HN03")),
        Item(
            "HN07",
            "medical",
            "*",
            "waiting",
            "turn",
            missing=(Missing("document", "photo", f"{NAME}的照片"),),
            facts={"years": 30, "local": None, "full": True},
        ),
        Item("HN08", "fund", "fund-410100", "waiting", "month", opens_on=date(2026, 12, 3)),
    )
    supplement = Supplement("draft-9", {"phone": PHONE}, {"photo": ("doc-3",)}, NOW)
    sendable_at = NOW + timedelta(minutes=10)
    return Case(case_no, application(draft), items, clock(), sendable_at, (supplement,))


def row(number: int, kind: RowKind = "notice", key: str = "") -> NewRow:
    return NewRow(
        id=f"row-{number}",
        kind=kind,
        order_key=key or f"key-{number}",
        payload=f"{NAME} {number}".encode(),
        due_at=NOW + timedelta(seconds=number),
        created_at=NOW,
        recipient="person-1",
    )


def opened(case_no: str) -> Written:
    """All that goes with a new case."""
    return Written(
        case(case_no),
        journal=(Entry(NOW, "case_opened", {"items": ["HN03", "HN07", "HN08"]}),),
        outbox=(
            NewRow(
                id=f"task-{case_no}",
                kind="task",
                order_key=f"{case_no}-HN03",
                payload=f"{ID_NUMBER}".encode(),
                due_at=NOW,
                created_at=NOW,
                case_no=case_no,
                connection="hn-hrss",
                after_form=True,
            ),
        ),
        timers=(NewTimer(f"overdue-{case_no}", "overdue", NOW + timedelta(days=30), case_no),),
        desk_tasks=(NewDeskTask(f"desk-{case_no}", "human", NOW, "person-1", note=f"{PHONE}?"),),
    )


def progressed(before: Case) -> Written:
    """One more step that counts itself, so that a lost one shows."""
    item = before.items[1]
    years = item.facts["years"]
    assert isinstance(years, int)
    after = before.with_item(replace(item, facts={**item.facts, "years": years + 1}))
    return Written(after, journal=(Entry(NOW, "item_progressed", {"item": "HN07"}),))
