"""Reading as of a past moment: the parameter ``as_of``, and where it is read from.

Every answer about the past says which moment it speaks of, in a header and in what lists stand in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse

from catenary import clock
from catenary.api import objects
from catenary.api.answers import object_answer, sparse, wanted_fields
from catenary.api.asking import Asking, asking_of
from catenary.api.parameters import MOMENT, query
from catenary.api.problems import not_found
from catenary.apps.portfolio.queries.past import Past, records_at
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.apps.portfolio.queries.seen import Seen
from catenary.domain.moments import read_moment

AsOf = Annotated[
    str,
    query(
        MOMENT,
        max_length=40,
        description="as of a past moment: an ISO date (its end, in UTC) or date and time; what has "
        "not come yet is now. What may be seen is what could be seen then and may be seen today; "
        "people are named as they are today",
    ),
]


@dataclass(frozen=True, slots=True)
class Then:
    """A past moment that was asked for, and the catalogue as it was."""

    moment: datetime
    records: Past


def moment_then(as_of: str) -> datetime | None:
    """The past moment that ``as_of`` names; none for the present."""
    at = read_moment(as_of) if as_of else None
    return None if at is None or at >= clock.now() else at


def then_of(as_of: str) -> Then | None:
    """The moment that ``as_of`` names, with the catalogue as it was; none for the present."""
    at = moment_then(as_of)
    return None if at is None else Then(at, records_at(at))


def records_of(then: Then | None) -> Records:
    """Where the present, or the moment, is read from."""
    return TODAY if then is None else then.records


def moment_of(then: Then | None) -> str:
    """The past moment, as answers say it; nothing of the present."""
    return "" if then is None else then.moment.isoformat()


#: Reads a batch of objects of one kind, as they are or were.
Read = Callable[[Asking, Sequence[str], Then | None], Iterable[Seen]]


def batch_at(request: HttpRequest, kind: str, as_of: str, read: Read) -> HttpResponse:
    """Objects of one kind, as many as the body names, as they are or were."""
    then = then_of(as_of)
    return objects.batch(
        request, kind, lambda asking, references: read(asking, references, then), moment_of(then)
    )


def one_at(
    request: HttpRequest, kind: str, reference: str, as_of: str, read: Read, fields: str
) -> HttpResponse:
    """One object as it is or was, or 304 when whoever asks has it."""
    then = then_of(as_of)
    if then is None:
        return objects.get_one(request, kind, reference, fields)
    seen = next(iter(read(asking_of(request), [reference], then)), None)
    if seen is None:
        raise not_found(kind, reference)
    plain = sparse(objects.object_plain(kind, seen), wanted_fields(fields))
    return object_answer(request, plain, seen.digest, moment_of(then))
