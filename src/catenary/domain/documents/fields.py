"""The fields of every document: one table that reading, schema and reference page share."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from catenary.domain.documents.forms import Field, Form, Keyed, Part, unknown_word
from catenary.domain.documents.readers import (
    MAX_TEXT,
    Choice,
    Contact,
    Flag,
    Key,
    Listing,
    Number,
    Reference,
    Text,
    figure,
    kind_of,
    shown,
    together,
    too_many,
)
from catenary.domain.documents.relying import Relying
from catenary.domain.documents.shapes import (
    Burden,
    Channel,
    CoCreation,
    ConsumptionDocument,
    Continuity,
    Measure,
    MembershipDocument,
    OrganizationDocument,
    OutcomeDocument,
    PersonDocument,
    Role,
    ServiceDocument,
    Stage,
    UtilityKind,
    UtilityRequirement,
    Warranty,
)
from catenary.domain.documents.values import (
    Amount,
    Duration,
    Hours,
    Percentage,
    Processes,
    PublishedTo,
    Roles,
)
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.references import organization_of
from catenary.domain.said import said

_NAME = Text()
_STATEMENT = Text(MAX_TEXT, lines=True)
_STATEMENTS = Listing(_STATEMENT, or_one=True)


class Better(StrEnum):
    """Which way an outcome gets better."""

    LOWER = "lower"
    HIGHER = "higher"


class Channels:
    """Names of channels, or mappings with features; the first or ``primary`` one is primary."""

    __slots__ = ()

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> tuple[Channel, ...]:
        """The channels, the primary one first."""
        found: list[tuple[Channel, bool, FieldPath]] = []
        if too_many(value, path, problems):
            return ()
        if isinstance(value, dict):
            for name, item in value.items():
                here = (*path, name)
                plain = {} if item is None else item
                if isinstance(plain, dict) and "name" in plain:
                    problems.append(unknown_word("name", here, CHANNEL.noun, CHANNEL.fields))
                    continue
                pair = CHANNEL.read(plain, here, problems, name=_NAME.read(name, here, problems))
                if pair is not None:
                    found.append((*pair, here))
        elif isinstance(value, (list, tuple)):
            for at, item in enumerate(value):
                here = (*path, at)
                pair = (
                    CHANNEL.read(item, here, problems)
                    if isinstance(item, dict)
                    else (Channel(_NAME.read(item, here, problems)), False)
                )
                if pair is not None:
                    found.append((*pair, here))
        else:
            problems.append(
                Problem(path, said("this is {kind}", kind_of(value)), said("a list of channels"))
            )
        names: set[str] = set()
        primary = [channel for channel, is_primary, _ in found if is_primary]
        for channel, _, here in found:
            if channel.name in names:
                problems.append(
                    Problem(
                        here,
                        said("the channel {name} stands twice", shown(channel.name)),
                        said("once"),
                    )
                )
            names.add(channel.name)
        if len(primary) > 1:
            problems.append(
                Problem(
                    path,
                    said(
                        "{n} channels are primary: {names}",
                        figure(len(primary)),
                        ", ".join(shown(channel.name) for channel in primary[:5]),
                    ),
                    said("one primary channel"),
                )
            )
        return (*primary[:1], *(channel for channel, _, _ in found if channel not in primary[:1]))


def _channel(
    name: str, features: tuple[str, ...] = (), primary: bool = False
) -> tuple[Channel, bool]:
    return Channel(name, features), primary


class Utilities:
    """A mapping from key to one utility requirement."""

    __slots__ = ()

    def read(
        self, value: Any, path: FieldPath, problems: list[Problem]
    ) -> tuple[UtilityRequirement, ...]:
        """The requirements in their order."""
        if too_many(value, path, problems):
            return ()
        if isinstance(value, dict):
            for name, item in value.items():
                kinds = [k.value for k in UtilityKind if isinstance(item, dict) and k.value in item]
                if isinstance(item, dict) and len(kinds) != 1:
                    told = together(kinds) if kinds else said("no kind")
                    problems.append(
                        Problem(
                            (*path, name),
                            said("a utility requirement has one kind; this has {kinds}", told),
                            said("exactly one of {words}", ", ".join(UtilityKind)),
                        )
                    )
        return Keyed(UTILITY, "utility requirement").read(value, path, problems)


def _utility(key: str, channel: str = "", **kinds: str) -> UtilityRequirement:
    # Two kinds have been refused by then, and no kind builds something that is thrown away.
    name, statement = next(iter(kinds.items()), ("other", ""))
    return UtilityRequirement(key, UtilityKind(name.replace("_", "-")), statement, channel)


def _service(reference: str, name: str, provider: str = "", **parts: Any) -> ServiceDocument:
    return ServiceDocument(
        reference=reference, name=name, provider=provider or organization_of(reference), **parts
    )


def _person(
    email: str,
    name: str,
    organization: str,
    memberships: tuple[tuple[str, tuple[Role, ...]], ...] = (),
) -> PersonDocument:
    merged: dict[str, set[Role]] = {}
    for key, roles in memberships:
        if roles:
            merged.setdefault(key or organization, set()).update(roles)
    return PersonDocument(
        email,
        name,
        organization,
        # Sorted, as the catalogue gives them back: their order in a file means nothing.
        tuple(
            MembershipDocument(key, tuple(sorted(roles))) for key, roles in sorted(merged.items())
        ),
    )


ORGANIZATION = Form(
    "Organization",
    said("an organization"),
    OrganizationDocument,
    [
        Field("name", "name", _NAME, said("the name people know it by"), required=True),
        Field("part-of", "part_of", Key("organization key"), "the organization above it"),
        Field("description", "description", _STATEMENT, "what it is, in a few sentences"),
    ],
)

PERSON = Form(
    "Person",
    said("a person"),
    _person,
    [
        Field("name", "name", _NAME, said("the full name"), required=True),
        Field(
            "organization",
            "organization",
            Key("organization key"),
            said("the organization the person belongs to"),
            required=True,
        ),
        Field("roles", "memberships", Roles(), "what the person may be there, or elsewhere by key"),
    ],
)

MEASURE = Form(
    "Measure",
    said("a measure"),
    Measure,
    [
        Field("name", "name", _NAME, said("what is measured"), required=True),
        Field("unit", "unit", Text(60), "the unit of the figures"),
        Field("baseline", "baseline", Number(), "the figure before the service"),
        Field("target", "target", Number(), "the figure that is wanted"),
        Field("better", "better", Choice(Better), "whether lower or higher figures are better"),
    ],
)

OUTCOME = Form(
    "Outcome",
    said("an outcome"),
    OutcomeDocument,
    [
        Field(
            "statement", "statement", _STATEMENT, said("the customer's own words"), required=True
        ),
        Field("said-by", "said_by", _NAME, "who put it so"),
        Field("wanted-by", "wanted_by", Key("organization key"), "the organization that wants it"),
        Field("measure", "measure", Part(MEASURE, None), "how one sees that it is reached"),
    ],
)

BURDEN = Form(
    "Burden",
    said("this"),
    Burden,
    [
        Field("removed", "removed", _STATEMENTS, "taken off the consumer"),
        Field("imposed", "imposed", _STATEMENTS, "put on the consumer"),
    ],
)

_CONTACTS = Listing(Contact(), or_one=True)
CO_CREATION = Form(
    "Co-creation",
    said("co-creation"),
    CoCreation,
    [
        Field("provider", "provider", _STATEMENTS, "what the provider contributes"),
        Field("customer", "customer", _STATEMENTS, "what the customer contributes"),
        Field("provider-expects", "provider_expects", _STATEMENTS, "what the provider expects"),
        Field("customer-expects", "customer_expects", _STATEMENTS, "what the customer expects"),
        Field("talk-to", "talk_to", _CONTACTS, "whom to talk to"),
        Field("escalate-to", "escalate_to", _CONTACTS, "where an issue escalates to"),
    ],
)

CHANNEL = Form(
    "Channel",
    said("a channel"),
    _channel,
    [
        Field("name", "name", _NAME, said("the name of the channel"), required=True),
        Field("features", "features", Listing(_NAME, or_one=True), "what one gets through it"),
        Field("primary", "primary", Flag(), "true for the primary channel"),
    ],
)

UTILITY = Form(
    "Utility requirement",
    said("a utility requirement"),
    _utility,
    [
        Field("feature", "feature", _STATEMENT, "something the service does"),
        Field("ease-of-use", "ease_of_use", _STATEMENT, "how easily it is used"),
        Field("cost", "cost", _STATEMENT, "what it may cost to use"),
        Field("other", "other", _STATEMENT, "any other requirement"),
        Field("channel", "channel", _NAME, "the channel it is about"),
    ],
)

CONTINUITY = Form(
    "Continuity",
    said("continuity"),
    Continuity,
    [
        Field("recovery-time", "recovery_time", Duration(), "back within this time"),
        Field("recovery-point", "recovery_point", Duration(), "at most this much work lost"),
    ],
)

WARRANTY = Form(
    "Warranty",
    said("a warranty"),
    Warranty,
    [
        Field("availability", "availability", Percentage(), "share of the service hours"),
        Field("capacity", "capacity", Listing(Amount(), or_one=True), "so much of something"),
        Field("continuity", "continuity", Part(CONTINUITY, None), "after a disaster"),
        Field("security", "security", _STATEMENTS, "what is promised about security"),
        Field("performance", "performance", _STATEMENTS, "what is promised about speed"),
    ],
)

SERVICE = Form(
    "Service",
    said("a service"),
    _service,
    [
        Field("name", "name", _NAME, said("the name people know it by"), required=True),
        Field("provider", "provider", Key("organization key"), "the organization that provides it"),
        Field("description", "description", _STATEMENT, "what it is, in a few sentences"),
        Field("owner", "owner", Contact(), "the service owner: a person or a team"),
        Field("stage", "stage", Choice(Stage), "where it is in its life"),
        Field("tags", "tags", Listing(Text(100), or_one=True), "free labels"),
        Field("restricted", "restricted", Flag(), "true hides it from the own organization too"),
        Field("published-to", "published_to", PublishedTo(), "who else may see it"),
        Field("outcomes", "outcomes", Keyed(OUTCOME, "outcome"), "what customers want to reach"),
        Field("costs", "costs", Part(BURDEN, Burden()), "costs removed and imposed"),
        Field("risks", "risks", Part(BURDEN, Burden()), "risks removed and imposed"),
        Field(
            "co-creation", "co_creation", Part(CO_CREATION, CoCreation()), "who contributes what"
        ),
        Field(
            "supports-processes",
            "supports_processes",
            Processes(),
            "business processes and steps it supports",
        ),
        Field("channels", "channels", Channels(), "how it is reached, the primary channel first"),
        Field("utility", "utility", Utilities(), "fit for purpose: requirements"),
        Field("warranty", "warranty", Part(WARRANTY, Warranty()), "fit for use: promises"),
        Field("service-hours", "service_hours", Hours(), "when the promises hold"),
        Field("relies-on", "relies_on", Relying(), "the services it stands on"),
        Field(
            "assume-operational",
            "assume_operational",
            Flag(),
            "true says: no monitoring, assume operational while nothing is reported",
        ),
    ],
)

CONSUMPTION = Form(
    "Consumption",
    said("a consumption"),
    ConsumptionDocument,
    [
        Field("service", "service", Reference(), said("the service consumed"), required=True),
        Field("known-as", "known_as", _NAME, "the consumer's own name for it"),
    ],
)
