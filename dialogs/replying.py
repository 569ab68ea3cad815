"""An answer to whatever is being talked about, or a question by the way, or neither.

The form's open question, a correction, a yes or no, something to choose from, the card, the
review: each takes a tap, a number or words, and each is put again with more help when what was
said is not understood. A question of hers is answered first and costs no patience.
"""

import unicodedata
from dataclasses import replace
from functools import lru_cache
from typing import Final, TypeAlias, assert_never

from dialogs import enrolling, steps
from dialogs.answering import correct, read, reject, take
from dialogs.asking import ask, ask_again
from dialogs.conversation import (
    PRE_REVIEW,
    Anew,
    Asking,
    Change,
    Choosing,
    Confirming,
    Correcting,
    Delete,
    Enrolling,
    Forget,
    Join,
    Part,
    Paused,
    Proposal,
    StartAgain,
    Withdraw,
)
from dialogs.draft import Answer
from dialogs.form import Question
from dialogs.kinds.base import Offer, Rejected
from dialogs.kinds.picking import chosen, polarity
from dialogs.kinds.reading import as_digits, asks
from dialogs.knowledge import OUTRIGHT
from dialogs.offering import (
    choose,
    confirm,
    decline,
    labelled,
    offer_again,
    offer_lines,
    propose_again,
    province_meant,
)
from dialogs.reviewing import card_lines, review_options
from dialogs.said import (
    Photo,
    Tap,
    Text,
)
from dialogs.steering import meant_lines, steer, submit
from dialogs.steps import CONFIRMED, LATER, STEPS
from dialogs.talk import Talk
from dialogs.turn import Asked, KnowledgeOffered, KnowledgeTold

Words: TypeAlias = Text | Tap | Photo
"""What may be an answer."""

SAME_AS: Final[dict[type[Proposal], str]] = {
    Change: "change",
    StartAgain: "restart",
    Delete: "delete",
    Forget: "forget",
    Withdraw: "withdraw",
    Anew: "anew",
    Part: "part",
}
"""Commands that, repeated when they are to be confirmed, mean yes."""


def answered(talk: Talk, said: Words) -> Talk:
    """Go on with what was said to what is being talked about."""
    match talk.conversation.focus:
        case Asking() | Paused():
            return _to_open_question(talk, said)
        case Correcting(key=key):
            return _to_question(talk, talk.definition.form.question(key), said)
        case Confirming() | Choosing() | Enrolling() if isinstance(said, Photo):
            return _photo_by_the_way(talk, said)
        case Enrolling() as enrolled:
            return enrolling.heard(talk, enrolled, said) or _unclear(talk, said)
        case Confirming(proposal=proposal):
            return _to_proposal(talk, proposal, said)
        case Choosing() as choosing:
            return _to_choice(talk, choosing, said)
        case _:
            assert_never(talk.conversation.focus)


def _to_proposal(talk: Talk, proposal: Proposal, said: Words) -> Talk:
    """Yes or no, in whatever words; a question of hers is neither."""
    what = _worded(proposal)
    option = _option((("yes", talk.text(f"yes.{what}")), ("no", talk.text(f"no.{what}"))), said)
    plain = _polarity(talk, said) if option is None else option == "yes"
    if plain is None:
        return _unclear(talk, said)
    return confirm(talk, proposal) if plain else decline(talk, proposal)


def _worded(proposal: Proposal) -> str:
    """Under which key yes and no to it are worded."""
    if isinstance(proposal, Join):
        return f"join_{proposal.side}"
    return SAME_AS.get(type(proposal), "keep")


def _to_choice(talk: Talk, choosing: Choosing, said: Words) -> Talk:
    option = _option(labelled(talk, choosing), said)
    if option is None and choosing.what == "line":
        option = _line_meant(talk, said)
    if option is None and choosing.what == "province":
        option = _province_meant(talk, said)
    if option is None:
        return _unclear(talk, said)
    chosen = choose(talk, choosing, option)
    return _goes_on(chosen) if choosing.what == "province" else chosen


