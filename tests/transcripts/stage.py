"""Plays one transcript: what she says goes in, what is answered comes out as readable lines.

Between any two lines the conversation and the draft go through their stored form, as between two
messages in service. The clock stands still unless the transcript waits.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.applying import application
from cases.opening import open_case
from cases.values import JSON
from cases.workdays import Calendar
from dialogs.anew import filled_again
from dialogs.conversation import Conversation, begin
from dialogs.definition import Definition
from dialogs.draft import Draft, Wanted, blank
from dialogs.engine import hear
from dialogs.parties import Role, joined, uninvited
from dialogs.said import (
    AnewFound,
    CaseOpened,
    CaseWithdrawn,
    Enrolled,
    EnrolledFound,
    Followed,
    IdentityConfirmed,
    IdentityRefused,
    InvitationClosed,
    InvitationOpened,
    Invited,
    JoinedDraft,
    Located,
    MenuTapped,
    NoAnew,
    NotInvited,
    NotJoined,
    PapersAnswered,
    Photo,
    PhotoLost,
    PhotoStored,
    ProgressFound,
    RegistryAnswered,
    Said,
    SubmissionRefused,
    Tap,
    Text,
    Unfollowed,
    Unsupported,
    Voice,
    WantedFound,
)
from dialogs.say import Utterance
from dialogs.speak import speak
from dialogs.turn import (
    AnswerInvitation,
    ApplyAnew,
    AskRegistry,
    Enrol,
    EraseDraft,
    Errand,
    FetchPapers,
    Invite,
    OpenTask,
    Remind,
    StorePhoto,
    Supply,
    TellParty,
    Turn,
    WithdrawCase,
)
from storage.redis.stored import (
    conversation_from_bytes,
    conversation_to_bytes,
    draft_from_bytes,
    draft_to_bytes,
)
from tests.transcripts.facts import CASES, HOUSEHOLDS, PAPERS

CLOCK = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""10:00 on a Saturday in Zhengzhou."""
HERS = (">", "*", "@")
TOGETHER = 56
"""Choices that fit this many columns stand on one line."""


@dataclass
class Shelf:
    """What several phones have in common: the drafts, the codes that lead to them, the day."""

    now: datetime = CLOCK
    drafts: dict[str, bytes] = field(default_factory=dict)
    """By their names; only what is open or being submitted is kept."""
    codes: dict[str, tuple[str, Role]] = field(default_factory=dict)
    """Code → draft, and who is invited."""
    submitted: bytes = b""
    """The draft that was submitted last, which nobody but a transcript still has."""
    blanks: int = 0


