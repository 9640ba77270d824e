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
from catenary.domain.documents.hours import describe
from catenary.domain.documents.values import Hours
from catenary.domain.quantities import parse_amount, parse_duration, parse_percentage
from catenary.domain.workshop.standing import Side
from catenary.domain.workshop.suggestions import Act, Part
from catenary.web.marks import organization_link
from catenary.web.pages import DifferenceLine, Link, Sentence, UtilityRow, say
from catenary.web.reading import amount, duration, in_words, percentage

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
    Part.PROCESSES: gettext_lazy("Processes supported"),
    Part.UTILITY: gettext_lazy("Fit for purpose"),
    Part.AVAILABILITY: gettext_lazy("Availability"),
    Part.CAPACITY: gettext_lazy("Capacity"),
    Part.RECOVERY_TIME: gettext_lazy("Restored within"),
    Part.RECOVERY_POINT: gettext_lazy("Work lost, at most"),
    Part.SECURITY: gettext_lazy("Security"),
    Part.PERFORMANCE: gettext_lazy("Performance"),
    Part.HOURS: gettext_lazy("Service hours"),
    Part.WORDS: gettext_lazy("Questions and remarks"),
}
PART_HELP: dict[Part, LazyText] = {
    Part.OUTCOMES: gettext_lazy(
        "An outcome is a result the customer wants to achieve, in the customer's own words, with "
        "a measure that tells whether it was reached."
    ),
    Part.PROCESSES: gettext_lazy(
        "The business processes, and their steps, that would stand still without the service."
    ),
    Part.UTILITY: gettext_lazy(
        "What the service must do, and how easily and at what cost, so that it is of use."
    ),
    Part.WORDS: gettext_lazy("Anything that is no line of the definition: a question, a doubt."),
}
#: How a short text is written in a definition, in every language.
EXAMPLES: dict[Part, str] = {
    Part.AVAILABILITY: "99.9 %",
    Part.CAPACITY: "400 concurrent users",
    Part.RECOVERY_TIME: "1 h 30 min",
    Part.RECOVERY_POINT: "5 min",
    Part.HOURS: "24x7, Mon-Fri 08:00-18:00 Europe/Berlin, hospital-it/clinic-hours",
}


def part_title(part: str) -> str:
    """The title of a part of what is agreed, by its name in the document."""
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
        note = requirement_note(value)
        return f"{requirement_text(value)} ({note})" if note else requirement_text(value)
    if part == "supports-processes":
        return _process(value["name"], value["steps"])
    if part == Part.HOURS:
        hours = Hours().read(value, (), [])
        return in_words(describe(hours))
    if isinstance(value, str):
        return _figure(part, value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def requirement_text(value: Mapping[str, str]) -> str:
    """What a requirement says."""
    return next((str(text) for name, text in value.items() if name != "channel"), "")


def requirement_note(value: Mapping[str, str]) -> str:
    """Of what kind a requirement is, and through which channel."""
    kind = next((name for name in value if name != "channel"), "")
    return " · ".join(filter(None, (UtilityRow(kind, "").word, value.get("channel", ""))))


def _figure(part: str, text: str) -> str:
    """A figure of the definition as the reader writes it."""
    try:
        if part == Part.AVAILABILITY:
            return percentage(parse_percentage(text))
        if part == Part.CAPACITY:
            return amount(*parse_amount(text))
        if part in (Part.RECOVERY_TIME, Part.RECOVERY_POINT):
            return duration(parse_duration(text))
    except ValueError:
        # Kept in another writing than ours: it stands as it was written.
        return text
    return text


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
