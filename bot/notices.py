"""The sender of notices: leased rows out, one message each, and what became of it written down.

Promises: a template message goes out under the row's own id, so that a repeat after a doubtful
fate reaches her once; a customer message is sent at most once; another way is tried only after a
definite no; who cannot be reached is called on the telephone (a task at the desk).

What was merged into a row is marked in the rows (`in <row id>`) before the first byte leaves: a
repeat says the same, whoever makes it.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias, assert_never

import structlog
from jinja2 import TemplateError

from bot.clock import Clock
from bot.wechat.client import Platform
from bot.wechat.errors import Remedy
from bot.wechat.inbound import Receipt
from bot.wechat.outbound import draw
from bot.wechat.results import NotSent, Refused, SendResult, Sent, Unknown
from dialogs.say import Choice, Utterance
from dialogs.texts import Texts
from notifications.catalog import NOTICES
from notifications.delivery import Pace, after_unknown, pause, send_at, still_true
from notifications.notice import NotANotice, Notice, notice_from_bytes, text_from_bytes
from notifications.outbox import Outbox, Row
from notifications.wordings import AccountTemplate, Message, Wordings, account_fields
from storage.errors import StorageError
from storage.redis.connect import RedisAway
from storage.redis.limits import Purse
from storage.sql.persons import Address
from storage.sql.records import NewDeskTask

KINDS: Final = ("notice", "customer")
LEASE: Final = timedelta(seconds=60)
"""Longer than the calls of one row can take; shorter than WeChat remembers a `client_msg_id`."""
BATCH: Final = 32
REPEAT_PAUSE: Final = timedelta(seconds=5)
RECEIPT_TRIES, RECEIPT_PAUSE = 3, 0.3
"""A receipt may come before the answer that it belongs to has been written down; seconds."""
ONCE: Final = "customer"
"""Stands as a row's `client_msg_id` while a customer message is under way: never once more."""

log = structlog.get_logger()


class Rows(Outbox, Protocol):
    """The outbox, and what only the sender of notices asks of it."""

    async def of_case(self, case_no: str) -> list[Row]:
        """Everything that was or will be sent about a case, in order."""

    async def drop_queued(self, ids: Sequence[str], now: datetime, error: str) -> int:
        """Drop rows that nobody has taken up yet."""

    async def remember(self, row: Row, client_msg_id: str) -> bool:
        """Keep under which id it is about to be sent."""

    async def stuck(self, before: datetime, limit: int = 100) -> list[Row]:
        """What a person should look at, *uncertain* rows among it."""


class Addresses(Protocol):
    """Where a person can be reached."""

    async def addresses(self, person_id: str) -> list[Address]:
        """All of them, oldest first."""

    async def load_address(self, address_id: str) -> Address | None:
        """One by its id."""

    async def address(self, channel: str, app_id: str, openid: str) -> Address | None:
        """One by its openid."""


class DeskBook(Protocol):
    """Where work for the desk is written down."""

    async def add(self, tasks: Sequence[NewDeskTask]) -> None:
        """Open tasks; a known id is left as it is."""


class Quotas(Protocol):
    """How often anybody may be written to."""

    async def may_send(self, address: str, now: datetime) -> bool:
        """Whether a customer message may be sent now; if so it is counted."""

    async def take(self, purse: Purse, count: int, now: datetime) -> timedelta | None:
        """None when taken, else how long to wait."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the sender works with. By province: `wordings`, and `texts` for what can be tapped.

    `templates` are the account's (none: only customer messages go); `speaker` is the key under
    which Redis counts an address (`Hearing.speaker`). Without a `purse` nothing is rationed.
    """

    rows: Rows
    addresses: Addresses
    desk: DeskBook
    quotas: Quotas
    platform: Platform
    app_id: str
    wordings: Mapping[str, Wordings]
    texts: Mapping[str, Texts]
    templates: Mapping[str, AccountTemplate]
    speaker: Callable[[str, str], str]
    clock: Clock
    pace: Pace = field(default_factory=Pace)
    purse: Purse | None = None
    lease: timedelta = LEASE


@dataclass(frozen=True, slots=True)
class _Letter:
    """A row with what it says and to whom."""

    row: Row
    message: Message
    texts: Texts
    address: Address
    unknown_since: datetime | None


@dataclass(frozen=True, slots=True)
class _NoWay:
    """Nothing of ours reaches her; `error` is one word."""

    error: str


@dataclass(frozen=True, slots=True)
class _Lost:
    """A customer message of unknown fate: never once more."""


_Result: TypeAlias = SendResult | _NoWay | _Lost