def _goes_on(talk: Talk) -> Talk:
    """She has said whose pension it is: the form begins there."""
    if talk.conversation.reminder == PRE_REVIEW:
        talk = talk.with_conversation(replace(talk.conversation, reminder=""))
        return steer(talk, "pre_review")
    return ask(talk) if talk.draft.state == "open" else steer(talk, "apply")


def _province_meant(talk: Talk, said: Words) -> str | None:
    """A province by its name or a place of it, unless she asks something."""
    if not isinstance(said, Text) or asks(said.text):
        return None
    return province_meant(talk, folded(said.text))


def _polarity(talk: Talk, said: Words) -> bool | None:
    """Yes, no or neither; 要跑几趟 begins like a yes and is a question."""
    if not isinstance(said, Text) or talk.definition.knowledge.find(said.text) is not None:
        return None
    return polarity(said.text)


def _line_meant(talk: Talk, said: Words) -> str | None:
    """A line by its name, where only the parts of the form are offered, or everything."""
    if not isinstance(said, Text) or talk.definition.knowledge.find(said.text) is not None:
        return None
    found = meant_lines(talk, folded(said.text))
    return found[0].key if len(found) == 1 else None


def _photo_by_the_way(talk: Talk, said: Photo) -> Talk:
    """A photo that the form waits for is welcome at any time."""
    question = talk.open()
    if talk.draft.state == "open" and question is not None and question.kind == "photos":
        return _to_question(talk, question, said)
    return again(talk.tell("photo.not_now_form"))


def _to_open_question(talk: Talk, said: Words) -> Talk:
    question = talk.open()
    if question is None:
        return _to_review(talk, said)
    return _to_question(talk, question, said)


def _to_question(talk: Talk, question: Question, said: Words) -> Talk:
    if isinstance(said, Photo) and question.kind != "photos":
        return again(talk.tell("photo.not_now_form"))
    if question.kind in STEPS:
        return _to_step(talk, question, said)
    if isinstance(said, Text) and _asks_outright(talk, question, said):
        return _unclear(talk, said)
    reading = read(talk, question, said)
    if isinstance(reading, Rejected):
        return aside(talk, said) or _noted(talk, said) or reject(talk, question, reading)
    return take(talk, question, reading)


def _to_step(talk: Talk, question: Question, said: Words) -> Talk:
    match question.kind:
        case steps.IDENTITY:
            return _to_login(talk, question, said)
        case steps.CARD:
            return _to_card(talk, question, said)
        case _:  # a look-up, which answers itself
            return aside(talk, said) or again(talk)


def _to_login(talk: Talk, question: Question, said: Words) -> Talk:
    """On without it; or where it is done, for who says 好."""
    wanted = _polarity(talk, said)
    if wanted is True:
        return steer(talk, "login")
    later = ((LATER, talk.text("login.later")),)
    if wanted is False or _option(later, said) is not None:
        return ask(talk.with_answer(question.key, Answer(LATER, talk.voice, talk.now)))
    return _unclear(talk, said)


def _to_card(talk: Talk, question: Question, said: Words) -> Talk:
    """All correct, or the line that is wrong."""
    lines = tuple((key, talk.definition.form.question(key).label) for key in card_lines(talk))
    right = _polarity(talk, said)
    option = _option(((CONFIRMED, talk.text("card.confirm")), *lines), said)
    option = option or _line_meant(talk, said)
    if right is False and option is None:
        return offer_lines(talk)
    if right is True or option == CONFIRMED:
        return ask(talk.with_answer(question.key, Answer(CONFIRMED, talk.voice, talk.now)))
    if option is None:
        return _unclear(talk, said)
    return correct(talk, talk.definition.form.question(option))


def _to_review(talk: Talk, said: Words) -> Talk:
    """Only the whole word or its number submits: it declares what the law holds her to."""
    option = _option(review_options(talk), said)
    if option == "submit":
        return submit(talk)
    line = _line_meant(talk, said) if option is None else None
    if line is not None:
        return correct(talk, talk.definition.form.question(line))
    if option == "change" or _polarity(talk, said) is False:
        return offer_lines(talk)
    return _unclear(talk, said)


