"""Everything one may see, as a stream of lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from catenary.api.answers import of_moment
from catenary.api.asking import READING, Asking, asking_of
from catenary.api.looking import AsOf, Then, moment_of, then_of
from catenary.api.places import Places
from catenary.api.writing import seen_person
from catenary.apps.common.queries import catalogue_version
from catenary.apps.organizations.queries.listing import people_page
from catenary.apps.portfolio.queries.seen import Seen, all_seen_organizations, all_seen_services
from catenary.apps.portfolio.queries.seen_consumption import all_seen_consumption
from catenary.apps.portfolio.queries.seen_past import everything_past

router = Router(tags=["export"])
_places = Places("exports")
#: One piece of the answer for many lines, since each costs the server a round; but none so large
#: that a few of them, waiting for a slow reader, are felt in memory.
_LINES, _BYTES = 500, 500_000
_PEOPLE = 500


@router.get("/export", auth=READING, operation_id="exportCatalogue")
def export_catalogue(request: HttpRequest, as_of: AsOf = "") -> HttpResponseBase:
    """All one may see, one object a line (NDJSON): organizations, people, services, consumption.

    The last line has the kind `end` and says how many there were, and whether the catalogue
    stayed the same meanwhile; without it the stream was cut off.
    """
    then, asking = then_of(as_of), asking_of(request)
    leave = _places.take(asking.account_id)
    return _Export(
        _while_there(_lines(asking, then), leave),
        leave,
        content_type="application/x-ndjson",
        headers=of_moment(moment_of(then)),
    )


class _Export(StreamingHttpResponse):
    """An export that leaves its place when it is closed: one that was never begun, too."""

    def __init__(self, lines: Iterator[bytes], leave: Callable[[], None], **more: Any) -> None:
        super().__init__(lines, **more)
        self._leave = leave

    def close(self) -> None:
        """The answer is given, or its reader is gone."""
        super().close()
        self._leave()


def _while_there(lines: Iterator[bytes], leave: Callable[[], None]) -> Iterator[bytes]:
    try:
        yield from lines
    finally:
        leave()


def _lines(asking: Asking, then: Then | None) -> Iterator[bytes]:
    before = catalogue_version()
    counts: dict[str, int] = {}
    held: list[bytes] = []
    size = 0
    for kind, seen in _everything(asking, then):
        counts[kind] = counts.get(kind, 0) + 1
        plain = {"kind": kind, "reference": seen.reference, **seen.plain, "etag": seen.digest}
        held.append(orjson.dumps(plain, option=orjson.OPT_APPEND_NEWLINE))
        size += len(held[-1])
        if len(held) == _LINES or size >= _BYTES:
            yield b"".join(held)
            held.clear()
            size = 0
    end = {"kind": "end", "counts": counts, "is_consistent": catalogue_version() == before}
    if then is not None:
        end["as_of"] = moment_of(then)
    held.append(orjson.dumps(end, option=orjson.OPT_APPEND_NEWLINE))
    yield b"".join(held)


def _everything(asking: Asking, then: Then | None) -> Iterator[tuple[str, Seen]]:
    actor, viewpoint = asking.actor, asking.viewpoint
    if viewpoint is None:
        return
    if then is not None:
        yield from everything_past(actor=actor, viewpoint=viewpoint, records=then.records)
        return
    for seen in all_seen_organizations(actor=actor, viewpoint=viewpoint):
        yield "organization", seen
    after = ""
    while people := people_page(viewpoint.root_id, after=after, limit=_PEOPLE):
        after = people[-1].document.email
        for facts in people:
            yield "person", seen_person(facts)
    for seen in all_seen_services(actor=actor, viewpoint=viewpoint):
        yield "service", seen
    for seen in all_seen_consumption(actor=actor, viewpoint=viewpoint):
        yield "consumption", seen
