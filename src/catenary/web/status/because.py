"""Because of what a service is what it is, in a few words for a list."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.queries.because import Because, NamedSource
from catenary.web import addresses
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.reading import figure

_NAMED = 3


def because_words(because: Because) -> Sentence:
    """``because of A, B, C and 2 more``: nothing where there is no cause to name."""
    sources = [_link(source) for source in because.sources[:_NAMED]]
    if not sources:
        return Sentence()
    rest = more_words(len(because.sources) - _NAMED, is_least=because.has_more)
    links = [*sources, *([Link(rest)] if rest else [])]
    if because.is_only_together and len(links) > 1:
        return say(_("only because of {sources} together"), sources=links)
    return say(_("because of {sources}"), sources=links)


def more_words(rest: int, *, is_least: bool) -> str:
    """How many more there are than were named; nothing when there are none."""
    if rest <= 0:
        return ""
    told = ngettext("{n} more", "{n} more", rest)
    if is_least:
        told = ngettext("at least {n} more", "at least {n} more", rest)
    return told.format(n=figure(rest))


def _link(source: NamedSource) -> Link:
    if source.reference:
        return Link(source.name, addresses.service_status(source.reference))
    return Link(_("a supporting service of {provider}").format(provider=source.provider.name))
