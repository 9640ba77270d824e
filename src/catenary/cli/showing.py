"""show and chain: one thing, and its chain."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catenary.cli.missing import no_organization, no_place, no_service
from catenary.cli.session import actor_by, fail, ready, records_from
from catenary.cli.terminal import answer, say
from catenary.domain.references import is_reference

if TYPE_CHECKING:
    from catenary.apps.portfolio.queries.chain import ChainView
    from catenary.apps.portfolio.queries.records import Records
    from catenary.domain.actors import Actor, Viewpoint


#: Steps that are indented; what is further away names its number of steps.
_INDENTED = 16
_ALL = 10_000_000


def show_reference(
    *, reference: str, seen: str, as_of: str, by: str, json: bool, data: Path | None
) -> None:
    """Print a service or an organization as it may be seen."""
    ready(data)
    actor = actor_by(by)
    viewpoint = viewpoint_for(actor, seen, reference)
    records = records_from(as_of)
    if records.at is not None and not is_reference(reference):
        fail("organizations are shown as they are now: --as-of is for services")
    value = (
        _service(actor, viewpoint, reference, records)
        if is_reference(reference)
        else _organization(actor, viewpoint, reference)
    )
    if json:
        answer(value)
        return
    for name, part in value.items():
        if part not in ("", [], {}, None):
            text = part if isinstance(part, str) else _plain(part)
            say(f"{name}: {text}")


def show_chain(
    *,
    reference: str,
    depth: int,
    up: bool,
    down: bool,
    seen: str,
    as_of: str,
    by: str,
    json: bool,
    data: Path | None,
) -> None:
    """Print the chain of a service as trees, or as JSON."""
    ready(data)
    from catenary.apps.portfolio.queries.chain import SHOWN, Direction, chain_of

    actor = actor_by(by)
    viewpoint = viewpoint_for(actor, seen, reference)
    direction = Direction.BOTH
    if up != down:
        direction = Direction.UP if up else Direction.DOWN
    view = chain_of(
        actor=actor,
        viewpoint=viewpoint,
        reference=reference,
        direction=direction,
        depth=depth or None,
        # A person reads the nearest; a program is given all.
        limit=_ALL if json else SHOWN,
        records=records_from(as_of),
    )
    if view is None:
        no_service([reference], actor, viewpoint)
    if json:
        answer(_chain_as_json(view))
    else:
        _print_chain(view, direction.value)


def viewpoint_for(actor: Actor, seen: str, reference: str) -> Viewpoint:
    """Where to look from: as told, else from the thing's own organization for the operator."""
    from catenary.apps.organizations.queries import home_viewpoint, viewpoint_of

    key = seen
    if not key and actor.is_operator:
        key = reference.partition("/")[0]
    viewpoint = viewpoint_of(actor, key) if key else home_viewpoint(actor)
    if viewpoint is None:
        if is_reference(reference) and not seen and actor.is_operator:
            # Where it would stand is nowhere: so there is no such service.
            no_service([reference], actor, None)
        if not key:
            no_place(actor)
        no_organization(key, actor)
    return viewpoint


def _service(
    actor: Actor, viewpoint: Viewpoint, reference: str, records: Records
) -> dict[str, Any]:
    from catenary.apps.portfolio.queries.service import service_view
    from catenary.domain.documents.plain import service_to_plain

    view = service_view(actor=actor, viewpoint=viewpoint, reference=reference, records=records)
    if view is None:
        no_service([reference], actor, viewpoint)
    reasons = view.reasons
    return {
        "reference": reference,
        "seen-as": viewpoint.key,
        "role": view.role,
        "because": [row.key for row in reasons.consumers]
        + [link.reference for link in reasons.reliants],
        "provided-by": view.provider.key,
        "known-as": view.known_as,
        "consumers": [row.organization.key for row in view.consumers],
        "relied-on-by": [link.reference for link in view.reliants],
        "relied-on-by-others": {row.key: count for row, count in view.customer_reliants},
        "beyond": view.beyond,
        **service_to_plain(view.document),
    }


