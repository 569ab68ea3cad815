import json

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient
from structlog.testing import capture_logs

from bot.problems import MEDIA_TYPE, Invalid, TooLarge, answer_problems
from storage.redis.connect import RedisAway


async def refuse(_request: web.Request) -> web.Response:
    raise Invalid("name: too long")


async def too_large(_request: web.Request) -> web.Response:
    raise TooLarge


async def no_redis(_request: web.Request) -> web.Response:
    raise RedisAway


async def broken(_request: web.Request) -> web.Response:
    raise KeyError("410105196606129011")


async def page(_request: web.Request) -> web.Response:
    raise web.HTTPNotFound(text="<p>没有</p>", content_type="text/html")


async def redirect(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/elsewhere")


def app() -> web.Application:
    app = web.Application(middlewares=[answer_problems])
    for handler in (refuse, too_large, no_redis, broken, page, redirect):
        app.router.add_get(f"/{handler.__name__}", handler)
    return app


@pytest.mark.parametrize(
    ("path", "status", "kind", "title"),
    [
        ("/refuse", 400, "invalid", "The request does not say what this address expects."),
        ("/too_large", 413, "too_large", "The body is larger than this address takes."),
        ("/no_redis", 503, "away", "The service cannot answer at the moment; try again."),
        ("/broken", 500, "unforeseen", "The service made a mistake; it has been noted."),
        ("/nowhere", 404, "http_404", "Not Found"),
    ],
)
async def test_every_refusal_has_one_shape(
    aiohttp_client: AiohttpClient, path: str, status: int, kind: str, title: str
) -> None:
    client = await aiohttp_client(app())
    async with client.get(path) as answer:
        assert (answer.status, answer.content_type) == (status, MEDIA_TYPE)
        body = json.loads(await answer.read())
    assert (body["type"], body["title"]) == (f"urn:problem-type:tuixiu:{kind}", title)
    assert body["status"] == status
    assert body.get("detail") == ("name: too long" if path == "/refuse" else None)


async def test_a_mistake_is_logged_with_its_place_and_without_what_was_said(
    aiohttp_client: AiohttpClient,
) -> None:
    client = await aiohttp_client(app())
    with capture_logs() as logs:
        async with client.get("/broken") as answer:
            assert "410105" not in await answer.text()
    (line,) = [one for one in logs if one["event"] == "unforeseen"]
    assert (line["error"], line["route"]) == ("KeyError", "/broken")
    assert line["at"].startswith("tests.bot.test_problems:")
    assert "410105" not in str(logs)


async def test_a_wrong_method_names_the_right_ones(aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(app())
    async with client.post("/refuse") as answer:
        assert answer.status == 405
        assert "GET" in answer.headers["Allow"]


async def test_pages_and_redirects_pass(aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(app())
    async with client.get("/page") as answer:
        assert (answer.status, await answer.text()) == (404, "<p>没有</p>")
    async with client.get("/redirect", allow_redirects=False) as answer:
        assert answer.status == 302
