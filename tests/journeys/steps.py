"""Stretches of a journey that several tests travel."""

from collections.abc import Sequence

from tests.journeys.city import City, Phone

FUND = ("1", "1", "1")
"""With the fund, at the city's own centre, to the social card."""
NO_FUND = ("2",)


async def applied(
    henan: City, *, citizen: str = "wang_jianguo", fund: Sequence[str] = NO_FUND, number: int = 2
) -> Phone:
    """Somebody applies, smoothly; the phone shows that it is handed in."""
    phone = await henan.phone(number)
    await phone.say("办理退休")
    await phone.say("1")
    assert await phone.log_in(citizen) == 200
    await phone.is_offered("同意")
    no_support = "2"  # neither the support for parents of one child nor, under 60, a reminder
    steps = ("1", "1", "建行", "6217000010000000128", *fund, no_support, "1", "1")
    for answer in steps:
        await phone.say(answer)
    await phone.say("1")
    await phone.sees("提交成功")
    return phone
