"""The fixtures keep what they promise: real servers, empty at the start of every test."""

import pytest
from redis.asyncio import Redis
from tortoise import Model, Tortoise, connections, fields


class Note(Model):
    """The ORM wants at least one."""

    id = fields.IntField(primary_key=True)


@pytest.mark.parametrize("turn", [1, 2])
async def test_redis_is_empty_at_the_start_of_each_test(redis: Redis, turn: int) -> None:
    assert await redis.dbsize() == 0
    await redis.set("draft", turn)


async def test_the_orm_connects_to_both_databases(database: str) -> None:
    await Tortoise.init(db_url=database, modules={"notes": [__name__]})
    try:
        _, rows = await connections.get("default").execute_query("SELECT 1 AS one")
        assert [dict(row) for row in rows] == [{"one": 1}]
    finally:
        await Tortoise.close_connections()
