"""Where a condition comes from, as a tree: the service on top, below it what it stands on that
matters, at the ends the services whose own condition it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from catenary.apps.monitoring.queries.shown_now import Callee
from catenary.apps.monitoring.queries.status import Step, ToldCause
from catenary.web import addresses
from catenary.web.marks import organization_link
from catenary.web.pages.marks import ConditionMark, Contact
from catenary.web.pages.sentences import Link
from catenary.web.pages.service_status import TreeNode
from catenary.web.status.block import said_words
from catenary.web.status.timeline import condition_mark


def sources_of(causes: Iterable[ToldCause]) -> list[str]:
    """The references of the services at the root, as far as they may be seen."""
    found = dict.fromkeys(cause.path[-1].reference for cause in causes)
    return [reference for reference in found if reference]


def references_in(causes: Iterable[ToldCause]) -> list[str]:
    """The references of everything on the way, likewise."""
    found = dict.fromkeys(step.reference for cause in causes for step in cause.path)
    return [reference for reference in found if reference]


@dataclass
class _Branch:
    step: Step
    cause: ToldCause | None = None
    below: dict[tuple[str, str], _Branch] = field(default_factory=dict)


def tree_of(
    causes: Sequence[ToldCause],
    shown: Mapping[str, str],
    callees: Mapping[str, Sequence[Callee]],
    itself: str = "",
) -> tuple[TreeNode, ...]:
    """Paths that begin alike are one as long as they do. The service that the page is about, which
    is shown as ``itself``, stands in it only when it is a source; ``shown`` is by reference."""
    roots: dict[tuple[str, str], _Branch] = {}
    for cause in causes:
        path = cause.path[1:] or cause.path
        level = roots
        for place, step in enumerate(path):
            key = (step.reference, step.reference or step.provider.key)
            branch = level.setdefault(key, _Branch(step))
            if place == len(path) - 1:
                branch.cause = cause
            level = branch.below
    return tuple(_node(branch, shown, callees, itself) for branch in roots.values())


def _node(
    branch: _Branch,
    shown: Mapping[str, str],
    callees: Mapping[str, Sequence[Callee]],
    above: str = "",
) -> TreeNode:
    step, cause = branch.step, branch.cause
    # What stands unnamed below something in maintenance is planned as that is.
    altogether = shown.get(step.reference, "") if step.reference else above
    mark: ConditionMark | None = None
    if cause is not None:
        mark = condition_mark("maintenance" if altogether == "maintenance" else cause.condition)
    elif step.reference and altogether:
        mark = condition_mark(altogether)
    return TreeNode(
        service=step_link(step),
        mark=mark,
        since=None if cause is None else cause.since,
        said=() if cause is None else tuple(map(said_words, cause.said)),
        call=() if cause is None else _call(step, callees.get(step.reference, ())),
        is_source=cause is not None,
        below=tuple(_node(each, shown, callees, altogether) for each in branch.below.values()),
    )


def step_link(step: Step) -> Link:
    """A service on a path, to its status; what may not be seen is somebody's."""
    if step.reference:
        name = step.known_as or step.name
        return Link(name, addresses.service_status(step.reference), step.provider.name)
    return Link(_("a supporting service of {provider}").format(provider=step.provider.name))


def _call(step: Step, callees: Sequence[Callee]) -> tuple[tuple[str, Contact | Link], ...]:
    if not callees:
        return ((_("provider"), organization_link(step.provider)),)
    parts = {"owner": _("owner"), "escalation": _("escalates to"), "contact": _("talk to")}
    return tuple(
        (
            parts[callee.part],
            Contact(
                callee.name,
                callee.address,
                addresses.organization(callee.key) if callee.key else "",
            ),
        )
        for callee in callees
    )
