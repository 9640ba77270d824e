"""What the database says about itself, for whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

#: What keeps history as it is (history and access, migrations).
_GUARDS = (
    "history_change_stays",
    "history_change_final",
    "history_revision_stays",
    "history_revision_final",
)


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """``now`` is the moment by the database's own clock; ``damage`` is empty when it finds none;
    ``unguarded`` are the triggers that keep history and are missing or switched off; ``log_mode``
    is how SQLite writes (``wal``), empty on PostgreSQL."""

    kind: str
    version: str
    now: datetime
    damage: tuple[str, ...]
    unguarded: tuple[str, ...]
    log_mode: str


def database_health() -> DatabaseHealth:
    """Asked now. The check for damage reads the whole SQLite file."""
    if connection.vendor == "postgresql":
        version, now = _one("SELECT current_setting('server_version'), clock_timestamp()")
        triggers = _all("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        return DatabaseHealth(
            "postgresql", str(version), now.astimezone(UTC), (), _missing(triggers), ""
        )
    version, said = _one("SELECT sqlite_version(), strftime('%Y-%m-%dT%H:%M:%f', 'now')")
    damage = [str(row[0]) for row in _all("PRAGMA quick_check(5)") if row[0] != "ok"]
    triggers = _all("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return DatabaseHealth(
        "sqlite",
        str(version),
        datetime.fromisoformat(str(said)).replace(tzinfo=UTC),
        tuple(damage),
        _missing(triggers),
        str(_one("PRAGMA journal_mode")[0]),
    )


def _missing(triggers: list[tuple[Any, ...]]) -> tuple[str, ...]:
    there = {row[0] for row in triggers}
    return tuple(guard for guard in _GUARDS if guard not in there)


def _one(statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def _all(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
