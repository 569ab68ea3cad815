"""Who somebody is: nothing of the provider's answer is believed that was not checked."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from yarl import URL

from bot.identity.oidc import MAX_ANSWER, Claims, Client, LoginFailed, Oidc, Pending
from sandbox import identity as sandbox
from sandbox.citizens import load_citizens
from sandbox.serving import new_app
from sandbox.world import World

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HER = Claims("王建国", "410105196606129011", "19900000001")
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
PENDING = Pending("state", "nonce-1", "v" * 50)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


def client_of(issuer: str) -> Client:
    return Client(issuer, "desk", "s3cret:/", "http://127.0.0.1:8080/m/login/callback")


# ---- with the sandbox's provider ------------------------------------------------------------


@dataclass
class Province:
    """The sandbox's login and a browser."""

    oidc: Oidc
    session: aiohttp.ClientSession
    root: str

    async def code(self, pending: Pending) -> str:
        address = await self.oidc.authorize_url(pending)
        async with self.session.get(
            address + "&login_as=wang_jianguo", allow_redirects=False
        ) as back:
            target = URL(back.headers["Location"])
        assert target.query["state"] == pending.state
        return target.query["code"]

    async def fail(self, mode: str, times: int = 1) -> None:
        order = {"mode": mode, "times": times}
        async with self.session.post(self.root + "/control/identity/failures", json=order) as done:
            assert done.status == 200


@pytest.fixture
async def province(session: aiohttp.ClientSession, clock: Clock) -> AsyncIterator[Province]:
    world = World(now=lambda: clock().timestamp(), token=lambda: base64.b64encode(_unique()).hex())
    known = sandbox.Client("desk", "s3cret:/")
    login = sandbox.Identity(known, load_citizens(), world)
    async with TestServer(new_app(login.routes())) as server:
        root = str(server.make_url("")).rstrip("/")
        yield Province(Oidc(session, client_of(root + "/identity"), clock), session, root)


def _unique(counter: list[int] = [0]) -> bytes:  # noqa: B006 — counts on purpose
    counter[0] += 1
    return counter[0].to_bytes(4)


async def test_the_province_says_who_she_is(province: Province) -> None:
    pending = province.oidc.begin()
    assert await province.oidc.finish(await province.code(pending), pending) == HER


async def test_no_two_logins_share_anything(province: Province) -> None:
    first, second = province.oidc.begin(), province.oidc.begin()
    words = {first.state, first.nonce, first.verifier, second.state, second.nonce, second.verifier}
    assert len(words) == 6
    assert first.nonce not in repr(first)
    assert first.verifier not in await province.oidc.authorize_url(first)


@pytest.mark.parametrize(
    "mode", ["wrong_nonce", "expired", "wrong_audience", "bad_signature", "http_500"]
)
async def test_what_does_not_hold_is_not_believed(province: Province, mode: str) -> None:
    pending = province.oidc.begin()
    code = await province.code(pending)
    await province.fail(mode)
    with pytest.raises(LoginFailed) as failed:
        await province.oidc.finish(code, pending)
    assert code not in str(failed.value)
    assert "王" not in str(failed.value)


async def test_a_code_works_once(province: Province) -> None:
    pending = province.oidc.begin()
    code = await province.code(pending)
    await province.oidc.finish(code, pending)
    with pytest.raises(LoginFailed):
        await province.oidc.finish(code, pending)


async def test_a_code_of_another_login_is_refused(province: Province) -> None:
    """Somebody slips her his code: the verifier is not his."""
    code = await province.code(province.oidc.begin())
    with pytest.raises(LoginFailed):
        await province.oidc.finish(code, province.oidc.begin())


async def test_a_stale_code_is_refused(province: Province, clock: Clock) -> None:
    pending = province.oidc.begin()
    code = await province.code(pending)
    clock.now += timedelta(minutes=5)
    with pytest.raises(LoginFailed):
        await province.oidc.finish(code, pending)


