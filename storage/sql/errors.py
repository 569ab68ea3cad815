"""What the records cannot promise any more."""

from storage.errors import StorageError


class SchemaTooOld(StorageError):
    """The database was made by an older version: run `python -m bot migrate`."""


class SchemaTooNew(StorageError):
    """The database was made by a newer version than this one: run that version."""


class CaseUnknown(StorageError):
    """There is no case of that number."""


class TooContended(StorageError):
    """A case was changed by others again and again while one change was being made."""


class DocumentGone(StorageError):
    """A document's file is missing or is not what was stored."""
