from pathlib import Path

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient
from ruamel.yaml import YAML

from sandbox.app import make_app
from sandbox.platform.config import TEMPLATES as ACCOUNT_TEMPLATES
from sandbox.serving import Refused
from sandbox.settings import (
    Place,
    load_connections,
    load_secrets,
    read_clock_shift,
    read_place,
    write_templates,
)
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
    assert (await client.get("/")).content_type == "text/html"
    assert (await client.get("/identity/jwks")).status == 200
    assert (await client.get("/control/platform/phones")).status == 200
    citizens = await (await client.get("/control/citizens")).json()
    assert citizens[0]["shown_name"] == "王建国（虚构）"
    assert citizens[0]["case"]
    desks = await (await client.get("/control/departments")).json()
    assert {desk["mode"] for desk in desks} == {"push", "pull"}


def test_the_clock_is_shifted_as_the_services_is() -> None:
    assert read_clock_shift({}) == 0
    assert read_clock_shift({"CLOCK_SHIFT": "-86400"}) == -86400
    with pytest.raises(Refused, match="CLOCK_SHIFT"):
        read_clock_shift({"CLOCK_SHIFT": "tomorrow"})


def test_who_listens_everywhere_is_reached_on_this_machine() -> None:
    place = read_place({"HOST": "0.0.0.0", "SANDBOX_PORT": "9"})
    assert (place.host, place.sandbox_url) == ("0.0.0.0", "http://127.0.0.1:9")
    assert read_place({"SERVICE_URL": "http://a:1/"}).service_url == "http://a:1"


def test_edited_connections_are_left_alone_and_ours_follow_the_port(tmp_path: Path) -> None:
    world = StillWorld().world
    first = load_connections(Place(data_dir=tmp_path, sandbox_port=1), world)
    moved = load_connections(Place(data_dir=tmp_path, sandbox_port=2), world)
    assert [one.base_url for one in moved] == [one.base_url.replace(":1/", ":2/") for one in first]
    assert [one.keys for one in moved] == [one.keys for one in first]
    file = tmp_path / "departments.yaml"
    file.write_text("# edited\n" + file.read_text())
    assert load_connections(Place(data_dir=tmp_path, sandbox_port=3), world) == moved


def test_the_account_s_templates_are_written_down_and_left_alone_when_edited(
    tmp_path: Path,
) -> None:
    write_templates(Place(data_dir=tmp_path))
    file = tmp_path / "templates.yaml"
    written = YAML(typ="safe").load(file)["templates"]
    for template in written.values():
        assert set(template["fields"].values()) == set(ACCOUNT_TEMPLATES[template["id"]].fields)
    file.write_text("# edited\n")
    write_templates(Place(data_dir=tmp_path))
    assert file.read_text() == "# edited\n"
