"""Nobody who reads the database learns who anybody is."""

from collections.abc import Iterator
from pathlib import Path

from storage.documents.store import Documents, Use
from storage.sealing import Lookups, Sealer
from storage.sql.cases import Cases
from storage.sql.persons import Address, Identity, Persons
from storage.sql.records import Decided, Incoming, Opened
from storage.sql.session import Database
from tests.contracts.samples import (
    ID_NUMBER,
    NAME,
    NOW,
    OPENID,
    PERSONAL,
    PHONE,
    filing,
    opened,
    progressed,
)
from tests.servers import all_tables


async def test_nothing_personal_rests_in_clear(
    cases: Cases,
    records: Database,
    sealer: Sealer,
    lookups: Lookups,
    ids: Iterator[str],
    tmp_path: Path,
) -> None:
    persons = Persons(records, sealer, lookups)
    await persons.verify("person-1", Identity(NAME, ID_NUMBER, PHONE), NOW)
    await persons.save_address(Address("a-1", "person-1", "wechat", "wx-app", OPENID), NOW)
    result = await cases.open(filing(), opened)
    assert isinstance(result, Opened)
    incoming = Incoming("hn-hrss", "r", result.case_no, "d", f"{NAME} {PHONE}".encode(), NOW)
    await cases.report(incoming, lambda case: Decided(progressed(case), {"kind": "applied"}))
    documents = Documents(tmp_path / "documents", records, sealer, lookups, ids.__next__)
    await documents.put(NAME.encode(), "text/plain", Use("id_card", result.case_no), NOW)

    told = await _everything(records)
    for needle in PERSONAL:
        assert needle.encode() not in told
    if records.dialect == "sqlite":
        (file,) = await records.rows("PRAGMA database_list")
        for path in Path(file["file"]).parent.glob("records.sqlite3*"):
            assert not any(needle.encode() in path.read_bytes() for needle in PERSONAL)


async def test_the_dump_would_find_it(records: Database) -> None:
    await records.rows("INSERT INTO counters (name, number) VALUES (?, 1) RETURNING name", PHONE)
    assert PHONE.encode() in await _everything(records)


async def _everything(records: Database) -> bytes:
    told = b""
    for table in await all_tables(records):
        for row in await records.rows(f"SELECT * FROM {table}"):
            for value in row.values():
                told += bytes(value) if isinstance(value, bytes) else str(value).encode()
                told += b"\n"
    return told
