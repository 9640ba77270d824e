"""What every mapping of histories says alike: under which name its source speaks, and what is
true where nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable

from catenary.domain.documents.words import did_you_mean
from catenary.domain.moments import read_beginning
from catenary.domain.observations.reading import LONGEST_SOURCE
from catenary.exchange.importers.foreign_yaml import Mapping
from catenary.exchange.importers.report import Voice

VOICE_FIELDS = ("source", "well-from", "otherwise")
#: What is true where nothing is recorded.
OTHERWISE = ("operational", "nothing")
#: Conditions that tell nothing of a service: a notice, a test.
LEFT_OUT = ("skip", "")
#: What planned and unplanned words add to the name of a source.
_ROOM = len("/unplanned")


def read_voice(root: Mapping, wrong: Callable[[int, str], None]) -> Voice:
    """The voice that a mapping declares; ``wrong`` is told a line and what is wrong there."""
    name = root.text("source")
    if name and not is_name(name):
        line = root.line_of("source")
        wrong(line, f"source: at most {LONGEST_SOURCE - _ROOM} printable characters are expected")
    text = root.text("well-from")
    well_from = read_beginning(text) if text else None
    if text and well_from is None:
        line = root.line_of("well-from")
        wrong(line, f"well-from: '{text[:80]}' is no date or time, like 2020-01-31")
    otherwise = root.text("otherwise") or OTHERWISE[0]
    if otherwise not in OTHERWISE:
        hint = did_you_mean(otherwise, OTHERWISE) or "one of " + ", ".join(OTHERWISE)
        wrong(root.line_of("otherwise"), f"otherwise: '{otherwise[:80]}'; {hint}")
    return Voice(name, well_from, otherwise == OTHERWISE[0])


def is_name(name: str) -> bool:
    """Whether a source may be called so."""
    return 0 < len(name) <= LONGEST_SOURCE - _ROOM and name.isprintable()


def shortened(text: str, longest: int) -> str:
    """A text of the source as long as it may be, on as many lines as it has."""
    text = text.replace("\0", "").strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"
