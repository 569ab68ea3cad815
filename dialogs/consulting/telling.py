"""When somebody may retire: the conclusion first, then what to do when, then what is missing.

What is missing is asked once. Where that fails, the rule with its two ends is told and a number
to call, never the same question again (domain 6: endless questions and no conclusion).
"""

from dataclasses import replace
from datetime import date
from typing import Final

from cases.ages import Kind, Month, RetirementAge, lowest_contribution_months, retirement_age
from cases.values import JSON
from dialogs.consulting.facts import POSTS, day, kinds, known
from dialogs.consulting.reading import Heard, hear, may_ask
from dialogs.conversation import About
from dialogs.form import Question
from dialogs.kinds.base import Offer
from dialogs.kinds.dating import shown
from dialogs.kinds.picking import by_name, polarity
from dialogs.kinds.reading import line, small_number
from dialogs.knowledge import OUTRIGHT
from dialogs.reminding import remind
from dialogs.replying import folded
from dialogs.talk import Talk
from dialogs.turn import Decided, FactAsked, KnowledgeTold

SHORT: Final = 12
"""Characters of a message that only adds a fact: 今年59, 是女工人."""
REMIND: Final = "remind"
REMINDING: Final = (REMIND, "no_remind")
PAPER: Final = "paper"
"""Which paper of the archive counts, where it differs from the ID card (HB-30)."""
AGES: Final = "age."
"""What the id of a knowledge entry on retirement ages begins with."""
NOTICE: Final = 3
"""人社部发〔2024〕94号: who retires early says so in writing 3 months before."""


_WHO: Final[dict[Kind, str]] = {"man_60": "man", "woman_55": "cadre", "woman_50": "worker"}


def consult(talk: Talk, typed: str) -> Talk | None:
    """The answer to a question of when to retire, or to what was asked for it; else None.

    Where the answer asks for something itself, `awaits` says so afterwards.
    """
    if folded(typed) in talk.definition.consulting.offline:
        return _guided(talk)
    filling = talk.draft.state == "open" and talk.conversation.about is None
    return None if filling and not may_ask(typed) else _consulted(talk, typed)


def _consulted(talk: Talk, typed: str) -> Talk | None:
    heard = hear(typed, talk.today)
    awaited = _awaiting(talk)
    if awaited is not None and awaited.awaits == REMIND:
        wanted = _wants_reminding(talk, typed)
        return None if wanted is None else tapped(talk, wanted)
    if awaited is not None:
        option = _meant(talk, awaited, typed)
        if option:
            return tapped(talk, option)
        if heard.tells:
            return _answered(talk, _known(talk, heard), heard, typed)
    asks = heard.wish and (heard.born is not None or not _other_question(talk, typed))
    if asks or (heard.follows and _remembers(talk)) or _offhand(talk, heard, typed):
        return _answered(talk, _known(talk, heard), heard, typed)
    return None


def _guided(talk: Talk) -> Talk:
    """All there is to know of what only a counter takes, at once; of her own place, if known."""
    insured = talk.definition.form.question("insured_city")
    place = talk.draft.value(insured.key)
    scene = talk.scene(insured, talk.place())
    return left(talk).tell(
        "consulting.offline",
        *(("pre_review",) if talk.definition.consulting.pre_review else ()),
        "human",
        city=talk.kind(insured).show(insured, place, scene) if place else "",
        opens=talk.definition.consulting.opens,
        **talk.definition.contacts,
    )


def tapped(talk: Talk, option: str) -> Talk:
    """One of the taps under what was asked."""
    if option in REMINDING:
        return _reminding(talk, wanted=option == REMIND)
    paper = _paper(talk)
    if paper is not None and any(one.id == option for one in paper.options):
        return _which_paper(left(talk), paper, option)
    sex, post = POSTS.get(option, ("", ""))
    about = replace(_known(talk, Heard()), sex=sex, post=post)
    return _answered(talk, about, Heard(about="self"), "")


def given_up(talk: Talk) -> Talk | None:
    """What was asked here was not answered by what she says: the rule, and whom to call."""
    awaited = _awaiting(talk)
    if awaited is None or awaited.awaits in {REMIND, PAPER}:
        return None
    return left(talk).tell("consulting.rule", **talk.definition.contacts)