def _option(options: tuple[tuple[str, str], ...], said: Words) -> str | None:
    """The option that a tap, a number or its name means."""
    offers = tuple(Offer(name, label) for name, label in options)
    offer = chosen(said, offers)
    if offer is None and isinstance(said, Text):
        offer = chosen(Text(as_digits(said.text)), offers)  # 第一个孩子
    return offer.id if offer is not None else None


# ---- not understood -----------------------------------------------------------------------


def _unclear(talk: Talk, said: Words) -> Talk:
    """Her own question is answered first; else what stood open is put again, with more help."""
    answer = aside(talk, said) or _noted(talk, said)
    if answer is not None:
        return answer
    talk = talk.missed()
    return again(talk.tell("unclear"), talk.conversation.misses)


def _asks_outright(talk: Talk, question: Question, said: Text) -> bool:
    """Nearly word for word what people ask, and not what an option is called."""
    if _names_option(question, said.text):
        return False
    return talk.definition.knowledge.find(said.text, OUTRIGHT) is not None


def names_option(talk: Talk, typed: str) -> bool:
    """Whether this is, word for word, an option of the question that stands open: an answer first,
    whatever else the words might ask (到年龄退休, 病退).
    """
    match talk.conversation.focus:
        case Correcting(key=key):
            return _names_option(talk.definition.form.question(key), typed)
        case Asking() if talk.draft.state == "open":
            here = talk.open()
            return here is not None and _names_option(here, typed)
        case _:
            return False


def _names_option(question: Question, typed: str) -> bool:
    text = folded(typed)
    words = (word for one in question.options for word in (one.label, *one.also))
    return any(text == word or text == folded(word) for word in words)


def _noted(talk: Talk, said: Words) -> Talk | None:
    """好的, 知道了: no answer, but nothing to find unclear either."""
    if isinstance(said, Text) and among(said.text, talk.definition.words.thanks):
        return again(talk.tell("noted"))
    return None


def aside(talk: Talk, said: Words) -> Talk | None:
    """The answer to a question by the way, after which what stood open stands open again."""
    told = by_the_way(talk, said.text) if isinstance(said, Text) else None
    return again(told) if told is not None else None


def by_the_way(talk: Talk, typed: str, *, only_questions: bool = True) -> Talk | None:
    """What the knowledge base says to it, or which questions it may mean; None for neither."""
    meant = talk.definition.knowledge.meant(typed, only_questions=only_questions)
    if meant.entry is not None:
        return talk.happened(KnowledgeTold(meant.entry.id))
    if meant.perhaps:
        return talk.happened(KnowledgeOffered(tuple(one.id for one in meant.perhaps)))
    return None


def again(talk: Talk, misses: int = 0) -> Talk:
    """Whatever is being talked about is put once more."""
    match talk.conversation.focus:
        case Asking() | Paused():
            return ask_again(talk, misses) if talk.draft.state == "open" else talk
        case Correcting(key=key):
            return talk.happened(Asked(key, misses))
        case Confirming(proposal=proposal):
            return propose_again(talk, proposal, misses)
        case Choosing() as choosing:
            return offer_again(talk, choosing, misses)
        case Enrolling() as enrolled:
            return enrolling.put(talk, enrolled, misses)
        case _:
            assert_never(talk.conversation.focus)


# ---- words ---------------------------------------------------------------------------------


@lru_cache(
    maxsize=16
)  # one message is compared with a dozen words; so few that nothing is gathered
def folded(typed: str) -> str:
    """Full-width to half-width, without blanks and closing punctuation."""
    text = unicodedata.normalize("NFKC", typed)
    return "".join(text.split()).rstrip("。.!！?？~,，")


def among(typed: str, words: tuple[str, ...]) -> bool:
    """Whether the whole message is one of these words."""
    return folded(typed) in words
