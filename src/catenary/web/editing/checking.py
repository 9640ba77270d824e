"""The definition checks on what is being typed: what they find, where in the form it is mended,
and a button where a machine can do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catenary.apps.portfolio.queries.scoped_checks import findings_about
from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.findings import Finding
from catenary.web.asking import Asking
from catenary.web.editing.building import Built
from catenary.web.editing.commands import obey
from catenary.web.editing.fields import State, widget_id
from catenary.web.editing.service_table import ITEMS

#: What a button can do about findings of a rule, in its words.
REMEDIES: dict[str, str | Promise] = {
    "CAT105": _("I am the owner"),
    "CAT201": _("Add an outcome"),
    "CAT206": _("Add a cost taken off"),
    "CAT207": _("Add a cost put on"),
    "CAT209": _("Add a channel"),
    "CAT210": _("Add a requirement"),
    "CAT211": _("Escalate to the owner"),
    "CAT302": _("Promise it 24 hours a day, 7 days a week"),
    "CAT401": _("Add what it relies on"),
}
_ROWS = {
    "CAT201": "outcomes",
    "CAT206": "costs.removed",
    "CAT207": "costs.imposed",
    "CAT209": "channels",
    "CAT210": "utility",
    "CAT401": "relies-on",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding beside the form: ``place`` is the path of its field in the form, ``remedy_label``
    the words of the button that mends it, empty when only a person can."""

    finding: Finding
    place: str
    remedy_label: str | Promise = ""

    @property
    def target(self) -> str:
        """The id of its field on the page."""
        return widget_id(self.place)


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands beside the form: findings, the places of what cannot be read, and when the
    draft was kept."""

    lines: tuple[Line, ...] = ()
    is_checked: bool = False
    wrong: tuple[str, ...] = ()
    kept_at: datetime | None = None

    @property
    def problem_count(self) -> int:
        """How many things cannot be read."""
        return len(self.wrong)


def panel_of(
    asking: Asking,
    built: Built,
    document: ServiceDocument | None,
    wrong: tuple[str, ...],
    kept_at: datetime | None = None,
) -> Panel:
    """What the rules say about a service as it is typed; nothing while it cannot be read."""
    if document is None or asking.viewpoint is None:
        return Panel(wrong=wrong, kept_at=kept_at)
    found = findings_about(asking.actor, asking.viewpoint, document)
    lines = tuple(
        Line(
            finding,
            built.place_of(finding.path[2:]) or "name",
            REMEDIES.get(finding.code, ""),
        )
        for finding in found
    )
    return Panel(lines, is_checked=True, wrong=wrong, kept_at=kept_at)


def mend(state: State, code: str, email: str) -> str:
    """Do to ``state`` what the button of a rule says; gives the path at which to go on."""
    if code == "CAT105":
        state["owner"] = email
        return "owner"
    if code == "CAT302":
        state["service-hours"]["kind"] = "always"
        return "service-hours.kind"
    if code == "CAT211":
        path = obey(ITEMS, state, "add co-creation.escalate-to")
        state["co-creation"]["escalate-to"][-1]["contact"] = state["owner"] or email
        return f"{path}.contact"
    if code in _ROWS:
        return obey(ITEMS, state, f"add {_ROWS[code]}")
    return ""
