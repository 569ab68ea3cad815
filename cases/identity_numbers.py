"""Citizens' identity numbers (GB 11643-1999): check digit, birthday, sex.

The address code is not looked up: codes are withdrawn and renumbered, and a number issued under
an old one stays valid for life (a registry check rejects good numbers, domain 4).
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Literal, TypeAlias

Sex: TypeAlias = Literal["male", "female"]
Fault: TypeAlias = Literal["form", "birth_date", "check_digit", "residence_permit"]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_NEW = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_OLD = re.compile(r"[1-9]\d{14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A number that passed: 18 characters, last one a digit or X."""

    number: str
    birth_date: date
    sex: Sex
    converted: bool = False
    """Whether it was written with 15 digits (abolished 2013-01-01): ask her to confirm."""


@dataclass(frozen=True, slots=True)
class BadNumber:
    """Why it is none. `residence_permit`: 81/82/83 or 9, which windows handle."""

    fault: Fault


@lru_cache(maxsize=16)  # a walk of the form asks twice; so few that nothing is gathered
def read_identity_number(text: str) -> IdentityNumber | BadNumber:
    """Read what somebody typed: spaces ignored, x taken as X, 15 digits converted."""
    number = "".join(text.split()).upper()
    if _OLD.fullmatch(number):
        return _read(_with_century(number), converted=True)
    if not _NEW.fullmatch(number):
        return BadNumber("form")
    return _read(number, converted=False)


def check_digit(first17: str) -> str:
    """The 18th character of a number whose first 17 digits these are."""
    total = sum(map(mul, map(int, first17), _WEIGHTS))
    return _CHECKS[total % 11]


def _with_century(old: str) -> str:
    # 15-digit numbers were only ever issued to people born in the 1900s.
    first17 = f"{old[:6]}19{old[6:]}"
    return first17 + check_digit(first17)


def _read(number: str, *, converted: bool) -> IdentityNumber | BadNumber:
    if number.startswith(("81", "82", "83", "9")):
        return BadNumber("residence_permit")
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return BadNumber("birth_date")
    if check_digit(number[:17]) != number[17]:
        return BadNumber("check_digit")
    sex: Sex = "male" if int(number[16]) % 2 else "female"
    return IdentityNumber(number, birth_date, sex, converted)
