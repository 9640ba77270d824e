"""Documents as plain values and back: dicts, lists, texts, whole numbers, true and false.

The plain form of a document is canonical: names as in catalogue files, fields in the order of
the tables, absent fields left out, every group and field in its shortest form, numbers as ints or
as exact texts. It can be written as JSON or YAML as it stands, and reading it gives an equal
document. Its order of keys carries meaning (outcomes are kept in order), so it must not be stored
where that order is lost.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from catenary.domain.documents.fields import (
    CONSUMPTION,
    ORGANIZATION,
    PERSON,
    SERVICE,
)
from catenary.domain.documents.hours import hours_to_plain
from catenary.domain.documents.readers import Email, Key, Reference, plain_number
from catenary.domain.documents.relying import group_to_plain
from catenary.domain.documents.shapes import (
    Burden,
    Channel,
    CoCreation,
    ConsumptionDocument,
    Measure,
    OrganizationDocument,
    OutcomeDocument,
    PersonDocument,
    ServiceDocument,
    Stage,
    Warranty,
)
from catenary.domain.documents.values import EVERYONE
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.quantities import format_amount, format_duration, format_percentage
from catenary.domain.references import organization_of

Plain = dict[str, Any]

_ORGANIZATION_KEY = Key("key of the organization")
_CONSUMER_KEY = Key("key of the consumer")
_REFERENCE = Reference()
_EMAIL = Email()


def read_organization(
    key: str, plain: Any, problems: list[Problem], path: FieldPath
) -> OrganizationDocument | None:
    """The organization ``key`` says it is, or None after adding every problem found."""
    before = len(problems)
    key = _ORGANIZATION_KEY.read(key, path, problems)
    found = ORGANIZATION.read(plain, path, problems, key=key)
    return found if len(problems) == before else None


def read_person(
    key: str, plain: Any, problems: list[Problem], path: FieldPath
) -> PersonDocument | None:
    """The person with the e-mail address ``key``, or None after adding every problem found."""
    before = len(problems)
    email = _EMAIL.read(key, path, problems)
    found = PERSON.read(plain, path, problems, email=email)
    return found if len(problems) == before else None


def read_service(
    key: str, plain: Any, problems: list[Problem], path: FieldPath
) -> ServiceDocument | None:
    """The service with the reference ``key``, or None after adding every problem found."""
    before = len(problems)
    reference = _REFERENCE.read(key, path, problems)
    found = SERVICE.read(plain, path, problems, reference=reference)
    return found if len(problems) == before else None


def read_consumption(
    key: str, plain: Any, problems: list[Problem], path: FieldPath
) -> ConsumptionDocument | None:
    """One service consumed by the organization ``key`` (a reference, or a mapping with the
    consumer's own name for it), or None after adding every problem found."""
    before = len(problems)
    consumer = _CONSUMER_KEY.read(key, path, problems)
    if isinstance(plain, str):
        plain = {"service": plain}
    found = CONSUMPTION.read(plain, path, problems, consumer=consumer)
    return found if len(problems) == before else None


def organization_to_plain(document: OrganizationDocument) -> Plain:
    """The plain form; the key stands outside."""
    return _filled(
        {
            "name": document.name,
            "part-of": document.part_of,
            "description": document.description,
        }
    )


def person_to_plain(document: PersonDocument) -> Plain:
    """The plain form; the e-mail address stands outside."""
    plain: Plain = {"name": document.name, "organization": document.organization}
    memberships = document.memberships
    if len(memberships) == 1 and memberships[0].organization == document.organization:
        plain["roles"] = [role.value for role in memberships[0].roles]
    elif memberships:
        plain["roles"] = {
            membership.organization: [role.value for role in membership.roles]
            for membership in memberships
        }
    return plain


def consumption_to_plain(document: ConsumptionDocument) -> Plain:
    """The plain form; the consumer stands outside."""
    return _filled({"service": document.service, "known-as": document.known_as})


def service_to_plain(document: ServiceDocument) -> Plain:
    """The plain form; the reference stands outside. The stage is always said."""
    provider = document.provider
    return _filled(
        {
            "name": document.name,
            "provider": "" if provider == organization_of(document.reference) else provider,
            "description": document.description,
            "owner": document.owner,
            "stage": Stage(document.stage).value,
            "tags": list(document.tags),
            "restricted": document.restricted,
            "published-to": EVERYONE
            if document.published_to == ("*",)
            else list(document.published_to),
            "outcomes": {outcome.key: _outcome(outcome) for outcome in document.outcomes},
            "costs": _burden(document.costs),
            "risks": _burden(document.risks),
            "co-creation": _co_creation(document.co_creation),
            "supports-processes": _processes(document),
            "channels": [_channel(channel) for channel in document.channels],
            "utility": {
                requirement.key: _filled(
                    {
                        requirement.kind.value: requirement.statement,
                        "channel": requirement.channel,
                    }
                )
                for requirement in document.utility
            },
            "warranty": _warranty(document.warranty),
            "service-hours": hours_to_plain(document.service_hours)
            if document.service_hours is not None
            else None,
            "relies-on": [group_to_plain(group) for group in document.relies_on],
            "assume-operational": document.assume_operational,
        }
    )


def canonical_json(plain: Plain) -> str:
    """The one JSON text of a plain document."""
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def digest(plain: Plain) -> str:
    """32 hexadecimal digits that are the same exactly for the same plain document."""
    text = json.dumps(plain, separators=(",", ":"))
    return blake2b(text.encode("ascii"), digest_size=16).hexdigest()


def _filled(plain: Plain) -> Plain:
    """Without what is absent: empty texts, lists and mappings, nothing and false."""
    return {name: value for name, value in plain.items() if value}


def _one_or_many(texts: tuple[str, ...]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else list(texts)


def _outcome(outcome: OutcomeDocument) -> Plain:
    return _filled(
        {
            "statement": outcome.statement,
            "said-by": outcome.said_by,
            "wanted-by": outcome.wanted_by,
            "measure": None if outcome.measure is None else _measure(outcome.measure),
        }
    )


def _measure(measure: Measure) -> Plain:
    plain: Plain = {"name": measure.name}
    if measure.unit:
        plain["unit"] = measure.unit
    # Zero is a figure like any other.
    if measure.baseline is not None:
        plain["baseline"] = plain_number(measure.baseline)
    if measure.target is not None:
        plain["target"] = plain_number(measure.target)
    plain["better"] = str(measure.better)
    return plain


def _burden(burden: Burden) -> Plain:
    return _filled({"removed": list(burden.removed), "imposed": list(burden.imposed)})


def _co_creation(both: CoCreation) -> Plain:
    return _filled(
        {
            "provider": _one_or_many(both.provider),
            "customer": _one_or_many(both.customer),
            "provider-expects": _one_or_many(both.provider_expects),
            "customer-expects": _one_or_many(both.customer_expects),
            "talk-to": _one_or_many(both.talk_to),
            "escalate-to": _one_or_many(both.escalate_to),
        }
    )


def _processes(document: ServiceDocument) -> list[str] | dict[str, list[str]]:
    processes = document.supports_processes
    if any(process.steps for process in processes):
        return {process.name: list(process.steps) for process in processes}
    return [process.name for process in processes]


def _channel(channel: Channel) -> str | Plain:
    if not channel.features:
        return channel.name
    return {"name": channel.name, "features": list(channel.features)}


def _warranty(warranty: Warranty) -> Plain:
    plain: Plain = {}
    if warranty.availability is not None:
        plain["availability"] = format_percentage(warranty.availability)
    if warranty.capacity:
        plain["capacity"] = _one_or_many(
            tuple(format_amount(capacity.amount, capacity.unit) for capacity in warranty.capacity)
        )
    continuity = warranty.continuity
    if continuity is not None:
        plain["continuity"] = {
            name: format_duration(time)
            for name, time in (
                ("recovery-time", continuity.recovery_time),
                ("recovery-point", continuity.recovery_point),
            )
            if time is not None
        }
    if warranty.security:
        plain["security"] = _one_or_many(warranty.security)
    if warranty.performance:
        plain["performance"] = _one_or_many(warranty.performance)
    return plain
