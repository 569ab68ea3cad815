"""Every route says who may call it, and nobody else gets through."""

import re

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from bot.app import make_app, routes
from bot.routes import Guard
from tests.journeys.city import City

OPEN = {"/healthz", "/readyz"}
"""What anybody may ask: it tells nothing about anybody."""


def test_the_table_is_all_there_is(henan: City) -> None:
    """No route is added beside the table."""
    added = {
        (route.method, route.resource.canonical if route.resource else "")
        for route in make_app(henan.world).router.routes()
        if route.method != "HEAD"
    }
    declared = {(route.method, route.path) for route in routes(henan.world)}
    assert added == declared


def test_only_health_is_open(henan: City) -> None:
    opened = {route.path for route in routes(henan.world) if route.guard is Guard.PUBLIC}
    assert opened <= OPEN | {"/departments/v1/openapi.json", "/desk/login", "/desk/style.css"}


async def test_a_stranger_gets_nothing(henan: City) -> None:
    async with TestClient[Request, Application](TestServer(make_app(henan.world))) as stranger:
        for route in routes(henan.world):
            if route.guard in {Guard.PUBLIC, Guard.OPERATOR}:
                continue
            path = re.sub(r"\{\w+\}", "x", route.path)
            async with stranger.request(
                route.method, path, data=b"", allow_redirects=False
            ) as answer:
                assert answer.status in {401, 403, 410}, (route.path, answer.status)


async def test_metrics_are_for_the_machine_itself(henan: City) -> None:
    async with TestClient[Request, Application](TestServer(make_app(henan.world))) as local:
        async with local.get("/metrics") as answer:
            assert answer.status == 200
        async with local.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}) as answer:
            assert answer.status == 404


@pytest.mark.parametrize("path", sorted(OPEN))
async def test_health_answers(henan: City, path: str) -> None:
    async with (
        TestClient[Request, Application](TestServer(make_app(henan.world))) as anybody,
        anybody.get(path) as answer,
    ):
        assert answer.status == 200
