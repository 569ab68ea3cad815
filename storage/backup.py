"""Everything the service keeps, copied to a folder and back: records, drafts, documents.

What is sealed stays sealed: a backup without the keys shows nobody anything, and they are never
in it. The order makes it consistent while the service runs: first Redis (a draft that is handed
in meanwhile is handed in again, which gives the same case), then the records as of one moment,
then the documents (a file is there before its row). Records are rows by column, the same from
either database, so a backup of SQLite can be restored into PostgreSQL.
"""

import asyncio
import base64
import hashlib
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from redis.asyncio import Redis
from tortoise import fields
from tortoise.models import Model

from storage.errors import StorageError
from storage.sql import models
from storage.sql.connect import connect, schema_of
from storage.sql.session import Database, Session, as_day, as_time

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
RECORDS: Final = "records.jsonl"
REDIS: Final = "redis.jsonl"
DOCUMENTS: Final = "documents"
_PAGE = 2000
_CHUNK = 1 << 20


class BackupRefused(StorageError):
    """The backup cannot be made, or cannot be restored here."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is copied, or restored into. `documents` is the folder of sealed files."""

    database: Database
    redis: Redis
    documents: Path


# ---- making a backup ------------------------------------------------------------------------


async def back_up(place: Place, folder: Path, now: datetime) -> int:
    """Copy everything into `folder`, which must be new or empty; how many files.

    Raises BackupRefused. The manifest is written last: a folder without one is no backup.
    """
    await asyncio.to_thread(_made_new, folder)
    await _dump_redis(place.redis, folder / REDIS)
    async with _as_of_now(place.database, folder) as (session, schema):
        await _dump_records(session, folder / RECORDS)
    await asyncio.to_thread(_copy_documents, place.documents, folder / DOCUMENTS)
    files = await asyncio.to_thread(_hashes, folder)
    manifest = {"format": FORMAT, "made_at": now, "schema": sorted(schema), "files": files}
    await asyncio.to_thread((folder / MANIFEST).write_bytes, _pretty(manifest))
    return len(files)


