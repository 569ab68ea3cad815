"""预审登记: what is in the register is looked up, and who agreed is taken in."""

from bot.envelopes import Order
from bot.errands.desk import Desk
from bot.ids import same_id
from cases.pre_reviews import PreReview
from dialogs.said import Enrolled, EnrolledFound
from dialogs.turn import Enrol, FindEnrolled
from storage.redis.errands import Errand

SURE = frozenset({"verified", "window"})


async def find_enrolled(desk: Desk, errand: Errand, order: Order) -> None:
    """What is registered of her; where nothing is, who she is, if that is sure."""
    (asked,) = order.errands
    assert isinstance(asked, FindEnrolled)
    known = await _known(desk, asked.subject)
    entries = [
        one
        for one in await desk.pre_reviews.of_subject(asked.subject)
        if one.province == asked.province
    ]
    if not entries and known:
        entries = await desk.pre_reviews.of_id_number(asked.province, known["id_number"])
    told = tuple(
        {"month": one.month, "state": one.state, "missing": one.missing} for one in entries
    )
    await desk.hearing.learn((EnrolledFound(told, known),), order, errand)


async def enrol(desk: Desk, errand: Errand, order: Order) -> None:
    """Take her in; the errand's id makes it one. Surely known is who is verified in the records."""
    (asked,) = order.errands
    assert isinstance(asked, Enrol)
    facts, known = asked.facts, await _known(desk, asked.subject)
    entry = PreReview(
        id=f"pre:{same_id(errand.id)}",
        province=asked.province,
        city=facts["insured_city"],
        month=facts["retirement_month"],
        name=facts["name"],
        id_number=facts["id_number"],
        phone=facts["phone"],
        person=asked.person,
        subject=asked.subject,
        verified=known.get("id_number") == facts["id_number"],
        consent=asked.consent,
    )
    done = await desk.pre_reviews.register(entry, desk.clock())
    state = done.entry.state if done.hers else "registered"
    missing = done.entry.missing if done.hers else ""
    said = Enrolled(done.entry.month, state, missing, hers=done.hers)
    await desk.hearing.learn((said,), order, errand)


async def _known(desk: Desk, subject: str) -> dict[str, str]:
    """By the form's keys, who a verified person is."""
    person = await desk.persons.load(subject)
    if person is None or person.level not in SURE:
        return {}
    return {"name": person.name, "id_number": person.id_number, "phone": person.phone}
