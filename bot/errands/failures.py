"""How an errand says that it could not be done."""


class TryAgain(Exception):
    """It cannot be done now; somebody should try later."""
