"""Trips to Redis, counted by the server itself: an uncontended turn without errand takes two."""

from redis.asyncio import Redis

from tests.benchmarks.citizens import Citizen
from tests.benchmarks.load import play
from tests.benchmarks.servers import Running


async def trips_a_turn(redis_url: str, server: Running, citizen: Citizen) -> float:
    """Reads of the server from its clients' connections, while one person answers questions."""
    first = [post.errand for post in citizen.posts].index(False)
    until = next(n for n, post in enumerate(citizen.posts) if n > first and post.errand)
    await play(server.port, server.pid, [Citizen(citizen.posts[:first])])
    async with Redis.from_url(redis_url) as redis:
        await _quiet(redis)
        before = await _reads(redis)
        await play(server.port, server.pid, [Citizen(citizen.posts[first:until])], connections=1)
        after = await _reads(redis)
    asked_itself = 1
    return (after - before - asked_itself) / (until - first)


async def _quiet(redis: Redis) -> None:
    """Wait until what the first message left to be done is done."""
    reads, last = await _reads(redis), 0
    while reads - last > 1:  # one is our own question
        reads, last = await _reads(redis), reads


async def _reads(redis: Redis) -> int:
    return int((await redis.info("stats"))["total_reads_processed"])
