"""Who is in the middle of changing something, told to those who may change it too."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catenary.apps.organizations.queries.areas import known_people
from catenary.apps.portfolio.queries.drafts import drafting
from catenary.clock import now
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.pages import Link, Sentence, say


def drafting_sentences(
    asking: Asking, kind: str, reference: str, *, is_form: bool = False
) -> tuple[Sentence, ...]:
    """One's own unsaved draft of an object, and the others who have begun one. The form itself
    shows one's own already. Whoever asks may change the object."""
    if not reference:
        return ()
    rows = drafting(kind=kind, reference=reference, at=now())
    own = [row for row in rows if row.account_id == asking.actor.account_id]
    others = [row for row in rows if row.account_id != asking.actor.account_id]
    found = []
    if own and not is_form:
        found.append(
            say(
                _("You have not saved what you typed on {at}: {go_on}."),
                at=moment_words(own[0].saved_at),
                go_on=Link(_("go on with your draft"), addresses.edit(kind, reference)),
            )
        )
    if others:
        people = {
            person.account_id: person.name
            for person in known_people(ids=(), account_ids=[row.account_id for row in others])
            if not person.is_removed
            and (asking.actor.is_operator or person.root_id in asking.actor.root_ids)
        }
        found += [
            say(
                _("{who} began to change it on {at} and has not saved yet."),
                who=people.get(row.account_id) or _("Somebody else"),
                at=moment_words(row.saved_at),
            )
            for row in others
        ]
    return tuple(found)


def moment_words(at: datetime) -> str:
    """A moment as the lines about drafts write it."""
    return date_format(localtime(at), "j M Y, H:i")
