"""`python -m bot archive …`: verifying journals, exporting closed cases, what has been kept enough.

Only on the service's own machine, like `staff`. What an export writes is in the clear, for the
archive's own system: the folder is the operator's to guard (`docs/archive.md`).
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from bot.archiving_package import (
    JOURNAL,
    METADATA,
    check_package,
    fingerprint,
    make_package,
    public_key,
)
from bot.clock import system_clock
from bot.ids import long_id
from bot.settings import Settings
from bot.wiring import load_definitions
from cases.case import FINAL, Case, Item, case_state
from cases.supplement_pages import SUPPLEMENT_PAGE
from cases.values import JSON
from cases.workdays import day_of
from dialogs.definition import Definition, Definitions
from dialogs.releases import consent_words
from storage.documents.store import Document, Documents
from storage.errors import StorageError
from storage.keys import load_keys, signing_key
from storage.sealing import Lookups, Sealer
from storage.sql.cases import Cases
from storage.sql.connect import check_schema, connect
from storage.sql.journal import Journal
from storage.sql.records import Closed

EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/ofd": "ofd",
}
_ANY = TypeAdapter(object)


class ArchiveRefused(StorageError):
    """It cannot be archived."""


class Flawed(Exception):
    """Something is not as it was written; the text has one line for each flaw."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the commands work with."""

    cases: Cases
    documents: Documents
    journal: Journal
    definitions: Definitions
    secret: bytes
    now: datetime


@asynccontextmanager
async def open_shelf(settings: Settings) -> AsyncIterator[Shelf]:
    """The records, opened without the rest of the service. Raises StorageError."""
    keys = load_keys(
        settings.data_dir,
        settings.data_keys.get_secret_value() if settings.data_keys else None,
        settings.lookup_keys.get_secret_value() if settings.lookup_keys else None,
        postgres=settings.on_postgres,
    )
    sealer = Sealer(keys.data)
    async with connect(settings.database) as database:
        await check_schema(database)
        folder = settings.data_dir / "documents"
        yield Shelf(
            Cases(database, sealer),
            Documents(folder, database, sealer, Lookups(keys.lookup), long_id),
            Journal(database),
            load_definitions(settings),
            signing_key(settings.data_dir),
            system_clock(settings.clock_shift)(),
        )


# ---- the commands -------------------------------------------------------------------------


def verify_journals(settings: Settings) -> None:
    """Check every journal and the anchors. Raises Flawed."""

    async def work() -> str:
        async with connect(settings.database) as database:
            await check_schema(database)
            flaws = await Journal(database).verify_all()
        if flaws:
            raise Flawed(
                "\n".join(f"{one.case_no or 'anchors'} {one.seq} {one.kind}" for one in flaws)
            )
        return "every journal is whole"

    _say(asyncio.run(work()))


def verify_file(file: Path, known_key: str) -> None:
    """Check a package; needs no settings. Raises Flawed, PackageBroken."""
    checked = check_package(_bytes_of(file), known_key)
    signed = f"{checked.case_no} signed by {checked.fingerprint}"
    if checked.flaws:
        raise Flawed("\n".join((*map(str, checked.flaws), signed)))
    _say(f"{signed}: whole")


def export(settings: Settings, case_no: str, closed_before: date | None, folder: Path) -> None:
    """Write the packages of one closed case, or of all closed before a day, into `folder`."""

    async def work() -> list[str]:
        async with open_shelf(settings) as shelf:
            return [
                _written(folder, one, await package_of(shelf, one))
                for one in await _chosen(shelf, case_no, closed_before)
            ]

    for line in asyncio.run(work()):
        _say(line)


def show_key(settings: Settings) -> None:
    """Print the public key that packages are signed with, and its fingerprint."""
    public = public_key(signing_key(settings.data_dir))
    _say(f"{public}\n{fingerprint(public)}")


def list_due(settings: Settings) -> None:
    """Print the closed cases whose years of keeping are over."""

    async def work() -> list[str]:
        async with open_shelf(settings) as shelf:
            today = day_of(shelf.now)
            return [
                f"{one.case_no}  closed {one.ended_on}  kept until {until}"
                for one in await shelf.cases.closed()
                if (until := kept_until(shelf.definitions, one)) < today
            ]

    for line in asyncio.run(work()):
        _say(line)


def kept_until(definitions: Definitions, closed: Closed) -> date:
    """The last day of keeping: the years run from the end of the year in which it was closed."""
    service = definitions.of(closed.province, closed.release).service
    return date(closed.ended_on.year + service.archive.retention_years, 12, 31)


async def _chosen(shelf: Shelf, case_no: str, closed_before: date | None) -> list[str]:
    if closed_before is not None:
        return [one.case_no for one in await shelf.cases.closed() if one.ended_on < closed_before]
    return [case_no]


