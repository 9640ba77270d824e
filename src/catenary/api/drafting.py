"""Unfinished edits between what is kept of them and what a program sends and gets.

A draft holds a document as far as it goes. What a program puts there can be read: only the fields
one cannot do without may still be missing. What a person typed into a form may be wrong too; then
the answer says where.

Supporters that may not be seen are numbered as the form numbers them when they are kept, and as
the answers of this door number them when they are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from catenary.api.answers import Plain
from catenary.api.asking import Asking
from catenary.api.problems import Error, Trouble
from catenary.api.writing import ADDED, try_plain
from catenary.apps.portfolio.queries.editing import Editable
from catenary.apps.portfolio.queries.seen import hidden_behind
from catenary.apps.portfolio.queries.service import HIDDEN
from catenary.exchange.catalogue.amending import plain_of
from catenary.exchange.catalogue.planning import consumption_reference

#: Without these there is no document of a kind; a draft may still lack them.
_NEEDED: Mapping[str, Plain] = {
    "organization": {"name": "x"},
    "person": {"name": "x", "organization": "x"},
    "service": {"name": "x"},
    "consumption": {},
}
#: What something new is called by, where it has no reference yet.
_NAMELESS: Mapping[str, str] = {
    "organization": "x",
    "person": "x@x.example",
    "service": "x/x",
    "consumption": "x > x/x",
}
#: Stands for a hidden supporter while a document is read; nobody's key begins so.
_BEHIND = "stands-for-a-hidden-supporter/"


def read_draft(asking: Asking, kind: str, editable: Editable | None, plain: Any) -> Plain:
    """The document that was sent, in its canonical form, as it is kept; raises `Trouble` with
    every place that is wrong. Names of hidden supporters are in it by number alone, and are not
    compared with what was typed."""
    if not isinstance(plain, dict):
        error = Error("this is no object", "/document", code="invalid", expected="an object")
        raise Trouble("invalid", "the document is no object", [error])
    reference = editable.reference if editable else _reference_in(kind, plain)
    said = {name: value for name, value in plain.items() if name not in _NAMING[kind]}
    missing = {name: held for name, held in _NEEDED[kind].items() if said.get(name) in (None, "")}
    tried = {**(said if editable is None else plain), **missing}
    document, errors = try_plain(
        kind, reference or _NAMELESS[kind], _renamed(tried, _holder_to_name), "/document"
    )
    if document is None:
        raise Trouble("invalid", errors[0].detail, _without(errors))
    canonical = _renamed(dict(plain_of(document)), _name_to_holder)
    if kind == "consumption":
        canonical.pop("service", None)
    kept = {name: value for name, value in canonical.items() if name not in missing}
    if editable is None:
        return {**_named(kind, plain, reference), **kept}
    if kind == "service" and editable.hidden:
        return _renamed(kept, _as_the_form_numbers(asking, editable))
    return kept


def told_document(asking: Asking, kind: str, editable: Editable | None, kept: Plain) -> Plain:
    """A kept document as it is told."""
    if kind != "service" or editable is None or not editable.hidden:
        return kept
    back = {name: holder for holder, name in _behind(asking, editable).items()}

    def told(text: str) -> str:
        name = editable.hidden.get(text[len(HIDDEN) :]) if text.startswith(HIDDEN) else None
        # Seen from here by name, though the form would not name it.
        return text if name is None else back.get(name, text)

    return _renamed(kept, told)


def problems_in(kind: str, editable: Editable | None, kept: Plain) -> list[Error]:
    """What stands against saving a draft as it is."""
    reference = editable.reference if editable else _reference_in(kind, kept)
    said = kept
    if editable is None:
        said = {name: value for name, value in kept.items() if name not in _NAMING[kind]}
    _document, errors = try_plain(kind, reference, _renamed(said, _holder_to_name), "/document")
    return _without(errors)


def _without(errors: list[Error]) -> list[Error]:
    return [
        replace(
            each,
            detail=each.detail.replace(_BEHIND, ""),
            pointer=each.pointer and each.pointer.replace(_BEHIND.replace("/", "~1"), ""),
        )
        for each in errors
    ]


_NAMING = {kind: {"reference", "consumer"} for kind in ADDED}
_NAMING["consumption"] = {"reference", "consumer", "service"}


def _reference_in(kind: str, plain: Mapping[str, Any]) -> str:
    """How something new would be called, empty when it does not say."""
    names = ("consumer", "service") if kind == "consumption" else ("reference",)
    said = [plain.get(name) or "" for name in names]
    wrong = [
        Error("this is no text", f"/document/{name}", code="invalid", expected="a text")
        for name, value in zip(names, said, strict=True)
        if not isinstance(value, str)
    ]
    if wrong:
        raise Trouble("invalid", wrong[0].detail, wrong)
    if kind != "consumption":
        return str(said[0])
    return consumption_reference(said[0], said[1]) if all(said) else ""


def _named(kind: str, plain: Mapping[str, Any], reference: str) -> Plain:
    if kind == "consumption":
        return {name: plain[name] for name in ("consumer", "service") if plain.get(name)}
    return {"reference": reference} if reference else {}


def _behind(asking: Asking, editable: Editable) -> Mapping[str, str]:
    if asking.viewpoint is None:
        return {}
    return hidden_behind(
        actor=asking.actor, viewpoint=asking.viewpoint, reference=editable.reference
    )


def _as_the_form_numbers(asking: Asking, editable: Editable) -> Callable[[str], str]:
    behind = _behind(asking, editable)
    numbers = {name: number for number, name in editable.hidden.items()}

    def kept(text: str) -> str:
        name = behind.get(text)
        return text if name is None else f"{HIDDEN}{numbers[name]}" if name in numbers else name

    return kept


def _holder_to_name(text: str) -> str:
    return f"{_BEHIND}{text}" if text.startswith(HIDDEN) else text


def _name_to_holder(text: str) -> str:
    return text.removeprefix(_BEHIND)


def _renamed(plain: Plain, change: Callable[[str], str]) -> Plain:
    """The document with every reference in what it relies on changed."""
    if "relies-on" not in plain:
        return plain
    return {**plain, "relies-on": _each(plain["relies-on"], change)}


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(name): _each(held, change) for name, held in value.items()}
    return [_each(held, change) for held in value] if isinstance(value, list) else value
