"""A year of working days as an administrator writes it: read whole, or refused with the reason."""

from datetime import date
from pathlib import Path

import pytest

from storage.calendars import CalendarBroken, read_calendar

YAML = """\
year: 2027
source: 国办发明电〔2026〕0号（样例）
by: 样例管理员
off: [2027-01-01..2027-01-03, 2027-02-05..2027-02-11, 2027-04-05, 2027-05-01..2027-05-05,
      2027-06-09, 2027-09-15, 2027-10-01..2027-10-07]
on: [2027-02-13, 2027-05-08, 2027-10-09]
"""
CSV = """\
\ufeff# 2027 年放假安排（样例）
year,2027
source,国办发明电〔2026〕0号（样例）
by,样例管理员
off,2027-01-01,2027-01-03
off,2027-02-05,2027-02-11
off,2027-04-05,
off,2027-05-01,2027-05-05
off,2027-06-09,
off,2027-09-15
off,2027-10-01,2027-10-07

on,2027-02-13
on,2027-05-08
on,2027-10-09
"""


def written(folder: Path, text: str, name: str = "2027.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_and_csv_say_the_same(tmp_path: Path) -> None:
    yaml, csv = (
        read_calendar(written(tmp_path, text, name))
        for text, name in ((YAML, "2027.yaml"), (CSV, "2027.csv"))
    )
    assert yaml == csv
    assert yaml.by == "样例管理员"
    assert date(2027, 2, 11) in yaml.year.off
    assert yaml.year.on == {date(2027, 2, 13), date(2027, 5, 8), date(2027, 10, 9)}
    assert not yaml.year.provisional


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2027-10-01..2027-10-07", "2027-10-05", "2027-10-01 is a statutory holiday"),
        ("2027-10-01..2027-10-07", "2028-10-01", "2028-10-01 is not a day of 2027"),
        ("on: [2027-02-13", "on: [2027-02-05", "both a day off and a working day"),
        ("2027-05-01..2027-05-05", "2027-05-05..2027-05-01", "ends before it begins"),
        ("2027-04-05,", "2027-02-30,", "day is out of range"),
        ("2027-06-09,", "2027-06-09..2027-07-20,", "working days; expected 240 to 256"),
        ("2027-05-01..2027-05-05", "2027-05-01..soon", "soon is no day; expected YYYY-MM-DD"),
        ("by: 样例管理员\n", "", "by: Field required"),
        ("source: 国办发明电〔2026〕0号（样例）", "source: ''", "source: "),
        ("year: 2027", "year: soon", "year: "),
        ("off: [", "off: [[", "expected"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in YAML
    with pytest.raises(CalendarBroken, match=r"^2027\.yaml: ") as broken:
        read_calendar(written(tmp_path, YAML.replace(old, new)))
    assert said in str(broken.value)


def test_a_line_of_a_table_that_says_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalendarBroken, match=r"2027\.csv:3: expected year, source, by"):
        read_calendar(written(tmp_path, "year,2027\n\nfree,2027-01-01\n", "2027.csv"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalendarBroken, match=r"nowhere\.yaml cannot be read"):
        read_calendar(tmp_path / "nowhere.yaml")