def _written(folder: Path, case_no: str, content: bytes) -> str:
    """The file's path; nobody but its owner can read it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{case_no}.zip"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(content)
    return str(path)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ArchiveRefused(f"{file} cannot be read: {error.strerror}.") from None


def _say(line: str) -> None:
    print(line, file=sys.stdout)  # noqa: T201 — the command's answer


# ---- a package ----------------------------------------------------------------------------


async def package_of(shelf: Shelf, case_no: str) -> bytes:
    """The signed package of a closed case. Raises ArchiveRefused for any other."""
    case = await shelf.cases.load(case_no)
    if case is None:
        raise ArchiveRefused(f"There is no case {case_no}.")
    if not (case.taken_back_at or all(one.state in FINAL for one in case.items)):
        raise ArchiveRefused(f"Case {case_no} is not closed yet.")
    flaws = await shelf.journal.verify(case_no)
    if flaws:
        raise ArchiveRefused(f"The journal of {case_no} is not whole: archive verify says where.")
    application = case.application
    definition = shelf.definitions.of(application.province, application.release)
    files = {
        METADATA: _json(_metadata(definition, case)),
        "application.json": _json(application),
        "supplements.json": _json(case.supplements),
        "receipts.json": _json(_receipts(case)),
        "consents.json": _json(_consents(definition, case)),
        "results.json": _json([_result(item) for item in case.items]),
        JOURNAL: await _journal(shelf, case_no),
        **await _papers(shelf, definition, case),
    }
    return make_package(files, case_no, shelf.secret, ended_at(case))


def ended_at(case: Case) -> datetime:
    """When the case came to its end; a package made twice is the same."""
    ends = [one.ended_at for one in case.items if one.ended_at is not None]
    return case.taken_back_at or max(ends, default=case.application.submitted_at)


def _metadata(definition: Definition, case: Case) -> JSON:
    """元数据: 办件编号、题名、责任者、日期、密级、保管期限, items and clocks (domain.md 5)."""
    service, application = definition.service, case.application
    names = {one.code: one.name for one in service.departments}
    titles = {one.code: one.name for one in service.items}
    return {
        "case_no": case.case_no,
        "title": f"{service.name} {service.plan}",
        "responsible": sorted({names.get(one.department, one.department) for one in case.items}),
        "dates": {
            "submitted": application.submitted_at.isoformat(),
            "ended": ended_at(case).isoformat(),
            "due": case.clock.due_on.isoformat(),
        },
        "state": case_state(case),
        "secrecy": service.archive.secrecy,
        "retention": {"years": service.archive.retention_years},
        "province": application.province,
        "plan": service.plan,
        "release": application.release,
        "items": [
            {
                "code": item.code,
                "name": titles.get(item.code, ""),
                "department": names.get(item.department, item.department),
                "state": item.state,
                "due": item.clock.due_on.isoformat() if item.clock else None,
                "ended": item.ended_at.isoformat() if item.ended_at else None,
            }
            for item in case.items
        ],
    }


def _receipts(case: Case) -> JSON:
    """取数回执: what was fetched, from where and when, and what a register says otherwise."""
    application = case.application
    return {
        "fetched": {
            key: {
                "source": one.source,
                "at": one.at.isoformat(),
                "value": application.answers.get(key),
            }
            for key, one in application.fetched.items()
        },
        "recorded": dict(application.recorded),
    }


def _consents(definition: Definition, case: Case) -> JSON:
    """Every leave and declaration, word for word as the release has it."""
    words = consent_words(definition)
    return [
        {
            "statement": one.statement,
            "version": one.version,
            "given_at": one.given_at.isoformat(),
            "text": definition.form.statement(one.statement)
            or words.get(f"ask.{one.statement}", ""),
        }
        for one in case.application.consents
    ]


def _result(item: Item) -> JSON:
    return {
        "item": item.code,
        "state": item.state,
        "reason": item.reason,
        "basis": item.basis,
        "result": dict(item.result),
        "facts": dict(item.facts),
        "documents": list(item.documents),
    }


async def _journal(shelf: Shelf, case_no: str) -> bytes:
    links = await shelf.journal.of_case(case_no)
    last = links[-1]
    return _json({"entries": links, "head": {"seq": last.seq, "hash": last.hash}})


async def _papers(shelf: Shelf, definition: Definition, case: Case) -> dict[str, bytes]:
    listed = [*await shelf.documents.of_case(case.case_no)]
    files = dict[str, bytes]()
    for document, folder in _placed(definition, case, listed):
        name = "".join(
            char if char.isalnum() or char in "-_" else "_" for char in document.use.kind
        )
        extension = EXTENSIONS.get(document.media_type, "bin")
        number = sum(path.startswith(f"{folder}/{name}-") for path in files) + 1
        content = await shelf.documents.get(document.id)
        files[f"{folder}/{name}-{number}.{extension}"] = content
    return files


def _placed(
    definition: Definition, case: Case, documents: list[Document]
) -> Iterator[tuple[Document, str]]:
    """Each document with the folder it belongs to."""
    ours = {one.id for one in case.issued}
    forms = {one.code for one in definition.service.documents} | {SUPPLEMENT_PAGE}
    results = {one: item.code for item in case.items for one in item.documents}
    for document in documents:
        if document.id in ours:
            yield document, "forms" if document.use.kind in forms else "notices"
        elif document.id in results:
            yield document, f"results/{results[document.id]}"
        else:
            yield document, "papers"


def _json(value: object) -> bytes:
    return orjson.dumps(_ANY.dump_python(value, mode="json"), option=orjson.OPT_INDENT_2)
