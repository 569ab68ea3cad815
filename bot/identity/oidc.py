"""Who somebody is, by the province's login: OpenID Connect, authorization code with PKCE.

Checked before a word of it is believed: the state (by the caller), the signature (RS256, keys of
the provider), issuer, audience, nonce and expiry. No token, code or claim enters a log or a
message of an error.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import aiohttp
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.clock import Clock
from cases.identity_numbers import BadNumber, read_identity_number

LIMIT: Final = aiohttp.ClientTimeout(total=8, connect=3)
MAX_ANSWER: Final = 256 * 1024
LEEWAY: Final = 60
"""Seconds by which the provider's clock may differ from ours."""


class LoginFailed(Exception):
    """The provider did not say who this is, or what it said cannot be believed."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A login that was begun: what its end must match. Kept by us, never sent along."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claims:
    """Who it is, as far as the provider vouches for it."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone_number: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Client:
    """Ourselves, as the provider knows us."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    redirect_uri: str = ""


class Oidc:
    """One provider. Its addresses are read when first needed, its keys when they change."""

    def __init__(self, session: aiohttp.ClientSession, client: Client, clock: Clock) -> None:
        self._session = session
        self._client = client
        self._clock = clock
        self._endpoints: Mapping[str, str] = {}
        self._keys: KeySet | None = None

    def begin(self) -> Pending:
        """A new login."""
        return Pending(*(secrets.token_urlsafe(32) for _ in range(3)))

    async def authorize_url(self, pending: Pending) -> str:
        """Where the phone goes. Raises LoginFailed when the provider cannot be reached."""
        endpoints = await self._discovered()
        digest = hashlib.sha256(pending.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.redirect_uri,
            "scope": "openid profile phone",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        page = endpoints["authorization_endpoint"]
        return f"{page}{'&' if '?' in page else '?'}{urlencode(query)}"

    async def finish(self, code: str, pending: Pending) -> Claims:
        """Exchange the code for claims that can be believed. Raises LoginFailed."""
        endpoints = await self._discovered()
        answer = await self._posted(
            endpoints["token_endpoint"],
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._client.redirect_uri,
                "code_verifier": pending.verifier,
            },
        )
        token = answer.get("id_token")
        if not isinstance(token, str) or len(token) > MAX_ANSWER:
            raise LoginFailed("no id_token")
        return _claims(await self._verified(token, pending))

    async def _verified(self, token: str, pending: Pending) -> Mapping[str, Any]:
        for fresh in (False, True):
            try:
                decoded = jwt.decode(token, await self._key_set(fresh=fresh), algorithms=["RS256"])
            except (JoseError, ValueError) as error:
                if fresh:
                    raise LoginFailed("the id_token's signature does not hold") from error
                continue
            self._check(decoded.claims, pending, self._clock())
            return decoded.claims
        raise LoginFailed("the id_token cannot be read")

    def _check(self, claims: Mapping[str, Any], pending: Pending, now: datetime) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._client.issuer},
            aud={"essential": True, "value": self._client.id},
            exp={"essential": True},
            nonce={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except JoseError as error:
            raise LoginFailed("the id_token's claims do not hold") from error
        nonce = str(claims.get("nonce", ""))
        if not secrets.compare_digest(nonce.encode(), pending.nonce.encode()):
            raise LoginFailed("the id_token belongs to another login")

    async def _key_set(self, *, fresh: bool) -> KeySet:
        if self._keys is None or fresh:
            endpoints = await self._discovered()
            try:
                self._keys = KeySet.import_key_set(await self._fetched(endpoints["jwks_uri"]))  # type: ignore[arg-type]  # checked by the library
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise LoginFailed("the provider's keys cannot be read") from error
        return self._keys

    async def _discovered(self) -> Mapping[str, str]:
        if not self._endpoints:
            found = await self._fetched(f"{self._client.issuer}/.well-known/openid-configuration")
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if found.get("issuer") != self._client.issuer:
                raise LoginFailed("the provider calls itself something else")
            if not all(isinstance(found.get(name), str) for name in names):
                raise LoginFailed("the provider does not say where its pages are")
            self._endpoints = {name: str(found[name]) for name in names}
        return self._endpoints

    async def _fetched(self, url: str) -> Mapping[str, Any]:
        try:
            async with self._session.get(url, timeout=LIMIT, allow_redirects=False) as response:
                return await _read(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise LoginFailed("the provider does not answer") from error

    async def _posted(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        pair = f"{quote_plus(self._client.id)}:{quote_plus(self._client.secret)}"  # RFC 6749 2.3.1
        headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        try:
            async with self._session.post(
                url, data=form, headers=headers, timeout=LIMIT, allow_redirects=False
            ) as response:
                return await _read(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise LoginFailed("the provider does not answer") from error


async def _read(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    if response.status != 200:
        raise LoginFailed(f"the provider answers {response.status}")
    body = bytearray()
    async for chunk in response.content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise LoginFailed("the provider's answer is too long")
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise LoginFailed("the provider's answer cannot be read") from error
    if not isinstance(data, dict):
        raise LoginFailed("the provider's answer cannot be read")
    return data


def _claims(claims: Mapping[str, Any]) -> Claims:
    """The claims that we use, if they can be a person's; the form's rules rely on the number."""
    name, number, phone = (claims.get(key) for key in ("name", "id_number", "phone_number"))
    if not isinstance(name, str) or not isinstance(number, str):
        raise LoginFailed("the id_token does not say who it is")
    read = read_identity_number(number)
    known_name = " ".join(name.split())
    if isinstance(read, BadNumber) or not known_name.isprintable() or not known_name:
        raise LoginFailed("the id_token does not say who it is")
    is_phone = isinstance(phone, str) and re.fullmatch(r"[0-9+ -]{5,20}", phone, re.ASCII)
    return Claims(known_name[:60], read.number, phone if is_phone else None)