@dataclass
class Stage:
    """One phone, and everything that is kept of it."""

    definition: Definition
    person: str = "p1"
    shelf: Shelf = field(default_factory=Shelf)
    conversation: bytes = b""
    shown: list[tuple[str, str, str]] = field(default_factory=list)
    """Everything that could be tapped so far: (id, label, number)."""
    photos: list[StorePhoto] = field(default_factory=list)
    """Photos on their way into the store."""
    enrol: Enrol | None = None
    """Whom the register was last asked to take in."""
    answering: AnswerInvitation | None = None
    """The invitation that was answered last."""
    media: int = 0
    count: int = 0
    """Messages of hers so far; the photos of one paper count as one."""
    before: str = ""

    def __post_init__(self) -> None:
        self.conversation = conversation_to_bytes(begin(self.person))

    @property
    def now(self) -> datetime:
        return self.shelf.now

    def play(self, line: str) -> list[str]:
        """What is answered to one line of a transcript."""
        mark, _, rest = line.partition(" ")
        if mark in HERS:
            self.count += not (mark == "@" and self.before == line)
            self.before = line
        if mark == "!" and rest.split()[0] in _STAGE_DIRECTIONS:
            _STAGE_DIRECTIONS[rest.split()[0]](self, rest.split()[1:])
            return []
        lines: list[str] = []
        for said in self._said(mark, rest):
            lines += self._hear(said)
        return lines

    def draft(self) -> Draft:
        """The draft that is on the table, as the edge loads it."""
        kept = self.shelf.drafts.get(self.loaded().subject.draft)
        if kept is not None:
            draft = draft_from_bytes(kept)
            if self.person in draft.authors or draft.subject.startswith(self.person):
                return draft
        self.shelf.blanks += 1
        who = self.loaded().speaking_for
        definition = self.definition.of(self.loaded().subject.province)
        name = f"d{self.shelf.blanks}"
        return blank(name, definition.province, definition.release, who, self.now)

    def loaded(self) -> Conversation:
        return conversation_from_bytes(self.conversation)

    def _hear(self, said: Said) -> list[str]:
        draft = self.draft()
        definition = self.definition.of(draft.province)
        turn = hear(definition, self.loaded(), draft, said, self.now)
        self._keep(turn)
        bubbles = speak(definition, turn, self.now)
        self._remember(bubbles)
        self.photos += [one for one in turn.errands if isinstance(one, StorePhoto)]
        for one in turn.errands:
            self.enrol = one if isinstance(one, Enrol) else self.enrol
            self.answering = one if isinstance(one, AnswerInvitation) else self.answering
        return [line for bubble in bubbles for line in drawn(bubble)] + [
            f"  ~ {told(errand)}" for errand in turn.errands
        ]

    def _keep(self, turn: Turn) -> None:
        self.conversation = conversation_to_bytes(turn.conversation)
        self.keep(turn.draft)

    def keep(self, draft: Draft) -> None:
        self.shelf.drafts.pop(draft.id, None)
        if draft.state in {"open", "submitting"}:
            self.shelf.drafts[draft.id] = draft_to_bytes(draft)
        elif draft.state == "submitted":
            self.shelf.submitted = draft_to_bytes(draft)

    def _remember(self, bubbles: tuple[Utterance, ...]) -> None:
        self.shown += [
            (choice.id, choice.label, choice.number or "")
            for bubble in bubbles
            for choice in bubble.choices
        ]

    def _said(self, mark: str, rest: str) -> list[Said]:
        match mark:
            case ">":
                return [Text(rest)]
            case "*":
                return [self._tap(rest)]
            case "@":
                return [self._sent(rest)]
            case "!":
                name, *words = rest.split()
                return _RESULTS[name](self, words)
            case _:
                raise ValueError(f"{mark} {rest}: no such line")

    def _tap(self, what: str) -> Tap:
        """By label or number, the last one that was shown; `(old)`: the first one."""
        old = what.endswith("(old)")
        wanted = what.removesuffix("(old)").strip()
        for tap_id, label, number in self.shown if old else reversed(self.shown):
            if wanted in {label, number}:
                return Tap(tap_id, label)
        raise ValueError(f"{wanted} was never offered")

    def _sent(self, what: str) -> Said:
        kind, _, rest = what.partition(" ")
        if kind == "照片":
            self.media += 1
            return Photo(f"m{self.media}")
        return _SENT[kind](rest)


_SENT: Mapping[str, Callable[[str], Said]] = {
    "语音": Voice,
    "位置": lambda _: Located(),
    "视频": lambda _: Unsupported("video"),
    "关注": Followed,
    "扫码": lambda code: Followed(code, anew=False),
    "取消关注": lambda _: Unfollowed(),
    "菜单": MenuTapped,
}


# ---- drawn for a reader -------------------------------------------------------------------


def drawn(bubble: Utterance) -> list[str]:
    """One bubble: its text, then what can be tapped."""
    lines = bubble.text.split("\n") if bubble.text else []
    choices = [
        f"[{choice.number} {choice.label}]" if choice.number else f"[{choice.label}]"
        for choice in bubble.choices
    ] + [f"[→ {link.label}]" for link in bubble.links]
    together = " ".join(choices)
    lines += [together] if len(together) <= TOGETHER and together else choices
    return [f"{'<' if at == 0 else ' '} {line}".rstrip() for at, line in enumerate(lines)]


def told(errand: Errand) -> str:
    """What is to be done outside, in a few words."""
    return f"{type(errand).__name__} {_detail(errand) or _others(errand)}".strip()


def _others(errand: Errand) -> str:
    """What becomes of the draft itself, which two people may have in common; 预审登记."""
    match errand:
        case Enrol(facts=facts):
            return f"{facts['insured_city']} {facts['retirement_month']}"
        case EraseDraft(draft=draft):
            return draft
        case TellParty(person=person, notice=notice):
            return f"{person} {notice}"
        case Invite(side=side):
            return side
        case AnswerInvitation(agreed=agreed):
            return "yes" if agreed else "no"
        case _:
            return ""


def _detail(errand: Errand) -> str:
    match errand:
        case AskRegistry(name=name) | FetchPapers(name=name):
            return name
        case StorePhoto(question=question, media=media, insists=insists):
            return f"{question} {media}" + (" insists" if insists else "")
        case OpenTask(kind=kind, question=question, note=note):
            return " ".join(filter(None, (kind, question, note and f"“{note}”")))
        case Supply(case_no=case_no) | WithdrawCase(case_no=case_no) | ApplyAnew(case_no=case_no):
            return case_no
        case Remind(kind=kind, month=month, due_on=due_on):
            return f"{kind} {month} {due_on}"
        case _:
            return ""


