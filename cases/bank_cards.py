"""Bank card numbers: at most 19 digits; the Luhn digit only warns (old books and cards lack it)."""

import re

_DIGITS = re.compile(r"\d{1,19}", re.ASCII)


def is_account_number(text: str) -> bool:
    """Whether it can be an account: digits only, 19 at most (附件1 社保卡银行账号)."""
    return _DIGITS.fullmatch(text) is not None


def luhn_holds(number: str) -> bool:
    """Whether the last digit is the Luhn digit (ISO/IEC 7812-1) of the others."""
    if not is_account_number(number):
        return False
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
