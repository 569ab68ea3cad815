"""The department API's description, OpenAPI 3.1, made from the models that read the requests."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.problems import MEDIA_TYPE

Mode: TypeAlias = Literal["validation", "serialization"]
Refs: TypeAlias = Mapping[Any, Mapping[str, Any]]
"""(model, mode) → where its schema stands."""
_SIGNED_HEADERS: Final = ("X-Department", "X-Timestamp", "X-Nonce", "X-Signature")
_ALWAYS: Final = (401, 413, 503)
_RULE: Final = (
    "Every request is signed: X-Department (your id), X-Timestamp (Unix seconds, within 300 s), "
    "X-Nonce (8 to 128 visible characters, used once), X-Signature (lower-case hex HMAC-SHA256, "
    "key as UTF-8, over METHOD, path?query as sent, timestamp, nonce and the hex SHA-256 of the "
    "body, joined by line feeds). Refusals are RFC 9457 problems; unknown fields are refused."
)
_PROBLEM: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


@dataclass(frozen=True, slots=True)
class Described:
    """What a line of the table says about itself. No `answer`: bytes, or this description."""

    summary: str
    answer: type[BaseModel] | None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    refusals: tuple[int, ...] = ()


Line: TypeAlias = tuple[str, str, bool, Described]
"""Method, path below the prefix, whether it is signed, and the rest."""


def describe(prefix: str, lines: Sequence[Line]) -> dict[str, Any]:
    """The whole description."""
    refs, definitions = models_json_schema(
        list(_models(lines)), ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for method, path, signed, described in lines:
        operation = _operation(path, signed, described, refs)
        paths.setdefault(prefix + path, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Department API", "version": "1", "description": _RULE},
        "paths": paths,
        "components": {
            "schemas": {**definitions.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {
                name: {"type": "apiKey", "in": "header", "name": name} for name in _SIGNED_HEADERS
            },
        },
    }


def _models(lines: Iterable[Line]) -> Iterable[tuple[type[BaseModel], Mode]]:
    for _, _, _, described in lines:
        if described.answer:
            yield described.answer, "serialization"
        if described.body:
            yield described.body, "validation"


def _operation(
    path: str,
    signed: bool,
    described: Described,
    refs: Refs,
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": described.summary,
        "parameters": [*_path_parameters(path), *_query_parameters(described.query)],
        "security": [{name: [] for name in _SIGNED_HEADERS}] if signed else [],
        "responses": _responses(signed, described, refs),
    }
    if described.body:
        schema = refs[described.body, "validation"]
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _responses(
    signed: bool,
    described: Described,
    refs: Refs,
) -> dict[str, Any]:
    content: dict[str, Any] = {"*/*": {}}
    if described.answer:
        content = {"application/json": {"schema": refs[described.answer, "serialization"]}}
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = sorted({*described.refusals, *(_ALWAYS if signed else ())})
    return {
        "200": {"description": "Done", "content": content},
        **{str(one): {"description": "Refused", "content": problem} for one in refusals},
    }


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", path)
    return [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string"}} for one in names
    ]


def _query_parameters(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    properties = query.model_json_schema()["properties"] if query else {}
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in properties.items()
    ]
