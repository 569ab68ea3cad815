"""Documents: whole or not at all, one file per content, gone with their last use."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.documents.store import Document, Documents, Use
from storage.sealing import Lookups, Sealer
from storage.sql.errors import DocumentGone
from storage.sql.session import Database
from tests.contracts.samples import NAME, NOW

PHOTO = f"身份证 {NAME}".encode() * 50
USE = Use("id_card", draft="draft-1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def documents(
    folder: Path, records: Database, sealer: Sealer, lookups: Lookups, ids: Iterator[str]
) -> Documents:
    return Documents(folder, records, sealer, lookups, ids.__next__)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*/*") if path.is_file()]


async def test_a_document_comes_back(documents: Documents, folder: Path) -> None:
    document = await documents.put(PHOTO, "image/jpeg", USE, NOW)
    assert await documents.get(document) == PHOTO
    assert await documents.about(document) == Document(document, "image/jpeg", len(PHOTO), USE)
    (file,) = _files(folder)
    assert NAME.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


async def test_the_same_content_is_one_file_until_its_last_use_ends(
    documents: Documents, folder: Path
) -> None:
    ids = await asyncio.gather(*(documents.put(PHOTO, "image/jpeg", USE, NOW) for _ in range(4)))
    ids.append(await documents.reuse(ids[0], Use("id_card", case_no="c"), NOW))
    assert len(set(ids)) == 5
    assert len(_files(folder)) == 1
    for document in ids[:-1]:
        assert await documents.remove(document)
    assert await documents.get(ids[-1]) == PHOTO
    assert await documents.remove(ids[-1])
    assert not await documents.remove(ids[-1])
    assert _files(folder) == []
    with pytest.raises(DocumentGone):
        await documents.get(ids[-1])
    with pytest.raises(DocumentGone):
        await documents.reuse(ids[-1], USE, NOW)


async def test_a_known_id_is_left_as_it_is(documents: Documents, records: Database) -> None:
    texts = [f"result {n}".encode() for n in range(6)]
    kept = await asyncio.gather(
        *(documents.put(text, "text/plain", USE, NOW, known_as="paper-1") for text in texts)
    )
    assert set(kept) == {"paper-1"}
    first = await documents.get("paper-1")
    await documents.put(b"another", "text/plain", USE, NOW, known_as="paper-1")
    assert await documents.get("paper-1") == first
    (count,) = await records.rows("SELECT COUNT(*) AS contents FROM documents")
    assert count["contents"] == 1


async def test_storing_and_removing_at_once_loses_nothing(documents: Documents) -> None:
    for _ in range(10):
        old = await documents.put(PHOTO, "image/jpeg", USE, NOW)
        new, _ = await asyncio.gather(
            documents.put(PHOTO, "image/jpeg", USE, NOW), documents.remove(old)
        )
        assert await documents.get(new) == PHOTO
        await documents.remove(new)


async def test_a_changed_file_is_not_handed_out(documents: Documents, folder: Path) -> None:
    document = await documents.put(PHOTO, "image/jpeg", USE, NOW)
    (file,) = _files(folder)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(DocumentGone):
        await documents.get(document)


async def test_a_drafts_documents_become_the_cases(documents: Documents) -> None:
    document = await documents.put(PHOTO, "image/jpeg", USE, NOW)
    assert await documents.hand_over("draft-1", "case-1") == 1
    (only,) = await documents.of_case("case-1")
    assert only.id == document
    assert [one.id for one in await documents.of_draft("draft-1")] == [document]


async def test_reused_twice_under_one_id_it_is_one_use(documents: Documents) -> None:
    first = await documents.put(PHOTO, "image/jpeg", USE, NOW)
    use = Use("id_card", draft="draft-2")
    for _ in range(2):
        assert await documents.reuse(first, use, NOW, "again") == "again"
    assert [one.id for one in await documents.of_draft("draft-2")] == ["again"]
    await documents.remove(first)
    assert await documents.get("again") == PHOTO


async def test_what_a_crash_left_is_swept_up(documents: Documents, folder: Path) -> None:
    document = await documents.put(PHOTO, "image/jpeg", USE, NOW)
    (folder / "zz").mkdir()
    (folder / "zz" / ".new-1").write_bytes(b"half")
    (folder / "zz" / "test.unknown").write_bytes(b"whole, but never committed")
    assert await documents.sweep() == 2
    assert await documents.get(document) == PHOTO
