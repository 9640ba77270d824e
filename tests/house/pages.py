"""Checkers of the documentation: links that lead somewhere, commands that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HTML_LINK = re.compile(r"""<(?:img|a|source)\b[^>]*?\b(?:src|srcset|href)=["']([^"']+)["']""")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.M)
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.M | re.S)
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
CATENARY = re.compile(r"(?:^|[$/ ])catenary ([a-z][a-z-]*)", re.M)
CODE = re.compile(r"`([^`\n]+)`")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.M)


def slug(heading: str) -> str:
    """The anchor that code hosts give a heading."""
    text = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def broken_links(page: Path) -> Iterator[str]:
    """Relative links of a Markdown page that lead to no file, or to no heading of one."""
    text = page.read_text(encoding="utf-8")
    prose = CODE.sub("", FENCE.sub("", text))
    for target in (*LINK.findall(prose), *HTML_LINK.findall(prose)):
        if re.match(r"[a-z][a-z0-9+.-]*:|//", target, re.I):
            continue
        name, _, anchor = unquote(target).partition("#")
        goal = page.parent / name if name else page
        if not goal.exists():
            yield f"{page}: {target} leads nowhere"
        elif anchor and anchor not in anchors(goal):
            yield f"{page}: {target} names no heading of that page"


def anchors(page: Path) -> set[str]:
    """The anchors of a Markdown page."""
    if page.suffix != ".md":
        return set()
    return {slug(heading) for heading in HEADING.findall(FENCE.sub("", page.read_text("utf-8")))}


def code_in(text: str) -> str:
    """What a page shows as something to type: its fenced blocks and code in its sentences."""
    fenced = "\n".join(match.group(0) for match in FENCE.finditer(text))
    return "\n".join([fenced, *CODE.findall(FENCE.sub("", text))])


def make_targets_in(text: str) -> set[str]:
    """Targets that a page tells its reader to `make`."""
    return set(MAKE.findall(code_in(text)))


def catenary_commands_in(text: str) -> set[str]:
    """Commands of `catenary …` that a page tells its reader to type."""
    return set(CATENARY.findall(code_in(text)))


def targets_of(makefile: str) -> set[str]:
    """Targets that a Makefile has."""
    return set(TARGET.findall(makefile))
