"""The household registry: what the province's police interface would answer.

Each citizen has an answer of her own (citizens.yaml); a control call can break it for everybody.
"""

from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.citizens import Citizen, Citizens, RegistryAnswer
from sandbox.serving import Failures, Problem, garbage, hang, parse_object
from sandbox.signing import Verifier, verified_body
from sandbox.world import World

SENDER = "desk"  # the X-Department under which the service asks


class Consent(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text_version: str = Field(min_length=1)
    given_at: str = Field(min_length=1)
    reference: str = Field(min_length=1)


class Query(BaseModel):
    """The one question; the papers are asked the same way."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    id_number: str = Field(min_length=18, max_length=18)
    consent: Consent


class Registry:
    """`POST /registry/households/query`."""

    def __init__(self, key: str, citizens: Citizens, world: World) -> None:
        self.failures = Failures("timeout", "http_500", "garbage")
        self._verifier = Verifier(SENDER, (key,), world)
        self._citizens = citizens
        self._queries: list[dict[str, Any]] = []

    def routes(self, prefix: str = "/registry") -> list[web.RouteDef]:
        return [
            web.post(prefix + "/households/query", self._answer),
            web.get("/control/registry/queries", self._show_queries),
            *self.failures.routes("/control/registry/failures"),
        ]

    async def _answer(self, request: web.Request) -> web.Response:
        query = parse_query(await verified_body(request, self._verifier))
        citizen = self._citizens.by_id_number.get(query.id_number)
        answer = self._answer_about(citizen, query.name)
        way = self.failures.take() or answer
        self._queries.append({**query.model_dump(), "answer": str(way)})
        match way:
            case RegistryAnswer.TIMEOUT:
                return await hang(request)
            case RegistryAnswer.GARBAGE:
                return garbage()
            case "http_500":
                raise Problem(500, "registry_broken")
            case RegistryAnswer.FOUND if citizen is not None:
                return web.json_response({"status": "found", "person": _person(citizen)})
        return web.json_response({"status": str(way)})

    def _answer_about(self, citizen: Citizen | None, name: str) -> RegistryAnswer:
        if citizen is None:
            return RegistryAnswer.NOT_FOUND
        if citizen.registry is RegistryAnswer.FOUND and citizen.name != name:
            return RegistryAnswer.MISMATCH
        return citizen.registry

    async def _show_queries(self, _request: web.Request) -> web.Response:
        return web.json_response(self._queries)


def parse_query(body: bytes) -> Query:
    """The question, or the 403 for one without consent, the 400 for any other mistake."""
    raw = parse_object(body)
    if not raw.get("consent"):
        raise Problem(403, "consent_required", "no household record without the person's consent")
    try:
        return Query.model_validate(raw)
    except ValidationError as error:
        raise Problem(400, "bad_query", str(error)) from error


def _person(citizen: Citizen) -> dict[str, Any]:
    return {"name": citizen.name, **citizen.person.model_dump()}
