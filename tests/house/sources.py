"""Checkers of the source tree: each takes a folder or a text and returns what is wrong.

They are apart from their tests so that every one of them can be shown a bad sample.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

MOST_LINES = 500

# Written so that this file does not find itself.
MACHINE_PLACES = re.compile(
    r"(?<![\w.])/(?:hom[e]|User[s])/[a-z][\w-]*|(?<![\w.~])/(?:wor[k]|far[m]|roo[t])/"
)
REGISTRIES = re.compile(
    r"--(?:extra-)?inde[x]-url\b|\bpypi\.or[g]/simple|files\.pythonhoste[d]\.org"
    r"|registry\.npmj[s]\.org|proxy\.golan[g]\.org"
)
CDN = re.compile(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//[^"'\s>]+\.(?:js|css|woff2?)\b""", re.I)
STYLE_ATTRIBUTE = re.compile(r"<[a-zA-Z][^>]*\sstyle\s*=", re.S)
STYLE_ELEMENT = re.compile(r"<style\b", re.I)
HANDLER_ATTRIBUTE = re.compile(r"<[a-zA-Z][^>]*\son[a-z]+\s*=", re.S)
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.S | re.I)
TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)


def kept_files(root: Path) -> list[Path]:
    """The files that Git keeps or would keep: what is ignored is nobody's business."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    ).stdout.decode()
    paths = (root / name for name in sorted(set(listed.split("\0")) - {""}))
    return [path for path in paths if path.is_file()]


def text_of(path: Path) -> str | None:
    """A file's text, or None when it is not text (a picture)."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def long_files(paths: Iterable[Path]) -> Iterator[str]:
    """Files with more lines than one can keep in mind: is there a second subject in them?"""
    for path in paths:
        if path.suffix in {".py", ".html", ".js"} and "migrations" not in path.parts:
            lines = len((text_of(path) or "").splitlines())
            if lines > MOST_LINES:
                yield f"{path} has {lines} lines; {MOST_LINES} is the most"


def machine_places(path: Path, text: str) -> Iterator[str]:
    """Lines that only make sense on one machine, or name where packages come from."""
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PLACES.search(line):
            yield f"{path}:{number} names a folder of one machine: {line.strip()}"
        if REGISTRIES.search(line):
            yield f"{path}:{number} names a package registry: {line.strip()}"


def refused_markup(path: Path, text: str) -> Iterator[str]:
    """What the content security policy refuses in a template: it would fail silently."""
    # A tag may hold `>` in a condition, which would end the element for our expressions.
    markup = TEMPLATE_TAG.sub("", text)
    if STYLE_ATTRIBUTE.search(markup):
        yield f"{path} has a style attribute: use a class"
    if STYLE_ELEMENT.search(markup):
        yield f"{path} has a style element: it belongs in the stylesheet"
    if HANDLER_ATTRIBUTE.search(markup):
        yield f"{path} has an event handler attribute: listen in a script file"
    if CDN.search(markup):
        yield f"{path} loads from another host: ship the file"
    for attributes, body in SCRIPT.findall(markup):
        if body.strip() and "application/json" not in attributes:
            yield f"{path} has an inline script: move it to a script file"


def undocumented(path: Path, text: str) -> Iterator[str]:
    """The module itself, and public functions and classes in it, without a docstring."""
    tree = ast.parse(text, str(path))
    if not ast.get_docstring(tree):
        yield f"{path} does not say what it is for"
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not is_overload(node)
            and not tells_its_idea(node)
            and not ast.get_docstring(node)
        ):
            yield f"{path}:{node.lineno} {node.name} has no docstring"


def is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """True for a signature that `typing.overload` adds to a function documented elsewhere."""
    return any(
        isinstance(decorator, ast.Name) and decorator.id == "overload"
        for decorator in node.decorator_list
    )


def tells_its_idea(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """True for a rule whose decorator has its `idea`: people read it there, on the checks page."""
    return any(
        isinstance(decorator, ast.Call)
        and any(keyword.arg == "idea" for keyword in decorator.keywords)
        for decorator in node.decorator_list
    )
