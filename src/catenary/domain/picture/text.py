"""How wide a text will be, and how to shorten it, without a font at hand.

The widths are those of DejaVu Sans, the widest of the usual interface fonts, so that a text that
fits here fits everywhere.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"

_CLASSES = {
    0.28: "'IJijl",
    0.32: " ,./:;\\|",
    0.38: "-f·!()[]rt",
    0.48: '"*_`?sz',
    0.56: "LcFk",
    0.61: "PTYaovxye",
    0.64: "0123456789$ESbdghnpqu{}",
    0.69: "KABRVXZC",
    0.77: "UDGHN&",
    0.83: "OQw#+<=>^~",
    0.88: "M",
    1.0: "%m@W…",
}
_WIDTHS = {character: width for width, row in _CLASSES.items() for character in row}
_OTHER = 0.72
_BOLD = 1.13


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The estimated width of ``text`` at ``size`` pixels, in pixels, never too small by much."""
    width = 0.0
    for character in text:
        known = _WIDTHS.get(character)
        width += _rare_width(character) if known is None else known
    return width * size * (_BOLD if bold else 1.0)


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """``text``, cut with an ellipsis so that it fits ``room`` pixels; at least one character."""
    if text_width(text, size, bold=bold) <= room:
        return text
    left = room - text_width(ELLIPSIS, size, bold=bold)
    kept = 0
    for character in text:
        left -= text_width(character, size, bold=bold)
        if left < 0:
            break
        kept += 1
    return text[: max(kept, 1)].rstrip() + ELLIPSIS


def display_text(text: str) -> str:
    """``text`` on one line and harmless: control characters and the invisible marks that turn
    the direction of writing become U+FFFD, so that nobody's name can rearrange the picture."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    shown = (
        "\ufffd" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} else character
        for character in " ".join(text.split())
    )
    return "".join(shown)


def _rare_width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return 1.05
    plain = unicodedata.normalize("NFD", character)[0]
    return _WIDTHS.get(plain, _OTHER)
