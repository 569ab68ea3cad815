"""The platform on a real port beside a real callback server, with short waits."""

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.platform import PlatformConfig, control_routes, make_platform
from tests.sandbox.service_standin import AES_KEY, APP_ID, SECRET, TOKEN, Service

Client = TestClient[web.Request, web.Application]


class HandClock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1_795_000_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Bench:
    """Platform, service and clock, with the calls tests make."""

    client: Client
    service: Service
    clock: HandClock
    config: PlatformConfig
    token: str = ""

    @property
    def openid(self) -> str:
        return self.config.phones[0].openid

    async def say(self, said: dict[str, Any], query: str = "") -> Any:
        path = f"/control/platform/phones/{self.openid}/say{query}"
        return await (await self.client.post(path, json=said)).json()

    async def phone(self) -> Any:
        return await self.control("GET", f"phones/{self.openid}")

    async def control(self, verb: str, path: str, body: object = None) -> Any:
        response = await self.client.request(verb, f"/control/platform/{path}", json=body)
        return await response.json()

    async def rules_broken(self) -> list[str]:
        return [violation["rule"] for violation in await self.control("GET", "violations")]

    async def api(self, path: str, body: object = None, verb: str = "POST") -> Any:
        """A call as the service makes it, with a token fetched first."""
        if not self.token:
            self.token = (await self.fetch_token())["access_token"]
        joined = "&" if "?" in path else "?"
        url = f"/platform{path}{joined}access_token={self.token}"
        return await (await self.client.request(verb, url, json=body)).json()

    async def fetch_token(self, **more: object) -> Any:
        asked = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | more
        response = await self.client.post("/platform/cgi-bin/stable_token", json=asked)
        return await response.json()

    async def send_text(self, text: str = "您好", openid: str = "") -> int:
        body = {"touser": openid or self.openid, "msgtype": "text", "text": {"content": text}}
        return int((await self.api("/cgi-bin/message/custom/send", body))["errcode"])

    async def send_template(self, **changes: Any) -> Any:
        body = {
            "touser": self.openid,
            "template_id": "sandbox-draft",
            "data": {
                "thing1": {"value": "退休一件事"},
                "date2": {"value": "2026年12月1日"},
                "thing3": {"value": "点此继续"},
            },
        } | changes
        return await self.api("/cgi-bin/message/template/send", body)


async def start_bench(aiohttp_client: Any, aiohttp_server: Any, **changes: Any) -> Bench:
    service, clock = Service(), HandClock()
    server: TestServer = await aiohttp_server(service.app())
    config = PlatformConfig(APP_ID, SECRET, TOKEN, AES_KEY, str(server.make_url("/wechat")))
    waits: dict[str, Any] = {"answer_seconds": 2.0, "refused_pause": 0.0, "receipt_seconds": 0.0}
    config = replace(config, **(waits | changes))
    platform, app = make_platform(config, clock), web.Application(client_max_size=2**24)
    app.add_routes(control_routes(platform))
    app.add_subapp("/platform", platform)
    return Bench(await aiohttp_client(app), service, clock, config)
