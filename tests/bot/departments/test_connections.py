import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.departments.connections import Connections, ConnectionsBroken

KEY = "a-key-of-at-least-16"
GOOD = f"""connections:
  - {{id: hn-hrss, province: henan, department: hrss, mode: push, keys: [{KEY}],
     base_url: "http://127.0.0.1:9/departments/hn-hrss"}}
  - {{id: hn-fund, province: henan, department: fund, office: "*", mode: pull, keys: [{KEY}]}}
  - {{id: hn-fund-zz, province: henan, department: fund, office: fund-410100, mode: desk}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "departments.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def touch(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    later = file.stat().st_mtime_ns + 1_000_000
    os.utime(file, ns=(later, later))


def test_an_offices_own_line_wins_over_the_one_for_all(file: Path) -> None:
    connections = Connections(file)
    assert [one.id for one in connections] == ["hn-hrss", "hn-fund", "hn-fund-zz"]
    found = {
        office: one.id
        for office in ("fund-410100", "fund-410000")
        if (one := connections.find("henan", "fund", office))
    }
    assert found == {"fund-410100": "hn-fund-zz", "fund-410000": "hn-fund"}
    assert connections.find("henan", "hrss", "any") == connections.get("hn-hrss")
    assert connections.find("hebei", "hrss", "any") is None
    assert connections.keys_of("hn-hrss") == (KEY,)
    assert connections.keys_of("hn-fund-zz") == connections.keys_of("nobody") == ()


def test_a_key_is_not_shown(file: Path) -> None:
    assert KEY not in repr(list(Connections(file)))


def test_a_changed_file_counts_at_once(file: Path) -> None:
    connections = Connections(file)
    touch(file, GOOD.replace("hn-hrss", "hn-other"))
    assert connections.get("hn-hrss") is None
    assert connections.get("hn-other") is not None


def test_a_mistake_in_a_changed_file_leaves_what_there_was(file: Path) -> None:
    connections = Connections(file)
    touch(file, GOOD.replace("mode: push", "mode: shout"))
    with capture_logs() as logs:
        assert connections.get("hn-hrss") is not None
        assert connections.get("hn-hrss") is not None
    assert [line["event"] for line in logs] == ["connections_broken"]
    touch(file, "connections: []")
    assert connections.get("hn-hrss") is None


def test_without_a_file_nobody_is_connected_until_it_comes(tmp_path: Path) -> None:
    connections = Connections(tmp_path / "departments.yaml")
    assert list(connections) == []
    (tmp_path / "departments.yaml").write_text(GOOD, encoding="utf-8")
    assert len(list(connections)) == 3


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("mode: push", "mode: shout", ":2: connection hn-hrss: mode: Input should be 'push'"),
        ("mode: pull, keys", "mode: pull, kees", "hn-fund: kees: Extra inputs are not permitted."),
        (f"[{KEY}],", "[short],", "hn-hrss: keys.0: String should have at least 16 characters."),
        (f"pull, keys: [{KEY}]", "pull", "connection hn-fund: keys: give one key, or two"),
        ("http://127.0.0.1:9/", "ftp://x/", ":2: connection hn-hrss: base_url: give the http(s)"),
        ("hn-fund-zz", "hn-fund", ":5: connection hn-fund: the id is used twice."),
        ("fund-410100", '"*"', ":5: connection hn-fund-zz: hn-fund already serves that office."),
        ("{id: hn-hrss, ", "{", ":2: connection no. 1: id: Field required."),
        ("connections:", "connection:", "must hold one list, called connections."),
        ("department: hrss,", "department: [", "departments.yaml:"),
    ],
)
def test_each_mistake_is_one_sentence(file: Path, was: str, becomes: str, said: str) -> None:
    touch(file, GOOD.replace(was, becomes, 1))
    with pytest.raises(ConnectionsBroken) as broken:
        Connections(file)
    (mistake,) = broken.value.mistakes
    assert said in mistake
    assert "\n" not in mistake
    assert KEY not in mistake