# ---- results of errands -------------------------------------------------------------------


def _enrolled(stage: Stage, words: list[str]) -> list[Said]:
    """`enrolled nothing`, `enrolled known 姓名 号码 电话`, `enrolled 2027-03 missing 招工表`."""
    match words:
        case ["nothing"]:
            return [EnrolledFound()]
        case ["known", name, number, phone]:
            known = {"name": name, "id_number": number, "phone": phone}
            return [EnrolledFound((), known)]
        case [month, state, *missing]:
            entry = {"month": month, "state": state, "missing": "".join(missing)}
            return [EnrolledFound((entry,))]
        case _:
            raise ValueError(words)


def _enrolling(stage: Stage, words: list[str]) -> list[Said]:
    """What was asked for last was registered; `stranger`: by somebody who may read no more."""
    assert stage.enrol is not None
    month = stage.enrol.facts["retirement_month"]
    return [Enrolled(month, "registered", hers=words != ["stranger"])]


def _login(stage: Stage, words: list[str]) -> list[Said]:
    name, number, *phone = words
    return [IdentityConfirmed(stage.draft().id, name, number, phone[0] if phone else None)]


def _not_known(stage: Stage, words: list[str]) -> list[Said]:
    match words:
        case ["left"]:
            return [IdentityRefused(stage.draft().id, "left")]
        case ["other"]:
            return [IdentityRefused(stage.draft().id, "other_person")]
        case _:
            return [IdentityRefused(stage.draft().id, "failed")]


def _registry(stage: Stage, words: list[str]) -> list[Said]:
    draft = stage.draft().id
    match words:
        case ["nothing"]:
            return [RegistryAnswered(draft, "nothing")]
        case ["referral", flag]:
            return [RegistryAnswered(draft, "referral", flag=flag)]
        case ["found", *which]:
            return [RegistryAnswered(draft, "found", HOUSEHOLDS[" ".join(which)])]
        case _:
            raise ValueError(words)


def _papers(stage: Stage, words: list[str]) -> list[Said]:
    draft = stage.draft().id
    match words:
        case ["nothing"]:
            return [PapersAnswered(draft, "nothing")]
        case ["found", *which]:
            return [PapersAnswered(draft, "found", PAPERS[" ".join(which)])]
        case _:
            raise ValueError(words)


def _stored(stage: Stage, _: list[str]) -> list[Said]:
    photos, stage.photos = stage.photos, []
    return [PhotoStored(one.draft, one.question, one.media, f"doc-{one.media}") for one in photos]


def _lost(stage: Stage, words: list[str]) -> list[Said]:
    one = stage.photos.pop()
    match words:
        case ["expired"]:
            return [PhotoLost(one.draft, one.question, one.media, "expired")]
        case ["dark"]:
            return [PhotoLost(one.draft, one.question, one.media, "too_dark")]
        case ["large"]:
            return [PhotoLost(one.draft, one.question, one.media, "too_large")]
        case _:
            return [PhotoLost(one.draft, one.question, one.media, "not_a_picture")]


def _opened(stage: Stage, words: list[str]) -> list[Said]:
    case_no, *other = words
    return [CaseOpened(other[0] if other else stage.draft().id, case_no)]


def _refused(stage: Stage, words: list[str]) -> list[Said]:
    return [SubmissionRefused(stage.draft().id, words[0])]


def _withdrawn(_: Stage, words: list[str]) -> list[Said]:
    match words:
        case ["too_late", case_no]:
            return [CaseWithdrawn(case_no, "too_late")]
        case ["partly", case_no]:
            return [CaseWithdrawn(case_no, "partly")]
        case [_, case_no]:
            return [CaseWithdrawn(case_no, "taken_back")]
        case _:
            raise ValueError(words)


def _progress(_: Stage, words: list[str]) -> list[Said]:
    return [ProgressFound(tuple(CASES[word] for word in words if word != "none"))]


def _anew(stage: Stage, words: list[str]) -> list[Said]:
    """`! anew 1310… 原因`: what was submitted last was denied; `! anew followed`: not again."""
    match words:
        case ["none" | "followed" | "under_way" | "by_unit" as reason]:
            return [NoAnew(reason)]
        case [case_no, reason]:
            draft = draft_from_bytes(stage.shelf.submitted)
            definition = stage.definition.of(draft.province)
            applied = application(definition, draft, stage.now)
            opened = open_case(
                applied, definition.service, Calendar(), stage.now, case_no, timedelta()
            )
            papers = {
                key: tuple(f"{one}-2" for one in ids) for key, ids in applied.documents.items()
            }
            again = filled_again(definition, definition, opened.case, papers, stage.now)
            who = stage.loaded().speaking_for
            return [
                AnewFound(
                    *(who, f"again-{draft.id}", case_no, draft.province, draft.release),
                    *(again.answers, again.consents, reason),
                )
            ]
        case _:
            raise ValueError(words)


