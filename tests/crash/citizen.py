"""A citizen who looks at her screen: what stands there tells her what to do next.

When nothing came, or only “服务出现故障”, she looks again after a while and repeats her last step
once. She taps where she can; only her bank card's number and the first word are typed.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

import aiohttp

from tests.journeys.city import Phone

CARD: Final = "6217000010000000128"
CHOICES: Final = {
    "holds_papers": "yes",
    "registry_consent": "agree",
    "card": "confirmed",
    "bank_name": "中国建设银行",
    "wants_fund": "no",
    "wants_only_child": "no",
    "delivery": "pickup",
    "pickup_office": "office-410100",
    ".": "submit",
}
"""Question → choice, as they stand in the ids of what can be tapped; `.` is the review."""
HANDED_IN: Final = "提交成功"
OLD_LINK: Final = 410
"""The page's status when a login link was used before."""
LOOKS: Final = 30
"""How often she looks at her screen before she gives up waiting."""

Wait: TypeAlias = Callable[[int], Awaitable[None]]
Step: TypeAlias = Callable[[], Awaitable[Any]]
Message: TypeAlias = dict[str, Any]


class Lost(Exception):
    """She said it twice and nothing came."""


@dataclass(slots=True)
class Citizen:
    """Applies on her phone; `wait` lets some time pass, the more the longer she has waited."""

    phone: Phone
    name: str
    wait: Wait
    repeated: int = 0
    seen: int = 0
    """The newest message that she has dealt with."""
    steps: list[str] = field(default_factory=list)

    async def applies(self) -> None:
        """From 办理退休 until the application is handed in."""
        message = await self._does("办理退休", lambda: self._types("办理退休"))
        for _ in range(40):
            if HANDED_IN in message["text"]:
                return
            what, step = self._next(message)
            message = await self._does(what, step)
        raise Lost(f"no end in sight: {self.steps}")

    def _next(self, message: Message) -> tuple[str, Step]:
        """What a message on her screen makes her do."""
        links = [one["url"] for one in message["links"] if "/m/login" in one["url"]]
        if links:
            return "login", lambda: self._logs_in(links[0])
        choice = next((one for one in message["choices"] if _chosen(one["id"])), None)
        if choice is not None:
            return _chosen(choice["id"]), lambda: self._taps(choice)
        if "卡号" in message["text"]:
            return "card number", lambda: self._types(CARD)
        raise Lost(f"she does not know what to do with: {message['text']}")

    async def _does(self, what: str, step: Step) -> Message:
        for _ in range(2):
            self.steps.append(what)
            before = self.seen
            await step()
            message = await self._looks()
            if message is not None:
                self.seen = max(before, message["id"])
                return message
            self.repeated += 1
        raise Lost(f"no answer to {what}")

    async def _looks(self) -> Message | None:
        """The newest that was written to her and asks something, if it came since."""
        for look in range(LOOKS):
            new = [
                one
                for one in await self.phone.messages()
                if one["kind"] == "in" and not one["fault"] and one["id"] > self.seen
            ]
            telling = [one for one in new if _tells(one)]
            if telling:
                return telling[-1]
            await self.wait(look)
        return None

    async def _types(self, text: str) -> None:
        await self._tries({"type": "text", "text": text})

    async def _taps(self, choice: dict[str, Any]) -> None:
        what = {"type": "tap", "menu_id": choice["id"], "content": choice["content"]}
        await self._tries(what)

    async def _tries(self, what: dict[str, Any]) -> None:
        """A fault is something that happens: she will see it on the screen."""
        path = f"/control/platform/phones/{self.phone.openid}/say"
        await self.phone.city.asked("POST", path, json=what)

    async def _logs_in(self, link: str) -> None:
        """The province's login page; a link that is used up says what to send in the chat.

        When the page breaks she is back in the chat, no wiser.
        """
        try:
            async with self.phone.browser() as browser:
                async with browser.get(link) as begun:
                    address, status = str(begun.url), begun.status
                if status == 200:
                    async with browser.get(f"{address}&login_as={self.name}") as back:
                        status = back.status
        except aiohttp.ClientError:
            return
        if status == OLD_LINK:
            await self._types("实名认证")


def _tells(message: Message) -> bool:
    """Whether the message leads on; “正在为您查询…” does not."""
    return (
        HANDED_IN in message["text"]
        or any("/m/login" in one["url"] for one in message["links"])
        or any(_chosen(choice["id"]) for choice in message["choices"])
        or ("卡号" in message["text"] and not message["choices"])
    )


def _chosen(menu_id: str) -> str:
    """`question:choice`, if a tap's id is what she wants to say; empty if not."""
    _, _, question, choice = (unquote(menu_id).split(":", 3) + [""] * 4)[:4]
    return f"{question}:{choice}" if CHOICES.get(question) == choice else ""


def repeats(texts: list[str]) -> list[str]:
    """What came more than once; numbers and links differ and do not count."""
    plain = [re.sub(r"<a [^>]*>|https?://\S+|\d+", "", text) for text in texts]
    return sorted({text for text in plain if plain.count(text) > 1})
