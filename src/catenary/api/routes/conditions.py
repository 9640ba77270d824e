"""What is reported of services, and the conditions that follow from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary import clock
from catenary.api.answers import (
    json_answer,
    link_to_next,
    of_moment,
    place_after,
    place_of,
)
from catenary.api.asking import READING, WRITING, Asking, asking_of
from catenary.api.bodies import mapping, parse, read_bytes
from catenary.api.looking import AsOf, moment_then
from catenary.api.once import carried_out_once
from catenary.api.parameters import MOMENT, Limit, Organization, ServiceKey, after_in, one_of, query
from catenary.api.problems import Error, Trouble, not_found, pointer
from catenary.apps.monitoring.operations.recording import (
    MOST_WORDS,
    RefusedWord,
    record_observations,
)
from catenary.apps.monitoring.queries.board import board, board_row_as_plain
from catenary.apps.monitoring.queries.status import SHOWN, service_status, status_as_plain
from catenary.apps.monitoring.queries.stored import FRESH, freshness, freshness_as_plain

router = Router(tags=["conditions"])
_BODY = {"observations": "a list of words about services"}
_MOST_REASONS = 200

KnownAt = Annotated[
    str,
    query(
        MOMENT,
        max_length=40,
        description="as it was known at a moment: only what had been recorded by then counts, "
        "over the catalogue of then; without as_of, of that same moment",
    ),
]
Only = Annotated[
    list[Annotated[str, one_of("condition", SHOWN)]],
    Query(description=f"shown as one of {', '.join(SHOWN)}; repeat it for several"),
]


def _is_place(after: str) -> bool:
    match place_of(after):
        case [int(), str(), int()]:
            return True
    return False


After = Annotated[str, after_in(_is_place)]


@router.post("/observations", auth=WRITING, operation_id="recordObservations")
def record(request: HttpRequest) -> HttpResponse:
    """Report in what condition services are: up to 10,000 words at once. 202 says which were
    recorded, which had been said before, and which were refused and why; the conditions that
    follow from them stand a moment later. The same word of a source is kept once, however often
    it is sent."""
    asking, body = asking_of(request), read_bytes(request)
    return carried_out_once(request, asking, body, lambda: _recorded(asking, parse(body)), 202)


@router.get("/services/{organization}/{service}/status", auth=READING, operation_id="readStatus")
def read_status(
    request: HttpRequest,
    organization: Organization,
    service: ServiceKey,
    as_of: AsOf = "",
    known_at: KnownAt = "",
) -> HttpResponse:
    """The condition of a service at this moment, since when, and the paths to its causes as far
    as they may be seen; further on it is "a supporting service" of somebody. As of a past moment
    it is what is known of that moment today, for a service that may be seen today, explained over
    the chain as it stands today; with ``known_at`` what was known then, over the chain of then."""
    reference = f"{organization}/{service}"
    asking, (then, known) = asking_of(request), _moments(as_of, known_at)
    found = None
    if asking.viewpoint is not None:
        found = service_status(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            reference=reference,
            at=then or clock.now(),
            is_past=then is not None,
            known_at=known,
        )
    if found is None:
        raise not_found("service", reference)
    told = "" if then is None else then.isoformat()
    body = {**status_as_plain(found), **_freshness(then)}
    return json_answer(body, headers=of_moment(told))


@router.get("/status", auth=READING, operation_id="readBoard")
def read_board(
    request: HttpRequest,
    condition: Only = [],  # noqa: B006 - ninja copies it
    limit: Limit = 20,
    after: After = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
) -> HttpResponse:
    """Every service inside the viewpoint or used by it with its condition, the worst first, and
    how many there are of each. As of a past moment: those of today, with what is known today of
    that moment; with ``known_at`` those of then, with what was known then."""
    asking, (then, known) = asking_of(request), _moments(as_of, known_at)
    place = tuple(place_of(after)) if after else None
    if asking.viewpoint is None:
        counts = dict.fromkeys(SHOWN, 0)
        empty = {"items": [], "counts": counts, "total": 0, "next": None}
        return json_answer({**empty, **_freshness(then)})
    found = board(
        actor=asking.actor,
        viewpoint=asking.viewpoint,
        only=condition,
        after=place,
        limit=limit,
        at=then,
        known_at=known,
    )
    following = None if found.after is None else place_after(list(found.after))
    body = {
        "items": [board_row_as_plain(row) for row in found.rows],
        "counts": found.counts,
        "total": found.total,
        "next": following,
        **_freshness(then),
    }
    headers = link_to_next(request, following)
    return json_answer(
        body, headers={**headers, **of_moment("" if then is None else then.isoformat())}
    )


def _freshness(then: datetime | None) -> dict[str, Any]:
    """Of the past nobody needs to follow anything."""
    return freshness_as_plain(FRESH if then is not None else freshness(clock.now()))


def _moments(as_of: str, known_at: str) -> tuple[datetime | None, datetime | None]:
    """The moment that is asked about, and up to when what was recorded counts: without the first,
    the same moment."""
    then, known = moment_then(as_of), moment_then(known_at)
    if as_of and then is None and known is not None:
        then = clock.now()
    return then if as_of else known, known


def _recorded(asking: Asking, value: Any) -> bytes:
    words = mapping(value, _BODY).get("observations")
    if not isinstance(words, list) or not 1 <= len(words) <= MOST_WORDS:
        said = f"{len(words):,} stand here" if isinstance(words, list) else "this is no list"
        error = Error(
            said, "/observations", code="invalid", expected=f"a list of 1 to {MOST_WORDS:,} words"
        )
        raise Trouble("invalid", "observations is not what was expected", [error])
    found = record_observations(actor=asking.actor, at=clock.now(), words=words)
    if not found.taken:
        raise _nothing_taken(found.refused)
    return orjson.dumps(
        {
            "taken": [
                {
                    "place": each.place,
                    "service": each.service,
                    "at": each.at.isoformat(),
                    "outcome": str(each.outcome),
                }
                for each in found.taken
            ],
            "refused": [
                {
                    "place": each.place,
                    "service": each.service or None,
                    "errors": [error.plain() for error in _errors(each)],
                }
                for each in found.refused
            ],
        }
    )


def _nothing_taken(refused: tuple[RefusedWord, ...]) -> Trouble:
    errors = [error for each in refused for error in _errors(each)][:_MOST_REASONS]
    forbidden = all(error.code == "not-allowed" for error in errors)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Trouble("not-allowed" if forbidden else "invalid", errors[0].detail + more, errors)


def _errors(refused: RefusedWord) -> list[Error]:
    base = pointer(["observations", refused.place])
    return [
        Error(
            wrong.sentence,
            pointer=pointer([wrong.field] if wrong.field else [], base),
            code=wrong.code,
            reference=refused.service,
            expected="" if wrong.code == "not-allowed" else wrong.expected,
            remedy=wrong.expected if wrong.code == "not-allowed" else "",
        )
        for wrong in refused.reasons
    ]
