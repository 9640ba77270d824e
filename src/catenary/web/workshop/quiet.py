"""The look for news at a table, every few seconds from every open page, when there is none.

Whoever was shown a table is given a word that says for whom, looking from where, it was made of
which catalogue and how much said there. As long as the word still comes out the same, nothing
they may see has changed, nor whether they may: then nothing else needs to be read. It tells
nothing itself, and nobody can make one up.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from catenary.apps.common.queries import catalogue_version
from catenary.apps.portfolio.queries.workshop import Table, said_at
from catenary.web.asking import SEEN_AS

_SALT = "catenary.workshop"


def quiet_word(request: HttpRequest, version: int, table: Table) -> str:
    """The word for a table that was read after the catalogue was found at ``version``."""
    return _word(request, table.document.reference, table.consumer.key, version, table.said)


def is_quiet(request: HttpRequest, reference: str) -> bool:
    """Whether the word that the page asks with is still the same."""
    given, customer = request.GET.get("quiet", ""), request.GET.get("customer", "")
    if not given or not request.user.is_authenticated:
        return False
    now = _word(request, reference, customer, catalogue_version(), said_at(reference, customer))
    return constant_time_compare(given, now)


def _word(
    request: HttpRequest, reference: str, customer: str, version: int, said: tuple[int, int, int]
) -> str:
    user: Any = request.user
    facts = [
        user.pk,
        user.is_operator,
        request.session.get(SEEN_AS, ""),
        reference,
        customer,
        version,
        *said,
    ]
    return salted_hmac(_SALT, json.dumps(facts), algorithm="sha256").hexdigest()[:32]
