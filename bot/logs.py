"""Logs: one JSON object a line, facts about cases and never about people."""

import logging
import sys

import structlog


def configure_logs() -> None:
    """Write structured lines to standard output; other libraries only from warnings up."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(message)s")
    logging.getLogger("aiohttp.access").disabled = True  # its lines hold tickets and codes
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
