"""One request to the platform on aiohttp: time limits, token, the one retry, and no leaks.

`Transport` has the `get` and `post` that wechatpy's API classes call (they return what these
return, unchanged), so that their methods become awaitable. It knows `_request` of wechatpy's
client only by its shape: nothing of `requests` is ever used.

Promise: every call ends as a `CallResult` within `TOTAL_SECONDS` (twice that with a renewed
token, plus the broker's wait); no exception carries a URL, since URLs carry the token.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import aiohttp
import orjson
import structlog
from redis.exceptions import RedisError

from bot.wechat.errors import Remedy, remedy_for
from bot.wechat.results import CallResult, Failure, NotSent, Refused, Reply, Unknown
from bot.wechat.tokens import Fresh, TokenBroker, TokenUnavailable

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
TIMEOUT = aiohttp.ClientTimeout(total=TOTAL_SECONDS, connect=CONNECT_SECONDS)

MAX_JSON = 1024 * 1024
"""Bytes of an answer in JSON; the longest that we ask for has a few kilobytes."""

_BAD_FIELD = re.compile(r"data\.([A-Za-z_]+[0-9]*)\.value")

log = structlog.get_logger()

R = TypeVar("R")


class Transport:
    """Calls `{api_url}/cgi-bin/…` with the current token."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        broker: TokenBroker,
        limit: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self.limit = limit
        self._session = session
        self._base = api_url.rstrip("/")
        self._broker = broker

    async def get(self, url: str, **options: Any) -> CallResult:
        """What wechatpy's API classes call for a GET."""
        return await self._request("GET", url, **options)

    async def post(self, url: str, **options: Any) -> CallResult:
        """What wechatpy's API classes call for a POST; `data` becomes the JSON body."""
        return await self._request("POST", url, **options)

    async def _request(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, data: Any = None
    ) -> CallResult:
        # Options that we do not know (`files`, `result_processor`) are a TypeError on purpose.
        async def attempt(token: str) -> CallResult:
            query = {**(params or {}), "access_token": token}
            address = f"{self._base}/cgi-bin/{url}"
            return await call(self._session, method, address, query, data, limit=self.limit)

        return await self.with_token(attempt)

    async def with_token(self, attempt: Callable[[str], Awaitable[R]]) -> R | NotSent:
        """Run `attempt` with the current token, and once more if the token was bad."""
        try:
            token = await self._broker.current()
            result = await attempt(token)
            if not _bad_token(result):
                return result
            renewed = await self._broker.renew(token)
        except TokenUnavailable as unavailable:
            return NotSent(f"token: {unavailable}")
        except RedisError:
            return NotSent("token: redis")
        return result if renewed == token else await attempt(renewed)


def _bad_token(result: object) -> bool:
    return isinstance(result, Refused) and result.remedy is Remedy.RENEW_TOKEN


async def call(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    query: Mapping[str, str],
    data: Any,
    *,
    limit: aiohttp.ClientTimeout = TIMEOUT,
) -> CallResult:
    """Make one request without any retry and judge its answer."""
    body = None if data is None else orjson.dumps(data)
    headers = {} if body is None else {"Content-Type": "application/json; charset=utf-8"}
    try:
        async with session.request(
            method,
            url,
            params=query,
            data=body,
            headers=headers,
            timeout=limit,
            allow_redirects=False,  # a redirect would carry the token elsewhere
        ) as response:
            status, raw = response.status, await read_up_to(response, MAX_JSON)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return fate(error)
    return judge(status, raw, url)


async def read_up_to(response: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Read a body of at most `limit` bytes; None when it is longer."""
    if (response.content_length or 0) > limit:
        return None
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def fate(error: Exception) -> Unknown | NotSent:
    """Say by the kind of an error whether the request can have left. Its text is not used."""
    kind = type(error).__name__
    never_left = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
    return NotSent(kind) if isinstance(error, never_left) else Unknown(kind)


def judge(status: int, raw: bytes | None, url: str) -> CallResult:
    """Turn an HTTP answer into a value. `url` is without the query; it names the call in logs."""
    if status != 200:
        return Unknown(f"http {status}")
    answer = _object(raw)
    if answer is None:
        return Unknown("no json")
    try:
        errcode = int(answer.get("errcode") or 0)
    except (TypeError, ValueError):
        return Unknown("no errcode")
    if errcode == 0:
        return Reply(answer)
    return refusal(errcode, str(answer.get("errmsg", "")), url)


def refusal(errcode: int, errmsg: str, url: str) -> Refused:
    """Look up what to do about a code; say the unknown ones aloud."""
    remedy = remedy_for(errcode)
    if remedy is Remedy.REPORT:
        # Not errmsg: it may quote what was sent.
        log.error("wechat_unknown_errcode", errcode=errcode, call=url.partition("/cgi-bin/")[2])
    bad_field = _BAD_FIELD.search(errmsg)
    return Refused(remedy, errcode, bad_field.group(1) if bad_field else "")


def _object(raw: bytes | None) -> dict[str, Any] | None:
    # The platform is known to send control characters and broken UTF-8 within JSON.
    text = (raw or b"").decode("utf-8", "replace")
    text = "".join(char for char in text if char >= " ")
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None


class StableToken:
    """Asks for the account's access token (`Fetch` of the broker)."""

    def __init__(
        self, session: aiohttp.ClientSession, api_url: str, app_id: str, secret: str
    ) -> None:
        self._session = session
        self._url = f"{api_url.rstrip('/')}/cgi-bin/stable_token"
        self._app_id = app_id
        self._secret = secret

    async def __call__(self, *, force: bool) -> Fresh:
        """POST stable_token; it gives the same token to all while that one is valid."""
        wanted = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        answer = await call(self._session, "POST", self._url, {}, wanted)
        return fresh(answer, "access_token")


class JsTicket:
    """Asks for the JS-SDK's ticket (`Fetch` of a second broker)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def __call__(self, *, force: bool) -> Fresh:  # noqa: ARG002 — tickets know no force
        """GET ticket/getticket."""
        return fresh(
            await self._transport.get("ticket/getticket", params={"type": "jsapi"}), "ticket"
        )


def fresh(answer: CallResult, name: str) -> Fresh:
    """Read a token out of an answer; `TokenUnavailable` when there is none in it."""
    if not isinstance(answer, Reply):
        raise TokenUnavailable(_why(answer))
    value, expires_in = answer.json.get(name), answer.json.get("expires_in")
    if not (isinstance(value, str) and value and isinstance(expires_in, int)):
        raise TokenUnavailable("no token in the answer")
    return Fresh(value, expires_in)


def _why(failure: Failure) -> str:
    return str(failure.errcode) if isinstance(failure, Refused) else failure.reason
