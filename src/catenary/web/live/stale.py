"""What a page says when nobody can know whether what it shows is so still: nobody follows what is
reported, they are far behind, or the database does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from catenary.apps.monitoring.queries.stored import Freshness
from catenary.web.pages.sentences import Sentence
from catenary.web.reading import moment


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The database does not answer; ``since`` is when it last did."""

    since: datetime


#: How current an open page can be.
Current = Freshness | Unanswered


def is_current(known: Current) -> bool:
    """Whether what an open page shows is what there is to know."""
    return isinstance(known, Freshness) and not known.is_stale


def warning() -> str:
    """What every page says first that may be out of date."""
    return _("What is shown may be out of date.")


def why_stale(known: Current) -> str:
    """Why, and since when; empty when it is current."""
    if is_current(known):
        return ""
    if known.since is None:
        return _("No worker has followed what is reported yet.")
    when = moment(known.since)
    if isinstance(known, Unanswered):
        return _("The database has not answered since {when}.").format(when=when)
    if known.is_behind:
        told = _("What was reported since {when} may not be counted yet: the worker catches up.")
        return told.format(when=when)
    return _("No worker has followed what is reported since {when}.").format(when=when)


def as_last_known(answer: Sentence, known: Freshness) -> Sentence:
    """What a page says in one sentence, and when it was known, where nobody follows any more."""
    begins = last_known(known)
    return Sentence((f"{begins} ", *answer.pieces)) if begins and answer else answer


def last_known(known: Freshness) -> str:
    """How such a sentence begins; empty where somebody follows, or nobody ever did."""
    if not known.is_stale or known.since is None:
        return ""
    return _("Last known at {when}:").format(when=moment(known.since))
