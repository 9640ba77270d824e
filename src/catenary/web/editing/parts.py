"""The sections of a form at a glance: what each holds, what is to do there, which are open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.web.editing.checking import Panel
from catenary.web.editing.fields import Field, Item, Part, Section, State, Words, is_blank

#: A form of more sections than this shows them closed.
_FEW = 3
#: What is typed first: open on the form of something new, beside which nothing is there to read.
_FIRST = ("new", "what")
_DIGEST = 110


@dataclass(frozen=True, slots=True)
class FormPart:
    """One section in a few words. ``kind`` is ``wrong``, ``findings``, ``empty`` or ``complete``
    (``filled`` while nothing could be checked), ``word`` the same for people; ``digest`` begins
    with what is typed in it."""

    key: str
    title: Words
    kind: str
    word: str
    digest: str
    is_open: bool


def form_parts(
    sections: tuple[Section, ...],
    state: State,
    panel: Panel,
    *,
    focus: str = "",
    opened: Iterable[str] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[FormPart, ...]:
    """The sections of a form in this state; ``names`` are those of what was picked. Open are
    those somebody opened, those with something to put right, and the one in which to go on; all
    of them when they are few."""
    is_new = any(section.key == "new" for section in sections)
    asked = set(opened) or set(_FIRST if is_new else ())
    found = []
    for section in sections:
        wrong = sum(is_in(section, place) for place in panel.wrong)
        findings = sum(is_in(section, line.place) for line in panel.lines)
        kind, word = _state(section, state, wrong, findings, is_checked=panel.is_checked)
        is_open = (
            len(sections) <= _FEW
            or section.key in asked
            or bool(wrong)
            or bool(focus and is_in(section, focus))
        )
        found.append(
            FormPart(
                section.key, section.title, kind, word, _digest(section, state, names), is_open
            )
        )
    return tuple(found)


def is_in(section: Section, place: str) -> bool:
    """True when a path of the form leads into this section."""
    first = place.partition(".")[0]
    return any(item.name == first for item in section.items)


def _state(
    section: Section, state: State, wrong: int, findings: int, *, is_checked: bool
) -> tuple[str, str]:
    if wrong:
        return "wrong", ngettext("{n} to put right", "{n} to put right", wrong).format(n=wrong)
    if findings:
        return "findings", ngettext("{n} finding", "{n} findings", findings).format(n=findings)
    if not _digest(section, state) and is_blank(section.items, state):
        return "empty", _("empty")
    return ("complete", _("complete")) if is_checked else ("filled", _("filled in"))


def _digest(section: Section, state: State, names: Mapping[str, str] | None = None) -> str:
    said = ""
    for text in _texts(section.items, state, names or {}):
        said = f"{said} · {text}" if said else text
        if len(said) > _DIGEST:
            return said[: _DIGEST - 1].rstrip() + "…"
    return said


def _texts(items: Iterable[Item], state: State, names: Mapping[str, str]) -> Iterator[str]:
    for item in items:
        value = state[item.name]
        if isinstance(item, Part):
            yield from _texts(item.items, value, names)
        elif not isinstance(item, Field):
            for row in value:
                yield from _texts(item.items, row, names)
        elif item.kind in ("line", "area", "lines", "pick") and value.strip():
            words = " ".join(value.split())
            yield names.get(words, words) if item.kind == "pick" else words
