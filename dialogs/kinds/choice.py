"""One of the options that the definition lists and that apply now."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cases.values import JSON
from dialogs.form import Option, Question
from dialogs.kinds.base import UNCLEAR, Accepted, Offer, Reading, Rejected, Row, Scene
from dialogs.kinds.checking import check_settings
from dialogs.kinds.picking import by_name, chosen, polarity
from dialogs.kinds.reading import heard
from dialogs.said import Spoken


class Choice:
    """企业职工 | 机关事业 | 灵活就业: by tap, number, name or another word for it."""

    name: ClassVar[str] = "choice"
    texts: ClassVar[frozenset[str]] = frozenset({"reject.unclear", "reject.choice.not_here"})

    def check(self, question: Question, lists: Mapping[str, Sequence[Row]]) -> None:
        check_settings(question)
        ids = [option.id for option in question.options]
        if len(ids) < 2 or len(set(ids)) < len(ids):
            raise ValueError("a choice question needs at least two options with different ids")

    def read(self, question: Question, said: Spoken, scene: Scene) -> Reading:
        also = {option.id: option.also for option in question.options}
        offer = chosen(said, self.offers(question, scene), also)
        if offer is not None:
            return Accepted(offer.id)
        plain = polarity(heard(said))
        ids = {option.id for option in scene.options}
        if plain is not None and {"yes", "no"} <= ids:
            return Accepted("yes" if plain else "no")
        every = tuple(Offer(option.id, option.label) for option in question.options)
        elsewhere = by_name(heard(said), every, also)
        return Rejected("choice.not_here") if elsewhere is not None else UNCLEAR

    def offers(self, question: Question, scene: Scene) -> tuple[Offer, ...]:
        return tuple(Offer(option.id, option.label) for option in scene.options)

    def show(self, question: Question, value: JSON, scene: Scene) -> str:
        return _label(question.options, value)

    def mask(self, question: Question, value: JSON, scene: Scene) -> str:
        return self.show(question, value, scene)


def _label(options: Sequence[Option], value: JSON) -> str:
    return next((option.label for option in options if option.id == value), "")
