"""Delivering what happened to the callback: five seconds, three times, then the fault text."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Literal

import aiohttp

from sandbox.platform.failures import DELIVERY_FAILURES, Failure
from sandbox.platform.memory import Message, Phone
from sandbox.platform.pushes import Fields, Push, make_push, signed_query
from sandbox.platform.replies import BrokenRuleError, Reply, read_reply
from sandbox.platform.state import FAULT, Platform

_COPIES_AT_ONCE = 3
_NO_FAILURE = Failure("none")


@dataclass(frozen=True, slots=True)
class Answered:
    """The service answered in time, with this body."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Missed:
    """One delivery without an answer that counts."""

    why: Literal["late", "unreachable", "http_status"]
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a delivery ended, and what the phone shows for it."""

    state: Literal["answered", "nothing", "fault"]
    deliveries: int
    shown: Message | None = None


class Courier:
    """Takes what a citizen did to the service and brings the passive answer back."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def deliver(self, phone: Phone, fields: Fields) -> Outcome:
        """Deliver until answered, at most three times; show the answer or the fault."""
        failure = self._platform.failures.take(DELIVERY_FAILURES) or _NO_FAILURE
        if failure.what == "deliver_late":
            await asyncio.sleep(failure.seconds)
        if failure.what == "deliver_at_once":
            return await self._deliver_at_once(phone, fields)
        pushes = self._pushes(phone, fields, same_nonce=failure.what == "repeat_nonce")
        count, answer = await self._try(phone, pushes, lose_first=failure.what == "answer_lost")
        if answer is None:
            return self._show_fault(phone, count)
        if failure.what in {"deliver_twice", "repeat_nonce"}:
            await self._deliver_again(phone, pushes[-1], answer)
            count += 1
        return self._show_answer(phone, answer, count)

    async def deliver_receipt(self, phone: Phone, fields: Fields) -> None:
        """Deliver an event nobody on a phone waits for: no answer is shown, no fault either."""
        await self._try(phone, self._pushes(phone, fields, same_nonce=False), lose_first=False)

    async def handshake(self) -> bool:
        """Ask the callback to prove that it knows the token: it must echo, and only for us."""
        config, now = self._platform.config, self._platform.now()
        echo = secrets.token_hex(10)
        query = signed_query(config, now) | {"echostr": echo}
        forged = query | {"signature": "0" * 40}
        return (await self._get(query)) == (200, echo) and (await self._get(forged))[0] == 403

    async def _get(self, query: dict[str, str]) -> tuple[int, str]:
        config = self._platform.config
        try:
            async with (
                asyncio.timeout(config.answer_seconds),
                self._platform.http.get(config.callback_url, params=query) as response,
            ):
                return response.status, await response.text()
        except (TimeoutError, aiohttp.ClientError) as error:
            self._platform.violate("handshake", type(error).__name__)
            return 0, ""

    def _pushes(self, phone: Phone, fields: Fields, *, same_nonce: bool) -> list[Push]:
        config = self._platform.config
        count = config.deliveries
        if same_nonce:
            return [make_push(config, phone.openid, fields, self._platform.now())] * count
        return [make_push(config, phone.openid, fields, self._platform.now()) for _ in range(count)]

    async def _try(
        self, phone: Phone, pushes: list[Push], *, lose_first: bool
    ) -> tuple[int, Answered | None]:
        lost: Answered | None = None
        for count, push in enumerate(pushes, start=1):
            answer = await self._post(push)
            if isinstance(answer, Answered):
                if lose_first and count == 1:
                    lost = answer
                    continue
                if lost is not None and lost != answer:
                    self._platform.violate("replay_differs", "after a lost answer", phone.openid)
                return count, answer
            if isinstance(answer, Missed):
                self._platform.violate(answer.why, answer.detail, phone.openid)
                if answer.why != "late" and count < len(pushes):
                    await asyncio.sleep(self._platform.config.refused_pause)
        return len(pushes), None

    async def _post(self, push: Push) -> Answered | Missed:
        config = self._platform.config
        try:
            async with (
                asyncio.timeout(config.answer_seconds),
                self._platform.http.post(
                    config.callback_url,
                    params=push.query,
                    data=push.body,
                    headers={"Content-Type": "text/xml"},
                    allow_redirects=False,
                ) as response,
            ):
                body = await response.read()
                if response.status != 200:
                    return Missed("http_status", f"HTTP {response.status}")
                return Answered(body)
        except TimeoutError:
            return Missed("late", f"no answer within {config.answer_seconds} s")
        except aiohttp.ClientError as error:
            return Missed("unreachable", type(error).__name__)

    async def _deliver_again(self, phone: Phone, push: Push, first: Answered) -> None:
        """The same message once more: the service must answer with the same bytes."""
        again = await self._post(push)
        if isinstance(again, Missed):
            self._platform.violate(again.why, f"redelivery: {again.detail}", phone.openid)
        elif again.body != first.body:
            self._platform.violate("replay_differs", "two answers to one message", phone.openid)

    async def _deliver_at_once(self, phone: Phone, fields: Fields) -> Outcome:
        pushes = self._pushes(phone, fields, same_nonce=False)
        copies = (pushes * _COPIES_AT_ONCE)[:_COPIES_AT_ONCE]
        answers = await asyncio.gather(*(self._post(push) for push in copies))
        for missed in (a for a in answers if isinstance(a, Missed)):
            self._platform.violate(missed.why, f"parallel: {missed.detail}", phone.openid)
        bodies = [a.body for a in answers if isinstance(a, Answered)]
        if len(set(bodies)) > 1:
            self._platform.violate("replay_differs", "parallel answers differ", phone.openid)
        if not bodies:
            return self._show_fault(phone, len(copies))
        return self._show_answer(phone, Answered(bodies[0]), len(copies))

    def _show_answer(self, phone: Phone, answer: Answered, count: int) -> Outcome:
        try:
            reply = read_reply(answer.body, self._platform.config, phone.openid)
            if reply is None or reply.kind == "transfer_customer_service":
                return Outcome("nothing", count)
            return Outcome("answered", count, self._show_reply(phone, reply))
        except BrokenRuleError as broken:
            self._platform.violate(broken.rule, broken.detail, phone.openid)
            return self._show_fault(phone, count)

    def _show_reply(self, phone: Phone, reply: Reply) -> Message:
        line = {"direction": "in", "kind": reply.kind, "text": reply.text, "via": "passive"}
        if reply.media_id:
            if self._platform.medium(reply.media_id) is None:
                raise BrokenRuleError("bad_media", "unknown or expired MediaId")
            line["image"] = media_path(reply.media_id)
        return self._platform.show(phone, line)

    def _show_fault(self, phone: Phone, count: int) -> Outcome:
        line = {"direction": "in", "kind": "system", "text": FAULT, "via": "fault"}
        return Outcome("fault", count, self._platform.show(phone, line))


def media_path(media_id: str) -> str:
    """Where the page finds a kept file."""
    return f"/control/platform/media/{media_id}"
