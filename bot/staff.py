"""`python -m bot staff …`: opening accounts, and giving new secrets when they were lost.

Only on the service's own machine: whoever may do this may do everything there. The password and
the one-time secret are printed once and kept nowhere in the clear.
"""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeAlias

import segno
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.clock import system_clock
from bot.desk.passwords import SHORTEST_PASSWORD, enrolment, hashed, new_secret
from bot.ids import long_id
from bot.settings import Settings
from storage.errors import StorageError
from storage.keys import load_keys
from storage.sealing import Sealer
from storage.sql.connect import connect
from storage.sql.staff import LEVELS, ROLES, AuditEntry, LoginTaken, Member, Staff


class _Account(BaseModel):
    """One account in a file; without password and secret they are made up."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    login: str
    name: str
    role: str
    where: str
    department: str = ""
    password: str = ""
    totp: str = ""


_ACCOUNTS: Final = TypeAdapter(tuple[_Account, ...], config=ConfigDict(strict=False))
ISSUER: Final = "tuixiu"
Work: TypeAlias = Callable[[Staff], Awaitable[str]]


class StaffRefused(StorageError):
    """The account cannot be opened like this."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What somebody signs in with."""

    password: str
    totp: str

    @classmethod
    def made(cls, password: str = "", totp: str = "") -> "Secrets":
        """New ones, or those given (for rehearsals and tests)."""
        return cls(password or secrets.token_urlsafe(12), totp or new_secret())


def add(settings: Settings, member: Member, given: Secrets) -> None:
    """Open an account and print what it signs in with. Raises StaffRefused."""
    _check(member, given)

    async def work(staff: Staff) -> str:
        return await _opened(staff, settings, member, given)

    _print(settings, work)


def add_all(settings: Settings, file: Path) -> None:
    """Open the accounts of a file that are not there yet, and print what they sign in with.

    Raises StaffRefused when the file is no list of accounts; nothing is opened then.
    """
    try:
        accounts = _ACCOUNTS.validate_python(YAML(typ="safe").load(file))
    except (OSError, YAMLError, ValidationError) as error:
        raise StaffRefused(f"{file.name}: {str(error).splitlines()[0]}") from None
    wanted = [
        (
            new_member(one.login, one.name, one.role, one.where, one.department),
            Secrets.made(one.password, one.totp),
        )
        for one in accounts
    ]
    for member, given in wanted:
        _check(member, given)

    async def work(staff: Staff) -> str:
        known = {one.login for one in await staff.everybody()}
        sheets = []
        for member, given in wanted:
            if member.login not in known:
                sheets.append(await _opened(staff, settings, member, given))
        return "\n\n".join(sheets) or "nothing new"

    _print(settings, work)


async def _opened(staff: Staff, settings: Settings, member: Member, given: Secrets) -> str:
    now = system_clock(settings.clock_shift)()
    password_hash = await asyncio.to_thread(hashed, given.password)
    try:
        await staff.add(member, password_hash, given.totp, now)
    except LoginTaken:
        raise StaffRefused(f"there is an account {member.login!r} already") from None
    await staff.note(AuditEntry(now, member.id, "account_added"))
    return _sheet(member.login, given)


def renew(settings: Settings, login: str, given: Secrets) -> None:
    """New password and one-time secret; ends the sessions. Raises StaffRefused."""

    async def work(staff: Staff) -> str:
        found = next((one for one in await staff.everybody() if one.login == login), None)
        if found is None:
            raise StaffRefused(f"there is no account {login!r}")
        await staff.set_secrets(found.id, hashed(given.password), given.totp)
        now = system_clock(settings.clock_shift)()
        await staff.note(AuditEntry(now, found.id, "account_renewed"))
        return _sheet(login, given)

    _print(settings, work)


def show(settings: Settings) -> None:
    """Print every account."""

    async def work(staff: Staff) -> str:
        return "\n".join(
            f"{one.login}  {one.role}  {one.province}  {one.level} {one.area}"
            f"  {one.department}/{one.office}  {'active' if one.active else 'closed'}"
            for one in await staff.everybody()
        )

    _print(settings, work)


def new_member(login: str, name: str, role: str, where: str, department: str = "") -> Member:
    """An account from what the command line says.

    `where` is province:level:area, as in `x:city:410100`; `department` is code or code/office.
    Raises StaffRefused.
    """
    if role not in ROLES:
        raise StaffRefused(f"role must be one of: {', '.join(ROLES)}")
    province, _, rest = where.partition(":")
    level, _, area = rest.partition(":")
    if level not in LEVELS or not (area.isdecimal() and len(area) == 6):
        raise StaffRefused("where must be PROVINCE:LEVEL:AREA, such as x:city:410100")
    code, _, office = department.partition("/")
    if role == "clerk" and not code:
        raise StaffRefused("a clerk needs --department, such as medical")
    return Member(long_id(), login, name, role, province, level, area, code, office or "*")


def _check(member: Member, given: Secrets) -> None:
    if not (member.login.isascii() and member.login.isprintable() and 2 < len(member.login) <= 64):
        raise StaffRefused("a login has 3 to 64 plain letters, digits or signs")
    if len(given.password) < SHORTEST_PASSWORD:
        raise StaffRefused(f"a password has at least {SHORTEST_PASSWORD} characters")


def _sheet(login: str, given: Secrets) -> str:
    """What is handed to the member of staff; the QR code is for the authenticator app."""
    address = enrolment(login, given.totp, ISSUER)
    lines = [f"login     {login}", f"password  {given.password}", f"secret    {given.totp}"]
    if sys.stdout.isatty():
        lines += [
            "\n".join(
                "".join("██" if dark else "  " for dark in row)
                for row in segno.make(address).matrix
            )
        ]
    return "\n".join((*lines, address))


def _print(settings: Settings, work: Work) -> None:
    async def run() -> str:
        keys = load_keys(
            settings.data_dir,
            settings.data_keys.get_secret_value() if settings.data_keys else None,
            settings.lookup_keys.get_secret_value() if settings.lookup_keys else None,
            postgres=settings.on_postgres,
        )
        async with asyncio.timeout(timedelta(minutes=1).total_seconds()):
            async with connect(settings.database) as database:
                return await work(Staff(database, Sealer(keys.data)))

    print(asyncio.run(run()))  # noqa: T201 - the command's answer
