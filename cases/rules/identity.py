"""Rules that read the identity card: the answer `id_number`, and nothing else."""

from datetime import date

from cases.identity_numbers import IdentityNumber, read_identity_number
from cases.values import Answers

_AGE = 60
_SEXES = {"男": "male", "女": "female", "male": "male", "female": "female"}


def aged_60_by_id_card(answers: Answers, today: date) -> bool:
    """Has the sixtieth birthday by identity card come? 附件1 申请事项(七); domain A7, A8.

    “身份证年龄满60周岁”: the day itself counts.
    """
    birthday = sixtieth_birthday(answers)
    return birthday is not None and birthday <= today


def aged_60_this_year_by_id_card(answers: Answers, today: date) -> bool:
    """Is the sixtieth birthday in this year or past? The wide reading of domain A8."""
    person = _person(answers)
    return person is not None and person.birth_date.year + _AGE <= today.year


def sixtieth_birthday(answers: Answers) -> date | None:
    """The sixtieth birthday by identity card; None while no number was said."""
    person = _person(answers)
    return None if person is None else _sixtieth(person.birth_date)


def male_by_id_card(answers: Answers, today: date) -> bool:  # noqa: ARG001 — a Rule's shape
    """The 17th digit is odd (GB 11643)."""
    person = _person(answers)
    return person is not None and person.sex == "male"


def female_by_id_card(answers: Answers, today: date) -> bool:  # noqa: ARG001 — a Rule's shape
    """The 17th digit is even (GB 11643)."""
    person = _person(answers)
    return person is not None and person.sex == "female"


def sex_differs_from_id_card(answers: Answers, today: date) -> bool:  # noqa: ARG001 — as above
    """The stated sex is not the card's: she is asked again, nothing is changed (domain 4)."""
    person, said = _person(answers), _SEXES.get(str(answers.get("sex")))
    return person is not None and said is not None and said != person.sex


def _person(answers: Answers) -> IdentityNumber | None:
    number = answers.get("id_number")
    read = read_identity_number(number) if isinstance(number, str) else None
    return read if isinstance(read, IdentityNumber) else None


def _sixtieth(birth: date) -> date:
    try:
        return birth.replace(year=birth.year + _AGE)
    except ValueError:  # 29 February of 2040, from a number made up
        return date(birth.year + _AGE, 3, 1)