class Notices:
    """See the module."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def send_due(self, now: datetime) -> int:
        """Deal with every row that is due; how many there were."""
        rows = self._means.rows
        vanished = await rows.take_over(KINDS, BATCH, now, self._means.lease)
        await self._each(vanished, now, vanished=True)
        count = len(vanished)
        while due := await rows.claim(KINDS, BATCH, now, self._means.lease):
            await self._each(due, now, vanished=False)
            count += len(due)
            now = max(now, self._means.clock())  # a lease counted from long ago would hold nothing
        return count

    async def settle(self, receipt: Receipt, openid: str = "") -> None:
        """Learn from WeChat what became of a template message.

        A receipt that no answer of WeChat's has announced settles an uncertain row when it is the
        only one of that `openid`.
        """
        row = await self._row_of(receipt, openid)
        if row is None:
            log.info("receipt_of_nothing_known", outcome=receipt.outcome)
            return
        now = self._means.clock()
        if receipt.outcome == "delivered":
            await self._means.rows.settle(row.id, "sent", now)
            return
        if await self._means.rows.settle(row.id, "failed", now, receipt.outcome):
            await self._call_her(row, now, receipt.outcome)

    # ---- one row --------------------------------------------------------------------------------

    async def _each(self, rows: Collection[Row], now: datetime, *, vanished: bool) -> None:
        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(self._deal_with(row, now, vanished=vanished))

    async def _deal_with(self, row: Row, now: datetime, *, vanished: bool) -> None:
        try:
            if row.kind == "customer":
                await self._send_word(row, now, vanished=vanished)
            else:
                await self._send_notice(row, now, vanished=vanished)
        except RedisAway:
            await self._hold(row, now, "redis")
        except (NotANotice, LookupError, TypeError, TemplateError) as error:
            log.warning("notice_unreadable", row=row.id, error=type(error).__name__)
            await self._means.rows.fail(row, now, "unreadable")
            await self._open_task(row, now, "", "")
        except StorageError as error:
            log.warning("notice_held_up", row=row.id, error=type(error).__name__)

    async def _send_notice(self, row: Row, now: datetime, *, vanished: bool) -> None:
        unknown_since = _since(row, "unknown") or (row.due_at if vanished else None)
        too_late = unknown_since is not None and after_unknown(unknown_since, now) == "uncertain"
        if too_late or row.client_msg_id == ONCE:
            await self._leave(row, now)
            return
        if not self._can_be_said(row):
            raise NotANotice  # before anything else is merged into it
        if unknown_since is None and not await self._is_its_turn(row, now):
            return
        letter = await self._letter(row, unknown_since)
        if letter is None:
            await self._fail(row, now, "no_address")
            return
        result = await self._send(letter, now)
        await self._note(letter, result, now)

    async def _is_its_turn(self, row: Row, now: datetime) -> bool:
        """Whether it goes now, taking with it what waits behind it; else it is put off."""
        same = [
            one
            for one in await self._beside(row)
            if one.order_key == row.order_key and one.kind == "notice" and one.id != row.id
        ]
        sent = [one.sent_at for one in same if one.state in {"sent", "uncertain"}]
        at = send_at(now, max((one for one in sent if one is not None), default=None), self._pace)
        if at > now:
            await self._means.rows.retry_later(row, at, row.error or "waits")
            return False
        wait = await self._ration(now)
        if wait is not None:
            await self._means.rows.retry_later(row, now + wait, row.error or "quota")
            return False
        behind = [one for one in same if one.state == "queued" and one.seq > row.seq]
        if joining := [one.id for one in behind if self._can_be_said(one)]:
            await self._means.rows.drop_queued(joining, now, _inside(row))
        return True

    async def _beside(self, row: Row) -> list[Row]:
        """The other rows of its case; what belongs to no case stands alone."""
        return await self._means.rows.of_case(row.case_no) if row.case_no else []

    def _can_be_said(self, row: Row) -> bool:
        try:
            notice = notice_from_bytes(row.payload)
        except NotANotice:
            return False
        return notice.key in NOTICES and notice.province in self._means.wordings

    @property
    def _pace(self) -> Pace:
        return self._means.pace

    async def _ration(self, now: datetime) -> timedelta | None:
        purse = self._means.purse
        return None if purse is None else await self._means.quotas.take(purse, 1, now)

    async def _letter(self, row: Row, unknown_since: datetime | None) -> _Letter | None:
        """The row with everything merged into it; None when she has no address."""
        address = await self._address(row.recipient)
        if address is None:
            return None
        message, notice = await self._message(row)
        return _Letter(row, message, self._means.texts[notice.province], address, unknown_since)

    async def _message(self, row: Row) -> tuple[Message, Notice]:
        rows = [
            row,
            *(one for one in await self._beside(row) if _is_in(one, row)),
        ]
        notices = still_true([notice_from_bytes(one.payload) for one in rows])
        return self._means.wordings[notices[0].province].say(notices), notices[0]

    async def _address(self, recipient: str) -> Address | None:
        """Where a person, or one address of hers, is reached: the latest that still follows us."""
        phone = recipient.partition(".")[0]  # `p.1`: somebody whom the phone of `p` speaks for
        known = await self._means.addresses.addresses(phone)
        if not known:
            one = await self._means.addresses.load_address(recipient)
            known = [one] if one is not None else []
        ours = [one for one in known if one.followed and one.app_id == self._means.app_id]
        return ours[-1] if ours else None

    # ---- the two ways ---------------------------------------------------------------------------

    async def _send(self, letter: _Letter, now: datetime) -> _Result:
        result = await self._send_template(letter)
        if letter.unknown_since is not None or not _another_way(result):
            return result
        if not await self._means.rows.remember(letter.row, ONCE):
            return NotSent("lease")
        return await self._send_texts(letter.address, _utterance(letter), letter.texts, now)

    async def _send_template(self, letter: _Letter) -> SendResult:
        """`Refused` too when the account has no such template, or the words do not fit it."""
        message, row = letter.message, letter.row
        template = self._means.templates.get(message.template)
        wordings = self._means.wordings[notice_from_bytes(row.payload).province]
        fields = None if template is None else account_fields(wordings, template, message)
        if template is None or fields is None:
            log.warning("notice_without_template", template=message.template, case=row.case_no)
            return Refused(Remedy.OTHER_CHANNEL, 0)
        return await self._means.platform.send_template(
            letter.address.openid, template.id, fields, None, row.client_msg_id or row.id
        )

    async def _send_texts(
        self, address: Address, utterance: Utterance, texts: Texts, now: datetime
    ) -> _Result:
        """As customer messages, inside her window; the fate of the first counts."""
        way_on = Utterance(texts.render("edge.more", {}))
        drawn = draw((utterance,), way_on)
        if not await self._means.quotas.may_send(self._speaker(address), now):
            return _NoWay("window")
        result = await self._means.platform.send_customer_text(address.openid, drawn.first)
        for part in drawn.later if isinstance(result, Sent) else ():
            await self._send_more(address, part, now)
        return _Lost() if isinstance(result, Unknown) else result

    async def _send_more(self, address: Address, part: str, now: datetime) -> None:
        """The end of a long message: what she has seen of it already may not come again."""
        try:
            if await self._means.quotas.may_send(self._speaker(address), now):
                await self._means.platform.send_customer_text(address.openid, part)
        except RedisAway:
            log.warning("notice_cut_short")

    def _speaker(self, address: Address) -> str:
        return self._means.speaker(address.app_id, address.openid)

    async def _send_word(self, row: Row, now: datetime, *, vanished: bool) -> None:
        """A clerk's answer, word for word, at most once."""
        if vanished:
            await self._leave(row, now)
            return
        address = await self._address(row.recipient)
        texts = next(iter(self._means.texts.values()))
        utterance = Utterance(text_from_bytes(row.payload))
        result: _Result = _NoWay("no_address")
        if address is not None:
            result = await self._send_texts(address, utterance, texts, now)
        if isinstance(result, Sent):
            await self._means.rows.finish(row, now)
        elif isinstance(result, (_Lost, Unknown)):
            await self._leave(row, now)
        elif isinstance(result, NotSent):
            await self._hold(row, now, "not_sent")
        else:
            await self._fail(row, now, _word(result))

    # ---- what became of it ----------------------------------------------------------------------

    async def _note(self, letter: _Letter, result: _Result, now: datetime) -> None:
        row, rows = letter.row, self._means.rows
        match result:
            case Sent():
                await rows.finish(row, now, result.msg_id)
            case _Lost():
                await self._leave(row, now)
            case Unknown() | NotSent() if letter.unknown_since is not None:
                await self._doubt(row, letter.unknown_since, now)
            case Unknown():
                await self._doubt(row, now, now)
            case NotSent():
                await self._hold(row, now, "not_sent")
            case Refused() | _NoWay():
                await self._refused(letter, result, now)
            case _:
                assert_never(result)

    async def _refused(self, letter: _Letter, result: Refused | _NoWay, now: datetime) -> None:
        row = letter.row
        if letter.unknown_since is not None:
            # The first try may have arrived: nothing else may be sent for it.
            await self._doubt(row, letter.unknown_since, now)
        elif isinstance(result, Refused) and result.remedy in _LATER:
            await self._hold(row, now, f"code_{result.errcode}")
        else:
            await self._fail(row, now, _word(result))

    async def _doubt(self, row: Row, since: datetime, now: datetime) -> None:
        """Repeat what may or may not have arrived, or leave it to a person."""
        if after_unknown(since, now) == "uncertain":
            await self._leave(row, now)
            return
        await self._means.rows.retry_later(row, now + REPEAT_PAUSE, _stamp("unknown", since))

    async def _leave(self, row: Row, now: datetime) -> None:
        """It may have arrived or not: listed for a person, never sent again by itself."""
        log.warning("notice_uncertain", row=row.id, case=row.case_no)
        await self._means.rows.uncertain(row, now, "unknown")

    async def _hold(self, row: Row, now: datetime, why: str) -> None:
        """It never left: try again, with growing pauses, for days."""
        since = _since(row, "held") or now
        wait = pause(since, now)
        log.info("notice_held", row=row.id, case=row.case_no, why=why)
        if wait is None:
            await self._fail(row, now, why)
            return
        if row.kind == "notice":
            await self._means.rows.remember(row, row.client_msg_id)  # no customer message left
        error = row.error if _since(row, "unknown") else _stamp("held", since)
        await self._means.rows.retry_later(row, now + wait, error)

    async def _fail(self, row: Row, now: datetime, why: str) -> None:
        if await self._means.rows.fail(row, now, why):
            await self._call_her(row, now, why)

    async def _call_her(self, row: Row, now: datetime, why: str) -> None:
        """A task for the desk: tell her by telephone."""
        log.warning("notice_not_delivered", row=row.id, case=row.case_no, why=why)
        if row.kind == "customer":
            await self._open_task(row, now, "", text_from_bytes(row.payload))
            return
        message, notice = await self._message(row)
        note = self._means.wordings[notice.province].for_the_desk(message)
        await self._open_task(row, now, notice.item, note)

    async def _open_task(self, row: Row, now: datetime, item: str, note: str) -> None:
        task = NewDeskTask(
            id=f"call:{row.id}",
            kind="uncertain",
            created_at=now,
            person=row.recipient,
            case_no=row.case_no,
            item=item,
            note=note,
        )
        await self._means.desk.add((task,))

    async def _row_of(self, receipt: Receipt, openid: str) -> Row | None:
        row = await self._means.rows.by_provider_id(receipt.msg_id)
        for _ in range(RECEIPT_TRIES if receipt.outcome != "delivered" else 0):
            if row is not None:
                break
            await asyncio.sleep(RECEIPT_PAUSE)
            row = await self._means.rows.by_provider_id(receipt.msg_id)
        if row is not None or not openid:
            return row
        address = await self._means.addresses.address(_CHANNEL, self._means.app_id, openid)
        fits = [
            one
            for one in await self._means.rows.stuck(self._means.clock())
            if one.state == "uncertain" and address and one.recipient == address.person
        ]
        return fits[0] if len(fits) == 1 else None


