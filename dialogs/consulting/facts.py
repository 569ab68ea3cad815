"""What is known of the person asked about, from what she said and from her draft."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from cases.ages import Kind, Month
from cases.identity_numbers import IdentityNumber, read_identity_number
from cases.values import JSON
from dialogs.consulting.reading import Heard, Post, Sex, Span
from dialogs.conversation import About
from dialogs.draft import Draft

POSTS: Final[Mapping[str, tuple[Sex, Post]]] = {
    "male": ("male", ""),
    "cadre": ("female", "cadre"),
    "worker": ("female", "worker"),
    "flexible_woman": ("female", "flexible"),
}
"""What can be tapped: with it the original statutory age is known."""


@dataclass(frozen=True, slots=True)
class Consulting:
    """What a province says of retiring: `consulting.yaml`."""

    opens: int
    """So many months before the retirement month the papers may be applied for."""
    closes: int
    """And until so many months before it."""
    flexible_women: tuple[Kind, ...]
    """The original ages that a woman insured as flexibly employed may come under."""
    came_to_work: str = ""
    """The form's question that asks how she came to work; empty where nothing follows from it."""
    birth_papers: tuple[str, ...] = ()
    """The form's tables that say, of that answer alone, which paper counts, and which if it is
    not there (HB-30)."""
    offline: tuple[str, ...] = ()
    """Short words (the whole message) for what only a counter takes; all of it is told."""
    pre_review: bool = False
    """Whether papers are looked at beforehand, and a register of them is kept (HN-48)."""


def known(about: About | None, draft: Draft, person: str, heard: Heard) -> About:
    """Everything known of whom the sentence speaks of, with what it says itself."""
    before = _before(about, draft, person, heard)
    born = heard.born or _narrowed(before.born, heard.month) or before.born
    archive = heard.archive or before.archive
    if heard.month and before.awaits == "archive":
        born, archive = before.born, _narrowed(before.archive, heard.month)
    elif heard.born and before.awaits == "archive" and heard.archive is None:
        born, archive = before.born, heard.born
    return replace(
        before,
        born=born,
        archive=archive,
        sex=heard.sex or before.sex,
        post=heard.post or before.post,
        paid=heard.paid if heard.paid is not None else before.paid,
    )


def _before(about: About | None, draft: Draft, person: str, heard: Heard) -> About:
    """What was said before, unless this is about somebody else."""
    if about is None or about.person != person:
        about = None
    if heard.about == "other" and not (about is not None and about.someone_else):
        return About(person, someone_else=True)
    if about is None or (heard.about == "self" and about.someone_else):
        about = of_draft(draft, person)
    differs = heard.sex and about.sex and heard.sex != about.sex
    if differs and heard.about != "self" and not about.awaits:
        return About(person, someone_else=True)
    return about


def of_draft(draft: Draft, person: str) -> About:
    """What the form was told: the ID number, the sex, how she is insured."""
    about = of_card(About(person), draft.value("id_number"))
    sexes: Mapping[JSON, Sex] = {"male": "male", "female": "female"}
    about = replace(about, sex=sexes.get(draft.value("sex"), about.sex))
    posts: Mapping[JSON, Post] = {"cadre": "cadre", "worker": "worker"}
    post = posts.get(draft.value("post"), "") if about.sex == "female" else ""
    if draft.value("person_kind") == "flexible":
        post = "flexible"
    return replace(about, post=post)


def of_card(about: About, number: JSON) -> About:
    """With the birth and the sex of an ID number."""
    card = read_identity_number(number) if isinstance(number, str) else None
    if not isinstance(card, IdentityNumber):
        return about
    month = str(Month(card.birth_date.year, card.birth_date.month))
    return replace(about, born=(month, month), sex=card.sex)


def _narrowed(span: Span | None, month: int) -> Span | None:
    """The month of that number within the span, when only the year was known."""
    if span is None or not month:
        return None
    first, last = parsed(span[0]), parsed(span[1])
    inside = [
        found
        for count in range(last.count - first.count + 1)
        if (found := first.plus(count)).month == month
    ]
    return (str(inside[-1]), str(inside[-1])) if inside else None


def kinds(about: About, consulting: Consulting) -> tuple[Kind, ...]:
    """The original statutory ages that she may come under; one when it is settled."""
    women: dict[str, tuple[Kind, ...]] = {
        "cadre": ("woman_55",),
        "worker": ("woman_50",),
        "flexible": consulting.flexible_women,
        "": ("woman_55", "woman_50"),
    }
    found: tuple[Kind, ...] = women[about.post] if about.sex != "male" else ()
    return found if about.sex == "female" else ("man_60", *found)


def parsed(month: str) -> Month:
    """1966-07 → July 1966."""
    return Month(int(month[:4]), int(month[5:7]))


def day(month: str) -> date:
    """A day in that month, as `retirement_age` wants a birthday."""
    return date(int(month[:4]), int(month[5:7]), 15)
