"""Figures for Prometheus. The product serves from one process, so its registry is in memory.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from catenary import __version__, clock
from catenary.apps.common.queries import catalogue_version, database_answers, database_kind
from catenary.apps.common.queries.outbox import OutboxCount, done_since, outbox_counts
from catenary.apps.monitoring.choices import NOTICE
from catenary.apps.monitoring.operations.turning_away import turned_away
from catenary.apps.monitoring.queries.following import following
from catenary.apps.monitoring.queries.inlets import inlet_counts
from catenary.apps.portfolio.queries.size import portfolio_size

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
REQUESTS = Counter(
    "catenary_requests",
    "Requests answered, by route, method and status",
    ["route", "method", "status"],
    registry=REGISTRY,
)
SECONDS = Histogram(
    "catenary_request_seconds",
    "How long an answer took, by route",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
IN_FLIGHT = Gauge("catenary_requests_in_flight", "Requests being answered", registry=REGISTRY)
STREAMS = Gauge(
    "catenary_live_streams", "Open pages that change while they are looked at", registry=REGISTRY
)
MOST_STREAMS = Gauge("catenary_live_streams_limit", "How many may be open", registry=REGISTRY)
MOST_STREAMS.set_function(lambda: settings.STREAMS)
FULL = Counter(
    "catenary_live_streams_refused",
    "Pages for which there was no place, and that look every 15 seconds",
    registry=REGISTRY,
)
#: What the outbox holds: told of with zeros as well, so that an alert has something to look at.
_KINDS = frozenset({NOTICE})


class _Installation(Collector):
    """What the database says at the moment of asking."""

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: describing must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The database's own figures; when it does not answer, only that."""
        build = GaugeMetricFamily("catenary_build_info", "The version", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        answers = database_answers()
        up = GaugeMetricFamily("catenary_database_up", "1 when it answers", labels=["kind"])
        up.add_metric([database_kind()], 1 if answers else 0)
        yield up
        if not answers:
            return
        yield GaugeMetricFamily(
            "catenary_catalogue_version",
            "Grows with every change of the catalogue",
            value=catalogue_version(),
        )
        size = portfolio_size()
        yield GaugeMetricFamily("catenary_services", "Live services", value=size.services)
        now = clock.now()
        yield from _engine(now)
        yield from _inlets()
        yield from _outbox(now)
        yield GaugeMetricFamily(
            "catenary_dependencies", "What services rely on", value=size.dependencies
        )


def _engine(now: datetime) -> Iterator[Metric]:
    """Whether somebody follows what is reported, and how far behind they are."""
    found = following(now)
    yield GaugeMetricFamily(
        "catenary_engine_up",
        "1 when a worker gave a sign of life within half a minute",
        value=1 if found.is_followed else 0,
    )
    seen = GaugeMetricFamily(
        "catenary_engine_seen_timestamp_seconds", "When a worker last gave a sign of life"
    )
    if found.seen_at is not None:
        seen.add_metric([], found.seen_at.timestamp())
    yield seen
    yield GaugeMetricFamily(
        "catenary_engine_waiting",
        "Words and moments that are due and not followed, at most ten thousand",
        value=found.waiting,
    )
    yield GaugeMetricFamily(
        "catenary_engine_oldest_seconds",
        "For how long the oldest of these has been due; 0 when nothing is",
        value=found.late.total_seconds(),
    )
    yield GaugeMetricFamily(
        "catenary_engine_owed",
        "Stretches of the past and large changes still to be written out",
        value=found.owed,
    )


def _inlets() -> Iterator[Metric]:
    """What came in through each inlet, as far as a list for a machine should go."""
    labels = ["organization", "inlet", "kind"]
    items = CounterMetricFamily(
        "catenary_inlet_items", "Items that came in through an inlet", labels=[*labels, "became"]
    )
    later = CounterMetricFamily(
        "catenary_inlet_told_to_wait",
        "Deliveries that this process told to come again later",
        labels=labels,
    )
    heard = GaugeMetricFamily(
        "catenary_inlet_heard_timestamp_seconds", "When an inlet was last heard", labels=labels
    )
    counts, number = inlet_counts()
    for each in counts:
        named = [each.organization, each.key, each.kind]
        for became, count in each.became.items():
            items.add_metric([*named, became], count)
        later.add_metric(named, turned_away(each.id))
        if each.heard_at is not None:
            heard.add_metric(named, each.heard_at.timestamp())
    yield GaugeMetricFamily("catenary_inlets", "Open inlets; 500 are told of", value=number)
    yield from (items, later, heard)


def _outbox(now: datetime) -> Iterator[Metric]:
    """What waits to leave the house, for how long, what was given up, and what left lately."""
    waiting = GaugeMetricFamily("catenary_outbox_waiting", "What waits", labels=["kind"])
    oldest = GaugeMetricFamily(
        "catenary_outbox_oldest_seconds",
        "For how long the oldest that waits has been due; 0 when it is not due yet",
        labels=["kind"],
    )
    dead = GaugeMetricFamily("catenary_outbox_dead", "What was given up", labels=["kind"])
    sent = GaugeMetricFamily(
        "catenary_outbox_sent_last_hour", "What was carried out within an hour", labels=["kind"]
    )
    counts = outbox_counts()
    none = (OutboxCount(kind, 0, None, 0) for kind in _KINDS - {each.kind for each in counts})
    for count in (*counts, *none):
        waiting.add_metric([count.kind], count.waiting)
        dead.add_metric([count.kind], count.dead)
        due = count.oldest_due or now
        oldest.add_metric([count.kind], max(0.0, (now - due).total_seconds()))
    lately = done_since(now - timedelta(hours=1))
    for kind in sorted(_KINDS | lately.keys()):
        sent.add_metric([kind], lately.get(kind, 0))
    yield from (waiting, oldest, dead, sent)


REGISTRY.register(_Installation())


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has the token, or asks from this machine where that is enough; for others there
    is no such page."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        said = request.headers.get("Authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {token}".encode())
    # What a proxy passes on also comes from this machine: then anybody could have asked.
    forwarded = {"X-Forwarded-For", "Forwarded", "X-Forwarded-Proto", "Via", "X-Real-Ip"}
    return (
        settings.METRICS_ON_LOOPBACK
        and request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
        and not any(name in request.headers for name in forwarded)
    )