async def test_nobody_there(session: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    oidc = Oidc(session, client_of(f"http://127.0.0.1:{unused_tcp_port}"), Clock())
    with pytest.raises(LoginFailed):
        await oidc.authorize_url(oidc.begin())
    with pytest.raises(LoginFailed):
        await oidc.finish("code", oidc.begin())


# ---- with a provider that lies --------------------------------------------------------------


@dataclass
class Liar:
    """A provider whose every answer the test decides."""

    url: str = ""
    token: object = ""
    keys: list[Any] = field(default_factory=lambda: [KEY])
    discovery: dict[str, Any] = field(default_factory=dict)
    padding: int = 0
    asked: list[str] = field(default_factory=list)

    async def discover(self, _: web.Request) -> web.Response:
        named = {"authorization_endpoint": "a", "token_endpoint": "token", "jwks_uri": "jwks"}
        found = {"issuer": self.url} | {key: f"{self.url}/{at}" for key, at in named.items()}
        return web.json_response(found | self.discovery)

    async def jwks(self, _: web.Request) -> web.StreamResponse:
        self.asked.append("jwks")
        return web.json_response(KeySet(self.keys).as_dict(private=False))

    async def issue(self, request: web.Request) -> web.StreamResponse:
        self.asked.append("token")
        body = json.dumps({"id_token": self.token, "padding": " " * self.padding}).encode()
        answer = web.StreamResponse()
        await answer.prepare(request)
        for at in range(0, len(body), 1000):  # in many pieces, as over a slow line
            await answer.write(body[at : at + 1000])
        await answer.write_eof()
        return answer


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    liar = Liar()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", liar.discover)
    app.router.add_get("/jwks", liar.jwks)
    app.router.add_post("/token", liar.issue)
    async with TestServer(app) as server:
        liar.url = str(server.make_url("")).rstrip("/")
        yield liar


@pytest.fixture
def oidc(session: aiohttp.ClientSession, liar: Liar, clock: Clock) -> Oidc:
    return Oidc(session, client_of(liar.url), clock)


def claims(liar: Liar, **changed: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    right = {
        "iss": liar.url,
        "aud": "desk",
        "nonce": PENDING.nonce,
        "iat": now,
        "exp": now + 300,
        "name": HER.name,
        "id_number": HER.id_number,
        "phone_number": HER.phone_number,
    }
    merged = right | changed
    return {key: value for key, value in merged.items() if value is not ...}


def signed(said: dict[str, Any], key: Any = KEY, alg: str = "RS256") -> str:
    return jwt.encode({"alg": alg, "kid": "k1"}, said, key)


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def forged(said: dict[str, Any], alg: str, secret: bytes = b"") -> str:
    """A token by hand, as no library would make it."""
    head = part(json.dumps({"alg": alg, "kid": "k1", "typ": "JWT"}).encode())
    body = f"{head}.{part(json.dumps(said).encode())}"
    mac = hmac.new(secret, body.encode(), hashlib.sha256).digest() if secret else b""
    return f"{body}.{part(mac)}"


async def test_a_right_token_is_believed(oidc: Oidc, liar: Liar) -> None:
    liar.token = signed(claims(liar))
    assert await oidc.finish("code", PENDING) == HER
    assert repr(HER) == "Claims()"


async def test_an_answer_in_pieces_is_read_whole(oidc: Oidc, liar: Liar) -> None:
    liar.token, liar.padding = signed(claims(liar)), 100_000
    assert await oidc.finish("code", PENDING) == HER


async def test_an_answer_without_end_is_not_read(oidc: Oidc, liar: Liar) -> None:
    liar.token, liar.padding = signed(claims(liar)), MAX_ANSWER
    with pytest.raises(LoginFailed):
        await oidc.finish("code", PENDING)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "http://elsewhere"},
        {"iss": ...},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": ...},
        {"nonce": "nonce-2"},
        {"nonce": "名"},
        {"nonce": ...},
        {"nonce": None},
        {"exp": int(NOW.timestamp()) - 61},
        {"exp": "tomorrow"},
        {"exp": ...},
        {"exp": None},
        {"nbf": int(NOW.timestamp()) + 3600},
        {"name": ...},
        {"name": ""},
        {"name": " "},
        {"name": ["王建国"]},
        {"name": "王\x00建国"},
        {"id_number": ...},
        {"id_number": 410105196606129011},
        {"id_number": "410105196606129012"},
        {"id_number": "' OR 1=1 --"},
        {"id_number": ""},
    ],
    ids=str,
)
async def test_a_wrong_claim_is_no_login(oidc: Oidc, liar: Liar, changed: dict[str, Any]) -> None:
    liar.token = signed(claims(liar, **changed))
    with pytest.raises(LoginFailed):
        await oidc.finish("code", PENDING)


