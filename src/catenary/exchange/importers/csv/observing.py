"""Rows that tell in what condition a service was: at a moment, or from its beginning to its end."""

from __future__ import annotations

from typing import Any

from catenary.domain.observations.reading import LONGEST_REFERENCE, LONGEST_TEXT
from catenary.domain.references import is_reference
from catenary.exchange.importers.csv.filling import text_of
from catenary.exchange.importers.csv.mapping import Rule
from catenary.exchange.importers.csv.names import Names
from catenary.exchange.importers.csv.templates import Row, RowRefused
from catenary.exchange.importers.draft import Draft, HistoryEntry, Place, ServiceIdentity
from catenary.exchange.importers.report import Outcome
from catenary.exchange.importers.voice import LEFT_OUT, shortened

_TRUE = {"true", "yes", "y", "1", "planned", "scheduled"}
_FALSE = {"false", "no", "n", "0", "unplanned", "unscheduled"}
_AS_THEY_ARE = ("at", "from", "until", "share", "valid-for")


def observe(draft: Draft, names: Names, rule: Rule, place: Place, row: Row) -> None:
    """Add what one row tells to the draft, or say why it tells nothing."""
    try:
        text = text_of(rule, "service", row)
        item = f"observation of {text}"
        plain = _plain(rule, row)
        if plain["condition"] in LEFT_OUT:
            draft.say(place, item, Outcome.SKIPPED, "the mapping leaves this condition out")
            return
        service = _service(draft, names, text_of(rule, "provider", row), text)
        draft.histories.append(HistoryEntry(place, item, service, plain))
    except RowRefused as error:
        draft.say(place, "observation", Outcome.REJECTED, str(error))


def _service(draft: Draft, names: Names, provider: str, text: str) -> ServiceIdentity | str:
    # A mapping that brings no services speaks of those of the catalogue, by their references.
    if not provider and is_reference(text) and "/" in text and not draft.services:
        return text
    return names.service(provider, text)


def _plain(rule: Rule, row: Row) -> dict[str, Any]:
    plain: dict[str, Any] = {"condition": text_of(rule, "condition", row)}
    for name in _AS_THEY_ARE:
        if value := text_of(rule, name, row):
            plain[name] = value
    if ("at" in plain) == ("from" in plain):
        raise RowRefused("when it was is needed: either at, or from (and until, once it is over)")
    if planned := text_of(rule, "planned", row).lower():
        if planned not in _TRUE | _FALSE:
            raise RowRefused(f"planned: '{planned[:80]}' is neither true nor false")
        plain["planned"] = planned in _TRUE
    if sequence := text_of(rule, "sequence", row):
        try:
            plain["sequence"] = int(sequence)
        except ValueError:
            raise RowRefused(f"sequence: '{sequence[:80]}' is no whole number") from None
    if text := text_of(rule, "text", row):
        plain["text"] = shortened(text, LONGEST_TEXT)
    if reference := text_of(rule, "reference", row):
        plain["reference"] = shortened(reference, LONGEST_REFERENCE)
    return plain
