import base64
import hashlib
import re
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet
from pytest_aiohttp.plugin import AiohttpClient
from yarl import URL

from sandbox import identity as provider
from sandbox.citizens import load_citizens
from sandbox.serving import new_app
from tests.sandbox.desk import NOW, Client, StillWorld

CALLBACK = "http://127.0.0.1:8080/m/login/callback"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
ASKED = {
    "response_type": "code",
    "client_id": "desk",
    "redirect_uri": CALLBACK,
    "scope": "openid profile phone",
    "state": "s 1",
    "nonce": "n1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def still() -> StillWorld:
    return StillWorld()


@pytest.fixture
async def client(aiohttp_client: AiohttpClient, still: StillWorld) -> Client:
    known = provider.Client("desk", "s3cret:/")
    identity = provider.Identity(known, load_citizens(), still.world)
    return await aiohttp_client(new_app(identity.routes()))


async def authorize(client: Client, **changed: str) -> URL:
    async with client.get(
        "/identity/authorize", params={**ASKED, **changed}, allow_redirects=False
    ) as answer:
        assert answer.status == 302, await answer.text()
        return URL(answer.headers["Location"])


async def redeem(client: Client, code: str, **changed: str) -> tuple[int, dict[str, Any]]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "desk",
        "client_secret": "s3cret:/",
        **changed,
    }
    async with client.post("/identity/token", data=form) as answer:
        return answer.status, await answer.json(content_type=None)


async def log_in(client: Client) -> str:
    code = (await authorize(client, login_as="wang_jianguo")).query["code"]
    status, answer = await redeem(client, code)
    assert status == 200
    return str(answer["id_token"])


async def claims_of(client: Client, id_token: str) -> dict[str, Any]:
    async with client.get("/identity/jwks") as answer:
        keys = KeySet.import_key_set(await answer.json())
    return jwt.decode(id_token, keys, algorithms=["RS256"]).claims


async def test_discovery_names_the_endpoints_under_the_issuer(client: Client) -> None:
    found = await (await client.get("/identity/.well-known/openid-configuration")).json()
    issuer = str(client.make_url("/identity"))
    assert found["issuer"] == issuer
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        assert found[name].startswith(issuer + "/")


async def test_a_login_gives_her_name_number_and_phone(client: Client) -> None:
    target = await authorize(client, login_as="wang_jianguo")
    assert str(target).startswith(CALLBACK)
    assert target.query["state"] == "s 1"
    status, answer = await redeem(client, target.query["code"])
    assert (status, answer["token_type"]) == (200, "Bearer")
    claims = await claims_of(client, answer["id_token"])
    assert claims["iss"] == str(client.make_url("/identity"))
    assert (claims["aud"], claims["nonce"]) == ("desk", "n1")
    assert claims["iat"] <= NOW < claims["exp"]
    assert claims["name"] == "王建国"
    assert claims["id_number"] == "410105196606129011"
    assert claims["phone_number"] == "19900000001"


async def test_basic_authentication_works_too(client: Client) -> None:
    code = (await authorize(client, login_as="li_min")).query["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    basic = base64.b64encode(b"desk:s3cret%3A%2F").decode()
    headers = {"Authorization": f"Basic {basic}"}
    assert (await client.post("/identity/token", data=form, headers=headers)).status == 200


async def test_the_page_lists_everybody_as_invented_and_its_links_log_in(client: Client) -> None:
    async with client.get("/identity/authorize", params=ASKED) as answer:
        page = await answer.text()
    assert page.count("（虚构）") == len(list(load_citizens()))
    assert "18px" in page
    link = re.search(r'href="([^"]*login_as=zhang_xiuying[^"]*)"', page)
    assert link is not None
    path = URL(link[1].replace("&amp;", "&"))
    answer = await client.get(str(path), allow_redirects=False)
    assert URL(answer.headers["Location"]).query["code"]


async def test_cancelling_and_failing_come_back_as_errors(client: Client) -> None:
    cancelled = await authorize(client, deny="access_denied")
    assert (cancelled.query["error"], cancelled.query["state"]) == ("access_denied", "s 1")
    assert (await authorize(client, deny="server_error")).query["error"] == "server_error"


async def test_a_wrong_client_or_address_is_never_redirected_to(client: Client) -> None:
    for changed in (
        {"client_id": "other"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "javascript://127.0.0.1/m/login/callback"},
        {"redirect_uri": "http://[/m/login/callback"},
    ):
        async with client.get(
            "/identity/authorize", params={**ASKED, **changed}, allow_redirects=False
        ) as answer:
            assert answer.status == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
    ],
)
async def test_a_request_with_a_mistake_is_sent_back(
    client: Client, changed: dict[str, str], error: str
) -> None:
    assert (await authorize(client, login_as="li_min", **changed)).query["error"] == error


async def test_a_code_works_once(client: Client) -> None:
    code = (await authorize(client, login_as="li_min")).query["code"]
    assert (await redeem(client, code))[0] == 200
    assert await redeem(client, code) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "changed", [{"code_verifier": "w" * 50}, {"redirect_uri": CALLBACK + "x"}, {"code": "none"}]
)
async def test_a_code_needs_its_verifier_and_its_address(
    client: Client, changed: dict[str, str]
) -> None:
    code = (await authorize(client, login_as="li_min")).query["code"]
    assert await redeem(client, **{"code": code, **changed}) == (400, {"error": "invalid_grant"})


async def test_a_code_lives_a_minute(client: Client, still: StillWorld) -> None:
    code = (await authorize(client, login_as="li_min")).query["code"]
    still.time += 61
    assert (await redeem(client, code))[0] == 400


async def test_a_wrong_secret_or_grant_type_is_refused(client: Client) -> None:
    code = (await authorize(client, login_as="li_min")).query["code"]
    assert (await redeem(client, code, client_secret="x"))[0] == 401
    assert (await redeem(client, code, grant_type="password"))[1] == {
        "error": "unsupported_grant_type"
    }


@pytest.mark.parametrize(
    ("mode", "claim", "value"),
    [
        ("wrong_nonce", "nonce", "not-the-one-you-sent"),
        ("wrong_audience", "aud", "somebody-else"),
        ("expired", "exp", NOW - 3600),
    ],
)
async def test_tokens_are_spoilt_on_request(
    client: Client, mode: str, claim: str, value: object
) -> None:
    await client.post("/control/identity/failures", json={"mode": mode, "times": 1})
    assert (await claims_of(client, await log_in(client)))[claim] == value
    assert (await claims_of(client, await log_in(client)))[claim] != value


async def test_a_token_is_signed_with_a_foreign_key_on_request(client: Client) -> None:
    await client.post("/control/identity/failures", json={"mode": "bad_signature"})
    id_token = await log_in(client)
    with pytest.raises(BadSignatureError):
        await claims_of(client, id_token)


async def test_the_login_breaks_on_request(client: Client) -> None:
    await client.post("/control/identity/failures", json={"mode": "http_500", "times": 1})
    code = (await authorize(client, login_as="li_min")).query["code"]
    assert (await redeem(client, code))[0] == 500
    assert (await redeem(client, code))[0] == 200