_CHANNEL: Final = "wechat"
_LATER: Final = frozenset({Remedy.RETRY_LATER, Remedy.RENEW_TOKEN})
_ANOTHER: Final = frozenset({Remedy.GIVE_UP_MESSAGE, Remedy.OTHER_CHANNEL, Remedy.REPORT})
"""What is definitely not sent, though she may be reached: a customer message may follow."""


def _another_way(result: SendResult) -> bool:
    return isinstance(result, Refused) and result.remedy in _ANOTHER


def _utterance(letter: _Letter) -> Utterance:
    """The notice with what can be tapped under it: read as if she had typed it."""
    choices = (
        Choice(f"say.{name}", letter.texts.render(f"command.{name}", {}))
        for name in letter.message.taps
    )
    return Utterance(letter.message.text, tuple(choices))


def _inside(row: Row) -> str:
    return f"in {row.id}"


def _is_in(one: Row, row: Row) -> bool:
    return one.state == "dropped" and one.error == _inside(row)


def _word(result: Refused | _NoWay) -> str:
    return result.error if isinstance(result, _NoWay) else f"code_{result.errcode}"


def _stamp(word: str, since: datetime) -> str:
    return f"{word} {since.isoformat()}"


def _since(row: Row, word: str) -> datetime | None:
    """Since when a row is `unknown` or `held`, as its error says."""
    said, _, since = row.error.partition(" ")
    return datetime.fromisoformat(since) if said == word else None
