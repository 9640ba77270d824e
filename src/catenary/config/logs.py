"""Log lines: for people, or as JSON for machines, each with the number of its request.

No line of ours names a person, an address of a page or a secret; what libraries say is cleaned:
paths become routes, and the database's quotations of values go.
"""

from __future__ import annotations

import logging
import os
import re
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import EventDict, WrappedLogger

FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")
#: PostgreSQL repeats the row that a constraint refused: "DETAIL:  Key (email)=(…) already exists."
_QUOTED = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")


def logging_settings() -> dict[str, Any]:
    """Django's ``LOGGING``, as the environment says; ``ImproperlyConfigured`` when it says
    something else."""
    form = _one_of("CATENARY_LOG", FORMATS, "text")
    level = _one_of("CATENARY_LOG_LEVEL", LEVELS, "warning")
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],  # type: ignore[list-item]
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: Any = structlog.processors.JSONRenderer(sort_keys=True) if form == "json" else in_words
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"routes": {"()": RoutesForPaths}},
        "formatters": {
            "ours": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            }
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "ours",
                "filters": ["routes"],
            }
        },
        "root": {"handlers": ["console"], "level": level.upper()},
        # Every refused page would be a warning; the request's own line says it already.
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.db.backends": {"level": "WARNING"},
        },
    }


class RoutesForPaths(logging.Filter):
    """Django names the path of a failed request; a path may hold a name or a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keeps every record, with the route in place of the path."""
        request = getattr(record, "request", None)
        if record.name.startswith("django.") and request is not None:
            match = getattr(request, "resolver_match", None)
            route = (match.view_name if match is not None else "") or "none"
            said = record.getMessage().partition(":")[0]
            record.msg, record.args = f"{said}: route {route}", ()
        return True


def without_personal_data(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Takes out what databases quote, and e-mail addresses wherever they come from."""
    for name, value in event.items():
        if isinstance(value, str) and not name.startswith("_"):
            event[name] = _ADDRESS.sub("…@…", _QUOTED.sub(r"\1: …", value))
    return event


def in_words(_: WrappedLogger, __: str, event: EventDict) -> str:
    """One line for people: when, how bad, who, what, and the rest as name=value."""
    exception = event.pop("exception", "")
    parts = [event.pop(name, "") for name in ("timestamp", "level", "logger", "event")]
    line = f"{parts[0]} {str(parts[1]).upper()} {parts[2]}: {parts[3]}"
    line += "".join(f" {name}={value}" for name, value in event.items())
    return f"{line}\n{exception}" if exception else line


def _one_of(name: str, known: tuple[str, ...], usual: str) -> str:
    said = os.environ.get(name, "").strip().lower() or usual
    if said not in known:
        raise ImproperlyConfigured(f"{name} is one of {', '.join(known)}")
    return said
