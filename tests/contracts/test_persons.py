"""An ID number is one person from *verified* on; an address belongs to one."""

import asyncio
from dataclasses import replace

import pytest

from storage.keys import Key
from storage.sealing import Lookups, Sealer
from storage.sql.persons import (
    Address,
    Identity,
    Person,
    Persons,
    SomebodyElse,
    Verified,
)
from storage.sql.session import Database
from tests.contracts.samples import ID_NUMBER, NAME, NOW, OPENID, PHONE

IDENTITY = Identity(NAME, ID_NUMBER, PHONE)
ADDRESS = Address("a-1", "p-1", "wechat", "wx-app", OPENID)


@pytest.fixture
def persons(records: Database, sealer: Sealer, lookups: Lookups) -> Persons:
    return Persons(records, sealer, lookups)


async def test_a_person_comes_back_as_she_was_written(persons: Persons) -> None:
    person = Person("p-1", "typed", NAME, ID_NUMBER, PHONE)
    await persons.save(person, NOW)
    assert await persons.load("p-1") == person
    assert await persons.load("p-2") is None


async def test_a_typed_id_number_opens_nobody(persons: Persons) -> None:
    await persons.save(Person("p-1", "typed", NAME, ID_NUMBER), NOW)
    assert await persons.of_id_number(ID_NUMBER) is None


async def test_a_verified_identity_is_the_same_person_everywhere(persons: Persons) -> None:
    first = await persons.verify("p-1", IDENTITY, NOW)
    person = Person("p-1", "verified", NAME, ID_NUMBER, PHONE)
    assert first == Verified(person, known_before=False)
    assert await persons.verify("p-1", IDENTITY, NOW) == first
    on_a_new_phone = await persons.verify("p-2", IDENTITY, NOW)
    assert on_a_new_phone == Verified(person, known_before=True)
    assert await persons.of_id_number(ID_NUMBER) == person


async def test_two_phones_verified_at_once_are_one_person(persons: Persons) -> None:
    results = await asyncio.gather(*(persons.verify(f"p-{n}", IDENTITY, NOW) for n in range(8)))
    assert len({one.person.id for one in results if isinstance(one, Verified)}) == 1
    assert sum(isinstance(one, Verified) and not one.known_before for one in results) == 1


async def test_nobody_becomes_somebody_else(persons: Persons) -> None:
    await persons.verify("p-1", IDENTITY, NOW)
    other = replace(IDENTITY, id_number="410105195811023456", name="李建国")
    assert await persons.verify("p-1", other, NOW) == SomebodyElse()


async def test_what_is_typed_later_changes_no_verified_person(persons: Persons) -> None:
    await persons.verify("p-1", IDENTITY, NOW)
    await persons.save(Person("p-1", "typed", "别人", "1", ""), NOW)
    person = await persons.load("p-1")
    assert person is not None
    assert (person.name, person.level) == (NAME, "verified")


async def test_a_window_ranks_above_a_login(persons: Persons) -> None:
    await persons.verify("p-1", replace(IDENTITY, level="window"), NOW)
    again = await persons.verify("p-1", replace(IDENTITY, phone=""), NOW)
    assert isinstance(again, Verified)
    assert (again.person.level, again.person.phone) == ("window", PHONE)


async def test_an_address_is_found_moved_left_and_forgotten(persons: Persons) -> None:
    assert await persons.save_address(ADDRESS, NOW) == ADDRESS
    assert await persons.save_address(replace(ADDRESS, id="a-2", person="p-9"), NOW) == ADDRESS
    assert await persons.address("wechat", "wx-app", OPENID) == ADDRESS
    assert await persons.address("wechat", "other-app", OPENID) is None
    assert await persons.move_address("a-1", "p-2", NOW)
    assert await persons.followed("a-1", NOW, follows=False)
    assert await persons.addresses("p-2") == [replace(ADDRESS, person="p-2", followed=False)]
    assert await persons.unlink("a-1")
    assert await persons.load_address("a-1") is None


async def test_one_openid_at_once_is_one_address(persons: Persons) -> None:
    saved = await asyncio.gather(
        *(persons.save_address(replace(ADDRESS, id=f"a-{n}"), NOW) for n in range(8))
    )
    assert len({one.id for one in saved}) == 1


async def test_digests_of_an_older_key_are_still_found(
    records: Database, sealer: Sealer, persons: Persons
) -> None:
    await persons.verify("p-1", IDENTITY, NOW)
    await persons.save_address(ADDRESS, NOW)
    rotated = Lookups((Key("newer", b"n" * 32), Key("test", b"l" * 32)))
    later = Persons(records, sealer, rotated)
    assert await later.of_id_number(ID_NUMBER) is not None
    assert await later.address("wechat", "wx-app", OPENID) == ADDRESS