def left(talk: Talk) -> Talk:
    """She goes on to something else: nothing is awaited here any more."""
    about = talk.conversation.about
    if about is None or not about.awaits:
        return talk
    return _remembering(talk, replace(about, awaits=""))


def awaits(talk: Talk) -> bool:
    """Whether the last thing said was a question of this module's."""
    return _awaiting(talk) is not None


def _awaiting(talk: Talk) -> About | None:
    about = talk.conversation.about
    if about is None or about.person != talk.conversation.speaking_for or not about.awaits:
        return None
    return about


def _meant(talk: Talk, awaited: About, typed: str) -> str:
    """The option by its number; how she came to work also by its name."""
    options = _options(talk, awaited, awaited.awaits)
    number = small_number(typed.strip().rstrip("。."))
    if number is not None:
        return options[number - 1] if 0 < number <= len(options) else ""
    paper = _paper(talk)
    if awaited.awaits != PAPER or paper is None:
        return ""
    found = by_name(line(typed), _offered(paper), {one.id: one.also for one in paper.options})
    return found.id if found is not None else ""


def _options(talk: Talk, about: About, missing: str) -> tuple[str, ...]:
    """What can be tapped: of the sex she named, if she did."""
    if missing == REMIND:
        return REMINDING
    paper = _paper(talk)
    if missing == PAPER and paper is not None:
        return tuple(one.id for one in paper.options)
    if missing not in {"both", "post"}:
        return ()
    return tuple(option for option, (sex, _) in POSTS.items() if about.sex in {"", sex})


def _known(talk: Talk, heard: Heard) -> About:
    conversation = talk.conversation
    return known(conversation.about, talk.draft, conversation.speaking_for, heard)


def _remembers(talk: Talk) -> bool:
    about = talk.conversation.about
    return about is not None and about.born is not None


def _other_question(talk: Talk, typed: str) -> bool:
    """Nearly word for word something else that people ask: 退休了工伤待遇还有吗."""
    entry = talk.definition.knowledge.find(typed, OUTRIGHT)
    return entry is not None and not entry.id.startswith(AGES)


def _offhand(talk: Talk, heard: Heard, typed: str) -> bool:
    """Nothing is being filled in, and she says when somebody was born."""
    if talk.draft.state == "open":
        return False
    if heard.archive or (heard.born and (heard.sex or heard.post)):
        return True
    return talk.conversation.about is not None and heard.tells and len(typed) <= SHORT


def _remembering(talk: Talk, about: About) -> Talk:
    return talk.with_conversation(replace(talk.conversation, about=about))


# ---- what is told --------------------------------------------------------------------------


def _answered(talk: Talk, about: About, heard: Heard, typed: str) -> Talk:
    """The conclusion as far as it goes, then what is missing, once."""
    if about.born is None and about.someone_else and not (heard.about or about.awaits):
        return _rule(talk, typed)  # 男的多大退休: of nobody in particular
    if heard.retires and heard.wish == "years":
        talk = _years(talk, heard.retires, about)
    elif heard.wish == "archive" or about.archive is not None or about.awaits == "archive":
        return _archive(talk, about, typed)
    elif about.born is None:
        talk = talk if about.awaits else _rule(talk, typed)
    else:
        talk = _conclusion(talk, about)
    return _asking(talk, about, _missing(talk, about))


def _rule(talk: Talk, typed: str) -> Talk:
    """What holds for everybody, as the knowledge base says it for the words she used."""
    entry = talk.definition.knowledge.find(typed)
    if entry is not None and entry.id.startswith(AGES):
        return talk.happened(KnowledgeTold(entry.id))
    return talk.tell("consulting.rule", **talk.definition.contacts)


def _missing(talk: Talk, about: About) -> str:
    several = len(kinds(about, talk.definition.consulting)) > 1
    if about.born is not None and _window(talk, about) is not None:
        return REMIND
    post = several and (about.sex, about.post) != POSTS["flexible_woman"]
    if about.born is None:
        return "both" if post and "both" not in about.asked else "born"
    if about.born[0] != about.born[1]:
        return "month"
    return "post" if post else ""


