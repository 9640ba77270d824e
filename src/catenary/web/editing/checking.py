"""The definition checks on what is being typed: what they find, where in the form it is mended,
and a button where a machine can do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catenary.apps.portfolio.queries.scoped_checks import findings_about
from catenary.apps.portfolio.queries.scoped_house_checks import findings_about_house
from catenary.domain.documents.shapes import CalendarDocument, ConsumptionDocument, ServiceDocument
from catenary.domain.findings import Finding
from catenary.exchange.catalogue.amending import Document
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
    "CAT101": _("Make it stand on its own"),
    "CAT102": _("Make it stand on its own"),
    "CAT103": _("Take it out"),
    "CAT508": _("Use the provider's name for it"),
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
    document: Document | None,
    wrong: tuple[str, ...],
    kept_at: datetime | None = None,
    hidden: Iterable[str] = (),
) -> Panel:
    """What the rules say about an object as it is typed; nothing while it cannot be read.
    ``hidden`` are the supporters that the form did not name."""
    if document is None or asking.viewpoint is None:
        return Panel(wrong=wrong, kept_at=kept_at)
    if isinstance(document, ServiceDocument):
        found = findings_about(asking.actor, asking.viewpoint, document, frozenset(hidden))
    elif isinstance(document, CalendarDocument):
        # Calendars are written in files; no form asks about them.
        found = []
    else:
        found = findings_about_house(asking.actor, asking.viewpoint, document)
    lines = tuple(
        Line(
            finding,
            built.place_of(finding.path[2:]) or _elsewhere(document, built),
            REMEDIES.get(finding.code, ""),
        )
        for finding in found
    )
    return Panel(lines, is_checked=True, wrong=wrong, kept_at=kept_at)


def _elsewhere(document: Document, built: Built) -> str:
    """Where a finding stands that concerns no field of its own."""
    if isinstance(document, ConsumptionDocument):
        return "known-as" if document.known_as else built.place_of(("service",))
    return "name"


def mend(state: State, code: str, email: str, place: str = "") -> str:
    """Do to ``state`` what the button of a rule says about what stands at ``place``; gives the
    path at which to go on. A rule that asks for nothing this form holds changes nothing."""
    if code in ("CAT101", "CAT102") and "part-of" in state:
        state["part-of"] = ""
        return "part-of"
    if code == "CAT508" and "known-as" in state:
        state["known-as"] = ""
        return "known-as"
    if code == "CAT103" and "roles" in state:
        return _without_organization(state, place)
    if "outcomes" not in state:
        return ""
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


def _without_organization(state: State, place: str) -> str:
    """Take out what names an organization that is not there: a row of roles, or where somebody
    belongs."""
    steps = place.split(".")
    if steps[0] == "roles" and len(steps) > 1 and steps[1].isdigit():
        at = int(steps[1]) if len(steps[1]) < 7 else len(state["roles"])
        if at < len(state["roles"]):
            del state["roles"][at]
        return "roles"
    state["organization"] = ""
    return "organization"
