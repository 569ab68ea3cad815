"""The service's place in the tests of `python -m sandbox up`: ready at once, notes what it sees."""

import json
import os
import signal
import sys
import urllib.request
from pathlib import Path

from aiohttp import web

ENVIRON = dict(os.environ)  # noqa: TID251 a program of its own


def note(**what: str) -> None:
    with Path(ENVIRON["NOTES"]).open("a") as notes:
        notes.write(json.dumps({"pid": str(os.getpid()), **what}) + "\n")


async def ready(_request: web.Request) -> web.Response:
    return web.Response()


def main() -> None:
    app = web.Application()
    app.router.add_get("/readyz", ready)
    stubborn = "stubborn" in sys.argv
    note(what="started", environ=json.dumps(ENVIRON))
    if stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    port = int(ENVIRON["PORT"])
    web.run_app(app, host=ENVIRON["HOST"], port=port, print=None, handle_signals=not stubborn)
    sandbox = ENVIRON["REGISTRY_URL"].removesuffix("/registry")
    with urllib.request.urlopen(sandbox + "/control/citizens") as answer:
        note(what="stopped", sandbox=str(answer.status))


if __name__ == "__main__":
    main()