def _asking(talk: Talk, about: About, missing: str) -> Talk:
    """Ask for what is missing, unless it was asked before."""
    if not missing or missing in about.asked:
        asked = about.asked if missing else tuple(one for one in about.asked if one == REMIND)
        awaits = missing if about.awaits == missing and talk.events else ""
        told = talk if talk.events else talk.tell("consulting.rule", **talk.definition.contacts)
        return _remembering(told, replace(about, awaits=awaits, asked=asked))
    about = replace(about, awaits=missing, asked=(*about.asked, missing))
    return _remembering(talk, about).happened(FactAsked(missing, _options(talk, about, missing)))


def _conclusion(talk: Talk, about: About) -> Talk:
    first, last = about.born or ("", "")
    possible = kinds(about, talk.definition.consulting)
    if first != last:
        return talk.tell(
            "consulting.range",
            lines=[_between(talk, about, kind, first, last) for kind in possible],
        )
    if len(possible) > 1:
        return talk.tell(
            "consulting.ends",
            born=shown(first),
            lines=[_line(talk, about, kind, first) for kind in possible],
        )
    return _settled(talk, about, retirement_age(possible[0], day(first)), possible[0])


def _settled(talk: Talk, about: About, age: RetirementAge, kind: Kind) -> Talk:
    """Everything of one person: month, age, ends, minimum years, and what to do when."""
    born = about.born[0] if about.born else ""
    talk = talk.tell(
        "consulting.conclusion",
        born=shown(born),
        reached=age.statutory <= _this_month(talk),
        least=_duration(talk, lowest_contribution_months(age.statutory.year)),
        least_early=_other_least(talk, age),
        **_line(talk, about, kind, born),
    )
    if about.paid is not None:
        talk = _contributed(talk, about.paid, age.statutory)
    return _todo(talk, about, age)


def _todo(talk: Talk, about: About, age: RetirementAge) -> Talk:
    """The plan's window for the papers, and how to retire earlier or later."""
    consulting, now = talk.definition.consulting, _this_month(talk)
    opens, closes = age.statutory.plus(-consulting.opens), age.statutory.plus(-consulting.closes)
    soonest = max(age.earliest, now.plus(NOTICE))
    enrols = consulting.pre_review and not about.someone_else and now <= closes
    return talk.tell(
        "consulting.todo",
        *(("pre_review",) if enrols else ()),
        when="before" if now < opens else "now" if now <= closes else "after",
        opens=shown(str(opens)),
        closes=shown(str(closes)),
        window=talk.definition.contacts["window"],
        flexible=about.post == "flexible",
        soonest=shown(str(soonest)) if soonest < age.statutory else "",
        reached=age.statutory <= now,
    )


def _years(talk: Talk, year: int, about: About) -> Talk:
    """The shortest time of contributions for who retires in that year."""
    least = lowest_contribution_months(year)
    talk = talk.tell("consulting.years", year=str(year), least=_duration(talk, least))
    return talk if about.paid is None else _contributed(talk, about.paid, Month(year, 12))


def _contributed(talk: Talk, paid: int, statutory: Month) -> Talk:
    """Whether what was paid is enough, or will be by paying on until then."""
    least = lowest_contribution_months(statutory.year)
    ahead = max(statutory.count - _this_month(talk).count, 0)
    return talk.tell(
        "consulting.paid",
        paid=_duration(talk, paid),
        short=_duration(talk, least - paid) if paid < least else "",
        enough_by_then=paid + ahead >= least,
        still=_duration(talk, max(least - paid - ahead, 0)),
    )


