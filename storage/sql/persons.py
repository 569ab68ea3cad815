"""Who we speak with: persons, how surely they are known, and the addresses that reach them.

Promises: names, ID numbers, phones and openids are sealed; from *verified* on an ID number is one
person, however many processes learn of it at once; an address belongs to one person.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from tortoise.exceptions import IntegrityError

from storage.sealing import Lookups, Sealer
from storage.sql.session import Database, Row, Session

Level: TypeAlias = Literal["unknown", "typed", "verified", "window"]
"""How surely known; window: a clerk saw the ID card."""
LEVELS: Final[tuple[Level, ...]] = ("unknown", "typed", "verified", "window")
_ID_NUMBER = "id_number"  # the purpose of a digest
_OPENID = "openid"


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    level: Level
    name: str = ""
    id_number: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages go: an openid of one app. `followed`: she has not left the account."""

    id: str
    person: str
    channel: str
    app_id: str
    openid: str
    followed: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """What the province's login, or a clerk with the ID card before her, says."""

    name: str
    id_number: str
    phone: str = ""
    level: Level = "verified"


@dataclass(frozen=True, slots=True)
class Verified:
    """The person of that identity; `known_before` when it is another than was asked about."""

    person: Person
    known_before: bool


@dataclass(frozen=True, slots=True)
class SomebodyElse:
    """The person asked about is verified already, with another ID number."""


