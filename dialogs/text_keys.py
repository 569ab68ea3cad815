"""Every text that code names and that belongs to no question, and what it may mention.

A test holds it complete both ways: each key is named in the code, each key named is here.
"""

from collections.abc import Mapping
from typing import Final

from cases.tellings import TOLD

CONTACTS: Final = frozenset({"phone", "hours", "window"})
"""What every province's contacts.yaml says."""

JOINING: Final = frozenset({"organisation", "agent", "phone", "name"})
"""What the question says whether one would come to another's draft."""

_PLAIN: Final = """
    greeting greeting.back welcome welcome_back restarted deleted nothing_open left_as_it_is
    forgotten not_given unclear answer_by_number noted thanks anything_else go_on
    tap.old tap.other_draft back.nothing change.nothing skip.needed
    choose.draft choose.province choose.person choose.line choose.section
    person.self person.spouse person.father person.mother person.other
    help paused login.label login.later login.link looking_up looking_up.still
    hint.identity example.identity hint.card example.card card.confirm
    identity.confirmed identity.left identity.failed identity.other_person registry.nothing
    photo.not_now photo.not_now_form photo.expired photo.not_a_picture photo.too_large
    photo.too_dark photo.blurred photo.too_small
    unreadable.voice unreadable.place unreadable.other
    review.submit review.change submit.photos_pending
    submit.refused.changed submit.refused.already submit.refused.identity
    submit.refused.under_way
    submitting submitting.wait withdrawing
    withdraw.which confirm.restart confirm.delete confirm.forget
    yes.withdraw no.withdraw yes.restart no.restart yes.delete no.delete
    yes.forget no.forget
    yes.change no.change yes.keep no.keep
    progress.looking progress.none supplement.none supplement.draft_first
    command.change_this
    confirm.anew yes.anew no.anew anew.open anew.none anew.followed anew.under_way anew.by_unit
    consulting.who.man consulting.who.cadre consulting.who.worker
    consulting.who.flexible_man consulting.who.flexible_cadre
    consulting.who.flexible_worker
    consulting.ask.both consulting.ask.born consulting.ask.month consulting.ask.post
    knowledge.meant consulting.ask.archive consulting.ask.paper consulting.ask.remind
    consulting.option.remind consulting.option.no_remind
    consulting.option.male consulting.option.cadre consulting.option.worker
    consulting.option.flexible_woman
    hers hers.label inviting invite.limit handing_over join.ask join.looking join.unknown join.later
    join.own join.draft_first joining declining joined.self joined.agent declined
    proxy.none proxy.begin proxy.welcome login.hers identity.other_name
    parted.self parted.agent part.nothing restart.shared confirm.part
    yes.part no.part yes.join_self no.join_self yes.join_agent no.join_agent
    submit.mandate_early submit.mandate_over submit.verify_by_her
    person.employee
    pre_review.looking pre_review.enrolling pre_review.begin pre_review.hers pre_review.left
    pre_review.yes pre_review.no
    pre_review.of.man_60 pre_review.of.woman_55 pre_review.of.woman_50
    pre_review.ask.name pre_review.ask.id_number pre_review.ask.phone
    pre_review.ask.insured_city pre_review.ask.retirement_month
    edge.away edge.more edge.more_gone edge.see_more
"""