def _archive(talk: Talk, about: About, typed: str) -> Talk:
    """Both months where archive and ID card differ; the department says which counts."""
    both = [span for span in (about.born, about.archive) if span is not None]
    exact = len(both) == 2 and all(first == last for first, last in both)
    if not exact:
        talk = talk if about.awaits else _rule(talk, typed)
        missing = "archive" if about.archive is None else "born"
        return _asking(talk, about, missing)
    possible = kinds(about, talk.definition.consulting)
    card, archive = ([_line(talk, about, kind, first) for kind in possible] for first, _ in both)
    talk = talk.tell(
        "consulting.archive",
        born=shown(both[0][0]),
        archive_born=shown(both[1][0]),
        lines=[*card],
        archive_lines=[*archive],
        **talk.definition.contacts,
    )
    several = len(possible) > 1 and about.post != "flexible"
    return _asking(talk, about, "post" if several else PAPER if _paper(talk) is not None else "")


def _paper(talk: Talk) -> Question | None:
    """The form's question how she came to work, where that says which paper counts."""
    found = talk.definition.form.by_key.get(talk.definition.consulting.came_to_work)
    return found if isinstance(found, Question) else None


def _offered(paper: Question) -> tuple[Offer, ...]:
    return tuple(Offer(one.id, one.label) for one in paper.options)


def _which_paper(talk: Talk, paper: Question, option: str) -> Talk:
    """What the form's table says of it: the same words as in the form."""
    definition = talk.definition
    for table in map(definition.form.question, definition.consulting.birth_papers):
        for row in table.decide:
            if definition.holds(row.when, {paper.key: option}, talk.today):
                talk = talk.happened(Decided(table.key, row.value))
    return talk


# ---- being told when the window opens --------------------------------------------------------


def _window(talk: Talk, about: About) -> Month | None:
    """Her statutory month, while it is settled and too early for the papers; else None."""
    possible = kinds(about, talk.definition.consulting)
    first, last = about.born or ("", "")
    if about.someone_else or first != last or not first or len(possible) > 1:
        return None
    statutory = retirement_age(possible[0], day(first)).statutory
    early = _this_month(talk) < statutory.plus(-talk.definition.consulting.opens)
    return statutory if early else None


def _wants_reminding(talk: Talk, typed: str) -> str | None:
    about = talk.conversation.about
    option = _meant(talk, about, typed) if about is not None else ""
    for one in REMINDING:
        if typed.strip() == talk.text(f"consulting.option.{one}"):
            option = one
    if option:
        return option
    plain = polarity(typed)
    return None if plain is None else REMINDING[0 if plain else 1]


def _reminding(talk: Talk, *, wanted: bool) -> Talk:
    about = talk.conversation.about
    statutory = _window(talk, about) if about is not None else None
    talk = left(talk)
    if not wanted or statutory is None:
        return talk.tell("noted")
    opens = statutory.plus(-talk.definition.consulting.opens)
    reminded = remind(talk, "pre_review", date(statutory.year, statutory.month, 1))
    return reminded.tell("consulting.reminded", month=shown(str(opens)))


# ---- what the sentences mention ------------------------------------------------------------


def _line(talk: Talk, about: About, kind: Kind, born: str) -> dict[str, JSON]:
    age = retirement_age(kind, day(born))
    flexible = "flexible_" if about.post == "flexible" else ""
    years, months = age.years_and_months
    return {
        "who": talk.text(f"consulting.who.{flexible}{_WHO[kind]}"),
        "statutory": shown(str(age.statutory)),
        "years": years,
        "months": months,
        "earliest": shown(str(age.earliest)),
        "latest": shown(str(age.latest)),
    }


def _between(talk: Talk, about: About, kind: Kind, first: str, last: str) -> dict[str, JSON]:
    """The statutory month of the first and of the last possible birth."""
    begins, ends = _line(talk, about, kind, first), _line(talk, about, kind, last)
    return {**begins, "until": ends["statutory"], "latest": ends["latest"]}


def _other_least(talk: Talk, age: RetirementAge) -> str:
    """The minimum for the earliest month, where another year asks for less (2.3: 所选年份)."""
    least = lowest_contribution_months(age.earliest.year)
    return _duration(talk, least) if least != lowest_contribution_months(age.statutory.year) else ""


def _duration(talk: Talk, months: int) -> str:
    """15年, 15年零6个月."""
    years, rest = divmod(months, 12)
    return talk.definition.texts.render("consulting.duration", {"years": years, "months": rest})


def _this_month(talk: Talk) -> Month:
    return Month(talk.today.year, talk.today.month)
