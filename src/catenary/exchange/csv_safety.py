"""Text on its way into a spreadsheet: a cell must never become a formula.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import re

# Spreadsheets also accept the full-width forms of these signs, and look past leading blanks.
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?\s?%?\Z")


def neutralise(text: str) -> str:
    """``text`` as a spreadsheet may show it: what would be read as a formula gets an apostrophe
    in front, plain numbers such as ``-5`` stay."""
    if _FORMULA.match(text) and not _NUMBER.match(text):
        return "'" + text
    return text
