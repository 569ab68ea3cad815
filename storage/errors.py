"""What storage cannot promise any more. One root; the docstring is the message."""


class StorageError(Exception):
    """The store could not do its work."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class ServerUnavailable(StorageError):
    """A server that the service needs beside it did not start or does not answer."""


class CannotOpen(StorageError):
    """A sealed value cannot be opened: changed, moved to another place, or its key is gone."""


class UnusableKeys(StorageError):
    """The keys in the settings or under the data folder cannot be used."""


class MadeUpKeysRefused(UnusableKeys):
    """With PostgreSQL, DATA_KEYS and LOOKUP_KEYS must be set: made-up keys live on one machine."""
