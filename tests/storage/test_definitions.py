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
