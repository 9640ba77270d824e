"""The words of service management as Catenary means them, each in one or two sentences of ours and
with the source whose meaning it is. A word stands here once, and everywhere it is quoted from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

_ITIL = _("ITIL 4")
_ISO = _("ISO/IEC 20000-1")
_OURS = _("Catenary")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, what it means and whose meaning that is. ``key`` is its place on the page of
    words (``/help/words/#outcome``)."""

    key: str
    word: LazyText
    meaning: LazyText
    source: LazyText


@dataclass(frozen=True, slots=True)
class Chapter:
    """Words that belong together."""

    key: str
    title: LazyText
    terms: tuple[Term, ...]


CHAPTERS = (
    Chapter(
        "value",
        _("What a service is for"),
        (
            Term(
                "service",
                _("Service"),
                _(
                    "A way for two sides to create value together: it brings customers the "
                    "outcomes they want, without leaving them to manage certain costs and risks."
                ),
                _ITIL,
            ),
            Term(
                "outcome",
                _("Outcome"),
                _(
                    "What somebody achieves because the service is there, in their own words. What "
                    "the service itself hands over is only an output: a report is an output, a "
                    "decision made in time is an outcome."
                ),
                _ITIL,
            ),
            Term(
                "value",
                _("Value"),
                _(
                    "How useful and important something is to somebody, as they see it. What a "
                    "service is worth, its customers judge, not its provider."
                ),
                _ITIL,
            ),
            Term(
                "co-creation",
                _("Co-creation"),
                _(
                    "Value is not delivered by one side to the other: provider and consumer both "
                    "contribute, and each expects something of the other."
                ),
                _ITIL,
            ),
            Term(
                "cost",
                _("Costs taken off and put on"),
                _(
                    "The money and effort a service spares its consumer, and what it asks of them "
                    "instead: fees, training, work of their own."
                ),
                _ITIL,
            ),
            Term(
                "risk",
                _("Risks taken off and put on"),
                _(
                    "What could harm the consumer or keep them from what they want. A service "
                    "takes some of it over and brings some with it, such as depending on the "
                    "provider."
                ),
                _ITIL,
            ),
            Term(
                "utility",
                _("Utility"),
                _(
                    "What the service does: is it fit for its purpose? Written down as "
                    "requirements that both sides can check."
                ),
                _ITIL,
            ),
            Term(
                "warranty",
                _("Warranty"),
                _(
                    "How well the service does it: is it fit for use? Available enough, large "
                    "enough, there again soon enough, safe enough. Value needs both, utility and "
                    "warranty."
                ),
                _ITIL,
            ),
            Term(
                "service-hours",
                _("Service hours"),
                _(
                    "When the service is agreed to be there. Availability and times to recover "
                    "count inside these hours only."
                ),
                _OURS,
            ),
            Term(
                "channel",
                _("Channel"),
                _(
                    "Through what the service is reached: a web portal, an app, a desk, an "
                    "interface. The first one named is the primary one."
                ),
                _OURS,
            ),
        ),
    ),
    Chapter(
        "parties",
        _("Who has to do with it"),
        (
            Term(
                "provider",
                _("Provider"),
                _("The organization that provides a service and answers for it to consumers."),
                _ITIL,
            ),
            Term(
                "consumer",
                _("Consumer"),
                _(
                    "The organization that takes a service. Its customers agree what it must do, "
                    "its users use it, its sponsors pay for it; one person may be all three."
                ),
                _ITIL,
            ),
            Term(
                "consumption",
                _("Consumption"),
                _(
                    "That an organization has a service and uses it, perhaps under a name of its "
                    "own. From consumption follows who is hit when the service fails."
                ),
                _OURS,
            ),
            Term(
                "service-owner",
                _("Service owner"),
                _("The one person or team that answers for a service from end to end."),
                _ITIL,
            ),
            Term(
                "viewpoint",
                _("Whose eyes"),
                _(
                    "The organization one looks as. The same service is customer-facing for one "
                    "and supporting for another, so every page says whose eyes it is seen with."
                ),
                _OURS,
            ),
        ),
    ),
    Chapter(
        "roles",
        _("What a service is, seen from somewhere"),
        (
            Term(
                "customer-facing",
                _("Customer-facing"),
                _(
                    "Somebody outside the organization one looks as consumes it, directly. It "
                    "follows from who consumes what; nobody types it in."
                ),
                _OURS,
            ),
            Term(
                "supporting",
                _("Supporting service"),
                _(
                    "It is used only inside the organization one looks as: other services stand on "
                    "it, and customers need not know that it exists."
                ),
                _OURS,
            ),
            Term(
                "external",
                _("External"),
                _("Somebody else provides it, and we use it or stand on it."),
                _OURS,
            ),
            Term(
                "idle",
                _("Idle"),
                _("Nobody consumes it and nothing relies on it: it may be time to retire it."),
                _OURS,
            ),
            Term(
                "stage",
                _("Stage"),
                _(
                    "Where a service is in its life: proposed, designed, built and tested are the "
                    "pipeline; live and retiring are the catalogue; retired is gone."
                ),
                _ISO,
            ),
        ),
    ),
    Chapter(
        "chain",
        _("What it stands on"),
        (
            Term(
                "reliance",
                _("Relies on"),
                _(
                    "A service relies on another when it cannot do its work, or not all of it, "
                    "without the other. Reliance runs through any number of organizations."
                ),
                _OURS,
            ),
            Term(
                "threshold",
                _("How many it takes"),
                _(
                    "Supporters in a group can stand in for each other: “2 of 3” means that two "
                    "must work. “For full” is what it takes to be whole; between the two it goes "
                    "on, degraded."
                ),
                _OURS,
            ),
            Term(
                "essential",
                _("Essential"),
                _("Without this one supporter the service is down."),
                _OURS,
            ),
            Term(
                "soft",
                _("Soft"),
                _("Its loss makes the service worse, but never takes it down."),
                _OURS,
            ),
            Term(
                "weight",
                _("Weight"),
                _(
                    "How much one supporter of a group carries, when they do not all carry the "
                    "same: a large server may weigh 100 and a small one 20."
                ),
                _OURS,
            ),
        ),
    ),
    Chapter(
        "order",
        _("How it is kept in order"),
        (
            Term(
                "catalogue",
                _("Service catalogue"),
                _(
                    "The one place that says which services there are, for whom and with what "
                    "promise, so that both sides mean the same."
                ),
                _ISO,
            ),
            Term(
                "finding",
                _("Finding"),
                _(
                    "A gap that a rule found in a definition. An error contradicts itself, a "
                    "warning should be closed, a notice is worth knowing; each says how to mend "
                    "it."
                ),
                _OURS,
            ),
            Term(
                "published",
                _("Published"),
                _("Organizations that do not consume the service may see that it is offered."),
                _OURS,
            ),
            Term(
                "restricted",
                _("Restricted"),
                _("Hidden even inside the provider's own house, but for the few it concerns."),
                _OURS,
            ),
        ),
    ),
)

TERMS = {term.key: term for chapter in CHAPTERS for term in chapter.terms}
