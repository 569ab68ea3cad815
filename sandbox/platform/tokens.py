"""Access tokens: issued, overlapping, expired, force-refreshed."""

import secrets
from dataclasses import dataclass

_LENGTH = 512
_FORCED_A_DAY = 20
_FORCED_APART = 30.0


class ForcedTooOftenError(Exception):
    """More than twenty forced refreshes of the stable token in a day."""


@dataclass(slots=True)
class Token:
    """One issued token and when it ends."""

    value: str
    until: float


class TokenPot:
    """The tokens of one way of getting them; `token` and `stable_token` know nothing of each other.

    A token may have 512 characters, so these have: who keeps fewer finds out here.
    """

    def __init__(self, seconds: int, overlap: int) -> None:
        self._seconds = seconds
        self._overlap = min(overlap, seconds // 4)
        self._tokens: list[Token] = []
        self._forced: list[float] = []

    def stable(self, now: float) -> tuple[str, int]:
        """The current token and its remaining seconds; a new one only near the end."""
        current = self._tokens[-1] if self._tokens else None
        if current is None or current.until - now <= self._overlap:
            current = self._issue(now)
        return current.value, max(1, int(current.until - now))

    def renew(self, now: float) -> tuple[str, int]:
        """A new token; the one before stays good for the overlap."""
        for token in self._tokens:
            token.until = min(token.until, now + self._overlap)
        return self._issue(now).value, self._seconds

    def force(self, now: float) -> tuple[str, int]:
        """A new token, the old one dead at once; at most 20 a day, 30 seconds apart."""
        self._forced = [at for at in self._forced if now - at < 86_400]
        if len(self._forced) >= _FORCED_A_DAY:
            raise ForcedTooOftenError
        if self._forced and now - self._forced[-1] < _FORCED_APART:
            return self.stable(now)
        self._forced.append(now)
        self.expire(now)
        return self._issue(now).value, self._seconds

    def expire(self, now: float) -> None:
        """End every token now."""
        for token in self._tokens:
            token.until = min(token.until, now)

    def verdict(self, value: str, now: float) -> int | None:
        """0 when good, 42001 when expired, None when not from this pot."""
        for token in self._tokens:
            if secrets.compare_digest(token.value.encode(), value.encode()):
                return 0 if now < token.until else 42001
        return None

    def _issue(self, now: float) -> Token:
        token = Token(secrets.token_urlsafe(_LENGTH)[:_LENGTH], now + self._seconds)
        self._tokens = [*self._tokens[-50:], token]
        return token
