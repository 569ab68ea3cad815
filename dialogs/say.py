"""What the engine says, before any channel has drawn it.

An `Utterance` is one bubble. Choices can be tapped, and are numbered for those who type;
the channel decides how (links in text on the Official Account, buttons in the mini-program).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be tapped. `id` comes back with the tap; `label` is what is read."""

    id: str
    label: str
    number: str | None = None
    """The number a citizen may type instead; None for commands such as 上一步."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page to open on the phone. `page:login` is a page of ours, addressed by the edge."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """One bubble: text, then what can be tapped, then pages to open."""

    text: str
    choices: tuple[Choice, ...] = ()
    links: tuple[Link, ...] = ()
    provisional: bool = False
    """Only true for the moment (正在为您查询…): left out when the result comes in time."""
