"""Hypothesis strategies for valid documents, and one service with everything in it."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from catenary.domain.documents import shapes
from catenary.domain.documents.plain import read_service
from catenary.domain.findings import Problem
from catenary.domain.quantities import MAX_DURATION

EVERYTHING: dict[str, Any] = {
    "name": "Patient management",
    "provider": "acme-cloud",
    "description": "Registration, records and discharge.\nFor all wards.",
    "owner": "dana.reyes@st-mary.example",
    "stage": "live",
    "tags": ["clinical", "24/7"],
    "restricted": True,
    "assume-operational": True,
    "published-to": ["north-clinic", "acme-cloud"],
    "outcomes": {
        "seen-sooner": {
            "statement": "Patients are seen sooner after they arrive",
            "said-by": "Ward manager",
            "wanted-by": "st-mary",
            "measure": {
                "name": "median wait at reception",
                "unit": "min",
                "baseline": 50,
                "target": "30.5",
                "better": "lower",
            },
        }
    },
    "costs": {"removed": ["Buying servers"], "imposed": ["Two key users per ward"]},
    "risks": {"removed": ["Loss of records"], "imposed": ["No portal, no registration"]},
    "co-creation": {
        "provider": "Keeps the portal current",
        "customer": ["Names two key users per ward", "Reports changed needs"],
        "provider-expects": "Answers within a week",
        "customer-expects": "Training",
        "talk-to": "dana.reyes@st-mary.example",
        "escalate-to": ["duty.manager@st-mary.example", "hospital-it"],
    },
    "supports-processes": {"Reception": ["Register", "Greet"], "Triage": []},
    "channels": ["web-portal", {"name": "mobile-portal", "features": ["find a patient"]}],
    "utility": {
        "find-patient": {
            "feature": "A nurse finds any admitted patient in three steps",
            "channel": "mobile-portal",
        },
        "learnable": {"ease-of-use": "A new nurse registers a patient on the first day"},
    },
    "warranty": {
        "availability": "99.9 %",
        "capacity": ["400 concurrent users", "2.5 GB per ward"],
        "continuity": {"recovery-time": "1 h 30 min", "recovery-point": "0 min"},
        "security": "Access to records is logged",
        "performance": ["Search answers within a second", "Pages within two"],
    },
    "service-hours": {
        "zone": "Europe/Berlin",
        "mon-fri": "08:00-18:00",
        "sat": ["09:00-12:00", "13:00-15:00"],
    },
    "relies-on": [
        "hospital-it/crm",
        {"any": ["acme-cloud/db-1", "acme-cloud/db-2"], "full": 2},
        {"at-least": 2, "of": ["acme-cloud/app-1", "acme-cloud/app-2", "acme-cloud/app-3"]},
        {"minimum": 50, "full": 100, "of": {"acme-cloud/farm-a": 60, "acme-cloud/farm-b": "60.5"}},
        {"soft": "hospital-it/reporting"},
        {"soft": {"any": ["acme-cloud/mail-1", "acme-cloud/mail-2"]}},
    ],
}


def everything() -> shapes.ServiceDocument:
    """The service with everything in it."""
    problems: list[Problem] = []
    found = read_service("hospital-it/patients", EVERYTHING, problems, ("services", "x"))
    assert problems == []
    assert found is not None
    return found


keys = st.from_regex(r"[a-z0-9](?:[a-z0-9._-]{0,10}[a-z0-9])?", fullmatch=True)
references = st.builds(lambda a, b: f"{a}/{b}", keys, keys)
emails = st.builds(
    lambda a, b: f"{a.replace('.', '')}@{b.replace('.', '').replace('_', '')}.example", keys, keys
).filter(lambda text: "-." not in text and "@-" not in text)
# The two symbols at the end stand for what could not be shown; names may hold neither.
_printable = st.characters(
    exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"), max_codepoint=0xFFFB
)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


names = st.text(_printable, min_size=1, max_size=30).map(_tidy).filter(bool)
texts = (
    st.text(
        st.one_of(_printable, st.sampled_from("\n\t #:-'\"&*!|>%@`{}[]")), min_size=1, max_size=60
    )
    .map(_tidy)
    .filter(bool)
)
maybe_name = st.one_of(st.just(""), names)
numbers = st.decimals(-1_000_000, 1_000_000, places=3, allow_nan=False)
weights = st.decimals(Decimal("0.5"), 100, places=1)


def tuples(item: st.SearchStrategy[Any], size: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """Short tuples of distinct values."""
    return st.lists(item, max_size=size, unique=True).map(tuple)


def keyed(form: type, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Tuples of things with distinct keys."""
    return st.lists(
        st.builds(form, key=keys, **parts), max_size=2, unique_by=lambda thing: thing.key
    ).map(tuple)


