"""Accounts, sessions and the audit, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.sealing import Sealer
from storage.sql.session import Database
from storage.sql.staff import AuditEntry, LoginTaken, Member, Staff
from tests.contracts.samples import NOW

MEMBER = Member("m-1", "li", "李四（虚构）", "clerk", "henan", "city", "410100", "medical")


@pytest.fixture
async def staff(records: Database, sealer: Sealer) -> Staff:
    store = Staff(records, sealer)
    await store.add(MEMBER, "hash", "SECRET", NOW)
    return store


async def test_an_account_is_found_by_its_login_with_its_name_sealed(
    staff: Staff, records: Database
) -> None:
    found = await staff.credentials("li")
    assert found is not None
    assert (found.member, found.password_hash, found.totp_secret) == (MEMBER, "hash", "SECRET")
    assert await staff.credentials("nobody") is None
    kept = str(await records.rows("SELECT * FROM staff"))
    assert "李四" not in kept
    assert "SECRET" not in kept


async def test_a_login_is_taken_once(staff: Staff) -> None:
    with pytest.raises(LoginTaken):
        await staff.add(replace(MEMBER, id="m-2"), "hash", "SECRET", NOW)


async def test_a_one_time_code_works_once_however_often_it_is_sent(staff: Staff) -> None:
    used = await asyncio.gather(*(staff.use_step("m-1", 7) for _ in range(5)))
    assert sum(used) == 1
    assert not await staff.use_step("m-1", 6)
    assert await staff.use_step("m-1", 8)


async def test_a_right_code_ends_the_pause(staff: Staff) -> None:
    await staff.failed("m-1", NOW)
    found = await staff.credentials("li")
    assert found is not None
    assert (found.failures, found.paused_until) == (1, NOW)
    await staff.use_step("m-1", 1)
    found = await staff.credentials("li")
    assert found is not None
    assert (found.failures, found.paused_until) == (0, None)


async def test_closing_an_account_ends_its_sessions(staff: Staff) -> None:
    await staff.begin("digest", "m-1", NOW)
    found = await staff.of_session("digest")
    assert found is not None
    assert found[0] == MEMBER
    await staff.set_active("m-1", active=False)
    assert await staff.of_session("digest") is None
    assert await staff.credentials("li") is None
    await staff.set_active("m-1", active=True)
    assert await staff.of_session("digest") is None


async def test_sessions_are_cleared_away_when_they_have_ended(staff: Staff) -> None:
    await staff.begin("old", "m-1", NOW - timedelta(days=1))
    await staff.begin("new", "m-1", NOW)
    await staff.used("new", NOW)
    assert await staff.end_before(NOW - timedelta(hours=10), NOW - timedelta(minutes=30)) == 1
    assert await staff.of_session("new") is not None


async def test_the_audit_is_read_backwards_page_by_page(staff: Staff) -> None:
    for number in range(5):
        await staff.note(AuditEntry(NOW, "m-1", f"did-{number}", case_no=f"case-{number % 2}"))
    newest = await staff.audit(limit=2)
    assert [one.entry.what for one in newest] == ["did-4", "did-3"]
    assert newest[0].login == "li"
    older = await staff.audit(before=newest[-1].number)
    assert [one.entry.what for one in older] == ["did-2", "did-1", "did-0"]
    assert [one.entry.what for one in await staff.audit(case_no="case-1")] == ["did-3", "did-1"]
