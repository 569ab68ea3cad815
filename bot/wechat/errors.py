"""The platform's numbers as our few words. One table; what is not in it is reported loudly."""

from collections.abc import Mapping
from enum import StrEnum


class Remedy(StrEnum):
    """What an error code asks us to do."""

    RETRY_LATER = "retry_later"
    RENEW_TOKEN = "renew_token"  # noqa: S105 — a word, not a secret
    """Already tried once when a caller sees it: then something is wrong with the account."""
    GIVE_UP_PERSON = "give_up_person"
    GIVE_UP_MESSAGE = "give_up_message"
    OTHER_CHANNEL = "other_channel"
    REPORT = "report"


REMEDIES: Mapping[int, Remedy] = {
    -1: Remedy.RETRY_LATER,  # system busy
    45009: Remedy.RETRY_LATER,  # the day's quota
    45011: Remedy.RETRY_LATER,  # the minute's quota
    40001: Remedy.RENEW_TOKEN,  # invalid credential
    40014: Remedy.RENEW_TOKEN,  # invalid access token
    42001: Remedy.RENEW_TOKEN,  # access token expired
    43004: Remedy.GIVE_UP_PERSON,  # does not follow
    43019: Remedy.GIVE_UP_PERSON,  # on the account's blacklist
    43101: Remedy.GIVE_UP_PERSON,  # refused the messages
    40003: Remedy.GIVE_UP_PERSON,  # no such openid
    47003: Remedy.GIVE_UP_MESSAGE,  # a template field is against its type; `Refused.field`
    40037: Remedy.GIVE_UP_MESSAGE,  # no such template
    45002: Remedy.GIVE_UP_MESSAGE,  # too long
    43117: Remedy.OTHER_CHANNEL,  # later and less often
    45015: Remedy.OTHER_CHANNEL,  # outside the 48 hours
    45047: Remedy.OTHER_CHANNEL,  # over the count of customer messages
}
"""Source: the platform's global return codes as collected in wechat.md, “Sending”."""


def remedy_for(errcode: int) -> Remedy:
    """Look a code up; the unknown is `REPORT`."""
    return REMEDIES.get(errcode, Remedy.REPORT)
