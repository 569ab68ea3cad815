"""The name of a bank: from the province's list where it is known, else as she writes it."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Question
from dialogs.kinds.base import UNCLEAR, Accepted, Doubtful, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_list, check_no_options, check_settings
from dialogs.kinds.picking import by_name, by_number, chosen, small_talk
from dialogs.kinds.reading import as_text, asks, heard
from dialogs.said import Spoken, Tap

_MOST_OFFERED = 6
_LONGEST = 60
_BANKISH = re.compile(r"银行|信用|联社|农商|邮政|邮储|[分支]行")
_BRANCH = re.compile(r"[分支]行|营业[部厅]|分社|网点|分理处")
_LED = re.compile(r"^(?:我(?:的|用的)?(?:卡|银行)?是|是|开户行是?|银行名?称?是?)\s*[::]?\s*(?=..)")


class Bank:
    """工商银行, 建行, 中原银行郑州花园路支行."""

    name: ClassVar[str] = "bank"
    texts: ClassVar[frozenset[str]] = frozenset(
        {"reject.unclear", "reject.bank.digits", "reject.bank.long", "doubt.bank.unknown"}
    )

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        check_no_options(question)
        check_list(question, lists)

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        offers = self.offers(question, scene)
        if isinstance(said, Tap):
            tapped = chosen(said, offers)
            return UNCLEAR if tapped is None else Accepted(tapped.id)
        text = heard(said)
        numbered = by_number(text, offers)
        return _written(text, _rows(question, scene)) if numbered is None else Accepted(numbered.id)

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        suggested = as_text(scene.suggestion)
        first = (suggested,) if suggested else ()
        names = (*first, *(row.name for row in _rows(question, scene)[:_MOST_OFFERED]))
        return tuple(Offer(name, name) for name in dict.fromkeys(names))

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return as_text(value)


def _rows(question: Question, scene: Scene) -> Sequence[Row]:
    return scene.lists.get(question.list or "", ())


def _written(text: str, rows: Sequence[Row]) -> Reading:
    name = _LED.sub("", text).strip(" 。.,!！，、")
    if len(re.sub(r"[^0-9]", "", name)) >= 4:
        return Rejected("bank.digits")
    if len(name) < 2 or name == "银行" or asks(name) or small_talk(name):
        return UNCLEAR
    if len(name) > _LONGEST:
        return Rejected("bank.long")
    every = tuple(Offer(row.name, row.name) for row in rows)
    known = (
        None if _BRANCH.search(name) else by_name(name, every, {row.name: row.also for row in rows})
    )
    if known is not None:
        return Accepted(known.id)
    return (
        Accepted(name) if _BANKISH.search(name) else Doubtful(name, "bank.unknown", {"bank": name})
    )