def _wanted(_: Stage, words: list[str]) -> list[Said]:
    """`! wanted 4101 retirement_form=第二页看不清 phone`: what a department still asks for."""
    if words == ["nothing"]:
        return [WantedFound("", ())]
    case_no, *codes = words
    wanted = []
    for word in codes:
        code, _eq, note = word.partition("=")
        wanted.append(Wanted("HN03", "answer" if code in _ANSWERS else "document", code, note))
    return [WantedFound(case_no, tuple(wanted))]


def _invited(stage: Stage, words: list[str]) -> list[Said]:
    """`! invited 12345678`: the code is made; `! invited limit`: too many were."""
    draft = stage.draft()
    if words == ["limit"]:
        return [NotInvited(draft.id)]
    side: Role = "self" if draft.agent else "agent"
    stage.shelf.codes = {words[0]: (draft.id, side)}
    return [Invited(draft.id, words[0], f"ref-{words[0]}")]


def _code(stage: Stage, words: list[str]) -> list[Said]:
    """`! code 12345678`: what the code invites to; `! code unknown`, `later`, `own`."""
    match words:
        case ["later"]:
            return [InvitationClosed("later")]
        case ["own"]:
            return [InvitationClosed("own")]
        case [code] if code in stage.shelf.codes:
            name, side = stage.shelf.codes[code]
            draft = draft_from_bytes(stage.shelf.drafts[name])
            phone = str(draft.value("agent_phone") or "")
            params: dict[str, JSON] = {
                "organisation": draft.value("employer_name") or "",
                "agent": draft.value("agent_name") or "",
                "phone": f"{phone[:3]}****{phone[-4:]}" if phone else "",
                "name": draft.value("name") or "",
            }
            return [InvitationOpened(f"ref-{code}", name, side, params)]
        case _:
            return [InvitationClosed("unknown")]


def _come(stage: Stage, words: list[str]) -> list[Said]:
    """`! come`: the answer to the invitation was kept; `! come late`: the code was used before."""
    asked = stage.answering
    assert asked is not None
    kept = stage.shelf.drafts.get(asked.of_draft)
    if words or kept is None:
        return [NotJoined(asked.of_draft, declined=False)]
    draft, stage.shelf.codes = draft_from_bytes(kept), {}
    if not asked.agreed:
        stage.keep(uninvited(draft))
        return [NotJoined(asked.of_draft, declined=True)]
    stage.keep(joined(stage.definition, draft, asked.person, asked.side, stage.now))
    return [JoinedDraft(asked.of_draft, asked.side)]


_ANSWERS = frozenset({"phone", "bank_card", "address", "children"})

_RESULTS: Mapping[str, Callable[[Stage, list[str]], list[Said]]] = {
    "login": _login,
    "login-refused": _not_known,
    "registry": _registry,
    "papers": _papers,
    "enrolled": _enrolled,
    "enrolling": _enrolling,
    "stored": _stored,
    "lost": _lost,
    "opened": _opened,
    "refused": _refused,
    "withdrawn": _withdrawn,
    "progress": _progress,
    "wanted": _wanted,
    "anew": _anew,
    "invited": _invited,
    "code": _code,
    "come": _come,
}


# ---- what happens without anybody saying anything -----------------------------------------


def _wait(stage: Stage, words: list[str]) -> None:
    stage.shelf.now += timedelta(days=int(words[0]))


def _reminder(stage: Stage, words: list[str]) -> None:
    stage.conversation = conversation_to_bytes(replace(stage.loaded(), reminder=words[0]))


_STAGE_DIRECTIONS: Mapping[str, Callable[[Stage, list[str]], None]] = {
    "wait": _wait,
    "reminder": _reminder,
}


# ---- what every transcript is held to -----------------------------------------------------

_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


def sentences(answer: list[str]) -> frozenset[str]:
    """What is said in one answer, sentence by sentence; not what can be tapped, nor short words."""
    spoken = [line[2:] for line in answer if not line.startswith(("  [", "< [", "  ~"))]
    found = (one.strip() for line in spoken for one in _SENTENCE.findall(line))
    return frozenset(one for one in found if len(one) > 5)
