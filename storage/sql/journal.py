"""Each case's journal is a hash chain; a second chain anchors the heads of all.

A link's hash covers case, place, time, kind, data and the hash before it. What was changed, taken
out, put elsewhere or cut off shows in `verify`: against the chain itself, against the head kept
with the case, and against the anchors, which whoever rewrites a whole chain would have to rewrite
from then on (publish an anchor's hash elsewhere, and even that shows).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from itertools import groupby, pairwise
from typing import Literal, TypeAlias

import orjson

from cases.case import Missing
from cases.events import Event
from cases.values import JSON
from storage.sql.records import Entry
from storage.sql.session import Database, Row, Session, as_time

FlawKind: TypeAlias = Literal["changed", "missing", "reordered", "cut", "anchor"]
_NOT_KEPT = frozenset({"case_no", "reason", "basis", "note"})
"""Fields of events that departments fill with free text, which may name people."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: nothing written yet is `Head(0, "")`."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with the journal of a case, or (case_no empty) with the anchors."""

    case_no: str
    seq: int
    kind: FlawKind


@dataclass(frozen=True, slots=True)
class Link:
    """A journal entry as it rests."""

    seq: int
    at: datetime
    kind: str
    data: str
    previous_hash: str
    hash: str


def entry_of(event: Event, at: datetime) -> Entry:
    """An event as a journal entry: its references, without what departments wrote freely."""
    data = {
        field.name: _plain(getattr(event, field.name))
        for field in fields(event)
        if field.name not in _NOT_KEPT
    }
    return Entry(at, _words(type(event).__name__), data)


async def append(session: Session, case_no: str, head: Head, entries: Sequence[Entry]) -> Head:
    """Write entries after `head`, inside the transaction that holds the case's row."""
    rows = []
    for entry in entries:
        data = orjson.dumps(entry.data, option=orjson.OPT_SORT_KEYS).decode()
        code = _hash(case_no, head.seq + 1, entry.at, entry.kind, data, head.hash)
        rows.append((case_no, head.seq + 1, entry.at, entry.kind, data, head.hash, code))
        head = Head(head.seq + 1, code)
    await session.run_many(
        "INSERT INTO journal (case_no, seq, at, kind, data, previous_hash, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    return head


class Journal:
    """Reads, anchors and verifies."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_case(self, case_no: str) -> list[Link]:
        """The entries of a case, oldest first."""
        rows = await self._database.rows(
            "SELECT seq, at, kind, data, previous_hash, hash FROM journal"
            " WHERE case_no = ? ORDER BY seq, id",
            case_no,
        )
        return [_link(row) for row in rows]

    async def anchor(self, now: datetime) -> int:
        """Anchor every head that moved since the last anchor; how many there were."""
        async with self._database.transaction() as session:
            last = await _last_anchor(session)
            rows = await session.rows(
                "SELECT case_no, journal_seq, journal_hash FROM cases"
                " WHERE journal_seq > anchored_seq ORDER BY case_no"
            )
            if not rows:
                return 0
            heads = orjson.dumps([list(row.values()) for row in rows]).decode()
            code = _hash("", last.seq + 1, now, "anchor", heads, last.hash)
            await session.rows(
                "INSERT INTO anchors (seq, at, heads, previous_hash, hash)"
                " VALUES (?, ?, ?, ?, ?) RETURNING seq",
                *(last.seq + 1, now, heads, last.hash, code),
            )
            await session.run_many(
                "UPDATE cases SET anchored_seq = ? WHERE case_no = ? AND anchored_seq < ?",
                [(row["journal_seq"], row["case_no"], row["journal_seq"]) for row in rows],
            )
        return len(rows)

    async def verify(self, case_no: str) -> list[Flaw]:
        """What is wrong with the journal of one case, with its anchors considered."""
        anchored, flaws = _anchors(await self._anchor_rows())
        heads = await self._database.rows(
            "SELECT case_no, journal_seq, journal_hash FROM cases WHERE case_no = ?", case_no
        )
        chain = await self.of_case(case_no)
        return flaws + chain_flaws(case_no, chain, _known(heads, anchored, case_no))

    async def verify_all(self) -> list[Flaw]:
        """What is wrong with any journal, and with the anchors. Reads everything."""
        anchored, flaws = _anchors(await self._anchor_rows())
        cases = await self._database.rows("SELECT case_no, journal_seq, journal_hash FROM cases")
        entries = await self._database.rows(
            "SELECT case_no, seq, at, kind, data, previous_hash, hash FROM journal"
            " ORDER BY case_no, seq, id"
        )
        chains = {
            case_no: [_link(row) for row in rows]
            for case_no, rows in groupby(entries, lambda row: str(row["case_no"]))
        }
        own = {row["case_no"]: [row] for row in cases}
        for case_no in sorted({*chains, *own, *anchored}):
            known = _known(own.get(case_no, []), anchored, case_no)
            flaws += chain_flaws(case_no, chains.get(case_no, []), known)
        return flaws

    async def _anchor_rows(self) -> list[Row]:
        return await self._database.rows("SELECT * FROM anchors ORDER BY seq")


def _hash(case_no: str, seq: int, at: datetime, kind: str, data: str, previous: str) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    link = orjson.dumps([case_no, seq, moment, kind, data, previous])
    return hashlib.sha256(link).hexdigest()


def _link(row: Row) -> Link:
    return Link(
        row["seq"],
        as_time(row["at"]),
        row["kind"],
        row["data"],
        row["previous_hash"],
        row["hash"],
    )


async def _last_anchor(session: Session) -> Head:
    if session.dialect == "postgres":
        # two workers may anchor at once: the second waits and then sees the first one's anchor
        await session.rows("SELECT pg_advisory_xact_lock(7411860208)")
    row = await session.row("SELECT seq, hash FROM anchors ORDER BY seq DESC LIMIT 1")
    return Head(row["seq"], row["hash"]) if row else Head(0, "")


def _anchors(rows: Sequence[Row]) -> tuple[dict[str, list[Head]], list[Flaw]]:
    """Each case's anchored heads, and what is wrong with the anchors' own chain."""
    anchored = dict[str, list[Head]]()
    flaws = list[Flaw]()
    before = Head(0, "")
    for row in rows:
        code = _hash(
            "", row["seq"], as_time(row["at"]), "anchor", row["heads"], row["previous_hash"]
        )
        if row["seq"] != before.seq + 1:
            flaws.append(Flaw("", before.seq + 1, "missing"))
        elif code != row["hash"] or row["previous_hash"] != before.hash:
            flaws.append(Flaw("", row["seq"], "changed"))
        before = Head(row["seq"], row["hash"])
        for case_no, seq, code in orjson.loads(row["heads"]):
            anchored.setdefault(case_no, []).append(Head(seq, code))
    return anchored, flaws


def _known(own: Sequence[Row], anchored: dict[str, list[Head]], case_no: str) -> list[Head]:
    heads = [Head(row["journal_seq"], row["journal_hash"]) for row in own if row["journal_seq"]]
    return anchored.get(case_no, []) + heads


def chain_flaws(case_no: str, chain: Sequence[Link], known: Sequence[Head]) -> list[Flaw]:
    """What is wrong with a chain. `known` are heads that it must pass through."""
    flaws = [Flaw(case_no, link.seq, kind) for link in chain if (kind := _wrong(case_no, link))]
    flaws += _gaps(case_no, chain)
    broken = {flaw.seq for flaw in flaws}
    hashes = {link.seq: link.hash for link in chain}
    end = max(hashes, default=0)
    cut = max((head.seq for head in known), default=0)
    flaws += [Flaw(case_no, seq, "cut") for seq in range(end + 1, cut + 1)]
    rewritten = {
        head.seq
        for head in known
        if head.seq in hashes and hashes[head.seq] != head.hash and head.seq not in broken
    }
    return flaws + [Flaw(case_no, seq, "anchor") for seq in sorted(rewritten)]


def _wrong(case_no: str, link: Link) -> FlawKind | None:
    """Whether the link's content is not what its hash says, or says for another place."""
    content = (link.at, link.kind, link.data, link.previous_hash)
    if _hash(case_no, link.seq, *content) == link.hash:
        return None
    nearby = range(1, link.seq + 1000)  # a case has some dozens of entries
    moved = any(_hash(case_no, seq, *content) == link.hash for seq in nearby)
    return "reordered" if moved else "changed"


def _gaps(case_no: str, chain: Sequence[Link]) -> list[Flaw]:
    flaws = list[Flaw]()
    if chain:
        flaws += [Flaw(case_no, seq, "missing") for seq in range(1, chain[0].seq)]
        if chain[0].seq == 1 and chain[0].previous_hash:
            flaws.append(Flaw(case_no, 1, "changed"))
    for before, link in pairwise(chain):
        flaws += [Flaw(case_no, seq, "missing") for seq in range(before.seq + 1, link.seq)]
        if link.seq == before.seq + 1 and link.previous_hash != before.hash:
            flaws += [Flaw(case_no, link.seq, "changed")] if _sound(case_no, link) else []
    return flaws


def _sound(case_no: str, link: Link) -> bool:
    return _wrong(case_no, link) is None


def _plain(value: object) -> JSON:
    """A field of an event as JSON; of what is missing only the codes."""
    match value:
        case Missing():
            return f"{value.kind}:{value.code}"
        case tuple():
            return [_plain(one) for one in value]
        case date():
            return value.isoformat()
        case None | str() | bool() | int():
            return value
        case _:
            raise TypeError(f"no event has such a field: {type(value).__name__}")


def _words(name: str) -> str:
    """`ItemOverdue` as `item_overdue`."""
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
