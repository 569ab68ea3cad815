"""A closed case goes to the archive, is checked without the service, and shows every change."""

import asyncio
import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import orjson
import pytest

from bot import archiving
from bot.archiving_package import check_package, make_package, public_key
from storage.keys import signing_key
from tests.journeys.city import City
from tests.journeys.steps import applied


async def closed(henan: City) -> str:
    """A case of which every item is done; its number."""
    await applied(henan)
    case_no = str((await henan.task("hn-hrss", "HN03"))["case_no"])
    for connection, item in (("hn-hrss", "HN05"), ("hn-hrss", "HN06"), ("hn-medical", "HN07")):
        await henan.settle(connection, item)
    await henan.settle("hn-hrss", "HN03", facts={"disability_allowance": False})

    async def printed() -> bool:
        case = await henan.world.desk.cases.load(case_no)
        return case is not None and len(case.issued) >= 5

    await henan.until(printed, "the letters of every item")
    return case_no


async def exported(henan: City, case_no: str, folder: Path) -> bytes:
    settings = henan.world.settings
    await asyncio.to_thread(archiving.export, settings, case_no, None, folder)
    return (folder / f"{case_no}.zip").read_bytes()


def unpacked(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return {one.filename: opened.read(one) for one in opened.infolist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        for path, content in files.items():
            package.writestr(path, content)
    return packed.getvalue()


async def test_a_closed_case_is_archived_whole_and_signed(henan: City, tmp_path: Path) -> None:
    await applied(henan)
    open_case = str((await henan.task("hn-hrss", "HN03"))["case_no"])
    with pytest.raises(archiving.ArchiveRefused):
        await exported(henan, open_case, tmp_path)


async def test_a_package_shows_every_change(henan: City, tmp_path: Path) -> None:
    case_no = await closed(henan)
    package = b""

    async def quiet() -> bool:  # the last formal notices are still being made
        nonlocal package
        package = await exported(henan, case_no, tmp_path / "out")
        return package == await exported(henan, case_no, tmp_path / "again")

    await henan.until(quiet, "the same package twice")
    assert (tmp_path / "out" / f"{case_no}.zip").stat().st_mode & 0o077 == 0
    key = public_key(signing_key(henan.world.settings.data_dir))
    assert check_package(package, key).flaws == ()
    files = unpacked(package)
    folders = {path.partition("/")[0] for path in files}
    assert folders >= {"forms", "notices", "papers", "metadata.json", "journal.json"}
    receipts = orjson.loads(files["receipts.json"])
    assert receipts["fetched"]["name"]["source"] == "registry"
    assert all(one["text"] for one in orjson.loads(files["consents.json"]))
    assert orjson.loads(files["metadata.json"])["retention"] == {"years": 30}
    _every_change_shows(files, key)
    _a_stranger_cannot_sign(files, case_no, key, henan)


def _every_change_shows(files: Mapping[str, bytes], key: str) -> None:
    paper = next(path for path in files if path.startswith("papers/"))
    changed = packed({**files, paper: files[paper] + b" "})
    assert f"integrity {paper}: changed" in _flaws(changed, key)
    gone = packed({path: one for path, one in files.items() if path != paper})
    assert f"integrity {paper}: missing" in _flaws(gone, key)
    more = packed({**files, "papers/run.exe": b"MZ"})
    assert "safety papers/run.exe: is of a kind that does not belong here" in _flaws(more, key)
    journal = orjson.loads(files["journal.json"])
    del journal["entries"][2]
    cut = _flaws(packed({**files, "journal.json": orjson.dumps(journal)}), key)
    assert "authenticity journal.json: entry 3 missing" in cut


def _a_stranger_cannot_sign(
    files: Mapping[str, bytes], case_no: str, key: str, henan: City
) -> None:
    bare = {path: one for path, one in files.items() if not path.startswith("manifest")}
    forged = make_package(bare, case_no, b"x" * 32, henan.time())
    assert any(one.startswith("authenticity") for one in _flaws(forged, key))
    assert check_package(forged).fingerprint != check_package(packed(files)).fingerprint


def _flaws(package: bytes, key: str) -> list[str]:
    return [str(one) for one in check_package(package, key).flaws]


async def test_a_journal_that_was_touched_is_named(henan: City, tmp_path: Path) -> None:
    case_no = await closed(henan)
    settings = henan.world.settings
    await asyncio.to_thread(archiving.verify_journals, settings)
    await henan.world.database.run(
        "UPDATE journal SET kind = 'x' WHERE case_no = ? AND seq = 3", case_no
    )
    with pytest.raises(archiving.Flawed) as flawed:
        await asyncio.to_thread(archiving.verify_journals, settings)
    assert str(flawed.value) == f"{case_no} 3 changed"
    with pytest.raises(archiving.ArchiveRefused):
        await exported(henan, case_no, tmp_path)


async def test_years_of_keeping_run_from_the_end_of_the_year(henan: City) -> None:
    await closed(henan)
    (one,) = await henan.world.desk.cases.closed()
    until = archiving.kept_until(henan.world.definitions, one)
    assert until == date(one.ended_on.year + 30, 12, 31)
