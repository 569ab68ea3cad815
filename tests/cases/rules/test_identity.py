import re
from datetime import date

from cases.rules import READS, RULES

SOURCE = re.compile(r"GB 11643|domain|〔\d{4}〕")
MAN = {"id_number": "410105196606129011", "sex": "男"}


def test_sixty_by_identity_card_on_the_day_itself() -> None:
    aged_60 = RULES["aged_60_by_id_card"]
    assert aged_60(MAN, date(2026, 6, 12))
    assert not aged_60(MAN, date(2026, 6, 11))
    assert not aged_60({}, date(2026, 6, 12))
    assert not aged_60({"id_number": "410105196606129012"}, date(2026, 6, 12))


def test_sixty_in_the_year_is_the_wider_reading() -> None:
    this_year = RULES["aged_60_this_year_by_id_card"]
    assert this_year(MAN, date(2026, 1, 1))
    assert not this_year(MAN, date(2025, 12, 31))


def test_sex_by_identity_card() -> None:
    today = date(2026, 1, 1)
    assert RULES["male_by_id_card"](MAN, today)
    assert not RULES["female_by_id_card"](MAN, today)
    assert not RULES["sex_differs_from_id_card"](MAN, today)
    assert RULES["sex_differs_from_id_card"]({**MAN, "sex": "女"}, today)


def test_every_rule_names_its_source() -> None:
    for name, rule in RULES.items():
        assert rule.__name__ == name
        assert SOURCE.search(str(rule.__doc__))


def test_every_rule_says_which_answers_it_reads() -> None:
    assert set(READS) == set(RULES)
