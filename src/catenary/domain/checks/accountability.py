"""CAT1xx: organizations and people. Somebody must stand behind each service."""

from __future__ import annotations

from collections.abc import Iterator

from catenary.domain.checks.index import CatalogueIndex
from catenary.domain.checks.rule import Found, Rule, rule
from catenary.domain.checks.wording import listed, shown
from catenary.domain.findings import Severity
from catenary.domain.said import said


@rule(
    "CAT101",
    "Organization above is missing",
    Severity.ERROR,
    idea="Who is a customer and who is a colleague follows from the tree of organizations "
    "(SEMANTICS 2); a branch that hangs on nothing gives wrong answers to both.",
    remedy="Describe the organization above, or correct its key.",
)
def organization_above_missing(index: CatalogueIndex) -> Iterator[Found]:
    organizations = index.catalogue.organizations
    for key, organization in organizations.items():
        above = organization.part_of
        if above and above not in organizations:
            yield (
                key,
                ("organizations", key, "part-of"),
                said(
                    "{organization} is part of {above}, which the catalogue does not hold.",
                    shown(organization.name or key),
                    shown(above),
                ),
                said("Describe the organization {above}, or correct part-of.", shown(above)),
            )


@rule(
    "CAT102",
    "Organizations part of each other",
    Severity.ERROR,
    idea="An organization cannot stand above itself: inside and outside, on which "
    "customer-facing and supporting rest (R8), would lose their meaning.",
    remedy="Take part-of away from the organization that is really on top.",
)
def organizations_in_a_loop(index: CatalogueIndex) -> Iterator[Found]:
    for loop in index.tree.loops:
        subject = next((key for key in loop if index.in_scope(key)), loop[0])
        if len(loop) == 1:
            sentence = said("{subject} is part of itself.", shown(subject))
        else:
            sentence = said("{loop} are part of each other in a loop.", listed(loop, 6))
        yield (
            subject,
            ("organizations", subject, "part-of"),
            sentence,
            said("Decide which of them is on top and take its part-of away."),
        )


@rule(
    "CAT103",
    "Person in an unknown organization",
    Severity.ERROR,
    idea="People act for organizations (R7); what somebody may see and answer for is known only "
    "through the organization they belong to.",
    remedy="Describe the organization, or correct its key.",
)
def person_in_unknown_organization(index: CatalogueIndex) -> Iterator[Found]:
    organizations = index.catalogue.organizations
    for email, person in index.catalogue.people.items():
        who = shown(person.name or email)
        if person.organization not in organizations:
            key = shown(person.organization)
            yield (
                email,
                ("people", email, "organization"),
                said("{who} belongs to {key}, which the catalogue does not hold.", who, key)
                if key
                else said("{who} belongs to no organization.", who),
                said("Describe the organization {key}, or correct it.", key)
                if key
                else said("Name one."),
            )
        for membership in person.memberships:
            key = membership.organization
            if key not in organizations and key != person.organization:
                yield (
                    email,
                    ("people", email, "roles", key),
                    said(
                        "{who} has roles in {key}, which the catalogue does not hold.",
                        who,
                        shown(key),
                    ),
                    said("Describe the organization {key}, or take the roles away.", shown(key)),
                )


@rule(
    "CAT104",
    "Provider is unknown",
    Severity.ERROR,
    idea="A service is provided by an organization (ITIL 4: service provider is a role that an "
    "organization performs). Without one nobody can promise anything.",
    remedy="Describe the providing organization, or correct provider.",
)
def provider_unknown(index: CatalogueIndex) -> Iterator[Found]:
    organizations = index.catalogue.organizations
    for at, service in enumerate(index.services):
        if service.provider not in organizations:
            provider = shown(service.provider)
            yield (
                service.reference,
                ("services", service.reference, "provider"),
                said(
                    "{service} is provided by {provider}, which the catalogue does not hold.",
                    index.name(at),
                    provider,
                )
                if provider
                else said("{service} is provided by nobody.", index.name(at)),
                said("Describe the organization {provider}, or correct provider.", provider)
                if provider
                else said("Name the providing organization."),
            )


