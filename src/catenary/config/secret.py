"""The installation's own secret: made once, kept beside the data, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def installation_secret(data: Path) -> str:
    """The secret kept in ``data/secret-key``, made on first use.

    Two processes starting at once agree: the file is created exclusively and the loser reads
    what the winner wrote.
    """
    # All that is kept here is for its owner alone; a folder that somebody made stays as it is.
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data / "secret-key"
    fresh = secrets.token_urlsafe(50)
    draft = data / f".secret-key.{os.getpid()}"
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(fresh)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
