"""The WeChat platform with phones, as strict as wechat.md: it refuses what WeChat refuses.

`make_platform` gives the application to mount at `/platform`, `control_routes` the routes to add
to the application at the top. It shares no code with the product.
"""

from aiohttp import web

from sandbox.platform.api import (
    MAX_REQUEST,
    PLATFORM,
    ROUTES,
    answer_errors,
    check_token,
    misbehave,
)
from sandbox.platform.config import PhoneSpec, PlatformConfig, Template, TemplateField, template
from sandbox.platform.control import Control
from sandbox.platform.state import Clock, Platform

__all__ = [
    "PLATFORM",
    "Clock",
    "PhoneSpec",
    "Platform",
    "PlatformConfig",
    "Template",
    "TemplateField",
    "control_routes",
    "make_platform",
    "template",
]


def make_platform(config: PlatformConfig, clock: Clock) -> web.Application:
    """The platform's own HTTP interface; `clock` gives seconds since 1970."""
    app = web.Application(
        middlewares=[answer_errors, misbehave, check_token], client_max_size=MAX_REQUEST
    )
    platform = Platform(config, clock)
    app[PLATFORM] = platform
    app.cleanup_ctx.append(platform.run)
    app.on_shutdown.append(platform.let_go)
    app.add_routes(ROUTES)
    return app


def control_routes(platform_app: web.Application) -> list[web.RouteDef]:
    """`/control/platform/…` for the application that mounts `platform_app`."""
    return Control(platform_app[PLATFORM]).routes()
