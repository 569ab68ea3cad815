"""What every contract test works with: the records, open, on SQLite and PostgreSQL in turn."""

from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest

from storage.keys import Key
from storage.sealing import Lookups, Sealer
from storage.sql.cases import Cases
from storage.sql.connect import connect
from storage.sql.outbox import SqlOutbox
from storage.sql.session import Database


@pytest.fixture
async def records(database: str) -> AsyncIterator[Database]:
    async with connect(database) as opened:
        yield opened


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    return Sealer((Key("test", b"d" * 32),))


@pytest.fixture(scope="session")
def lookups() -> Lookups:
    return Lookups((Key("test", b"l" * 32),))


@pytest.fixture
def ids() -> Iterator[str]:
    return (f"id-{number}" for number in count(1))


@pytest.fixture
def cases(records: Database, sealer: Sealer) -> Cases:
    return Cases(records, sealer)


@pytest.fixture
def outbox(records: Database, sealer: Sealer, ids: Iterator[str]) -> SqlOutbox:
    return SqlOutbox(records, sealer, ids.__next__)
