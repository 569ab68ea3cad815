"""The register of 提前预审: one row for each person and month, told to her alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.pre_reviews import STATES, PreReview
from notifications.outbox import NewRow
from storage.keys import Key
from storage.sealing import Lookups, Sealer
from storage.sql.outbox import SqlOutbox
from storage.sql.pre_reviews import Mark, PreReviews
from storage.sql.queue import Scope
from storage.sql.session import Database
from tests.contracts.samples import ID_NUMBER, NAME, NOW, PERSONAL, PHONE

HERS = PreReview(
    id="pr-1",
    province="henan",
    city="410100",
    month="2027-03",
    name=NAME,
    id_number=ID_NUMBER,
    phone=PHONE,
    person="p-1",
    subject="p-1",
    verified=True,
    consent="v1",
)
LISTED = replace(HERS, id="pr-2", person="", subject="", source="desk", verified=False, consent="")
CITY = Scope("henan", "4101")
PROVINCE = Scope("henan", "41")


@pytest.fixture
def register(records: Database, sealer: Sealer, lookups: Lookups) -> PreReviews:
    return PreReviews(records, sealer, lookups)


async def _ids(register: PreReviews, scope: Scope) -> list[str]:
    return [line.entry.id for line in await register.lines(scope, STATES, limit=10)]


async def test_a_person_is_registered_once_for_each_month(register: PreReviews) -> None:
    assert (await register.register(HERS, NOW)).created
    repeated = await register.register(replace(HERS, id="pr-9"), NOW)
    assert (repeated.created, repeated.hers, repeated.entry.id) == (False, True, "pr-1")
    assert (await register.register(replace(HERS, id="pr-3", month="2027-06"), NOW)).created
    assert [one.month for one in await register.of_subject("p-1")] == ["2027-06", "2027-03"]
    found = await register.of_id_number("henan", ID_NUMBER)
    assert found[1] == HERS
    assert await register.of_id_number("hebei", ID_NUMBER) == []


async def test_the_desk_sees_its_own_area_who_retires_first_on_top(register: PreReviews) -> None:
    other = replace(HERS, id="pr-4", id_number="41010519670612901X", month="2026-12")
    far = replace(other, id="pr-5", month="2026-11", city="410300")
    for one in (HERS, other, far):
        await register.register(one, NOW)
    assert await _ids(register, CITY) == ["pr-4", "pr-1"]
    assert await _ids(register, PROVINCE) == ["pr-5", "pr-4", "pr-1"]
    assert await _ids(register, Scope("hebei", "13")) == []
    assert await register.count(CITY, ("registered",)) == 2
    assert await register.count(CITY, ("registered",), month="2026-12") == 1
    assert await register.seen(CITY, "pr-5") is None
    line = await register.seen(PROVINCE, "pr-5")
    assert line is not None
    assert (line.entry, line.registered_at, line.marked_at) == (far, NOW, None)


async def test_a_mark_and_what_tells_of_it_are_one(register: PreReviews, outbox: SqlOutbox) -> None:
    await register.register(HERS, NOW)
    missing = Mark("missing", "clerk-1", "档案里缺招工表")
    assert await register.mark(HERS, missing, NOW, _row("n-1"))
    (marked,) = await register.of_subject("p-1")
    assert (marked.state, marked.missing) == ("missing", "档案里缺招工表")
    assert not await register.mark(marked, missing, NOW, _row("n-2"))
    late = Mark("in_order", "clerk-2")
    assert not await register.mark(HERS, late, NOW, _row("n-3"))  # saw what is no longer so
    assert await register.mark(marked, late, NOW, _row("n-4"))
    (line,) = await register.lines(CITY, ("in_order",), limit=10)
    assert (line.entry.missing, line.clerk, line.marked_at) == ("", "clerk-2", NOW)
    leased = await outbox.claim({"notice"}, 5, NOW, timedelta(minutes=1))
    assert {row.id for row in leased} == {"n-1", "n-4"}


async def test_registered_again_she_stays_as_hr_marked_her(register: PreReviews) -> None:
    await register.register(HERS, NOW)
    await register.mark(HERS, Mark("in_order", "clerk-1"), NOW)
    again = await register.register(replace(HERS, id="pr-9"), NOW)
    assert again.entry.state == "in_order"


async def test_who_only_knows_name_and_number_learns_nothing(register: PreReviews) -> None:
    stranger = replace(HERS, id="pr-7", person="p-2", subject="p-2", phone="", verified=False)
    await register.register(HERS, NOW)
    found = await register.register(stranger, NOW)
    assert (found.created, found.hers) == (False, False)
    assert await register.of_subject("p-2") == []
    verified = await register.register(replace(stranger, verified=True), NOW)
    assert verified.hers  # a new phone, and surely she
    assert await register.of_subject("p-1") == []


@pytest.mark.parametrize(("phone", "hers"), [(PHONE, True), ("13900009999", False)])
async def test_whom_hr_listed_is_told_where_hr_can_call(
    register: PreReviews, phone: str, *, hers: bool
) -> None:
    assert not (await register.register(LISTED, NOW)).hers
    found = await register.register(replace(HERS, verified=False, phone=phone), NOW)
    assert (found.created, found.hers) == (False, hers)
    assert [one.id for one in await register.of_subject("p-1")] == (["pr-2"] if hers else [])


async def test_who_leaves_is_forgotten_but_hrs_work_stays(register: PreReviews) -> None:
    later = replace(HERS, id="pr-3", month="2027-06")
    for one in (HERS, later):
        await register.register(one, NOW)
    await register.mark(later, Mark("in_order", "clerk-1"), NOW)
    await register.forget("p-1")
    assert await register.of_subject("p-1") == []
    assert await _ids(register, CITY) == ["pr-3"]


async def test_she_is_found_under_an_older_key(records: Database, sealer: Sealer) -> None:
    old, new = Key("old", b"o" * 32), Key("new", b"n" * 32)
    await PreReviews(records, sealer, Lookups((old,))).register(HERS, NOW)
    turned = PreReviews(records, sealer, Lookups((new, old)))
    assert not (await turned.register(replace(HERS, id="pr-9"), NOW)).created


async def test_nothing_personal_rests_in_clear(register: PreReviews, records: Database) -> None:
    await register.register(HERS, NOW)
    await register.mark(HERS, Mark("missing", "clerk-1", f"{NAME}的招工表"), NOW)
    (row,) = await records.rows("SELECT * FROM pre_reviews")
    rests = b"\n".join(
        bytes(one) if isinstance(one, bytes) else str(one).encode() for one in row.values()
    )
    assert not [one for one in PERSONAL if one.encode() in rests]


def _row(row_id: str) -> NewRow:
    return NewRow(row_id, "notice", f"notice {row_id}", b"{}", NOW, NOW, recipient="p-1")
