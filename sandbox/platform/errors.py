"""The platform's refusals: numbers and words as its documentation lists them."""

from collections.abc import Mapping

MESSAGES: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40029: "invalid code",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    41001: "access_token missing",
    41005: "media data missing",
    42001: "access_token expired",
    42003: "code expired",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
}

OWN_FAULTS = frozenset(
    {40003, 40008, 40016, 40017, 40018, 40019, 40020, 40023, 40037, 41001, 44004}
    | {45002, 45015, 45047, 47001, 47003}
)
"""Refusals the service could have avoided: they count as violations. Expired tokens, used-up
quotas and people who left do not."""


class ApiError(Exception):
    """A refused call; answered as HTTP 200 with errcode and errmsg, as the platform does."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        message = MESSAGES.get(errcode, "error")
        super().__init__(f"{errcode} {message} {detail}".strip())
        self.errcode = errcode
        self.errmsg = f"{message} {detail}".strip()