_MENTIONING: Final[Mapping[str, frozenset[str]]] = {
    "changed": frozenset({"label"}),
    "form_updated": frozenset({"again"}),
    "answer_by_example": frozenset({"first"}),
    "ask_briefly": frozenset({"label"}),
    "asked_with_note": frozenset({"asked", "note"}),
    "asked_with_photos": frozenset({"asked", "kept"}),
    "correcting": frozenset({"asked", "now"}),
    "tap.answered": frozenset({"label", "value"}),
    "card.line": frozenset({"label", "value"}),
    "switched": frozenset({"person"}),
    "review.application": frozenset({"sections"}),
    "review.supplement": frozenset({"sections"}),
    "review.checks": frozenset({"fails", "unknown"}),
    "review.declare": frozenset({"statements"}),
    "submitted": frozenset({"case_no"}),
    "confirm.withdraw": frozenset({"case_no"}),
    "confirm.change": frozenset({"label", "new", "asks_again", "drops"}),
    "withdrawn.taken_back": frozenset({"case_no"}),
    "withdrawn.withdrawn": frozenset({"case_no"}),
    "withdrawn.partly": frozenset({"case_no"}),
    "withdrawn.too_late": frozenset({"case_no"}),
    "invite.self": frozenset({"code", "name"}),
    "invite.agent": frozenset({"code", "name"}),
    "confirm.join_self": JOINING,
    "confirm.join_agent": JOINING,
    **dict.fromkeys(
        (
            *("review.by_agent", "waiting.self", "waiting.self_alone"),
            *("waiting.agent", "waiting.agent_alone"),
        ),
        frozenset({"name", "organisation"}),
    ),
    "withdraw.cannot": frozenset({"case_no", "begun"}),
    "progress.same": frozenset({"case_no"}),
    "progress.case": frozenset({"case_no", "submitted_on", "items", "apply_anew"}),
    "anew.begun": frozenset({"case_no", "reason"}),
    "supplement.begin": frozenset({"count"}),
    "supplement.handed_in": frozenset({"case_no"}),
    "consulting.conclusion": frozenset(
        {"born", "who", "statutory", "years", "months", "earliest", "latest"}
        | {"reached", "least", "least_early"}
    ),
    "consulting.ends": frozenset({"born", "lines"}),
    "consulting.range": frozenset({"lines"}),
    "consulting.todo": frozenset(
        {"when", "opens", "closes", "window", "flexible", "soonest", "reached"}
    ),
    "consulting.years": frozenset({"year", "least"}),
    "consulting.paid": frozenset({"paid", "short", "enough_by_then", "still"}),
    "consulting.archive": CONTACTS | {"born", "archive_born", "lines", "archive_lines"},
    "consulting.reminded": frozenset({"month"}),
    "pre_review.ask.consent": frozenset(
        {"name", "id_number", "phone", "insured_city", "retirement_month"}
    ),
    "pre_review.standing": CONTACTS | {"month", "state", "missing", "opens", "reminds"},
    "consulting.offline": CONTACTS | {"city", "opens"},
    "consulting.duration": frozenset({"years", "months"}),
    "form.signature": frozenset({"name", "date"}),
    **dict.fromkeys(
        (
            "way_out",
            "still_here",
            "human.taken",
            "complaint.ask",
            "complaint.taken",
            "registry.referral",
            "submit.verify_first",
            "submit.by_unit",
            "supplement.counter",
            "reminder.only_child_60",
            "reminder.pre_review",
            "consulting.rule",
            "pre_review.none",
            "review.nothing",
        ),
        CONTACTS,
    ),
}

ENGINE_TEXTS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(_PLAIN.split(), frozenset()),
    **_MENTIONING,
}

ASKING: Final = frozenset({"label", "number", "window", "statement", "phrase", "said"}) | TOLD
"""What the wording of a question, its hint and its example may mention, and the sentence for what a
table decided; of a paper to be signed its `statement` and `phrase`. `said.<key>`: what is answered
there, as it may be read on a screen; else empty."""

KIND_TEXTS: Final = frozenset(
    {"most", "count", "date", "month", "other", "bank", "card", "last", "left"}
    | {"name", "number", "address", "so_far", "phrase"}
)
"""What a kind's reject, doubt and echo may mention; tests of the kinds say which does which."""


def variables_of(key: str) -> frozenset[str]:
    """What the text `key` may mention."""
    if key in ENGINE_TEXTS:
        return ENGINE_TEXTS[key]
    match key.partition(".")[0]:
        case "ask" | "ask_agent" | "hint" | "example" | "decided":
            return ASKING
        case "reject" | "doubt" | "echo":
            return KIND_TEXTS
        case _:
            return frozenset()
