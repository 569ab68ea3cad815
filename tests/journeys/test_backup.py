"""A restore is a test: a city with a draft and two cases is copied, wiped, and there again."""

import shutil
from pathlib import Path

import pytest
from redis.asyncio import Redis

from storage.backup import BackupRefused, Place, back_up, check_backup, restore
from tests.journeys.city import City
from tests.journeys.steps import FUND, applied
from tests.journeys.test_people import begun

REPORT = {"report_id": "r-1", "occurred_at": "2026-11-21T02:00:00Z"}


def place_of(henan: City, redis: Redis) -> Place:
    world = henan.world
    return Place(world.database, redis, world.settings.data_dir / "documents")


async def at_rest(henan: City) -> None:
    """Every form and letter is printed and every task is with its department."""

    async def nothing_to_do() -> bool:
        rows = await henan.world.database.rows(
            "SELECT id FROM outbox WHERE kind IN ('task', 'letter') AND sent_at IS NULL"
            " UNION SELECT id FROM timers WHERE kind = 'make_form'"
        )
        return not rows

    await henan.until(nothing_to_do, "nothing to be printed or sent")


async def wiped(place: Place, empty: Path) -> None:
    """Everything is gone, as after a fire."""
    shutil.rmtree(place.documents)
    await place.redis.flushdb()
    names = await place.database.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if place.database.dialect == "sqlite"
        else "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    for row in names:
        if row["name"] not in {"tortoise_migrations", "sqlite_sequence"}:
            await place.database.run(f"DELETE FROM {row['name']}")


async def test_a_city_is_there_again_after_a_restore(
    henan: City, redis: Redis, tmp_path: Path
) -> None:
    await applied(henan, fund=FUND)
    await applied(henan, citizen="zhang_xiuying", number=1)
    draft_phone = await begun(henan)
    await at_rest(henan)
    cases = await henan.world.desk.cases.unfinished()
    first = await henan.report("hn-hrss", "HN03", "accepted", **REPORT)
    await at_rest(henan)
    await henan.world.journal.anchor(henan.time())
    before = {no: await henan.world.desk.cases.load(no) for no in set(cases)}
    papers = {
        one.id: await henan.world.desk.documents.get(one.id)
        for no in before
        for one in await henan.world.desk.documents.of_case(no)
    }
    assert len(before) == 2
    assert papers
    place, folder = place_of(henan, redis), tmp_path / "backup"
    await back_up(place, folder, henan.time())
    check_backup(folder)
    with pytest.raises(BackupRefused, match="not empty"):
        await back_up(place, folder, henan.time())
    with pytest.raises(BackupRefused, match="--force"):
        await restore(place, folder)

    await wiped(place, tmp_path)
    assert await henan.world.desk.cases.load(cases[0]) is None
    await restore(place, folder)

    assert {no: await henan.world.desk.cases.load(no) for no in before} == before
    documents = henan.world.desk.documents
    assert {one: await documents.get(one) for one in papers} == papers
    assert await henan.world.journal.verify_all() == []
    await draft_phone.say("继续")
    await draft_phone.is_offered("汉族")
    assert (await draft_phone.screen()).count("您是什么民族？") == 2
    again = await henan.report("hn-hrss", "HN03", "accepted", **REPORT)
    assert again["answers"] == first["answers"]


async def test_a_backup_that_was_touched_is_refused(
    henan: City, redis: Redis, tmp_path: Path
) -> None:
    await applied(henan)
    place, folder = place_of(henan, redis), tmp_path / "backup"
    await back_up(place, folder, henan.time())
    with (folder / "records.jsonl").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(BackupRefused, match=r"records\.jsonl"):
        await restore(place, folder, force=True)
    assert await henan.world.desk.cases.unfinished()
    names = {path.name for path in folder.rglob("*")}
    assert not names & {"data_keys", "lookup_keys", "archive_key", "departments.yaml"}
