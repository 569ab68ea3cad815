"""All stand-ins in one web application, each under its own path."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox.citizens import Citizens, load_citizens
from sandbox.department_tasks import Connection
from sandbox.departments import Departments, DepartmentsConfig
from sandbox.identity import Client, Identity
from sandbox.page import page_routes
from sandbox.papers import Papers
from sandbox.platform import PlatformConfig, control_routes, make_platform
from sandbox.registry import Registry
from sandbox.serving import new_app
from sandbox.settings import Place
from sandbox.staff import staff_shown
from sandbox.world import World

PULL_SECONDS = 2.0
AUTO_PAUSE = 1.0  # so that somebody watching sees each word of the automatic desk
# As an operator would put it up (`python -m bot menu`); the keys are commands of the service.
MENU: tuple[dict[str, Any], ...] = (
    {"type": "click", "name": "办理退休", "key": "apply"},
    {"type": "click", "name": "办理进度", "key": "progress"},
    {
        "name": "更多",
        "sub_button": [
            {"type": "click", "name": "补材料", "key": "supplement"},
            {"type": "click", "name": "撤回申请", "key": "withdraw"},
            {"type": "click", "name": "怎么用", "key": "help"},
            {"type": "click", "name": "找人工", "key": "human"},
        ],
    },
)


def make_app(
    place: Place,
    secrets: dict[str, str],
    connections: tuple[Connection, ...],
    world: World,
    **platform: Any,
) -> web.Application:
    """The whole sandbox; it talks to the service at `place.service_url`.

    `platform` changes fields of its `PlatformConfig`: more phones, shorter waits.
    """
    citizens = load_citizens()
    departments = Departments(
        DepartmentsConfig(
            service_url=place.service_url,
            connections=connections,
            store=place.data_dir / "sandbox-departments.json",
            pull_seconds=PULL_SECONDS,
            auto_pause=AUTO_PAUSE,
        ),
        world,
    )
    app = new_app(
        [
            *_offices(secrets, citizens, world),
            *departments.routes(),
            *page_routes(),
            web.get("/control/citizens", _citizens_shown(citizens)),
            web.get("/control/staff", staff_shown(place.service_url, world)),
        ]
    )
    app.cleanup_ctx.append(departments.running)
    _mount_platform(app, replace(_platform_config(place, secrets), **platform), world)
    return app


def _mount_platform(app: web.Application, config: PlatformConfig, world: World) -> None:
    platform = make_platform(config, world.now)
    app.add_routes(control_routes(platform))
    app.add_subapp("/platform", platform)


def _platform_config(place: Place, secrets: dict[str, str]) -> PlatformConfig:
    return PlatformConfig(
        app_id=secrets["WECHAT_APP_ID"],
        app_secret=secrets["WECHAT_APP_SECRET"],
        token=secrets["WECHAT_TOKEN"],
        aes_key=secrets["WECHAT_AES_KEY"],
        callback_url=place.service_url + "/wechat",
        public_url=place.sandbox_url + "/platform",
        menu=MENU,
        store=place.data_dir / "sandbox-phones",
    )


def _offices(secrets: dict[str, str], citizens: Citizens, world: World) -> list[web.RouteDef]:
    client = Client(secrets["IDENTITY_CLIENT_ID"], secrets["IDENTITY_CLIENT_SECRET"])
    return [
        *Identity(client, citizens, world).routes(),
        *Registry(secrets["REGISTRY_KEY"], citizens, world).routes(),
        *Papers(secrets["PAPERS_KEY"], citizens, world).routes(),
    ]


def _citizens_shown(citizens: Citizens) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def show(_request: web.Request) -> web.Response:
        return web.json_response(
            [{"shown_name": one.shown_name, **one.model_dump(mode="json")} for one in citizens]
        )

    return show
