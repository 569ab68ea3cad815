"""What goes wrong on the wire, in one shape: RFC 9457 problem details.

`Problem` is the one root of refusals that end a request; `answer_problems` is the one place that
turns them into answers. What nobody foresaw becomes a 500 without a word of what was inside.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar, Final

import orjson
import structlog
from aiohttp import web

from storage.errors import StorageError

MEDIA_TYPE: Final = "application/problem+json"
_TYPES: Final = "urn:problem-type:tuixiu:"
"""Not an address: there is nothing to fetch, the name alone is compared."""

log = structlog.get_logger()


class Problem(Exception):
    """The request cannot be understood."""

    status: ClassVar[int] = 400
    kind: ClassVar[str] = "bad_request"
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or type(self).title())
        self.detail = detail

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring: the same for every occurrence."""
        return (cls.__doc__ or cls.kind).splitlines()[0]


class TooLarge(Problem):
    """The body is larger than this address takes."""

    status, kind = 413, "too_large"


class Invalid(Problem):
    """The request does not say what this address expects."""

    status, kind = 400, "invalid"


class NotFound(Problem):
    """There is nothing here for you."""

    status, kind = 404, "not_found"


class Away(Problem):
    """The service cannot answer at the moment; try again."""

    status, kind = 503, "away"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class Unforeseen(Problem):
    """The service made a mistake; it has been noted."""

    status, kind = 500, "unforeseen"


@web.middleware
async def answer_problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer every refusal and every mistake below in the one shape."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_response(problem)
    except web.HTTPException as error:
        return _of_aiohttp(error)
    except StorageError as error:
        _noted("storage_away", error, request)
        return problem_response(Away())
    except Exception as error:  # noqa: BLE001 - the one place where the unforeseen ends
        _noted("unforeseen", error, request)
        return problem_response(Unforeseen())


def problem_response(problem: Problem) -> web.Response:
    """The answer that a problem gets."""
    return _response(problem.status, problem.kind, problem.title(), problem.detail, problem.headers)


def _of_aiohttp(error: web.HTTPException) -> web.StreamResponse:
    """What aiohttp refuses by itself (no such path, no such method); redirects and pages pass."""
    if error.status < 400 or error.content_type != "text/plain":
        raise error
    allow = error.headers.get("Allow")
    headers = {"Allow": allow} if allow else {}
    return _response(error.status, f"http_{error.status}", error.reason, "", headers)


def _response(
    status: int, kind: str, title: str, detail: str, headers: Mapping[str, str]
) -> web.Response:
    body: dict[str, str | int] = {"type": _TYPES + kind, "title": title, "status": status}
    if detail:
        body["detail"] = detail
    return web.Response(
        body=orjson.dumps(body), status=status, content_type=MEDIA_TYPE, headers=headers
    )


def _noted(what: str, error: Exception, request: web.Request) -> None:
    """Without the traceback's values and the message, which may quote what somebody said."""
    log.error(what, error=type(error).__name__, at=_place(error), route=_route(request))


def _route(request: web.Request) -> str:
    """The pattern, not the path: a path may name a person's case."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


def _place(error: BaseException) -> str:
    """Module and line where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"
