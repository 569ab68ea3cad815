"""Rehearsal accounts of the service's desk: who may try it, and the code of this half minute.

The service learns of them as of anybody's: `python -m bot staff import`. The codes are computed
here as an authenticator app would (RFC 6238).
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pyotp
from aiohttp import web
from ruamel.yaml import YAML

from sandbox.world import World

FILE: Final = Path(__file__).parent / "staff.yaml"


def staff_shown(service_url: str, world: World) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What the page shows of them."""
    accounts = YAML(typ="safe").load(FILE)

    async def show(_request: web.Request) -> web.Response:
        now = int(world.now())
        people = [
            {
                "login": one["login"],
                "name": one["name"],
                "password": one["password"],
                "code": pyotp.TOTP(one["totp"]).at(now),
            }
            for one in accounts
        ]
        return web.json_response({"desk": f"{service_url}/desk", "people": people})

    return show
