"""Drafts between the form somebody types into and the document that other doors read and write.

The form keeps more: half a line, an open row. The document is what it comes to so far; of a draft
that no form has seen yet it is all there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catenary.apps.portfolio.queries.drafts import Typed
from catenary.apps.portfolio.queries.service import HIDDEN
from catenary.domain.references import is_reference
from catenary.web.asking import Asking
from catenary.web.editing.fields import State, shaped
from catenary.web.editing.kinds import (
    CONSUMPTION,
    NOTHING,
    ORGANIZATION,
    PERSON,
    SERVICE,
    Editing,
)
from catenary.web.editing.service_form import build_service


def document_of(asking: Asking, editing: Editing, reference: str, state: State) -> dict[str, Any]:
    """What was typed as a document, as far as it makes one. Something new also says in it how it
    would be called."""
    if editing is SERVICE:
        # By their numbers, and what was typed to the letter: a draft tells nothing of what is
        # hidden, and not whether what somebody typed exists.
        if not reference:
            # The form of a new one asks once whose it is.
            state = {**state, "provider": state["born"]}
        numbers = {m["hidden"] for row in state["relies-on"] for m in row["members"]} - {""}
        plain = build_service(state, {number: f"{HIDDEN}{number}" for number in numbers}).plain
    else:
        plain = editing.build(asking.actor, reference, state, NOTHING).plain
    if not reference:
        plain = {**_names(editing, state), **plain}
    return {name: value for name, value in plain.items() if value not in ("", [], {})}


def state_of(editing: Editing, reference: str, typed: Typed) -> State:
    """The form of a draft: as it was typed, or made of the document of one no form has seen."""
    items = editing.items_for(is_new=not reference)
    if typed.state is not None:
        return shaped(items, typed.state)
    document = dict(typed.document or {})
    called = str(document.pop("reference", ""))
    numbers = {text: text[len(HIDDEN) :] for text in _texts(document.get("relies-on"))}
    state = editing.state_of(reference or called, document, numbers)
    return state if reference else shaped(items, {**state, **_born(editing, called, document)})


def _names(editing: Editing, state: State) -> dict[str, str]:
    if editing is CONSUMPTION:
        return {name: state[name].strip() for name in ("consumer", "service")}
    called = editing.named(state)
    if editing is SERVICE:
        named = bool(state["key"].strip() or state["name"].strip())
        called = called if named and is_reference(called) else ""
        return {"reference": called, "provider": state["born"].strip()}
    typed = state["key"].strip() if editing is ORGANIZATION else called
    return {"reference": typed}


def _born(editing: Editing, called: str, document: dict[str, Any]) -> dict[str, str]:
    """What the form asks of something new alone."""
    if editing is SERVICE:
        born, _slash, key = called.partition("/")
        return {"born": born or document.get("provider", ""), "key": key}
    if editing is CONSUMPTION:
        return {name: document.get(name, "") for name in ("consumer", "service")}
    return {"email" if editing is PERSON else "key": called}


def _texts(value: Any) -> Iterator[str]:
    """The place holders in what a document relies on."""
    if isinstance(value, str):
        if value.startswith(HIDDEN) and value[len(HIDDEN) :].isdigit():
            yield value
    elif isinstance(value, dict):
        for held in [*value, *value.values()]:
            yield from _texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from _texts(held)
