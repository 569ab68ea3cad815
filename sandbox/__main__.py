"""`python -m sandbox` serves the stand-ins; `python -m sandbox up` also the service beside them."""

import argparse
import asyncio
import os
import sys

from sandbox.serving import Refused
from sandbox.settings import read_clock_shift, read_place
from sandbox.staff import FILE
from sandbox.up import Child, serve_sandbox, up
from sandbox.world import real_world


def main() -> int:
    """Run until told to stop; exit code 2 and one sentence when something outside is wrong."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["serve", "up"], default="serve")
    parser.add_argument("command", nargs="*", help="instead of `python -m bot serve`, after --")
    asked = parser.parse_args()
    environ = dict(os.environ)  # noqa: TID251 the sandbox's one place; it may not import ours
    command = asked.command or [sys.executable, "-m", "bot", "serve"]
    staff = [] if asked.command else [sys.executable, "-m", "bot", "staff", "import", str(FILE)]
    try:
        place, world = read_place(environ), real_world(read_clock_shift(environ))
        if asked.what == "up":
            return asyncio.run(up(place, Child(command, environ, staff), world))
        return asyncio.run(serve_sandbox(place, world))
    except Refused as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 the one clear sentence
        return 2


if __name__ == "__main__":
    sys.exit(main())
