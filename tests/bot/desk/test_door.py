"""Who gets in at the desk, and who does not."""

import pyotp
import pytest

from bot.app import routes
from bot.routes import Guard
from storage.sql.staff import ROLES, SESSION_IDLE
from tests.journeys.city import City
from tests.journeys.staff import clerk, newcomer


async def test_password_and_code_open_the_door(henan: City) -> None:
    async with newcomer(henan, "auditor") as somebody:
        assert "动态验证码" in await somebody.page("/desk", 401)
        assert await somebody.sign_in() == 200
        assert "登录" in await somebody.page("/desk/audit")


async def test_neither_a_wrong_password_nor_a_wrong_code_opens_it(henan: City) -> None:
    async with newcomer(henan) as somebody:
        assert await somebody.sign_in(password="wrong horse battery") == 403
        assert await somebody.sign_in(code="000000") == 403
        await somebody.page("/desk", 401)
        assert await somebody.sign_in() == 200


async def test_a_code_works_once(henan: City) -> None:
    async with newcomer(henan) as somebody:
        henan.time.pass_by(seconds=60)
        code = pyotp.TOTP(somebody.secret).at(henan.time())
        assert await somebody.sign_in(code=code) == 200
        assert await somebody.sign_in(code=code) == 403


async def test_after_five_slips_even_the_right_one_waits(henan: City) -> None:
    async with newcomer(henan) as somebody:
        for _ in range(5):
            assert await somebody.sign_in(password="wrong horse battery") == 403
        assert await somebody.sign_in() == 403
        henan.time.pass_by(minutes=2)
        assert await somebody.sign_in() == 200


async def test_a_session_that_is_not_used_has_ended(henan: City) -> None:
    async with clerk(henan, "auditor") as somebody:
        await somebody.page("/desk/audit")
        henan.time.pass_by(seconds=SESSION_IDLE.total_seconds() + 1)
        await somebody.page("/desk/audit", 401)


async def test_no_session_outlives_a_working_day(henan: City) -> None:
    async with clerk(henan, "auditor") as somebody:
        for _ in range(25):
            henan.time.pass_by(minutes=25)
            if await somebody.status("GET", "/desk/audit") == 401:
                break
        else:
            pytest.fail("still signed in after more than ten hours")


async def test_signing_out_ends_the_session_on_our_side(henan: City) -> None:
    async with clerk(henan, "auditor") as somebody:
        cookies = {one.key: one.value for one in somebody.browser.cookie_jar}
        await somebody.send("/desk/logout", {})
        somebody.browser.cookie_jar.update_cookies(cookies)
        await somebody.page("/desk/audit", 401)


async def test_a_form_of_somebody_else_changes_nothing(henan: City) -> None:
    async with clerk(henan, "administrator") as somebody, newcomer(henan) as other:
        await somebody.page("/desk/staff")
        somebody.csrf = "0" * 64
        await somebody.send(f"/desk/staff/{other.member.id}", {"do": "close"}, 403)
        assert await other.sign_in() == 200


async def test_a_closed_account_is_out_at_once(henan: City) -> None:
    async with clerk(henan, "administrator") as boss, clerk(henan, "auditor") as somebody:
        await boss.page("/desk/staff")
        await boss.send(f"/desk/staff/{somebody.member.id}", {"do": "close"})
        await somebody.page("/desk/audit", 401)
        assert await somebody.sign_in() == 403


@pytest.mark.parametrize("role", ROLES)
async def test_every_page_is_for_its_roles_only(henan: City, role: str) -> None:
    async with clerk(henan, role) as somebody:
        for route in routes(henan.world):
            if route.guard is not Guard.STAFF or role in route.roles:
                continue
            path = route.path.replace("{", "").replace("}", "")
            assert await somebody.status(route.method, path) == 403, route


async def test_every_page_of_the_desk_names_its_roles(henan: City) -> None:
    named = [route for route in routes(henan.world) if route.guard is Guard.STAFF]
    assert named
    assert all(route.roles for route in named)
    assert all(not route.roles for route in routes(henan.world) if route.guard is not Guard.STAFF)
