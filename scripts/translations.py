#!/usr/bin/env python3
"""Keep the translations current: `python -m scripts.translations [update | missing]`.

`update` collects every text of ours, puts what is new into each language's django.po (empty, for
somebody to translate), takes out what is gone and compiles django.mo. `missing` lists what has no
translation yet. Nothing needs the gettext programs; the compiled files are kept in Git, so that
a machine with only Python runs Catenary in every language.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "catenary"
LOCALE = SOURCE / "locale"
LANGUAGES = ("de",)
#: The functions that mark a text, by what their first arguments are.
CALLS = {
    "_": ("one",),
    "gettext": ("one",),
    "gettext_lazy": ("one",),
    "ngettext": ("one", "many"),
    "ngettext_lazy": ("one", "many"),
    "pgettext": ("context", "one"),
    "pgettext_lazy": ("context", "one"),
    "npgettext": ("context", "one", "many"),
    "said": ("one",),
    "said_of": ("number", "one", "many"),
}
_FOUNDATION = {"said", "said_of"}
#: What a template becomes when everything but its texts is blotted out.
_IN_TEMPLATE = re.compile(
    r"\b(n?p?gettext|_)\(((?:\s*u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*,?)+)"
)


class Text(NamedTuple):
    """One text to translate; ``many`` and ``context`` are empty when it has none."""

    one: str
    many: str = ""
    context: str = ""


class NotWrittenOut(Exception):
    """A text that is put together at run time cannot be translated."""


def texts_of_python(source: str, name: str) -> Iterator[Text]:
    """Every text a module marks. Raises NotWrittenOut for a sentence of the foundation that is
    not a plain string."""
    speaks = "from catenary.domain.said import" in source
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else ""
        called = function.id if isinstance(function, ast.Name) else called
        if called == "rule":
            # A definition rule: its title, the idea behind it and how to mend it in general.
            told = [word.value for word in node.keywords if word.arg in {"idea", "remedy"}]
            for argument in [node.args[1], *told]:
                yield Text(_written(argument, name))
        elif called in CALLS and (called not in _FOUNDATION or speaks):
            parts = dict(zip(CALLS[called], node.args, strict=False))
            parts.pop("number", None)
            if called not in _FOUNDATION and not _is_written(parts.values()):
                continue  # what is looked up here is marked where it is written out
            yield Text(**{part: _written(value, name) for part, value in parts.items()})


def _is_written(nodes: Iterable[ast.expr]) -> bool:
    return all(isinstance(node, ast.Constant) for node in nodes)


def _written(node: ast.expr, name: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise NotWrittenOut(f"{name}:{node.lineno}: write the text out where it is marked")


def texts_of_template(source: str, name: str) -> Iterator[Text]:
    """Every text a template marks."""
    for call in _IN_TEMPLATE.finditer(templatize(source, origin=name)):
        parts = ast.literal_eval(f"({call[2].rstrip().rstrip(',')},)")
        yield Text(**dict(zip(CALLS[call[1]], parts, strict=False)))


def texts() -> dict[Text, list[str]]:
    """Every text of the product with the files in which it stands."""
    found: dict[Text, list[str]] = {}
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith(("cli/", "api/", "config/")):
            continue  # what operators and programs read is English
        source = path.read_text(encoding="utf-8")
        read = texts_of_python if path.suffix == ".py" else texts_of_template
        for text in read(source, name):
            files = found.setdefault(text, [])
            if name not in files:
                files.append(name)
    # One entry serves a text that is counted here and stands alone there.
    for text in [text for text in found if text.many]:
        found[text] += found.pop(text._replace(many=""), [])
    return found


def po_file(language: str) -> Path:
    """Where the translations into a language are written."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def catalog_of(language: str) -> Catalog:
    """The translations into a language as they stand."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """What gettext reads at run time."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def is_translated(message: Message) -> bool:
    """True when nothing of it is left to translate."""
    said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return bool(said) and all(said) and not message.fuzzy


def missing(language: str) -> list[Text]:
    """Texts without a translation, in the order in which they stand in the product."""
    catalog = catalog_of(language)
    found = []
    for text in texts():
        message = catalog.get(text.one, text.context or None)
        plural_differs = message is not None and bool(text.many) != message.pluralizable
        if message is None or plural_differs or not is_translated(message):
            found.append(text)
    return found


def renewed(language: str, known: Iterable[Message]) -> Catalog:
    """All texts of today with the translations that are ``known``; nothing else."""
    catalog = Catalog(
        locale=language,
        project="Catenary",
        charset="utf-8",
        fuzzy=False,
        # The moment of writing would make every update a conflict.
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
        last_translator="Catenary",
        language_team="Catenary",
        header_comment="# Texts of Catenary. How to translate: docs/how-to/translate.md",
    )
    said = {(message.context or "", _one(message)): message for message in known if message.id}
    for text, files in texts().items():
        before = said.get((text.context, text.one))
        string = before.string if before and before.pluralizable == bool(text.many) else None
        if string is None:
            string = ("", "") if text.many else ""
        catalog.add(
            (text.one, text.many) if text.many else text.one,
            string,
            locations=[(file, 0) for file in files],
            context=text.context or None,
        )
    return catalog


def _one(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, (tuple, list)) else message.id)


def write(language: str, catalog: Catalog) -> None:
    """Both files of a language."""
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False, sort_by_file=True)
    path.with_suffix(".mo").write_bytes(compiled(catalog))


def update() -> None:
    """Bring the files of every language up to date with the product."""
    for language in LANGUAGES:
        known = list(catalog_of(language)) if po_file(language).exists() else []
        write(language, renewed(language, known))


def main(arguments: list[str]) -> int:
    """Carry out `update` or `missing`; 1 when something is missing."""
    if arguments not in (["update"], ["missing"]):
        print("usage: python -m scripts.translations update | missing", file=sys.stderr)
        return 2
    if arguments == ["update"]:
        update()
    gaps = [(language, text) for language in LANGUAGES for text in missing(language)]
    for language, text in gaps:
        print(f"{language}: {text.context + ': ' if text.context else ''}{text.one}")
    print(f"{len(gaps)} without a translation", file=sys.stderr)
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
