"""Every kind of question, by the name that a definition uses."""

from collections.abc import Mapping

from dialogs.kinds.address import Address
from dialogs.kinds.bank import Bank
from dialogs.kinds.bank_card import BankCard
from dialogs.kinds.base import Kind
from dialogs.kinds.choice import Choice
from dialogs.kinds.consent import Consent
from dialogs.kinds.date import Date
from dialogs.kinds.ethnicity import Ethnicity
from dialogs.kinds.id_number import IdNumber
from dialogs.kinds.month import Month
from dialogs.kinds.name import Name
from dialogs.kinds.notice import Notice
from dialogs.kinds.office import Office
from dialogs.kinds.phone import Phone
from dialogs.kinds.photos import Photos
from dialogs.kinds.phrase import Phrase
from dialogs.kinds.reminder import Reminder
from dialogs.kinds.text import FreeText
from dialogs.kinds.uscc import Uscc
from dialogs.kinds.yes_no import YesNo

_EVERY: tuple[Kind, ...] = (
    Name(),
    IdNumber(),
    Phone(),
    Choice(),
    YesNo(),
    Date(),
    Month(),
    Address(),
    BankCard(),
    Ethnicity(),
    Bank(),
    Office(),
    Photos(),
    FreeText(),
    Notice(),
    Consent(),
    Phrase(),
    Uscc(),
    Reminder(),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _EVERY}
