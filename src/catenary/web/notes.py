"""A word on the next page about what was just done, such as "Saved." with a way to undo it.

It waits in the session for the one page it is meant for, is shown there once, and is forgotten:
another tab, another page or another session never shows it, and without a script it works alike.
"""

from __future__ import annotations

from django.http import HttpRequest

from catenary.clock import now
from catenary.web.pages.frame import Note

_KEPT = "said"
#: Whoever comes back later than this knows what they did.
_SECONDS = 300


def leave_note(request: HttpRequest, url: str, note: Note) -> None:
    """Say this on the page at ``url`` when it is looked at next; it replaces what still waits."""
    request.session[_KEPT] = {
        "for": url.partition("#")[0].partition("?")[0],
        "until": int(now().timestamp()) + _SECONDS,
        "sentence": note.sentence,
        "undo_url": note.undo_url,
        "undo": [list(pair) for pair in note.undo],
    }


def taken_note(request: HttpRequest) -> Note | None:
    """What waits for this page; it is told once."""
    if request.method != "GET" or _KEPT not in request.session:
        return None
    kept = request.session[_KEPT]
    if kept["for"] != request.path:
        return None
    del request.session[_KEPT]
    if kept["until"] < int(now().timestamp()):
        return None
    undo = tuple((name, value) for name, value in kept["undo"])
    return Note(kept["sentence"], kept["undo_url"], undo)
