"""The form of a service: every field, its words, and the definition it quotes."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from catenary.domain.documents.shapes import Stage, UtilityKind
from catenary.web.editing.fields import (
    Field,
    Part,
    Rows,
    Section,
    Words,
    items_of,
    texts,
)

STAGES = (
    (Stage.PROPOSED, _("proposed: an idea in the pipeline")),
    (Stage.DESIGNED, _("designed: clearly defined and engineered")),
    (Stage.BUILT, _("built: there, not yet tested")),
    (Stage.TESTED, _("tested: ready to be deployed")),
    (Stage.LIVE, _("live: in the catalogue")),
    (Stage.RETIRING, _("retiring: still there, for nobody new")),
    (Stage.RETIRED, _("retired: gone")),
)
UTILITY_KINDS = (
    (UtilityKind.FEATURE, _("a feature")),
    (UtilityKind.EASE_OF_USE, _("ease of use")),
    (UtilityKind.COST, _("cost of use")),
    (UtilityKind.OTHER, _("something else")),
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_LABELS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)

NEW = Section(
    "new",
    _("Whose it is"),
    (
        Field(
            "born",
            _("Provider"),
            "pick",
            pick="provider",
            help=_("The organization that provides it."),
        ),
        Field(
            "key",
            _("Short name in addresses"),
            help=_("Stays for life. Left empty, it is made of the name."),
            example=_("patient-management"),
            most=100,
        ),
    ),
)

WHAT = Section(
    "what",
    _("What it is"),
    (
        Field("name", _("Name"), help=_("The name people know it by."), most=200),
        Field("description", _("Description"), "area", help=_("What it is, in a few sentences.")),
        Field(
            "owner",
            _("Service owner"),
            "pick",
            pick="contact",
            help=_("The person, or the team, who answers for it."),
        ),
        Field("stage", _("Stage"), "choice", choices=STAGES, start=Stage.PROPOSED),
        Field("tags", _("Tags"), "lines", help=_("Free labels, one in each line.")),
        Field(
            "provider",
            _("Provider"),
            "pick",
            pick="provider",
            help=_("The organization that provides it now: another one when it moves."),
        ),
    ),
    _(
        "A service helps its customers reach what they want, without having to bear certain "
        "costs and risks themselves."
    ),
)

OUTCOMES = Section(
    "outcomes",
    _("Outcomes"),
    (
        Rows(
            "outcomes",
            _("Outcomes"),
            (
                Field("key", kind="hidden"),
                Field("statement", _("What customers achieve, in their own words"), "area"),
                Field("said-by", _("Who put it so"), most=200),
                Field("wanted-by", _("Who wants it"), "pick", pick="organization"),
                Part(
                    "measure",
                    _("How one sees that it is reached"),
                    (
                        Field("name", _("What is measured"), example=_("median wait at reception")),
                        Field("unit", _("Unit"), example=_("min")),
                        Field("baseline", _("Before"), figure=True),
                        Field("target", _("Wanted"), figure=True),
                        Field(
                            "better",
                            _("Better is"),
                            "choice",
                            choices=(("higher", _("higher")), ("lower", _("lower"))),
                            start="higher",
                        ),
                    ),
                ),
            ),
            _("Add an outcome"),
            _("Outcome"),
            ordered=True,
        ),
    ),
    _("An outcome is what somebody achieves because the service is there."),
)


def _burden(name: str, title: Words, removed: Words, imposed: Words) -> Part:
    return Part(
        name,
        title,
        (
            texts("removed", removed, _("Add one taken off")),
            texts("imposed", imposed, _("Add one put on")),
        ),
    )


BURDENS = Section(
    "burdens",
    _("Costs and risks"),
    (
        _burden("costs", _("Costs"), _("Taken off the customer"), _("Put on the customer")),
        _burden("risks", _("Risks"), _("Taken off the customer"), _("Put on the customer")),
    ),
    _("A service removes some costs and risks from its customer and imposes others. Say both."),
)

TOGETHER = Section(
    "together",
    _("Working together"),
    (
        Part(
            "co-creation",
            "",
            (
                texts("provider", _("What the provider contributes"), _("Add a contribution")),
                texts("customer", _("What the customer contributes"), _("Add a contribution")),
                texts("provider-expects", _("What the provider expects"), _("Add an expectation")),
                texts("customer-expects", _("What the customer expects"), _("Add an expectation")),
                Rows(
                    "talk-to",
                    _("Whom to talk to"),
                    (Field("contact", _("Person or organization"), "pick", pick="contact"),),
                    _("Add a contact"),
                    _("Contact"),
                ),
                Rows(
                    "escalate-to",
                    _("Where an issue escalates to"),
                    (Field("contact", _("Person or organization"), "pick", pick="contact"),),
                    _("Add a place to escalate to"),
                    _("Contact"),
                    ordered=True,
                ),
            ),
        ),
        Rows(
            "supports-processes",
            _("Business processes it supports"),
            (
                Field("name", _("Process"), most=200),
                Field("steps", _("Steps, one in each line"), "lines"),
            ),
            _("Add a process"),
            _("Process"),
            ordered=True,
        ),
    ),
    _("Value is created together: provider and customer each contribute, and each expect."),
)

UTILITY = Section(
    "utility",
    _("Utility: fit for purpose"),
    (
        Rows(
            "channels",
            _("Channels: how it is reached"),
            (
                Field("name", _("Channel"), example=_("web portal"), most=200),
                Field("features", _("What one gets through it, one in each line"), "lines"),
            ),
            _("Add a channel"),
            _("Channel"),
            help=_("The first one is the primary channel."),
            ordered=True,
        ),
        Rows(
            "utility",
            _("Requirements"),
            (
                Field("key", kind="hidden"),
                Field(
                    "kind",
                    _("What it is about"),
                    "choice",
                    choices=UTILITY_KINDS,
                    start=UtilityKind.FEATURE,
                ),
                Field("statement", _("What both sides can check"), "area"),
                Field("channel", _("Through which channel"), most=200),
            ),
            _("Add a requirement"),
            _("Requirement"),
            ordered=True,
        ),
    ),
    _("Utility is what the service does: whether it is fit for its purpose."),
)

WARRANTY = Section(
    "warranty",
    _("Warranty: fit for use"),
    (
        Part(
            "warranty",
            "",
            (
                Field(
                    "availability",
                    _("Availability, in percent of the service hours"),
                    example="99.9",
                    most=40,
                    figure=True,
                ),
                Rows(
                    "capacity",
                    _("Capacity"),
                    (
                        Field(
                            "text",
                            _("So much of something"),
                            example=_("400 concurrent users"),
                            most=200,
                        ),
                    ),
                    _("Add a capacity"),
                    _("Capacity"),
                ),
                Part(
                    "continuity",
                    _("Continuity: after a disaster"),
                    (
                        Field("recovery-time", _("Back within"), example="1 h 30 min", most=60),
                        Field("recovery-point", _("Work lost at most"), example="5 min", most=60),
                    ),
                ),
                texts("security", _("Security"), _("Add a promise about security")),
                texts("performance", _("Performance"), _("Add a promise about performance")),
            ),
        ),
        Part(
            "service-hours",
            _("Service hours: when the promises hold"),
            (
                Field(
                    "kind",
                    _("Hours"),
                    "choice",
                    choices=(
                        ("", _("not agreed")),
                        ("always", _("24 hours a day, 7 days a week")),
                        ("weekly", _("certain hours of the week")),
                        ("calendar", _("those of a calendar")),
                    ),
                ),
                Field(
                    "calendar",
                    _("Calendar"),
                    example="hospital-it/desk-hours",
                    when="calendar",
                    most=210,
                ),
                Field(
                    "zone",
                    _("Time zone"),
                    example="Europe/Berlin",
                    when="weekly",
                    most=64,
                ),
                *(
                    Field(day, label, example="08:00-18:00", when="weekly", most=200)
                    for day, label in zip(DAYS, _DAY_LABELS, strict=True)
                ),
            ),
            help=_("Several spans of one day with commas: 08:00-12:00, 13:00-18:00."),
        ),
    ),
    _("Warranty is how well it performs: available, large, lasting and safe enough for use."),
)

RELYING = Section(
    "relying",
    _("What it relies on"),
    (
        Rows(
            "relies-on",
            _("Supporting services"),
            (
                Field(
                    "how",
                    _("How much of this must be there"),
                    "choice",
                    choices=(
                        ("all", _("all of them: each is essential on its own")),
                        ("any", _("any one of them is enough")),
                        ("at-least", _("at least so many of them")),
                        ("capacity", _("so much capacity of them together")),
                    ),
                    start="all",
                ),
                Field("count", _("At least how many"), example="2", when="at-least", most=20),
                Field(
                    "minimum",
                    _("Units needed, or the service is down"),
                    example="50",
                    when="capacity",
                    most=40,
                    figure=True,
                ),
                Field(
                    "full",
                    _("Full at, below that it is degraded"),
                    example="100",
                    help=_("Left empty: as soon as enough are there."),
                    when="any at-least capacity",
                    most=40,
                    figure=True,
                ),
                Field("soft", _("Soft: its loss only degrades, it never takes it down"), "flag"),
                Rows(
                    "members",
                    _("Services"),
                    (
                        Field("hidden", kind="hidden"),
                        Field("service", _("Service"), "pick", pick="service", most=220),
                        Field(
                            "weight",
                            _("Units"),
                            example="1",
                            when="capacity",
                            most=40,
                            figure=True,
                        ),
                    ),
                    _("Add a service"),
                    _("Service"),
                    first=1,
                ),
            ),
            _("Add something it relies on"),
            _("Reliance"),
            ordered=True,
        ),
        Field(
            "assume-operational",
            _("Not monitored: assume that it works while nothing is reported"),
            "flag",
            help=_("Without this, a service of which nobody reports anything is unknown."),
        ),
    ),
    _("Supporting services are what this one stands on. Few services stand alone."),
)

SEEN = Section(
    "seen",
    _("Who may see it"),
    (
        Field(
            "restricted",
            _("Restricted: hidden from most of our own house, too"),
            "flag",
            help=_("Only members of its provider, and of what stands above it, see it then."),
        ),
        Part(
            "published-to",
            _("Published to"),
            (
                Field(
                    "to",
                    _("Who, besides those who consume it"),
                    "choice",
                    choices=(
                        ("", _("nobody else")),
                        ("some", _("certain organizations")),
                        ("everyone", _("everyone here")),
                    ),
                ),
                Rows(
                    "keys",
                    _("Organizations"),
                    (Field("key", _("Organization"), "pick", pick="organization"),),
                    _("Add an organization"),
                    _("Organization"),
                ),
            ),
        ),
    ),
)

SECTIONS = (WHAT, OUTCOMES, BURDENS, TOGETHER, UTILITY, WARRANTY, RELYING, SEEN)
ITEMS = items_of(SECTIONS)
#: On the form of a new service its provider is asked for once, with its name in addresses.
BEGUN = (
    replace(
        WHAT, items=tuple(item for item in WHAT.items if getattr(item, "name", "") != "provider")
    ),
    *SECTIONS[1:],
)