def _organization(actor: Actor, viewpoint: Viewpoint, key: str) -> dict[str, Any]:
    from catenary.apps.portfolio.queries.organization import organization_view

    view = organization_view(actor=actor, viewpoint=viewpoint, key=key)
    if view is None:
        no_organization(key, actor)
    return {
        "reference": key,
        "seen-as": viewpoint.key,
        "name": view.organization.name,
        "description": view.description,
        "part-of": [row.key for row in view.above],
        "parts": [row.key for row in view.below],
        "provides": [row.reference for row in view.provides],
        "provided-count": view.provided_count,
        "consumes": [row.service.reference for row in view.consumes],
        "customers": [row.key for row in view.customers],
        "providers": [row.key for row in view.providers],
    }


def _chain_as_json(view: ChainView) -> dict[str, Any]:
    return {
        "focus": view.focus.reference,
        "services": [
            {
                "reference": service.link.reference,
                "name": service.link.name,
                "provider": service.link.provider.key,
                "role": service.link.role,
                "stage": service.link.stage,
                "steps": service.steps,
            }
            for service in view.services
        ],
        "reliance": [
            {
                "reliant": reliant,
                "minimum": str(group.minimum),
                "full": str(group.full),
                "soft": group.soft,
                "supporters": {m.service: str(m.weight) for m in group.members},
            }
            for reliant, group in view.reliance
        ],
        "consumers": [
            {
                "organization": row.organization.key,
                "service": row.service,
                "known-as": row.known_as,
                "relying": row.relying,
            }
            for row in view.consumers
        ],
        "hidden": [row.provider.key for row in view.hidden],
        "total-up": view.total_up,
        "total-down": view.total_down,
        "not-shown": view.not_shown,
        "beyond": view.beyond,
    }


def _print_chain(view: ChainView, direction: str) -> None:
    from catenary.domain.picture import threshold_words

    names = {s.link.reference: s.link.name for s in view.services}
    hidden = {row.id: f"a supporting service of {row.provider.name}" for row in view.hidden}
    down: dict[str, list[tuple[str, str]]] = {}
    up: dict[str, list[tuple[str, str]]] = {}
    for reliant, group in view.reliance:
        words = threshold_words(group)
        for member in group.members:
            if member.service in names or member.service in hidden:
                down.setdefault(reliant, []).append((member.service, words))
                up.setdefault(member.service, []).append((reliant, words))
    for row in view.consumers:
        up.setdefault(row.service, []).append((f"({row.organization.name})", "consumes"))
    focus = view.focus.reference
    if direction != "down":
        _print_tree(f"{focus}: who stands on it", focus, up, names | hidden)
    if direction != "up":
        _print_tree(f"{focus}: what it rests on", focus, down, names | hidden)
    if view.not_shown:
        say(f"{view.not_shown:,} more services are not shown.")
    if view.beyond:
        say(f"{view.beyond:,} further up belong to others.")


def _print_tree(
    title: str, focus: str, links: dict[str, list[tuple[str, str]]], names: dict[str, str]
) -> None:
    """Each service is opened once, where it is nearest; where it stands again it is marked."""
    nearest = {focus}
    branches: dict[str, list[tuple[str, str, bool]]] = {}
    waiting = deque([focus])
    while waiting:
        reference = waiting.popleft()
        branch = branches[reference] = []
        for other, words in links.get(reference, []):
            is_first = other not in nearest
            if is_first:
                nearest.add(other)
                waiting.append(other)
            branch.append((other, words, is_first))
    say(title)
    # By hand, not by calling itself: a chain may be longer than the stack is deep.
    open_branches = [("", iter(branches[focus]), len(branches[focus]))]
    while open_branches:
        indent, members, left = open_branches.pop()
        member = next(members, None)
        if member is None:
            continue
        open_branches.append((indent, members, left - 1))
        other, words, is_first = member
        label = f"{other} {names.get(other, '')}" if "/" in other else names.get(other, other)
        note = f" [{words}]" if words else ""
        again = " (above)" if not is_first and other in links else ""
        steps = len(open_branches)
        deep = f"({steps} steps) " if steps > _INDENTED else ""
        say(f"{indent}{'└── ' if left == 1 else '├── '}{deep}{label}{note}{again}")
        if is_first and branches[other]:
            further = indent if deep else indent + ("    " if left == 1 else "│   ")
            open_branches.append((further, iter(branches[other]), len(branches[other])))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {_plain(item)}" for key, item in value.items())
    return str(value)
