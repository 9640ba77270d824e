"""The words of a workshop: its parts, what became of proposals, how the two sides stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catenary.apps.organizations.queries import PersonRow
from catenary.apps.portfolio.choices import AnswerKind
from catenary.apps.portfolio.queries.workshop import Proposal, Table
from catenary.domain.workshop.standing import Side
from catenary.domain.workshop.suggestions import Act, Part
from catenary.web.marks import organization_link
from catenary.web.pages import DifferenceLine, Link, Sentence, say

PART_TITLES: dict[Part, LazyText] = {
    Part.OUTCOMES: gettext_lazy("Outcomes"),
    Part.COSTS_REMOVED: gettext_lazy("Costs taken off the customer"),
    Part.COSTS_IMPOSED: gettext_lazy("Costs put on the customer"),
    Part.RISKS_REMOVED: gettext_lazy("Risks taken off the customer"),
    Part.RISKS_IMPOSED: gettext_lazy("Risks put on the customer"),
    Part.PROVIDER: gettext_lazy("What the provider contributes"),
    Part.PROVIDER_EXPECTS: gettext_lazy("What the provider expects"),
    Part.CUSTOMER: gettext_lazy("What the customer contributes"),
    Part.CUSTOMER_EXPECTS: gettext_lazy("What the customer expects"),
    Part.WORDS: gettext_lazy("Questions and remarks"),
}
PART_HELP: dict[Part, LazyText] = {
    Part.OUTCOMES: gettext_lazy(
        "An outcome is a result the customer wants to achieve, in the customer's own words, with "
        "a measure that tells whether it was reached."
    ),
    Part.WORDS: gettext_lazy(
        "Anything that is no line of the definition: a promise that should be another, a "
        "question, a doubt."
    ),
}
_OTHER_PARTS: dict[str, LazyText] = {
    "supports-processes": gettext_lazy("Processes supported"),
    "utility": gettext_lazy("Fit for purpose"),
    "warranty.availability": gettext_lazy("Availability"),
    "warranty.capacity": gettext_lazy("Capacity"),
    "warranty.recovery-time": gettext_lazy("Restored within"),
    "warranty.recovery-point": gettext_lazy("Work lost, at most"),
    "warranty.security": gettext_lazy("Security"),
    "warranty.performance": gettext_lazy("Performance"),
    "service-hours": gettext_lazy("Service hours"),
}


def part_title(part: str) -> str:
    """The title of a part of what is agreed, by its name in the document."""
    if part in _OTHER_PARTS:
        return str(_OTHER_PARTS[part])
    return str(PART_TITLES[Part(part)])


def who_of(person_id: int | None, people: Mapping[int, PersonRow]) -> str:
    """The name of a person at the table."""
    row = people.get(person_id or 0)
    return row.name if row else _("somebody")


def side_link(table: Table, side: Side) -> Link:
    """The organization that sits on a side."""
    organization = table.view.provider if side is Side.PROVIDER else table.consumer
    return organization_link(organization)


def proposal_sentence(table: Table, proposal: Proposal) -> Sentence:
    """Who suggests what to do."""
    pattern = {
        Act.ADD: _("{who}, {side}, suggests to add"),
        Act.CHANGE: _("{who}, {side}, suggests to say instead"),
        Act.REMOVE: _("{who}, {side}, suggests to take out"),
    }[proposal.suggestion.act]
    if proposal.suggestion.part is Part.WORDS:
        pattern = _("{who}, {side}, says")
    return say(
        pattern,
        who=who_of(proposal.person_id, table.people),
        side=side_link(table, proposal.side),
    )


def became(table: Table, proposal: Proposal) -> Sentence:
    """What became of a proposal, and by whom; empty while it is open."""
    word = proposal.settled
    if word is None:
        return Sentence()
    pattern = {
        AnswerKind.ACCEPTED: _("Accepted by {who}, {side}."),
        AnswerKind.DECLINED: _("Declined by {who}, {side}."),
        AnswerKind.WITHDRAWN: _("Withdrawn by {who}, {side}."),
    }[word.kind]
    if proposal.suggestion.part is Part.WORDS and word.kind is AnswerKind.ACCEPTED:
        pattern = _("Closed by {who}, {side}.")
    return say(pattern, who=who_of(word.person_id, table.people), side=side_link(table, word.side))


def line_text(part: str, value: Any) -> str:
    """A line of what is agreed, as text: an outcome with its measure, a process with its steps."""
    if value is None:
        return ""
    if part == "outcomes":
        note = measure_words(value.get("measure"))
        return f"{value['statement']} ({note})" if note else str(value["statement"])
    if part == "utility":
        return ", ".join(str(text) for text in value.values())
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def difference_line(part: str, key: str, before: Any, after: Any) -> DifferenceLine:
    """One line that differs, in words."""
    if part == "supports-processes":
        return DifferenceLine(part_title(part), _process(key, before), _process(key, after))
    return DifferenceLine(part_title(part), line_text(part, before), line_text(part, after))


def _process(name: str, steps: list[str] | None) -> str:
    if steps is None:
        return ""
    return f"{name}: {', '.join(steps)}" if steps else name


def measure_words(measure: Mapping[str, Any] | None) -> str:
    """A measure in a few words: what is measured, from what to what."""
    if not measure:
        return ""
    figures = " → ".join(str(measure[n]) for n in ("baseline", "target") if n in measure)
    unit = f" {measure['unit']}" if "unit" in measure else ""
    return f"{measure['name']}: {figures}{unit}" if figures else f"{measure['name']}{unit}"
