"""Papers and photos: sealed files under DATA_DIR, one file per content, one reference per use.

A file's address is the HMAC of its content: who sees the folder cannot tell whether a known paper
is in it. It is on the disk, whole, before its reference is committed; a file without a reference
(after a crash in between) is swept up. When the last reference goes, the file goes.
"""

import asyncio
import base64
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.errors import CannotOpen
from storage.sealing import Lookups, Sealer
from storage.sql.errors import DocumentGone
from storage.sql.session import Database, Session

_PURPOSE = "document"
_KEEP = (
    "INSERT INTO documents (address, media_type, size, created_at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (address) DO UPDATE SET size = excluded.size RETURNING address"
)
_LISTED = (
    "SELECT r.id, r.kind, r.case_no, r.draft, d.media_type, d.size"
    " FROM document_refs r JOIN documents d ON d.address = r.address"
    " WHERE {condition} ORDER BY r.created_at, r.id"
)


@dataclass(frozen=True, slots=True)
class Use:
    """What a document is used for: its code (`id_card`, `form`, …) in a case or a draft."""

    kind: str
    case_no: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document without its bytes; `id` is the id of this use."""

    id: str
    media_type: str
    size: int
    use: Use


class _Known(Exception):
    """Somebody else has just kept a document under that id."""


class Documents:
    """The store of documents. `ids` makes the id of a new use."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        sealer: Sealer,
        lookups: Lookups,
        ids: Callable[[], str],
    ) -> None:
        self._folder = folder
        self._database = database
        self._sealer = sealer
        self._lookups = lookups
        self._ids = ids

    async def put(
        self, content: bytes, media_type: str, use: Use, now: datetime, known_as: str = ""
    ) -> str:
        """Keep a document for a use; its id. The same content twice is one file.

        `known_as` is the id, for who must be able to come again: a known id is left as it is.
        """
        document_id = known_as or self._ids()
        if known_as and await self.about(known_as):
            return known_as
        address = await asyncio.to_thread(self._address, content)
        await asyncio.to_thread(self._write, address, content)
        with suppress(_Known):
            async with self._database.transaction() as session:
                # the row holds off whoever is about to remove the last reference; if that has
                # just happened, the file is written once more
                await session.rows(_KEEP, address, media_type, len(content), now)
                await asyncio.to_thread(self._write, address, content)
                await self._refer(session, document_id, address, use, now)
        return document_id

    async def reuse(self, document_id: str, use: Use, now: datetime, known_as: str = "") -> str:
        """One more use of a document; raises `DocumentGone`. `known_as`: as for `put`."""
        new_id = known_as or self._ids()
        with suppress(_Known):
            async with self._database.transaction() as session:
                address = await self._held(session, document_id)
                if address is None:
                    raise DocumentGone
                await self._refer(session, new_id, address, use, now)
        return new_id

    async def get(self, document_id: str) -> bytes:
        """The bytes; raises `DocumentGone` when they are not there or not what was stored."""
        row = await self._database.row(
            "SELECT address FROM document_refs WHERE id = ?", document_id
        )
        if row is None:
            raise DocumentGone
        return await asyncio.to_thread(self._read, row["address"])

    async def about(self, document_id: str) -> Document | None:
        """Kind, media type and size, without reading the file."""
        return next(iter(await self._listed("r.id = ?", document_id)), None)

    async def of_case(self, case_no: str) -> list[Document]:
        """The documents of a case, oldest first."""
        return await self._listed("r.case_no = ?", case_no)

    async def of_draft(self, draft: str) -> list[Document]:
        """The documents of a draft, oldest first."""
        return await self._listed("r.draft = ?", draft)

    async def hand_over(self, draft: str, case_no: str) -> int:
        """The draft has become a case: its documents belong to the case as well."""
        return await self._database.run(
            "UPDATE document_refs SET case_no = ? WHERE draft = ?", case_no, draft
        )

    async def remove(self, document_id: str) -> bool:
        """End a use. When it was the last one, the file is gone for good."""
        async with self._database.transaction() as session:
            address = await self._held(session, document_id)
            if address is None:
                return False
            await session.run("DELETE FROM document_refs WHERE id = ?", document_id)
            left = await session.row("SELECT id FROM document_refs WHERE address = ?", address)
            if left is None:
                await session.run("DELETE FROM documents WHERE address = ?", address)
                # inside: whoever stores the same content now waits for our row. A crash from here
                # on leaves a reference to nothing, and removing it again is all there is to do
                await asyncio.to_thread(self._path(address).unlink, missing_ok=True)
        return True

    async def sweep(self) -> int:
        """Remove files that a crash left without a reference; for the start, before any `put`."""
        rows = await self._database.rows("SELECT address FROM documents")
        known = {self._path(row["address"]) for row in rows}
        return await asyncio.to_thread(self._sweep, known)

    async def _refer(
        self, session: Session, document_id: str, address: str, use: Use, now: datetime
    ) -> None:
        kept = await session.rows(
            "INSERT INTO document_refs (id, address, kind, case_no, draft, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id",
            *(document_id, address, use.kind, use.case_no, use.draft, now),
        )
        if not kept:
            raise _Known

    async def _held(self, session: Session, document_id: str) -> str | None:
        """The address of a document whose row is ours until the transaction ends."""
        row = await session.row(
            "UPDATE documents SET size = size WHERE address ="
            " (SELECT address FROM document_refs WHERE id = ?) RETURNING address",
            document_id,
        )
        return None if row is None else str(row["address"])

    async def _listed(self, condition: str, value: str) -> list[Document]:
        rows = await self._database.rows(_LISTED.replace("{condition}", condition), value)
        return [
            Document(
                row["id"],
                row["media_type"],
                row["size"],
                Use(row["kind"], row["case_no"], row["draft"]),
            )
            for row in rows
        ]

    # ---- files

    def _address(self, content: bytes) -> str:
        text = base64.b64encode(content).decode()  # digests are made of text
        return self._lookups.digest(_PURPOSE, text)

    def _path(self, address: str) -> Path:
        code = address.rpartition(".")[2]
        return self._folder / code[:2] / address

    def _write(self, address: str, content: bytes) -> None:
        path = self._path(address)
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sealed = self._sealer.seal(content, ("documents", "content", address))
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mode 600
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(draft).unlink()
            raise
        for folder in (path.parent, self._folder):
            _sync(folder)

    def _read(self, address: str) -> bytes:
        try:
            sealed = self._path(address).read_bytes()
            return self._sealer.open(sealed, ("documents", "content", address))
        except (FileNotFoundError, CannotOpen) as error:
            raise DocumentGone from error

    def _sweep(self, known: set[Path]) -> int:
        lost = [path for path in self._folder.glob("*/*") if path not in known]
        for path in lost:
            path.unlink(missing_ok=True)
        return len(lost)


def _sync(folder: Path) -> None:
    """Have the folder's new name on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
