"""Full-text search: one question, two engines, the same answers.

Every word must occur, each as the beginning of a word. Who may find a service is part of the
question put to the index, not something done to its results. Common words are capped: counting
a hundred thousand matches helps nobody and would cost everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import Q, QuerySet

from catenary.apps.common.queries.prepared import Place, Prepared
from catenary.apps.portfolio.choices import SCOPE_EVERYONE as EVERYONE
from catenary.apps.portfolio.choices import SCOPE_EVERYONE_ELSE as EVERYONE_ELSE
from catenary.apps.portfolio.choices import WORD_INSIDE
from catenary.apps.portfolio.models import Consumption
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.text import words

#: More matches than this are "1,000+".
CAP = 1_000
#: With a further filter the matches must not be cut off before the filter sees them.
FILTERED_CAP = 200_000
_MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class Matches:
    """Numbers of the services found, and whether there are more."""

    service_ids: tuple[int, ...]
    capped: bool


def search_words(text: str) -> list[str]:
    """The words that are searched for: at most eight, each once."""
    return list(dict.fromkeys(words(text)))[:_MAX_WORDS]


def search_services(*, actor: Actor, viewpoint: Viewpoint, text: str, cap: int = CAP) -> Matches:
    """Services the actor may see from the viewpoint that hold all words of ``text``.

    Text without a single letter or digit finds nothing.
    """
    wanted = search_words(text)
    if not wanted:
        return Matches((), False)
    scopes = [f"r{viewpoint.root_id}", EVERYONE]
    scopes += [
        f"o{fact.organization_id}"
        for fact in actor.memberships
        if fact.root_id == viewpoint.root_id
    ]
    if actor.is_operator:
        # Restricted services carry the numbers of everything above them, the top included.
        scopes.append(f"o{viewpoint.root_id}")
    # Labels are words of those at home: nobody else finds a service by them.
    home = f"h{viewpoint.root_id}"
    # Only folded letters and digits get here, so there is nothing to escape in either language.
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT service_id FROM portfolio_search"
                " WHERE scope @@ %s::tsquery"
                " AND (body @@ %s::tsquery OR (body @@ %s::tsquery AND scope @@ %s::tsquery))"
                " LIMIT %s",
                [
                    " | ".join(f"'{scope}'" for scope in scopes)
                    + f" | ('{EVERYONE_ELSE}' & !'{home}')",
                    " & ".join(f"'{word}':*" for word in wanted),
                    " & ".join(f"('{word}':* | '{WORD_INSIDE}{word}':*)" for word in wanted),
                    f"'{home}'",
                    cap + 1,
                ],
            )
        else:
            body = " AND ".join(f'"{word}"*' for word in wanted)
            inside = " AND ".join(f'("{word}"* OR "{WORD_INSIDE}{word}"*)' for word in wanted)
            scope = " OR ".join([*scopes, f"({EVERYONE_ELSE} NOT {home})"])
            cursor.execute(
                "SELECT rowid FROM portfolio_search WHERE portfolio_search MATCH %s LIMIT %s",
                [
                    f"scope : ({scope})"
                    f" AND ((body : ({body})) OR ((body : ({inside})) AND (scope : {home})))",
                    cap + 1,
                ],
            )
        found = [row[0] for row in cursor.fetchall()]
    if len(found) <= cap:
        found = list(_known_by(actor, viewpoint, wanted, cap + 1).union(found))
    return Matches(tuple(sorted(found[:cap])), len(found) > cap)


def _known_by(actor: Actor, viewpoint: Viewpoint, wanted: list[str], limit: int) -> set[int]:
    """Services that organizations of the viewpoint's top organization know by a name that holds
    all words. Whoever consumes a service may see it; restricted ones only as always."""
    paths = None if actor.is_operator else [fact.path for fact in actor.memberships]
    query = _known_query(len(wanted), None if paths is None else len(paths), limit)
    rows = query.rows(viewpoint.root_id, *(f" {word}" for word in wanted), *(paths or ()))
    return {row[0] for row in rows}


# Wording it took three times as long as the database takes to answer it.
@lru_cache(256)
def _known_query(words_wanted: int, paths: int | None, limit: int) -> Prepared:
    """Consumption by the top organization of who consumes, by each of so many words, and by the
    paths that restricted services are open below; without paths all services are open."""

    def worded(root: Place, *places: Place) -> QuerySet[Consumption, tuple[int]]:
        rows = Consumption.objects.filter(consumer_root_id=root, ends_at__isnull=True)
        rows = rows.exclude(known_words="")
        for word in places[:words_wanted]:
            rows = rows.filter(known_words__contains=word)
        if paths is not None:
            is_open = Q(service__restricted=False) | ~Q(service__root_id=root)
            for path in places[words_wanted:]:
                is_open |= Q(service__provider_path__startswith=path)
            rows = rows.filter(is_open)
        return rows.values_list("service_id").distinct()[:limit]

    return Prepared(worded)
