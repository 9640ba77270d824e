"""The form by which somebody subscribes: what was typed as a wish, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from catenary.apps.monitoring.choices import About, Channel
from catenary.apps.monitoring.operations.subscriptions import CONDITIONS, Wish
from catenary.domain.refusals import Refusal
from catenary.web.language import time_zone_choices
from catenary.web.our_services.strip import condition_mark
from catenary.web.pages.maintenance import ServiceField
from catenary.web.pages.subscriptions import SubscriptionForm
from catenary.web.pages.tokens import Choice
from catenary.web.reading import in_words
from catenary.web.words import condition_word

#: What is wrong, by the field of the form at which it is said; of none where it is of no field.
Problems = dict[str, tuple[str, ...]]

_LONGEST = 1_000
#: What is used without what only organizations above use, as the form says it.
OWN = "own"
_FIELDS = ("about", "service", "conditions", "channel", "address", "quiet", "zone")


def wish_of(form: QueryDict) -> Wish:
    """What somebody typed."""
    about = form.get("about", "")
    return Wish(
        about=About.CONSUMED if about == OWN else about,
        with_shared=about != OWN,
        channel=form.get("channel", ""),
        service=form.get("service", "").strip()[:_LONGEST],
        address=form.get("address", "").strip()[: _LONGEST + 1],
        conditions=form.getlist("condition")[:20],
        quiet_from=_minutes(form, "quiet-from"),
        quiet_until=_minutes(form, "quiet-until"),
        zone=form.get("zone", "").strip()[:64],
    )


def problems_of(refusals: Sequence[Refusal]) -> Problems:
    """Why nothing was made, and how that is mended."""
    found: Problems = {}
    for refusal in refusals:
        field = next((each for each in _FIELDS if each in refusal.path), "")
        sentence, remedy = in_words(refusal.sentence), in_words(refusal.remedy)
        told = f"{sentence}: {remedy}" if remedy else sentence
        found[field] = (*found.get(field, ()), told)
    return found


def form_of(form: QueryDict, *, is_inside: bool, service: ServiceField) -> SubscriptionForm:
    """What was typed, as it is shown again. Who looks from ``is_inside`` a house may leave out
    what the house uses for everybody."""
    about = form.get("about", About.CONSUMED)
    zone = form.get("zone") or timezone.get_current_timezone_name()
    channel = form.get("channel", Channel.MAIL)
    zones = time_zone_choices(zone)
    conditions = form.getlist("condition") or ([] if form.get("about") else [*CONDITIONS])
    return SubscriptionForm(
        about=tuple(
            Choice(value, word, is_chosen=value == about)
            for value, word in about_words().items()
            if value != OWN or is_inside or about == OWN
        ),
        channels=(
            Choice(Channel.MAIL, _("e-mail"), is_chosen=channel != Channel.WEBHOOK),
            Choice(Channel.WEBHOOK, _("webhook"), is_chosen=channel == Channel.WEBHOOK),
        ),
        conditions=tuple(
            Choice(kind, word(kind), is_chosen=kind in conditions) for kind in CONDITIONS
        ),
        service=service,
        address=form.get("address", ""),
        quiet_from=form.get("quiet-from", ""),
        quiet_until=form.get("quiet-until", ""),
        zone=zone,
        zones=zones,
        has_other_zone=zone != "UTC"
        and not any(each.is_chosen for group in zones for each in group.zones),
    )


def about_words() -> dict[str, str]:
    """What one may be told of."""
    return {
        About.CONSUMED: _("everything we use"),
        OWN: _("everything we use ourselves, without what the whole house uses"),
        About.PROVIDED: _("everything we provide"),
        About.SERVICE: _("one service"),
    }


def word(kind: str) -> str:
    """A condition one may be told of."""
    return condition_word(condition_mark(kind).condition)


def _minutes(form: QueryDict, name: str) -> int | None:
    """Minutes after midnight; none for nothing. What is no time is none of a day's minutes."""
    said = form.get(name, "").strip()
    if not said:
        return None
    try:
        read = time.fromisoformat(said[:8])
    except ValueError:
        return -1
    return read.hour * 60 + read.minute
