"""CAT20x: what a service is for its customers: outcomes, utility, costs and risks, channels."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from catenary.domain.checks.index import CatalogueIndex
from catenary.domain.checks.rule import Found, Rule, rule
from catenary.domain.checks.wording import listed, shown
from catenary.domain.findings import Severity
from catenary.domain.said import figure as figure_of
from catenary.domain.said import said


@rule(
    "CAT201",
    "No outcome",
    Severity.WARNING,
    idea="A service exists to facilitate outcomes that customers want to achieve (ITIL 4; R1). "
    "Without one there is nothing to judge it by.",
    remedy="Write down, in the customer's words, what they can achieve with the service.",
)
def no_outcome(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.facing:
        service = index.services[at]
        if not service.outcomes:
            yield (
                service.reference,
                ("services", service.reference, "outcomes"),
                said("{service} is customer-facing and states no outcome.", index.name(at)),
                said("Ask a customer what they achieve with it and record it in their words."),
            )


@rule(
    "CAT202",
    "Outcome without a measure",
    Severity.WARNING,
    idea="Value is judged against the agreed outcome (R26). An outcome nobody measures can be "
    "neither shown nor missed.",
    remedy="Give the outcome a measure: name, unit, baseline, target and which way is better.",
)
def outcome_without_measure(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.current:
        service = index.services[at]
        for outcome in service.outcomes:
            if outcome.measure is None:
                yield (
                    service.reference,
                    ("services", service.reference, "outcomes", outcome.key),
                    said(
                        "The outcome {outcome} of {service} has no measure.",
                        shown(outcome.key),
                        index.name(at),
                    ),
                    said("Agree with the customer how both will see that it is reached."),
                )


@rule(
    "CAT203",
    "Target no better than the baseline",
    Severity.WARNING,
    idea="A target says what should become better (R26). One that lies at the baseline or on "
    "its wrong side is reached by doing nothing, or by harm.",
    remedy="Correct target, baseline or better.",
)
def target_not_better(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.current:
        service = index.services[at]
        for outcome in service.outcomes:
            measure = outcome.measure
            if measure is None or measure.target is None or measure.baseline is None:
                continue
            gain = measure.target - measure.baseline
            if (gain > 0) if measure.better != "lower" else (gain < 0):
                continue
            unit = f" {shown(measure.unit)}" if measure.unit else ""
            figures = (
                shown(measure.name or outcome.key),
                index.name(at),
                figure(measure.target),
                unit,
                figure(measure.baseline),
            )
            yield (
                service.reference,
                ("services", service.reference, "outcomes", outcome.key, "measure", "target"),
                _not_better(*figures, is_lower=measure.better == "lower", is_equal=not gain),
                said("Set a target below the baseline, or correct which way is better.")
                if measure.better == "lower"
                else said("Set a target above the baseline, or correct which way is better."),
            )


def _not_better(*figures: str, is_lower: bool, is_equal: bool) -> str:
    """Measure, service, target, unit and baseline in the sentence for the case."""
    if is_lower and is_equal:
        return said(
            "{measure} of {service} should become lower, but its target {target}{unit} is equal to "
            "the baseline {baseline}{unit}.",
            *figures,
        )
    if is_lower:
        return said(
            "{measure} of {service} should become lower, but its target {target}{unit} is worse "
            "than the baseline {baseline}{unit}.",
            *figures,
        )
    if is_equal:
        return said(
            "{measure} of {service} should become higher, but its target {target}{unit} is equal "
            "to the baseline {baseline}{unit}.",
            *figures,
        )
    return said(
        "{measure} of {service} should become higher, but its target {target}{unit} is worse than "
        "the baseline {baseline}{unit}.",
        *figures,
    )


@rule(
    "CAT204",
    "Measure without figures",
    Severity.NOTICE,
    idea="A measure needs where one stands (baseline) and where one wants to be (target) before "
    "anybody can say that the service made the difference (R26).",
    remedy="Record the baseline and agree a target.",
)
def measure_without_figures(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.current:
        service = index.services[at]
        for outcome in service.outcomes:
            measure = outcome.measure
            if measure is None:
                continue
            where = ("services", service.reference, "outcomes", outcome.key, "measure")
            what = shown(measure.name or outcome.key)
            if measure.baseline is None and measure.target is None:
                yield (
                    service.reference,
                    where,
                    said(
                        "{measure} of {service} has no baseline and no target.",
                        what,
                        index.name(at),
                    ),
                    said("Record the baseline and the target."),
                )
            elif measure.baseline is None:
                yield (
                    service.reference,
                    where,
                    said("{measure} of {service} has no baseline.", what, index.name(at)),
                    said("Record the baseline."),
                )
            elif measure.target is None:
                yield (
                    service.reference,
                    where,
                    said("{measure} of {service} has no target.", what, index.name(at)),
                    said("Record the target."),
                )


@rule(
    "CAT205",
    "Outcome wanted by an unknown organization",
    Severity.WARNING,
    idea="An outcome belongs to the customer who wants it (ITIL 4; R1): only they can say "
    "whether it was reached.",
    remedy="Describe the organization, or correct wanted-by.",
)
def outcome_wanted_by_unknown(index: CatalogueIndex) -> Iterator[Found]:
    organizations = index.catalogue.organizations
    for at in index.current:
        service = index.services[at]
        for outcome in service.outcomes:
            key = outcome.wanted_by
            if key and key not in organizations:
                yield (
                    service.reference,
                    ("services", service.reference, "outcomes", outcome.key, "wanted-by"),
                    said(
                        "The outcome {outcome} of {service} is wanted by {key}, which the "
                        "catalogue does not hold.",
                        shown(outcome.key),
                        index.name(at),
                        shown(key),
                    ),
                    said("Describe the organization {key}, or correct wanted-by.", shown(key)),
                )


@rule(
    "CAT206",
    "Nothing taken off the consumer",
    Severity.NOTICE,
    idea="A service spares the customer from managing specific costs and risks (ITIL 4, "
    "definition of service; R1). Unsaid, the customer cannot weigh it.",
    remedy="List the costs and the risks the consumer no longer has to manage.",
)
def nothing_removed(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.facing:
        service = index.services[at]
        if not service.costs.removed and not service.risks.removed:
            yield (
                service.reference,
                ("services", service.reference, "costs"),
                said(
                    "{service} is customer-facing and does not say which costs and risks it "
                    "takes off the consumer.",
                    index.name(at),
                ),
                said("List them under removed of costs and of risks."),
            )


@rule(
    "CAT207",
    "Imposed costs and risks unsaid",
    Severity.NOTICE,
    idea="Every service also puts costs and risks on its consumer; value is what remains (ITIL "
    "4; R1). A customer who learns of them later feels cheated.",
    remedy="List the costs and the risks the consumer takes on.",
)
def nothing_imposed(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.facing:
        service = index.services[at]
        costs, risks = bool(service.costs.imposed), bool(service.risks.imposed)
        if costs and risks:
            continue
        if not costs and not risks:
            sentence = said(
                "{service} is customer-facing and does not say which costs and risks it puts on "
                "the consumer.",
                index.name(at),
            )
            remedy = said("List them under imposed of costs and of risks.")
        elif not costs:
            sentence = said(
                "{service} is customer-facing and does not say which costs it puts on the "
                "consumer.",
                index.name(at),
            )
            remedy = said("List them under imposed of costs.")
        else:
            sentence = said(
                "{service} is customer-facing and does not say which risks it puts on the "
                "consumer.",
                index.name(at),
            )
            remedy = said("List them under imposed of risks.")
        field = "risks" if costs else "costs"
        yield (
            service.reference,
            ("services", service.reference, field, "imposed"),
            sentence,
            remedy,
        )


@rule(
    "CAT208",
    "Requirement for a channel the service lacks",
    Severity.ERROR,
    idea="Features reach the customer through channels (R6). A requirement on a channel that "
    "does not exist can never be met.",
    remedy="Add the channel, or correct the requirement.",
)
def requirement_on_absent_channel(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.current:
        service = index.services[at]
        if not service.utility:
            continue
        channels = {channel.name for channel in service.channels}
        for need in service.utility:
            if need.channel and need.channel not in channels:
                have = listed([channel.name for channel in service.channels], 6)
                yield (
                    service.reference,
                    ("services", service.reference, "utility", need.key, "channel"),
                    said(
                        "The requirement {need} of {service} asks for the channel {channel}; the "
                        "service has {have}.",
                        shown(need.key),
                        index.name(at),
                        shown(need.channel),
                        have or said("none"),
                    ),
                    said(
                        "Add the channel {channel}, or correct the requirement.",
                        shown(need.channel),
                    ),
                )


@rule(
    "CAT209",
    "No channel",
    Severity.NOTICE,
    idea="A customer must know how to reach what they were promised: web portal, mobile, desk, "
    "interface (R6).",
    remedy="Name the channels, the primary one first.",
)
def no_channel(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.facing:
        service = index.services[at]
        if index.live[at] and not service.channels:
            yield (
                service.reference,
                ("services", service.reference, "channels"),
                said(
                    "{service} is live and customer-facing and names no channel through which it "
                    "is reached.",
                    index.name(at),
                ),
                said("Name its channels, the primary one first."),
            )


@rule(
    "CAT210",
    "No utility requirement",
    Severity.NOTICE,
    idea="Fit for purpose comes first: utility is declared as requirements one can check (ITIL "
    "4; R4). Warranty alone promises that nothing useful will always be there.",
    remedy="Record what the service must do: features, ease of use, cost.",
)
def no_utility(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.facing:
        service = index.services[at]
        if not service.utility:
            yield (
                service.reference,
                ("services", service.reference, "utility"),
                said(
                    "{service} is customer-facing and states no utility requirement.",
                    index.name(at),
                ),
                said("Record the features, the ease of use and the cost the customer requires."),
            )


@rule(
    "CAT211",
    "No way to escalate",
    Severity.WARNING,
    idea="When an issue gets stuck the consumer must know who hears it next (R1, R22; ISO/IEC "
    "20000-1, 8.3.2 asks for it).",
    remedy="Name a person or a team to escalate to.",
)
def no_escalation(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.facing:
        service = index.services[at]
        if not service.co_creation.escalate_to:
            yield (
                service.reference,
                ("services", service.reference, "co-creation", "escalate-to"),
                said(
                    "{service} is customer-facing and names nobody to escalate an issue to.",
                    index.name(at),
                ),
                said(
                    "Name a person or a team of {provider} under escalate-to.",
                    shown(service.provider),
                ),
            )


def figure(value: Decimal | int) -> str:
    """A figure as it was written, cut when somebody wrote a very long one."""
    return figure_of(value, shown(str(value)))


RULES: tuple[Rule, ...] = (
    no_outcome,
    outcome_without_measure,
    target_not_better,
    measure_without_figures,
    outcome_wanted_by_unknown,
    nothing_removed,
    nothing_imposed,
    requirement_on_absent_channel,
    no_channel,
    no_utility,
    no_escalation,
)
