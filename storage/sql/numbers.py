"""Case numbers: `{area 6}{YYYYMMDD}{channel 2}{serial 6}{check 1}`, 23 digits (domain 5).

The serial counts per area, day and channel, without gaps: it is counted up inside the transaction
that opens the case. The check digit is ISO 7064 MOD 11,10: it finds every single wrong digit and
almost every swap, so a number read out on the phone is wrong at once or not at all.
"""

from datetime import date

from storage.sql.session import Session

_LENGTH = 23
_SERIALS = 999_999


class NumbersExhausted(ValueError):
    """A million cases of one area, day and channel."""


def case_number(area: str, day: date, channel: str, serial: int) -> str:
    """The number; raises `NumbersExhausted`, or ValueError when its parts are no such digits."""
    if serial > _SERIALS:
        raise NumbersExhausted
    if len(area) != 6 or len(channel) != 2:
        raise ValueError("an area has 6 digits, a channel 2")
    digits = f"{area}{day:%Y%m%d}{channel}{serial:06d}"
    return f"{digits}{_check_digit(digits)}"


def is_case_number(text: str) -> bool:
    """Whether this is a case number that was written down without a slip."""
    plain = len(text) == _LENGTH and text.isascii() and text.isdigit()
    return plain and _check_digit(text[:-1]) == int(text[-1])


async def next_number(session: Session, name: str) -> int:
    """Count a counter up; others that want it wait until this transaction ends."""
    row = await session.row(
        "INSERT INTO counters (name, number) VALUES (?, 1)"
        " ON CONFLICT (name) DO UPDATE SET number = counters.number + 1 RETURNING number",
        name,
    )
    assert row is not None
    return int(row["number"])


def _check_digit(digits: str) -> int:
    rest = 10
    for digit in digits:
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return (11 - rest) % 10