@rule(
    "CAT105",
    "No owner",
    Severity.WARNING,
    idea="One service owner is accountable for the service from end to end (ITIL 4; R6). What "
    "everybody owns nobody mends.",
    remedy="Name the person or the team that answers for the service as its owner.",
)
def no_owner(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.current:
        service = index.services[at]
        if not service.owner:
            yield (
                service.reference,
                ("services", service.reference, "owner"),
                said("Nobody owns {service}.", index.name(at)),
                said("Name a person or a team of {provider} as owner.", shown(service.provider)),
            )


@rule(
    "CAT106",
    "Owner is unknown",
    Severity.WARNING,
    idea="Owners are people or teams, never free text: an owner the catalogue does not know "
    "can be neither asked nor told (R6).",
    remedy="Describe the person or the organization, or name another owner.",
)
def owner_unknown(index: CatalogueIndex) -> Iterator[Found]:
    people, organizations = index.catalogue.people, index.catalogue.organizations
    for at in index.current:
        service = index.services[at]
        owner = service.owner
        if owner and owner not in people and owner not in organizations:
            kind = "person" if "@" in owner else "organization"
            yield (
                service.reference,
                ("services", service.reference, "owner"),
                said(
                    "{service} is owned by {owner}, a person the catalogue does not hold.",
                    index.name(at),
                    shown(owner),
                )
                if kind == "person"
                else said(
                    "{service} is owned by {owner}, which is neither a person nor an "
                    "organization of the catalogue.",
                    index.name(at),
                    shown(owner),
                ),
                said("Describe {owner} under people, or name another owner.", shown(owner))
                if kind == "person"
                else said(
                    "Describe {owner} under organizations, or name another owner.", shown(owner)
                ),
            )


@rule(
    "CAT107",
    "Contact is unknown",
    Severity.WARNING,
    idea="Both sides of a service must know whom to talk to and where an issue goes next (R1, "
    "co-creation). A contact the catalogue does not know leads nowhere.",
    remedy="Describe the person or the organization, or name another contact.",
)
def contact_unknown(index: CatalogueIndex) -> Iterator[Found]:
    people, organizations = index.catalogue.people, index.catalogue.organizations
    for at in index.current:
        service = index.services[at]
        both = service.co_creation
        if not (both.talk_to or both.escalate_to):
            continue
        for field, contacts in (("talk-to", both.talk_to), ("escalate-to", both.escalate_to)):
            for place, contact in enumerate(contacts):
                if contact not in people and contact not in organizations:
                    yield (
                        service.reference,
                        ("services", service.reference, "co-creation", field, place),
                        said(
                            "{service} names {contact} to talk to, which is neither a person nor "
                            "an organization of the catalogue.",
                            index.name(at),
                            shown(contact),
                        )
                        if field == "talk-to"
                        else said(
                            "{service} names {contact} to escalate to, which is neither a person "
                            "nor an organization of the catalogue.",
                            index.name(at),
                            shown(contact),
                        ),
                        said("Describe {contact}, or name another contact.", shown(contact)),
                    )


@rule(
    "CAT108",
    "Owner of another company",
    Severity.NOTICE,
    idea="Accountability for a service cannot be handed to a party outside the provider "
    "(ISO/IEC 20000-1, 8.2.3): others may do the work, the provider answers for it.",
    remedy="Name an owner inside the provider's own top organization.",
)
def owner_of_another_top(index: CatalogueIndex) -> Iterator[Found]:
    people, organizations = index.catalogue.people, index.catalogue.organizations
    tree = index.tree
    for at in index.current:
        service = index.services[at]
        person = people.get(service.owner)
        key = person.organization if person else service.owner
        if service.provider not in organizations or (key not in organizations and not person):
            continue
        ours = tree.top_of(tree.number[service.provider])
        # Somebody with a role here is known here; where else they belong may not be.
        theirs = tree.top_of(tree.number[key]) if key in organizations else ""
        if theirs != ours:
            yield (
                service.reference,
                ("services", service.reference, "owner"),
                said(
                    "{service} is provided by {provider} but owned by {owner} of {theirs}.",
                    index.name(at),
                    shown(service.provider),
                    shown(service.owner),
                    shown(theirs) if theirs else said("another company"),
                ),
                said("Name an owner within {ours}.", shown(ours)),
            )


@rule(
    "CAT109",
    "Published to an unknown organization",
    Severity.WARNING,
    idea="Publishing decides who sees a service they do not consume (SEMANTICS 2). A key that "
    "names nobody publishes to nobody, and to a stranger the day somebody takes that key.",
    remedy="Describe the organization, or take its key out of published-to.",
)
def published_to_unknown(index: CatalogueIndex) -> Iterator[Found]:
    organizations = index.catalogue.organizations
    for at in index.current:
        service = index.services[at]
        for place, key in enumerate(service.published_to):
            if key != "*" and key not in organizations:
                yield (
                    service.reference,
                    ("services", service.reference, "published-to", place),
                    said(
                        "{service} is published to {key}, which the catalogue does not hold.",
                        index.name(at),
                        shown(key),
                    ),
                    said(
                        "Describe the organization {key}, or take it out of published-to.",
                        shown(key),
                    ),
                )


RULES: tuple[Rule, ...] = (
    organization_above_missing,
    organizations_in_a_loop,
    person_in_unknown_organization,
    provider_unknown,
    no_owner,
    owner_unknown,
    contact_unknown,
    owner_of_another_top,
    published_to_unknown,
)
