from tests.cases.conftest import calendar, henan, journey

__all__ = ["calendar", "henan", "journey"]
