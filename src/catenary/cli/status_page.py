"""Writing an organization's public page as files: to be put where it stays up when this is down."""

from __future__ import annotations

import os
from pathlib import Path

from catenary import clock
from catenary.cli.session import fail, ready
from catenary.cli.terminal import say


def write_status_page(*, organization: str, out: Path, language: str, data: Path | None) -> None:
    """Write what everybody may see of an organization, each file whole or not at all."""
    ready(data)
    from django.conf import settings

    from catenary.apps.monitoring.queries.public import public_status
    from catenary.exchange.status_page.writing import files_of

    if language not in dict(settings.LANGUAGES):
        fail(f"{language} is none of {', '.join(dict(settings.LANGUAGES))}")
    status = public_status(key=organization, at=clock.now())
    if status is None:
        fail(
            f"{organization} shows nothing to everybody: its administrator decides that on the "
            "page of the organization, under “Public page”"
        )
    files = files_of(status, language)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            draft = out / f".{name}.{os.getpid()}"
            draft.write_bytes(content)
            # Whoever reads the folder meanwhile sees the old file or the new one.
            draft.replace(out / name)
    except OSError as error:
        fail(f"{out} cannot be written to ({error.strerror})")
    say(f"{len(files)} files of {status.organization} are in {out}")