measures = st.builds(
    shapes.Measure,
    name=names,
    unit=maybe_name,
    baseline=st.none() | numbers,
    target=st.none() | numbers,
    better=st.sampled_from(["lower", "higher"]),
)
burdens = st.builds(shapes.Burden, removed=tuples(texts), imposed=tuples(texts))
contacts = tuples(st.one_of(emails, keys))
co_creations = st.builds(
    shapes.CoCreation,
    provider=tuples(texts),
    customer=tuples(texts),
    provider_expects=tuples(texts),
    customer_expects=tuples(texts),
    talk_to=contacts,
    escalate_to=contacts,
)
units = st.sampled_from(["users", "concurrent users", "GB per ward", "Bestellungen"])
durations = st.none() | st.integers(0, MAX_DURATION)
warranties = st.builds(
    shapes.Warranty,
    availability=st.none() | st.decimals(Decimal("0.001"), 100, places=3),
    capacity=tuples(st.builds(shapes.Capacity, weights, units)),
    continuity=st.none() | st.builds(shapes.Continuity, durations, durations),
    security=tuples(texts),
    performance=tuples(texts),
)


@st.composite
def service_hours(draw: st.DrawFn) -> shapes.ServiceHours:
    """Always, or sorted spans that do not overlap in some zone."""
    spans = []
    for day in range(7):
        edges = sorted(draw(st.lists(st.integers(0, 1440), max_size=4, unique=True)))
        spans += [shapes.WeeklySpan(day, *edges[at : at + 2]) for at in range(0, len(edges) - 1, 2)]
    if not spans:
        return shapes.ServiceHours()
    zone = draw(st.sampled_from(["Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata"]))
    return shapes.ServiceHours(zone, tuple(spans))


@st.composite
def groups(draw: st.DrawFn) -> shapes.DependencyGroupDocument:
    """Any group whose threshold can hold."""
    services = draw(st.lists(references, min_size=1, max_size=4, unique=True))
    alike = draw(st.booleans())
    members = tuple(
        shapes.Supporter(service, Decimal(1) if alike else draw(weights)) for service in services
    )
    total = sum((member.weight for member in members), Decimal(0))
    minimum = min(total, draw(st.one_of(st.just(Decimal(1)), st.just(Decimal(2)), weights)))
    full = max(minimum, min(total, draw(weights)))
    return shapes.DependencyGroupDocument(members, minimum, full, draw(st.booleans()))


def _without_doubles(
    found: list[shapes.DependencyGroupDocument],
) -> tuple[shapes.DependencyGroupDocument, ...]:
    return tuple({group.members[0].service: group for group in found}.values())


services = st.builds(
    shapes.ServiceDocument,
    reference=references,
    name=names,
    provider=keys,
    description=st.one_of(st.just(""), texts),
    owner=st.one_of(st.just(""), emails, keys),
    stage=st.sampled_from(shapes.Stage),
    tags=tuples(names),
    restricted=st.booleans(),
    assume_operational=st.booleans(),
    published_to=st.one_of(st.just(("*",)), tuples(keys.filter(lambda key: key != "everyone"))),
    outcomes=keyed(
        shapes.OutcomeDocument,
        statement=texts,
        said_by=maybe_name,
        wanted_by=st.one_of(st.just(""), keys),
        measure=st.none() | measures,
    ),
    costs=burdens,
    risks=burdens,
    co_creation=co_creations,
    supports_processes=st.lists(
        st.builds(shapes.BusinessProcess, names, tuples(names)),
        max_size=3,
        unique_by=lambda process: process.name,
    ).map(tuple),
    channels=st.lists(
        st.builds(shapes.Channel, names, tuples(names)),
        max_size=3,
        unique_by=lambda channel: channel.name,
    ).map(tuple),
    utility=keyed(
        shapes.UtilityRequirement,
        kind=st.sampled_from(shapes.UtilityKind),
        statement=texts,
        channel=maybe_name,
    ),
    warranty=warranties,
    service_hours=st.none() | service_hours(),
    relies_on=st.lists(groups(), max_size=4).map(_without_doubles),
)
organizations = st.builds(
    shapes.OrganizationDocument,
    key=keys,
    name=names,
    part_of=st.one_of(st.just(""), keys),
    description=st.one_of(st.just(""), texts),
)
memberships = st.lists(
    st.builds(
        shapes.MembershipDocument,
        keys,
        st.lists(st.sampled_from(shapes.Role), min_size=1, unique=True).map(
            lambda roles: tuple(sorted(roles))
        ),
    ),
    max_size=3,
    unique_by=lambda membership: membership.organization,
).map(lambda found: tuple(sorted(found, key=lambda membership: membership.organization)))
people = st.builds(
    shapes.PersonDocument, email=emails, name=names, organization=keys, memberships=memberships
)
consumptions = st.builds(
    shapes.ConsumptionDocument, consumer=keys, service=references, known_as=maybe_name
)