def _made_new(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused(f"{folder} is not empty: every backup has a folder of its own.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@asynccontextmanager
async def _as_of_now(
    database: Database, folder: Path
) -> AsyncIterator[tuple[Session, frozenset[str]]]:
    """The records as of one moment, without holding up who writes."""
    schema = await schema_of(database)
    if database.dialect == "postgres":
        async with database.transaction() as session:
            await session.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield session, schema
        return
    (row,) = [one for one in await database.rows("PRAGMA database_list") if one["name"] == "main"]
    copy = folder / ".records.sqlite3"
    try:
        await asyncio.to_thread(_copy_sqlite, row["file"], copy)
        async with connect(f"sqlite://{copy}") as snapshot:
            yield snapshot, schema
    finally:
        await asyncio.to_thread(_removed, copy)


def _removed(copy: Path) -> None:
    for path in copy.parent.glob(f"{copy.name}*"):
        path.unlink()


def _copy_sqlite(source: str, target: Path) -> None:
    """SQLite's online backup: whole, while others read and write."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


async def _dump_records(session: Session, path: Path) -> None:
    with _private(path) as file:
        for table in tables():
            key = table.key
            sql = f"SELECT * FROM {table.name} {{after}} ORDER BY {key} LIMIT {_PAGE}"  # noqa: S608 - names of our models
            rows = await session.rows(sql.format(after=""))
            while rows:
                for row in rows:
                    file.write(orjson.dumps([table.name, table.plain(row)]) + b"\n")
                last = rows[-1][key]
                rows = await session.rows(sql.format(after=f"WHERE {key} > ?"), last)


async def _dump_redis(redis: Redis, path: Path) -> None:
    with _private(path) as file:
        async for key in redis.scan_iter(count=1000):
            dumped, life = await redis.dump(key), await redis.pttl(key)
            if dumped is not None:
                words = [base64.b64encode(key).decode(), base64.b64encode(dumped).decode()]
                file.write(orjson.dumps([*words, max(life, 0)]) + b"\n")


def _copy_documents(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    if source.exists():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".new-*"))


# ---- restoring ------------------------------------------------------------------------------


async def restore(place: Place, folder: Path, *, force: bool = False) -> None:
    """Put everything back. Raises BackupRefused before anything is changed.

    Every hash is checked first. What is not empty is only replaced with `force`.
    """
    await asyncio.to_thread(check_backup, folder)
    schema = set(_manifest(folder)["schema"])
    if schema != await schema_of(place.database):
        raise BackupRefused("The backup was made by another version: restore it with that one.")
    if not force and not await _is_empty(place):
        raise BackupRefused("There are records, drafts or documents here already (--force).")
    await _wipe(place)
    await asyncio.to_thread(_copy_documents_back, folder / DOCUMENTS, place.documents)
    await _load_records(place.database, folder / RECORDS)
    await _load_redis(place.redis, folder / REDIS)


def check_backup(folder: Path) -> None:
    """Raise BackupRefused unless the folder holds a whole backup, unchanged."""
    manifest = _manifest(folder)
    found = _hashes(folder)
    wrong = sorted(
        path
        for path in {*found, *manifest["files"]}
        if found.get(path) != manifest["files"].get(path)
    )
    if wrong:
        raise BackupRefused(f"The backup is not what was written: {', '.join(wrong[:5])}.")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise BackupRefused(f"{folder} holds no whole backup.") from None
    if manifest.get("format") != FORMAT:
        raise BackupRefused(f"{folder} is of a format that is not known here.")
    return manifest


async def _is_empty(place: Place) -> bool:
    for table in tables():
        if await place.database.row(f"SELECT 1 AS one FROM {table.name} LIMIT 1"):  # noqa: S608 - names of our models
            return False
    files = place.documents.exists() and any(place.documents.glob("*/*"))
    return not files and await place.redis.dbsize() == 0


async def _wipe(place: Place) -> None:
    async with place.database.transaction() as session:
        for table in tables():
            await session.run(f"DELETE FROM {table.name}")  # noqa: S608 - names of our models
    async for key in place.redis.scan_iter(count=1000):
        await place.redis.unlink(key)
    await asyncio.to_thread(shutil.rmtree, place.documents, ignore_errors=True)


async def _load_records(database: Database, path: Path) -> None:
    known = {table.name: table for table in tables()}
    async with database.transaction() as session:
        for name, rows in _batches(path):
            table = known[name]
            columns = list(table.columns)
            sql = (
                f"INSERT INTO {name} ({', '.join(columns)})"  # noqa: S608 - names of our models
                f" VALUES ({', '.join('?' * len(columns))})"
            )
            read = [table.read(row) for row in rows]
            await session.run_many(sql, [[row[column] for column in columns] for row in read])
        if session.dialect == "postgres":
            await _count_on(session)


async def _count_on(session: Session) -> None:
    """New rows get numbers behind the restored ones."""
    for table in tables():
        if table.generated:
            await session.rows(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{table.key}'),"  # noqa: S608 - names of our models
                f" COALESCE((SELECT MAX({table.key}) FROM {table.name}), 0) + 1, false)"
            )


def _batches(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Rows of one table after the other, some hundred at a time."""
    name, rows = "", list[dict[str, Any]]()
    with path.open("rb") as file:
        for line in file:
            table, row = orjson.loads(line)
            if rows and (table != name or len(rows) == 500):
                yield name, rows
                rows = []
            name = table
            rows.append(row)
    if rows:
        yield name, rows


async def _load_redis(redis: Redis, path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            key, dumped, life = orjson.loads(line)
            await redis.restore(base64.b64decode(key), life, base64.b64decode(dumped))


def _copy_documents_back(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)


# ---- tables ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its model has it: columns with their kinds of field."""

    name: str
    key: str
    generated: bool
    columns: Mapping[str, fields.Field[Any]]

    def plain(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row as JSON, the same from either database."""
        return {name: _plain(kind, row[name]) for name, kind in self.columns.items()}

    def read(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of JSON as `Session` writes it."""
        return {name: _read(kind, row[name]) for name, kind in self.columns.items()}


def tables() -> Iterator[Table]:
    """Every table of ours, by name."""
    found = [one for one in vars(models).values() if isinstance(one, type)]
    ours = [one._meta for one in found if issubclass(one, Model) and one is not Model]  # noqa: SLF001 - where a model says what it is
    for meta in sorted(ours, key=lambda one: str(one.db_table)):
        columns = {
            str(column): meta.fields_map[name] for name, column in meta.fields_db_projection.items()
        }
        key = meta.pk
        yield Table(meta.db_table, meta.db_pk_column, bool(key.generated), columns)


def _plain(kind: fields.Field[Any], value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case fields.BinaryField():
            return base64.b64encode(value).decode()
        case fields.DatetimeField():
            return as_time(value).isoformat()
        case fields.DateField():
            return as_day(value).isoformat()
        case fields.BooleanField():
            return bool(value)
        case _:
            return value


def _read(kind: fields.Field[Any], value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case fields.BinaryField():
            return base64.b64decode(value)
        case fields.DatetimeField():
            return as_time(value)
        case fields.DateField():
            return as_day(value)
        case _:
            return value


# ---- files ----------------------------------------------------------------------------------


def _private(path: Path) -> Any:
    """A new file that only its owner reads."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return open(descriptor, "wb")  # noqa: PTH123 - a descriptor


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but the manifest, by path."""
    return {
        str(path.relative_to(folder)): _hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def _hash(path: Path) -> str:
    code = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            code.update(chunk)
    return code.hexdigest()


def _pretty(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
