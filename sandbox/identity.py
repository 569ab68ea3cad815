"""The province's login: an OpenID Connect provider where anybody can be any invented citizen.

Authorization code with PKCE (S256); a code works once, for a minute, for the client that asked.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jinja2
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from yarl import URL

from sandbox.citizens import Citizen, Citizens
from sandbox.serving import Failures, Problem
from sandbox.world import World

CODE_SECONDS = 60
TOKEN_SECONDS = 300
CALLBACK_PATH = "/m/login/callback"
DENIALS = ("access_denied", "server_error")
FAILURES = ("wrong_nonce", "expired", "wrong_audience", "bad_signature", "http_500")


@dataclass(frozen=True, slots=True)
class Client:
    """The one registered client; its redirect may live on any address, at CALLBACK_PATH."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    citizen: Citizen
    redirect_uri: str
    challenge: str
    nonce: str
    expires_at: float


@dataclass
class Keys:
    """Made when first needed: a start should not wait for prime numbers."""

    token: str

    @cached_property
    def real(self) -> RSAKey:
        return self._new()

    @cached_property
    def forged(self) -> RSAKey:
        return self._new()

    def _new(self) -> RSAKey:
        return RSAKey.generate_key(2048, {"kid": self.token, "use": "sig", "alg": "RS256"})


class Identity:
    """Discovery, authorize page, token and key endpoints under one prefix."""

    def __init__(self, client: Client, citizens: Citizens, world: World) -> None:
        self.failures = Failures(*FAILURES)
        self._client, self._citizens, self._world = client, citizens, world
        self._keys = Keys(world.token())
        self._grants: dict[str, Grant] = {}
        self._prefix = ""

    def routes(self, prefix: str = "/identity") -> list[web.RouteDef]:
        self._prefix = prefix
        return [
            web.get(prefix + "/.well-known/openid-configuration", self._discover),
            web.get(prefix + "/jwks", self._jwks),
            web.get(prefix + "/authorize", self._authorize),
            web.post(prefix + "/token", self._token),
            *self.failures.routes("/control/identity/failures"),
        ]

    def _issuer(self, request: web.Request) -> str:
        return f"{request.scheme}://{request.host}{self._prefix}"

    async def _discover(self, request: web.Request) -> web.Response:
        issuer = self._issuer(request)
        return web.json_response(
            {
                "issuer": issuer,
                "authorization_endpoint": issuer + "/authorize",
                "token_endpoint": issuer + "/token",
                "jwks_uri": issuer + "/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile", "phone"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
                "claims_supported": ["sub", "name", "id_number", "phone_number"],
            }
        )

    async def _jwks(self, _request: web.Request) -> web.Response:
        return web.json_response(KeySet([self._keys.real]).as_dict(private=False))

    async def _authorize(self, request: web.Request) -> web.Response:
        query = request.query
        back = self._redirect_target(query)
        mistake = _mistake(query)
        if mistake is not None:
            raise _found(back, query, {"error": mistake})
        if (denial := query.get("deny")) is not None:
            raise _found(back, query, {"error": denial if denial in DENIALS else DENIALS[0]})
        if "login_as" not in query:
            return _login_page(request, self._citizens)
        citizen = self._citizens.by_key.get(query["login_as"])
        if citizen is None:
            raise Problem(400, "unknown_citizen")
        raise _found(back, query, {"code": self._new_code(citizen, query)})

    def _redirect_target(self, query: Mapping[str, str]) -> URL:
        """Where to send the browser; a wrong client or address is never redirected to."""
        if query.get("client_id") != self._client.client_id:
            raise Problem(400, "unknown_client")
        target = _url(query.get("redirect_uri", ""))
        if target.scheme not in {"http", "https"} or target.path != CALLBACK_PATH:
            raise Problem(400, "unknown_redirect_uri", f"registered is any …{CALLBACK_PATH}")
        return target

    def _new_code(self, citizen: Citizen, query: Mapping[str, str]) -> str:
        code = self._world.token()
        self._grants[code] = Grant(
            citizen=citizen,
            redirect_uri=query["redirect_uri"],
            challenge=query["code_challenge"],
            nonce=query.get("nonce", ""),
            expires_at=self._world.now() + CODE_SECONDS,
        )
        return code

    async def _token(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        failure = self.failures.take()
        if failure == "http_500":
            raise Problem(500, "login_broken")
        if not self._is_client(request.headers.get("Authorization"), form):
            headers = {"WWW-Authenticate": "Basic"}
            return web.json_response({"error": "invalid_client"}, status=401, headers=headers)
        if form.get("grant_type") != "authorization_code":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        grant = self._redeem(form)
        if grant is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        answer = {
            "access_token": self._world.token(),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self._id_token(grant, self._issuer(request), failure),
        }
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _is_client(self, authorization: str | None, form: Mapping[str, str]) -> bool:
        given = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
        wanted = (self._client.client_id, self._client.client_secret)
        return all(
            hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, wanted, strict=True)
        )

    def _redeem(self, form: Mapping[str, str]) -> Grant | None:
        """A code is gone after the first try, right or wrong."""
        grant = self._grants.pop(form.get("code", ""), None)
        if grant is None or grant.expires_at < self._world.now():
            return None
        if grant.redirect_uri != form.get("redirect_uri"):
            return None
        return grant if _challenge(form.get("code_verifier", "")) == grant.challenge else None

    def _id_token(self, grant: Grant, issuer: str, failure: str | None) -> str:
        now = int(self._world.now())
        claims: dict[str, Any] = {
            "iss": issuer,
            "sub": grant.citizen.key,
            "aud": self._client.client_id,
            "nonce": grant.nonce,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "name": grant.citizen.name,
            "id_number": grant.citizen.id_number,
            "phone_number": grant.citizen.phone,
        }
        claims |= _spoilt(failure, now)
        key = self._keys.forged if failure == "bad_signature" else self._keys.real
        return jwt.encode({"alg": "RS256", "kid": self._keys.token}, claims, key)


def _mistake(query: Mapping[str, str]) -> str | None:
    """The OAuth error word for a request that we can answer by redirect."""
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in query.get("scope", "").split():
        return "invalid_scope"
    s256 = (
        query.get("code_challenge_method") == "S256" and len(query.get("code_challenge", "")) == 43
    )
    return None if s256 and query.get("state") else "invalid_request"


def _found(target: URL, query: Mapping[str, str], answer: dict[str, str]) -> web.HTTPFound:
    state = {"state": query["state"]} if "state" in query else {}
    return web.HTTPFound(target.update_query({**answer, **state}))


def _url(text: str) -> URL:
    """The address; an empty one for what is none."""
    try:
        return URL(text)
    except ValueError:
        return URL()


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _basic(authorization: str | None) -> tuple[str, str] | None:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote(client_id), unquote(secret)


def _spoilt(failure: str | None, now: int) -> dict[str, Any]:
    match failure:
        case "wrong_nonce":
            return {"nonce": "not-the-one-you-sent"}
        case "expired":
            return {"iat": now - 7200, "exp": now - 3600}
        case "wrong_audience":
            return {"aud": "somebody-else"}
        case _:
            return {}


def _login_page(request: web.Request, citizens: Citizens) -> web.Response:
    here = request.rel_url
    choices = [(one, here.update_query(login_as=one.key)) for one in citizens]
    denials = {name: here.update_query(deny=name) for name in DENIALS}
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        Path(__file__).with_name("login.html").read_text(encoding="utf-8")
    )
    html = template.render(choices=choices, denials=denials)
    return web.Response(text=html, content_type="text/html")
