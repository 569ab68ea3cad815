"""Conversations are tested as conversations: a `.chat` file is the test.

`make update-transcripts` writes down what is answered now; a person reads the difference.
"""

from functools import cache
from pathlib import Path

import pytest

from bot.wechat.outbound import MAX_BYTES, draw_one
from dialogs.definition import Definition
from dialogs.say import Utterance
from storage.definitions import load_all
from tests.transcripts.stage import Shelf, Stage, sentences

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.rglob("*.chat"))
"""In the folder itself: Henan alone. In `hebei`: Hebei alone. In `both`: the two of them."""
SMOOTH = 14
"""Messages of hers in a smooth application, login not counted (issue 2, point 5)."""
SMOOTH_HEBEI = 18


@cache
def served(folder: str) -> Definition:
    """Who is spoken with in the transcripts of this folder."""
    names = {"hebei": ("hebei",), "both": ("hebei", "henan")}.get(folder, ("henan",))
    return next(iter(load_all(FOLDER.parents[1] / "services", names).values()))


def _name(file: Path) -> str:
    return file.relative_to(FOLDER).with_suffix("").as_posix()


class _Watched(Stage):
    """Also measures every bubble."""

    longest = 0

    def _remember(self, bubbles: tuple[Utterance, ...]) -> None:
        super()._remember(bubbles)
        sizes = (len(draw_one(bubble).encode()) for bubble in bubbles)
        self.longest = max(self.longest, *sizes, 0)


class _Phones:
    """The phones of a transcript, at one shelf: `[她] > 同意` is said on hers.

    Without a name there is one phone. What is answered stands under the same name.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.shelf = Shelf()
        self.by_name: dict[str, _Watched] = {}

    def play(self, line: str) -> list[str]:
        name, rest = _named(line)
        person = f"p{len(self.by_name) + 1}"
        stage = self.by_name.setdefault(name, _Watched(self.definition, person, self.shelf))
        return [f"{name}{one}" if one.startswith("<") else one for one in stage.play(rest)]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.by_name.values())

    @property
    def longest(self) -> int:
        return max(one.longest for one in self.by_name.values())


def _named(line: str) -> tuple[str, str]:
    """`[她] > 好` → `[她] `, `> 好`."""
    name, bracket, rest = line.partition("] ")
    return (f"{name}] ", rest) if bracket and line.startswith("[") else ("", line)


def played(file: Path) -> tuple[_Phones, list[tuple[str, list[str]]]]:
    """The lines of the transcript, each with what is answered to it."""
    stage = _Phones(served(file.parent.name))
    lines: list[tuple[str, list[str]]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            lines.append((line, []))
        elif _named(line)[1][0] not in "< ":
            lines.append((line, stage.play(line)))
    return stage, lines


def written(lines: list[tuple[str, list[str]]]) -> str:
    return "".join(f"{part}\n" for line, answer in lines for part in (line, *answer))


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_transcript(file: Path, request: pytest.FixtureRequest) -> None:
    stage, lines = played(file)
    now = written(lines)
    if request.config.getoption("--update-transcripts"):
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8")
    assert stage.longest <= MAX_BYTES, "a bubble is longer than WeChat shows in one piece"


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_no_sentence_comes_three_times_running(file: Path) -> None:
    _, lines = played(file)
    for name in {_named(line)[0] for line, _ in lines}:
        answers = [
            sentences([one.removeprefix(name) for one in answer])
            for line, answer in lines
            if answer and _named(line)[0] == name
        ]
        for first, second, third in zip(answers, answers[1:], answers[2:], strict=False):
            assert not first & second & third


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 34
    assert all(file.read_text(encoding="utf-8").startswith("# ") for file in FILES)


@pytest.mark.parametrize(
    ("file", "most"),
    [("smooth", SMOOTH), ("both/smooth_henan", SMOOTH)]
    + [(f"hebei/smooth_s{number}", SMOOTH_HEBEI) for number in (1, 3, 4, 5, 6)],
)
def test_a_smooth_application_takes_few_messages(file: str, most: int) -> None:
    stage, lines = played(FOLDER / f"{file}.chat")
    assert any("提交成功" in part for _, answer in lines for part in answer)
    assert stage.count <= most