@pytest.mark.parametrize("phone", [..., None, 19900000001, "<script>", "1" * 40])
async def test_a_phone_that_is_none_is_left_out(oidc: Oidc, liar: Liar, phone: object) -> None:
    liar.token = signed(claims(liar, phone_number=phone))
    assert await oidc.finish("code", PENDING) == replace(HER, phone_number=None)


async def test_a_small_x_becomes_a_large_one(oidc: Oidc, liar: Liar) -> None:
    liar.token = signed(claims(liar, id_number="41030519760312902x"))
    assert (await oidc.finish("code", PENDING)).id_number == "41030519760312902X"


async def test_a_token_of_another_key_is_refused(oidc: Oidc, liar: Liar) -> None:
    liar.token = signed(claims(liar), OTHER)
    with pytest.raises(LoginFailed):
        await oidc.finish("code", PENDING)
    assert liar.asked.count("jwks") == 2  # once more, in case the keys have changed


async def test_new_keys_are_fetched(oidc: Oidc, liar: Liar) -> None:
    liar.token = signed(claims(liar))
    await oidc.finish("code", PENDING)
    liar.keys, liar.token = [OTHER], signed(claims(liar), OTHER)
    assert await oidc.finish("code", PENDING) == HER


async def test_an_unsigned_token_is_refused(oidc: Oidc, liar: Liar) -> None:
    for alg in ("none", "None", ""):
        liar.token = forged(claims(liar), alg)
        with pytest.raises(LoginFailed):
            await oidc.finish("code", PENDING)


async def test_the_public_key_is_no_secret_to_sign_with(oidc: Oidc, liar: Liar) -> None:
    """HS256 with the provider's published key as its secret."""
    for secret in (KEY.as_pem(private=False), KEY.as_der(private=False), b"secret"):
        liar.token = forged(claims(liar), "HS256", secret)
        with pytest.raises(LoginFailed):
            await oidc.finish("code", PENDING)


async def test_a_shared_secret_among_the_keys_changes_nothing(oidc: Oidc, liar: Liar) -> None:
    liar.keys = [OctKey.import_key("a" * 32, {"kid": "k1"})]
    liar.token = forged(claims(liar), "HS256", b"a" * 32)
    with pytest.raises(LoginFailed):
        await oidc.finish("code", PENDING)


@pytest.mark.parametrize(
    "token", ["", "a.b", "a.b.c", "....", "é.é.é", "e30.e30.e30", None, 7, [], "x" * 300_000]
)
async def test_a_token_that_is_none_is_refused(oidc: Oidc, liar: Liar, token: object) -> None:
    liar.token = token
    with pytest.raises(LoginFailed):
        await oidc.finish("code", PENDING)


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "http://elsewhere"},
        {"token_endpoint": 7},
        {"jwks_uri": None},
        {"authorization_endpoint": ["x"]},
    ],
)
async def test_a_provider_that_calls_itself_something_else(
    oidc: Oidc, liar: Liar, discovery: dict[str, Any]
) -> None:
    liar.discovery = discovery
    with pytest.raises(LoginFailed):
        await oidc.authorize_url(PENDING)


async def test_an_address_with_a_query_keeps_it(oidc: Oidc, liar: Liar) -> None:
    liar.discovery = {"authorization_endpoint": liar.url + "/a?tenant=henan"}
    address = URL(await oidc.authorize_url(PENDING))
    assert address.query["tenant"] == "henan"
    assert address.query["state"] == PENDING.state
