from pathlib import Path

from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

from sandbox.app import make_app
from sandbox.settings import Place, load_connections, load_secrets
from tests.sandbox.desk import StillWorld


def made(data: Path) -> tuple[web.Application, dict[str, str]]:
    world = StillWorld().world
    place = Place(data_dir=data, port=1, sandbox_port=2)
    secrets = load_secrets(place.data_dir, world)
    return make_app(place, secrets, load_connections(place, world), world), secrets


async def test_every_stand_in_answers_under_its_own_path(
    aiohttp_client: AiohttpClient, tmp_path: Path
) -> None:
    app, secrets = made(tmp_path)
    client = await aiohttp_client(app)
    asked = {
        "grant_type": "client_credential",
        "appid": secrets["WECHAT_APP_ID"],
        "secret": secrets["WECHAT_APP_SECRET"],
    }
    async with client.post("/platform/cgi-bin/stable_token", json=asked) as answer:
        assert (await answer.json())["access_token"]
    for path in ("/registry/households/query", "/papers/retirement-papers/query"):
        assert (await client.post(path)).status == 401
    assert (await client.post("/departments/hn-hrss/tasks")).status == 401
    assert (await client.get("/identity/jwks")).status == 200
    assert (await client.get("/control/platform/phones")).status == 200
    citizens = await (await client.get("/control/citizens")).json()
    assert citizens[0]["shown_name"] == "王建国（虚构）"
    assert citizens[0]["case"]
    desks = await (await client.get("/control/departments")).json()
    assert {desk["mode"] for desk in desks} == {"push", "pull"}
