"""How provider and customer stand with a definition, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catenary.domain.workshop.standing import Side, Standing
from catenary.web.pages import Link, Sentence, say

#: More customers than these are counted on the page of the service.
_FEW = 3


def state_word(standing: Standing) -> str:
    """How two sides stand, in a word."""
    return {
        "agreed": _("agreed"),
        "changed": _("changed since agreed"),
        "open": _("not agreed yet"),
    }[standing.state]


def agreed_sentence(names: tuple[Link, Link], standing: Standing) -> Sentence:
    """How provider and customer stand, in one sentence."""
    provider, customer = names
    if standing.agreement is None:
        if not standing.confirmed_now:
            return say(
                _("{provider} and {customer} have not agreed on it yet."),
                provider=provider,
                customer=customer,
            )
        mine = standing.confirmed_now[0].side is Side.PROVIDER
        return say(
            _("{who} has confirmed it; {other} has not yet."),
            who=provider if mine else customer,
            other=customer if mine else provider,
        )
    on = day(standing.agreement.at)
    if standing.is_current:
        return say(
            _("Agreed by {customer} and {provider} on {day}."),
            provider=provider,
            customer=customer,
            day=on,
        )
    return say(
        _("Agreed by {customer} and {provider} on {day}; changed since."),
        provider=provider,
        customer=customer,
        day=on,
    )


def agreed_lines(found: Sequence[tuple[Link, Standing]], provider: Link) -> tuple[Sentence, ...]:
    """How a provider stands with each of its customers, for the page of the service: a sentence
    for each while they are few, else how many have agreed."""
    if len(found) <= _FEW:
        return tuple(agreed_sentence((provider, who), standing) for who, standing in found)
    agreed = sum(standing.state == "agreed" for _who, standing in found)
    return (say(_("{n} of {all} customers have agreed on it."), n=agreed, all=len(found)),)


def day(at: datetime) -> str:
    """A day as the reader writes it."""
    return date_format(localtime(at), "DATE_FORMAT")
