"""What a journey left behind, and how it differs from the same journey without a death."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import orjson
from redis.asyncio import Redis

from notifications.outbox import UNFINISHED
from storage.keys import Key
from storage.redis.drafts import Drafts
from storage.sealing import Sealer
from storage.sql.cases import Cases
from storage.sql.connect import connect
from storage.sql.journal import Journal
from storage.sql.session import Database
from tests.crash.citizen import CARD, Citizen, repeats
from tests.journeys.city import Neighbours

TABLES: Final = (
    *("persons", "addresses", "cases", "items", "parties", "reports", "outbox"),
    *("desk_tasks", "documents", "document_refs"),
)
OF_A_DEATH: Final = frozenset({"unreachable", "late", "http_status"})
"""What the platform may hold against a service that has just died."""
SAID: Final = {"bank_card": CARD, "wants_fund": False, "delivery": "pickup"}
"""Answers of hers that no register knows."""
SEALER: Final = Sealer((Key("test", b"d" * 32),))
"""Opens what the service has sealed (tests/journeys/city.py gives it the key)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that is there after a journey. `wrong` needs no comparing."""

    under_way: tuple[str, ...]
    wrong: tuple[str, ...]
    answers: dict[str, Any]
    states: dict[str, str]
    journal: tuple[str, ...]
    rows: dict[str, int]
    sent: dict[str, int]
    tasks: tuple[str, ...]
    notices: tuple[str, ...]
    uncertain: tuple[str, ...]
    again: int


async def look(around: Neighbours, citizen: Citizen, redis: Redis, database_url: str) -> Found:
    """Look at the records, at Redis, at the departments' desks and at her phone."""
    desks = await around.asked("GET", "/control/departments")
    tasks = [(desk["id"], task) for desk in desks for task in desk["tasks"]]
    notices = [_said(one) for one in await citizen.phone.notices()]
    drafts = await _drafts(redis)
    async with connect(database_url) as database:
        cases = await _cases(database)
        outbox = await database.rows("SELECT id, kind, state, error FROM outbox ORDER BY seq")
        under_way = [row["id"] for row in outbox if row["state"] in UNFINISHED]
        return Found(
            under_way=(*under_way, *await _waiting(redis)),
            wrong=(
                *await _flaws(database, len(cases), drafts),
                *await _phone(citizen),
                *await _violations(around),
                *[f"a {row['kind']} failed: {row['error']}" for row in outbox if _failed(row)],
                *[f"{dept} holds {item} twice" for dept, item in _doubled(tasks)],
            ),
            answers=dict(cases[0].application.answers) if cases else {},
            states={item.code: item.state for case in cases for item in case.items},
            journal=await _journal(database),
            rows={table: await _count(database, table) for table in TABLES},
            sent=dict(Counter(f"{row['kind']} {row['state']}" for row in outbox)),
            tasks=tuple(sorted(f"{dept} {one['item']}/{one['revision']}" for dept, one in tasks)),
            notices=tuple(sorted(notices)),
            uncertain=tuple(row["id"] for row in outbox if row["state"] == "uncertain"),
            again=sum(one["received"] - 1 for _, one in tasks),
        )


def differences(baseline: Found, found: Found) -> list[str]:
    """What a death has changed. A notice may be missing only where it is listed as uncertain."""
    wrong = [f"still under way: {one}" for one in found.under_way]
    wrong += found.wrong
    for name in ("answers", "states", "rows", "tasks"):
        before, after = getattr(baseline, name), getattr(found, name)
        if before != after:
            wrong.append(f"{name} differ: {_difference(before, after)}")
    wrong += _journal_differs(Counter(baseline.journal), Counter(found.journal))
    missing = Counter(baseline.notices) - Counter(found.notices)
    doubled = Counter(found.notices) - Counter(baseline.notices)
    wrong += [f"a notice too many: {one}" for one in doubled]
    if missing.total() > len(found.uncertain):
        wrong += [f"a notice lost: {one}" for one in missing]
    return wrong


def _journal_differs(before: Counter[str], after: Counter[str]) -> list[str]:
    """That a department has its task goes unsaid when its own word about it came first."""
    wrong = [f"journal: {entry} written again" for entry in after - before]
    missing = [entry for entry in before - after if not entry.startswith("item_received")]
    return wrong + [f"journal: {entry} is missing" for entry in missing]


def _difference(before: Any, after: Any) -> str:
    if isinstance(before, dict):
        return ", ".join(
            f"{key}: {before.get(key)!r} became {after.get(key)!r}"
            for key in sorted({*before, *after})
            if before.get(key) != after.get(key)
        )
    return f"missing {sorted({*before} - {*after})}, new {sorted({*after} - {*before})}"


# ---- the parts ------------------------------------------------------------------------------


async def _cases(database: Database) -> list[Any]:
    cases = Cases(database, SEALER)
    rows = await database.rows("SELECT case_no FROM cases ORDER BY case_no")
    return [await cases.load(row["case_no"]) for row in rows]


async def _drafts(redis: Redis) -> list[str]:
    """The state of every draft."""
    drafts = Drafts(redis, SEALER)
    keys = [_text(key).partition(":")[2] for key in await redis.keys("draft:*")]
    loaded = [await drafts.load(key) for key in keys]
    return [one.state for one in loaded if one is not None]


async def _waiting(redis: Redis) -> list[str]:
    """What still waits in Redis: messages, errands, answers nobody took."""
    found: list[str] = []
    for name in ("errands", "waiting", "untaken"):
        found += [f"{name} {_text(one)}" for one in await redis.zrange(name, 0, -1)]
    return found


def _text(word: object) -> str:
    assert isinstance(word, bytes)
    return word.decode()


async def _flaws(database: Database, cases: int, drafts: list[str]) -> list[str]:
    wrong = [f"journal: {flaw}" for flaw in await Journal(database).verify_all()]
    if cases != 1:
        wrong.append(f"{cases} cases of one draft")
    wrong += ["a draft is still being submitted" for state in drafts if state == "submitting"]
    return wrong


async def _journal(database: Database) -> tuple[str, ...]:
    """Kind and item of every entry."""
    rows = await database.rows("SELECT kind, data FROM journal ORDER BY id")
    return tuple(f"{row['kind']} {orjson.loads(row['data']).get('item', '')}" for row in rows)


async def _phone(citizen: Citizen) -> list[str]:
    """What she was told twice without having said anything twice."""
    texts = [one["text"] for one in await citizen.phone.messages() if one["kind"] == "in"]
    if citizen.repeated:
        return []
    return [f"told twice: {one[:60]!r}" for one in repeats(texts) if "故障" not in one]


async def _violations(around: Neighbours) -> list[str]:
    found = await around.asked("GET", "/control/platform/violations")
    return [
        f"violation: {one['rule']} {one['detail']}"
        for one in found
        if one["rule"] not in OF_A_DEATH
    ]


def _failed(row: dict[str, Any]) -> bool:
    return bool(row["state"] == "failed")


def _doubled(tasks: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, str]]:
    """A department that holds one item under two keys."""
    held = Counter((dept, str(task["item"])) for dept, task in tasks)
    return [one for one, count in held.items() if count > 1]


def _said(notice: dict[str, Any]) -> str:
    """Without its time and the case's number, which is a new one every day."""
    fields = [
        one["value"]
        for one in notice["fields"]
        if not one["key"].startswith(("time", "character_string"))
    ]
    return " ".join((notice["title"], *fields))


async def _count(database: Database, table: str) -> int:
    row = await database.row(f"SELECT COUNT(*) AS number FROM {table}")
    return int(row["number"]) if row else 0