class Persons:
    """The store of persons and addresses."""

    def __init__(self, database: Database, sealer: Sealer, lookups: Lookups) -> None:
        self._database = database
        self._sealer = sealer
        self._lookups = lookups

    # ---- persons

    async def save(self, person: Person, now: datetime) -> None:
        """Write what a person typed; never lowers her level, never changes a verified name."""
        values = self._sealed(person)
        await self._database.rows(
            "INSERT INTO persons (id, level, name_sealed, id_number_sealed, phone_sealed,"
            " id_lookup, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET level = excluded.level,"
            " name_sealed = excluded.name_sealed, id_number_sealed = excluded.id_number_sealed,"
            " phone_sealed = excluded.phone_sealed, id_lookup = excluded.id_lookup,"
            " changed_at = excluded.changed_at WHERE persons.identity IS NULL RETURNING id",
            *(person.id, person.level, *values, now, now),
        )

    async def load(self, person_id: str) -> Person | None:
        """A person by id."""
        row = await self._database.row(_PERSON + " WHERE id = ?", person_id)
        return None if row is None else self._person(row)

    async def erase(self, person_id: str) -> bool:
        """Forget who somebody is, for whom nothing was ever handed in."""
        return await self._database.run("DELETE FROM persons WHERE id = ?", person_id) > 0

    async def spoken_for(self, person_id: str) -> list[str]:
        """Everybody whom this phone's person speaks for (`p.1`, `p.2` …), and that person."""
        start = f"{person_id}."
        rows = await self._database.rows(
            "SELECT id FROM persons WHERE id = ? OR substr(id, 1, ?) = ? ORDER BY id",
            *(person_id, len(start), start),
        )
        return [str(row["id"]) for row in rows]

    async def forget_traces(self, person_id: str) -> None:
        """What was noted of her beside any case: words to the desk, notices, drafts' progress."""
        start = f"{person_id}."
        hers = (person_id, len(start), start)
        async with self._database.transaction() as session:
            for table, column, besides in _TRACES:
                await session.run(
                    f"DELETE FROM {table} WHERE ({column} = ? OR substr({column}, 1, ?) = ?)"  # noqa: S608 - names from below
                    f" {besides}",
                    *hers,
                )

    async def of_id_number(self, id_number: str) -> Person | None:
        """The verified person of an ID number."""
        return await self._of_identity(self._database, id_number)

    async def verify(
        self, person_id: str, identity: Identity, now: datetime
    ) -> Verified | SomebodyElse:
        """Learn who a person is. Who was verified before under that ID number, is she.

        `person_id` may be new. The caller moves addresses, drafts and cases, and tells the old
        address, when the answer is `known_before`.
        """
        while True:
            try:
                async with self._database.transaction() as session:
                    return await self._verify(session, person_id, identity, now)
            except IntegrityError:
                continue  # verified elsewhere in this very moment: she is known now

    async def _verify(
        self, session: Session, person_id: str, identity: Identity, now: datetime
    ) -> Verified | SomebodyElse:
        known = await self._of_identity(session, identity.id_number)
        if known is None:
            row = await session.row(_PERSON + " WHERE id = ?", person_id)
            if row is not None and row["identity"] is not None:
                return SomebodyElse()
        target = known.id if known else person_id
        level = max(known.level if known else "typed", identity.level, key=LEVELS.index)
        phone = identity.phone or (known.phone if known else "")
        person = Person(target, level, identity.name, identity.id_number, phone)
        await self._write(session, person, now)
        return Verified(person, known_before=known is not None and known.id != person_id)

    async def _write(self, session: Session, person: Person, now: datetime) -> None:
        values = self._sealed(person)
        await session.rows(
            "INSERT INTO persons (id, level, name_sealed, id_number_sealed, phone_sealed,"
            " id_lookup, identity, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET level = excluded.level,"
            " name_sealed = excluded.name_sealed, id_number_sealed = excluded.id_number_sealed,"
            " phone_sealed = excluded.phone_sealed, id_lookup = excluded.id_lookup,"
            " identity = excluded.identity, changed_at = excluded.changed_at RETURNING id",
            *(person.id, person.level, *values, values[-1], now, now),
        )

    async def _of_identity(self, session: Session, id_number: str) -> Person | None:
        digests = self._lookups.digests(_ID_NUMBER, id_number)
        row = await session.row(_PERSON + " WHERE identity IN ?", digests)
        return None if row is None else self._person(row)

    def _sealed(self, person: Person) -> tuple[object, ...]:
        """Name, ID number and phone sealed, and the ID number's digest."""
        seal = self._sealer.seal
        return (
            seal(person.name, ("persons", "name", person.id)),
            seal(person.id_number, ("persons", "id_number", person.id)),
            seal(person.phone, ("persons", "phone", person.id)),
            self._lookups.digest(_ID_NUMBER, person.id_number) if person.id_number else "",
        )

    def _person(self, row: Row) -> Person:
        def opened(column: str) -> str:
            sealed = row[f"{column}_sealed"]
            place = ("persons", column, str(row["id"]))
            return self._sealer.open(sealed, place).decode() if sealed else ""

        return Person(row["id"], row["level"], opened("name"), opened("id_number"), opened("phone"))

    # ---- addresses

    async def address(self, channel: str, app_id: str, openid: str) -> Address | None:
        """The address of an openid, if it has ever spoken to us."""
        digests = self._lookups.digests(_OPENID, _spelt(channel, app_id, openid))
        row = await self._database.row("SELECT * FROM addresses WHERE lookup IN ?", digests)
        return None if row is None else self._address(row)

    async def save_address(self, address: Address, now: datetime) -> Address:
        """Keep a new address; one that is known is given back as it is, but followed anew."""
        spelt = _spelt(address.channel, address.app_id, address.openid)
        sealed = self._sealer.seal(address.openid, ("addresses", "openid", address.id))
        row = await self._database.row(
            "INSERT INTO addresses (id, person, channel, app_id, openid_sealed, lookup, followed,"
            " created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (lookup) DO UPDATE SET followed = excluded.followed,"
            " changed_at = excluded.changed_at RETURNING *",
            *(address.id, address.person, address.channel, address.app_id, sealed),
            *(self._lookups.digest(_OPENID, spelt), address.followed, now, now),
        )
        assert row is not None
        return self._address(row)

    async def load_address(self, address_id: str) -> Address | None:
        """An address by id."""
        row = await self._database.row("SELECT * FROM addresses WHERE id = ?", address_id)
        return None if row is None else self._address(row)

    async def addresses(self, person_id: str) -> list[Address]:
        """Where a person can be reached, oldest first."""
        rows = await self._database.rows(
            "SELECT * FROM addresses WHERE person = ? ORDER BY created_at, id", person_id
        )
        return [self._address(row) for row in rows]

    async def move_address(self, address_id: str, person_id: str, now: datetime) -> bool:
        """Give an address to another person: a new phone, or a verified identity."""
        changed = await self._database.run(
            "UPDATE addresses SET person = ?, changed_at = ? WHERE id = ?",
            *(person_id, now, address_id),
        )
        return changed > 0

    async def unlink(self, address_id: str) -> bool:
        """Forget an address."""
        return await self._database.run("DELETE FROM addresses WHERE id = ?", address_id) > 0

    async def followed(self, address_id: str, now: datetime, *, follows: bool) -> bool:
        """She follows the account, or has left it."""
        changed = await self._database.run(
            "UPDATE addresses SET followed = ?, changed_at = ? WHERE id = ?",
            *(follows, now, address_id),
        )
        return changed > 0

    def _address(self, row: Row) -> Address:
        openid = self._sealer.open(row["openid_sealed"], ("addresses", "openid", row["id"]))
        return Address(
            row["id"],
            row["person"],
            row["channel"],
            row["app_id"],
            openid.decode(),
            bool(row["followed"]),
        )


_TRACES = (
    ("desk_tasks", "person", "AND case_no = ''"),
    ("outbox", "recipient", "AND case_no = ''"),
    ("draft_facts", "person", ""),
)
_PERSON = "SELECT id, level, name_sealed, id_number_sealed, phone_sealed, identity FROM persons"


def _spelt(channel: str, app_id: str, openid: str) -> str:
    return f"{channel}\n{app_id}\n{openid}"
