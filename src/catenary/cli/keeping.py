"""backup and restore: a whole installation into one file, and back."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from catenary import clock
from catenary.cli.session import fail, ready
from catenary.cli.terminal import answer, progress, say

if TYPE_CHECKING:
    from catenary.exchange.backup.format import Whole


def make_backup(*, file: Path, verify: bool, force: bool, json: bool, data: Path | None) -> None:
    """Write the file; or, with ``verify``, look at one that is there."""
    ready(data, needs_tables=False)
    from django.conf import settings

    from catenary.exchange.backup.format import BackupRefused, checked
    from catenary.exchange.backup.writing import write_backup

    try:
        with progress("reading") as told:
            if verify:
                whole = checked(file, settings.SECRET_KEY)
            else:
                whole = write_backup(
                    file, secret=settings.SECRET_KEY, at=clock.now(), force=force, progress=told
                )
    except BackupRefused as refused:
        fail(str(refused))
    if not verify:
        _remember(whole)
    if json:
        answer(_as_json(file, whole))
        return
    if verify:
        say(f"{file} is whole: made {whole.header.made_at} by version {whole.header.product}.")
        if not whole.is_sealed_here:
            say("Another installation's secret sealed it: only its own digest was compared.")
    else:
        say(f"Written: {file}, {file.stat().st_size:,} bytes.")
        say("The installation's secret is not in it: keep the file secret-key elsewhere, too.")
    _say_contents(whole)


def restore_from(*, file: Path, replace: bool, json: bool, data: Path | None) -> None:
    """Put everything in the file into this installation."""
    ready(data, needs_tables=False)
    from django.conf import settings

    from catenary.exchange.backup.format import BackupRefused
    from catenary.exchange.backup.restoring import restore_backup

    try:
        with progress("restoring") as told:
            whole = restore_backup(file, secret=settings.SECRET_KEY, replace=replace, progress=told)
    except BackupRefused as refused:
        fail(str(refused))
    if json:
        answer(_as_json(file, whole))
        return
    say(f"Restored from {file}, made {whole.header.made_at}. Everybody is signed out.")
    if not whole.is_sealed_here:
        say("It was sealed with another secret: put that installation's secret-key file here if")
        say("anything signed with it is to stay valid.")
    _say_contents(whole)


def last_backup_at() -> datetime | None:
    """When the last backup was made on this machine; none when nobody knows of one."""
    try:
        return datetime.fromisoformat(_note().read_text().strip())
    except (OSError, ValueError):
        return None


def _remember(whole: Whole) -> None:
    # For the doctor alone: a backup that is whole does not fail because of it.
    # Like everything in the data folder it is its owner's alone, whatever the umask.
    with suppress(OSError):
        note = _note()
        note.touch(mode=0o600)
        note.chmod(0o600)
        note.write_text(f"{whole.header.made_at}\n")


def _note() -> Path:
    from django.conf import settings

    return Path(settings.DATA) / "last-backup"


def _say_contents(whole: Whole) -> None:
    counts = whole.counts
    say(
        f"It holds {whole.rows:,} rows: {counts.get('portfolio_service', 0):,} services, "
        f"{counts.get('organizations_organization', 0):,} organizations, "
        f"{counts.get('history_revision', 0):,} revisions."
    )
    say(f"digest {whole.digest}")


def _as_json(file: Path, whole: Whole) -> dict[str, object]:
    header = whole.header
    return {
        "file": str(file),
        "made-at": header.made_at,
        "product": header.product,
        "database": header.database,
        "digest": whole.digest,
        "sealed-here": whole.is_sealed_here,
        "rows": whole.counts,
    }
