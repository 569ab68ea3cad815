"""Loading a province: what is wrong is said with file, line and what was expected."""

import shutil
from pathlib import Path

import pytest

from storage.definitions import DefinitionBroken, load

SERVICES = Path(__file__).parents[2] / "services"
TEMPLATE = "template: documents/application.typ"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The services, to be broken."""
    return shutil.copytree(SERVICES, tmp_path / "services")


@pytest.mark.parametrize(
    "template", ["documents/nothing.typ", "../shared/documents/form.typ", "form.yaml"]
)
def test_a_document_needs_a_template_that_is_there(copied: Path, template: str) -> None:
    service = copied / "henan" / "service.yaml"
    lines = service.read_text(encoding="utf-8").splitlines()
    (line,) = (number for number, text in enumerate(lines, start=1) if TEMPLATE in text)
    lines[line - 1] = lines[line - 1].replace(TEMPLATE, f"template: {template}")
    service.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DefinitionBroken) as broken:
        load(copied, "henan")
    assert broken.value.problems[0] == (
        f"service.yaml:{line}: documents.0.template: no template is called {template};"
        " expected documents/<name>.typ"
    )


BREAKAGES = [
    # a schema's mistakes: the shape that fits best is spoken of, once
    ("form.yaml", "kind: ethnicity, ", "", "form.yaml:{}: ", "kind: Field required"),
    ("form.yaml", "key: ethnicity,", "key: ethnicity, colour: red,", "form.yaml:{}: ", "Extra"),
    ("service.yaml", "clock: {limit_workdays: 5}", "clock: {}", "service.yaml:{}: ", "say exactly"),
    ("service.yaml", "department: medical", "department: nobody", "service.yaml:{}: ", "nobody"),
    # the checker's: they find their file and line
    ("form.yaml", "list: ethnicities", "list: nations", "form.yaml:{}: ethnicity", "no list"),
    ("service.yaml", "when: {answer: wants_fund, is: true}", "when: {rule: aged_99}",
     "service.yaml:{}: HN08: no rule is called aged_99", ""),
    ("texts.yaml", "ask.phone:", "ask.telephone:", "texts.yaml", "text ask.phone is missing"),
    ("texts.yaml", "ask.phone:", "idle.text: 没\nask.phone:", "texts.yaml:{}: ", "idle.text"),
    ("texts.yaml", "ask.phone: ", "ask.phone: '{% if %}'\nx: ", "texts.yaml:{}: ", "ask.phone"),
    ("contacts.yaml", "phone:", "fax:", "contacts", "phone is missing"),
    ("lists/regions.csv", "id,name", "code,name", "regions.csv:", "expected id and name"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "begins", "says"), BREAKAGES)
def test_a_mistake_is_named_with_file_and_line(
    copied: Path, file: str, old: str, new: str, begins: str, says: str
) -> None:
    path = copied / "henan" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionBroken) as broken:
        load(copied, "henan")
    near = text[: text.index(old)].count("\n") + 1
    first = broken.value.problems[0]
    lines = range(near - 12, near + 3)
    assert any(first.startswith(begins.format(line)) for line in lines), (near, broken.value)
    assert says in first


def test_a_list_and_a_template_that_nothing_names_are_found(copied: Path) -> None:
    (copied / "henan" / "lists" / "dentists.yaml").write_text("[]", encoding="utf-8")
    (copied / "henan" / "documents" / "idle.typ").write_text("", encoding="utf-8")
    with pytest.raises(DefinitionBroken) as broken:
        load(copied, "henan")
    assert [one.partition(":")[0] for one in broken.value.problems] == ["dentists.yaml", "idle.typ"]


def test_a_file_that_is_missing_or_no_text_is_named(copied: Path) -> None:
    (copied / "henan" / "knowledge.yaml").write_bytes("- {id: 办理}".encode("gb18030"))
    with pytest.raises(DefinitionBroken, match=r"services/henan/knowledge\.yaml"):
        load(copied, "henan")
    (copied / "henan" / "texts.yaml").unlink()
    with pytest.raises(DefinitionBroken, match=r"services/henan/texts\.yaml: the file is missing"):
        load(copied, "henan")
