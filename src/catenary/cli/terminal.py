"""What reaches a terminal or a pipe: every line goes through here.

Names come from files and other people's registries, and a terminal obeys what it is sent: an
escape sequence in a name could move the cursor, retitle the window or reverse a line. So what
has no shape of its own is spelled out. Colour is for terminals only, and never with NO_COLOR
(https://no-color.org).
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, NoReturn, TextIO

from catenary.cli.exit_codes import READER_GONE

Colour = Literal["bold", "green", "yellow", "red"]
#: Told what is being done now, and how many of them.
Progress = Callable[[str, int], None]

_CODES: dict[Colour, str] = {"bold": "1", "green": "32", "yellow": "33", "red": "31"}

# Controls of both ranges, what changes the direction of writing, line and paragraph separators,
# the byte order mark, tags, private use and halves of characters. Joiners stay: scripts and
# pictures need them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ue000-\uf8ff\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)


def visible(text: str) -> str:
    """``text`` on one line, with everything unseen or obeyed by terminals as ``\\u001b``."""
    return _UNSEEN.sub(_spelled, text)


def say(text: str = "", *, mark: str = "", colour: Colour | None = None) -> None:
    """One line on standard output; ``colour`` is for ``mark``, or for all when there is none."""
    _line(sys.stdout, text, mark, colour)


def complain(text: str) -> None:
    """One line on standard error."""
    _line(sys.stderr, text, "", None)


def answer(value: Any) -> None:
    """A value as JSON on standard output, whatever the terminal's encoding."""
    plain = not _is_unicode(sys.stdout)
    text = json.dumps(value, ensure_ascii=plain, indent=2, default=str)
    # Line ends are the encoder's own here: those inside of texts are escaped already.
    safe = _UNSEEN.sub(lambda found: found[0] if found[0] == "\n" else _units(found), text)
    _write(sys.stdout, safe + "\n")


@contextmanager
def progress(sentence: str) -> Iterator[Progress]:
    """Shows on a terminal what is going on, on standard error; nothing when nobody looks."""
    if not _is_terminal(sys.stderr):
        yield lambda said, count: None
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    with console.status(Text(f"{sentence} …")) as status:
        yield lambda said, count: status.update(Text(f"{visible(said)} … {count:,}"))


def finish() -> None:
    """Hand over what is still held back; a reader who has gone is no failure of ours."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _stop_writing()
        except (OSError, ValueError):
            continue


def _line(stream: TextIO, text: str, mark: str, colour: Colour | None) -> None:
    mark, text = visible(mark), visible(text)
    if colour is not None and _is_terminal(stream) and not os.environ.get("NO_COLOR"):
        painted = f"\x1b[{_CODES[colour]}m{mark or text}\x1b[0m"
        mark, text = (painted, text) if mark else ("", painted)
    _write(stream, f"{mark}{text}\n")


def _write(stream: TextIO, text: str) -> None:
    if not _is_unicode(stream):
        encoding = stream.encoding or "ascii"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(text)
    except BrokenPipeError:
        _stop_writing()


def _stop_writing() -> NoReturn:
    # What is still in the buffer would be written at the end, and fail once more.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    raise SystemExit(READER_GONE)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _is_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") in {"utf8", "utf16", "utf32"}


def _spelled(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _units(found: re.Match[str]) -> str:
    """The character as JSON spells it: beyond the first plane as two halves."""
    return json.dumps(found[0])[1:-1]
