"""`python -m bot menu FILE`: the Official Account's menu, put up through the shared token.

With the server address switched on, WeChat ignores the menu of the account's own page; it has to
come from here. A button's key is a command of the conversation.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson
import uvloop

from bot.process import CannotStart, prepare, redis_beside
from bot.settings import Settings
from bot.wechat.menu import Menu, menu_problems
from bot.wechat.results import NotSent, Refused, Sent, Unknown
from bot.wiring import open_world
from dialogs.steering import COMMANDS


def put_up_menu(settings: Settings, file: Path) -> None:
    """Put up the menu in `file`; raises CannotStart with what is wrong or what WeChat said."""
    menu = _read(file)
    if problems := menu_problems(menu) or tuple(unknown_keys(menu)):
        raise CannotStart(f"{file}: " + "; ".join(problems))
    prepare(settings)
    with redis_beside(settings, own=False) as redis_url:
        uvloop.run(_put_up(settings, redis_url, menu))


def unknown_keys(menu: Menu) -> Iterator[str]:
    """A sentence for each button whose key nobody would hear; of a menu without problems."""
    for button in menu.get("button", ()):
        for leaf in button.get("sub_button") or (button,):
            key = leaf.get("key")
            if leaf.get("type") == "click" and key not in COMMANDS:
                yield f"{leaf.get('name')}: {key} is no command ({', '.join(COMMANDS)})"


def _read(file: Path) -> Menu:
    try:
        menu = orjson.loads(file.read_bytes())
    except OSError as error:
        raise CannotStart(f"{file} cannot be read: {error.strerror}.") from error
    except orjson.JSONDecodeError as error:
        raise CannotStart(f"{file} is not JSON: {error}.") from error
    if not isinstance(menu, dict):
        raise CannotStart(f"{file} must hold one object with the list `button`.")
    return menu


async def _put_up(settings: Settings, redis_url: str, menu: Menu) -> None:
    async with open_world(settings, redis_url) as world:
        match await world.desk.platform.create_menu(menu):
            case Sent():
                return
            case Refused(errcode=errcode):
                raise CannotStart(f"WeChat refused the menu with errcode {errcode}.")
            case NotSent(reason=reason) | Unknown(reason=reason):
                raise CannotStart(f"WeChat could not be asked to put up the menu: {reason}.")
