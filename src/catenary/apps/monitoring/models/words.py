"""Tables of what is reported of services, and of the conditions that follow from it.

Observations are the truth; both kinds of intervals are derived from them and can be made again.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from catenary.apps.common.models import PlainText
from catenary.apps.monitoring.choices import SourceKind

_Rules = list[models.BaseConstraint]


def _once(name: str, *fields: str) -> _Rules:
    """No two rows have the same in these."""
    return [models.UniqueConstraint(fields=fields, name=f"monitoring_{name}")]


def _intervals(name: str) -> _Rules:
    """One interval of a service stands at most, and each ends after it begins."""
    name, stands = f"monitoring_{name}", Q(ends_at__isnull=True)
    later = stands | Q(ends_at__gt=F("starts_at"))
    return [
        models.UniqueConstraint(fields=["service"], condition=stands, name=f"{name}_now"),
        models.CheckConstraint(condition=later, name=f"{name}_ends_later"),
    ]


class Source(models.Model):
    """One voice: its later word of a service replaces its earlier one. All who report by hand in
    a top organization speak with one voice, each monitor, import and schedule with its own.

    Seen by: the members of the top organization ``organization``. Managed by: nobody; it is there
    as soon as it has spoken. As of yesterday: it stays for ever, and its name with it.
    """

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in SourceKind])
    name = PlainText(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[_Rules] = _once("one_voice", "organization", "kind", "name")


class Observation(models.Model):
    """What a source said of a service; the database itself refuses to alter or delete it.

    ``at`` is when it was true, ``recorded_at`` when we heard of it. ``condition`` and ``planned``
    are numbers of the foundation (`domain.condition.codes`, `domain.observations.words.Plan`),
    ``share`` millionths of those concerned. From ``valid_until`` on it says "unknown".
    ``person_id`` and ``account_id`` say who reported it. ``digest`` is of everything the source
    said, so that the same word told again is one.

    Seen by: the members of the provider's top organization who may see the service; others see
    what follows from it. Managed by: nobody; a source corrects itself by another word. As of
    yesterday: what was recorded by then.
    """

    service = models.ForeignKey(
        "portfolio.Service", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Nobody asks for all that a source ever said, of whatever services.
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    condition = models.SmallIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    sequence = models.BigIntegerField(null=True)
    valid_until = models.DateTimeField(null=True)
    planned = models.SmallIntegerField()
    share = models.IntegerField()
    reference = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    digest = PlainText(max_length=32, unique=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["service", "source", "at"], name="monitoring_words_of"),
            models.Index(fields=["service", "at"], name="monitoring_words_from"),
        ]


class Waiting(models.Model):
    """A service that the engine must look at when ``due_at`` has come, from ``since`` on: because
    of a word, or (without one) because something that was said begins or runs out then.

    Rows, not a number up to which all is done: a word committed late is simply still here. The
    engine takes them away in the transaction that keeps what follows from them.
    Seen by: nobody. Managed by: the engine. As of yesterday: not kept; it says what is to be done.
    """

    # Written in one statement with the word: the database does not look them up (decision 0098).
    service = models.ForeignKey(
        "portfolio.Service", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    observation = models.ForeignKey(
        Observation, on_delete=models.CASCADE, related_name="+", null=True, db_constraint=False
    )
    since = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[_Rules] = [
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(observation__isnull=True),
                name="monitoring_one_alarm",
            ),
        ]


class OwnCondition(models.Model):
    """What was said of a service itself during ``[starts_at, ends_at)``, all sources together: as
    reported, without what was planned, and with what was planned alone. No row: nothing was said.

    Seen by: whoever may see the service. Managed by: the engine. As of yesterday: what was then,
    as it is known today; as it was known then it follows from the observations recorded by then.
    """

    service = models.ForeignKey(
        "portfolio.Service", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    condition = models.SmallIntegerField()
    without_planned = models.SmallIntegerField()
    only_planned = models.SmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["service", "starts_at"], name="monitoring_own_of"),
            models.Index(fields=["starts_at"], name="monitoring_own_from"),
            # What stands is not in it: SQLite would take it to find the few that are asked about.
            models.Index(
                fields=["ends_at"],
                condition=Q(ends_at__isnull=False),
                name="monitoring_own_ended",
            ),
        ]
        constraints: ClassVar[_Rules] = _intervals("own")


class EffectiveCondition(models.Model):
    """The condition of a service during ``[starts_at, ends_at)``, with all it relies on: between
    ``best`` and ``worst``. No row: nothing is known, it may be anything.

    ``planned``: to be shown as maintenance. ``next_loss`` is what one more loss would make of it
    (0: not at risk), ``possible_next_loss`` with every unknown taken as down. ``derived``: nothing
    is said of it, what it relies on speaks for it. ``assumed``: nobody looks, its owner says so.

    Seen by: whoever may see the service. Managed by: the engine. As of yesterday: what was then,
    computed over the chain as it stood when it was last computed.
    """

    # Half a million are written at once, of services just read: nobody looks them up (0098).
    service = models.ForeignKey(
        "portfolio.Service",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    best = models.SmallIntegerField()
    worst = models.SmallIntegerField()
    planned = models.BooleanField()
    next_loss = models.SmallIntegerField()
    possible_next_loss = models.SmallIntegerField()
    derived = models.BooleanField()
    assumed = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["service", "starts_at"], name="monitoring_effective_of"),
            models.Index(fields=["starts_at"], name="monitoring_effective_from"),
        ]
        constraints: ClassVar[_Rules] = _intervals("effective")


class PackedChange(models.Model):
    """A change of effective conditions that hit very many services, as one row until it is spread
    out: ``content`` are `domain.condition.turns.Turns`, ``spread_to`` the service, by number, up to
    which they stand in `EffectiveCondition`. A row goes when the last of it is spread out.

    Seen by: whoever may see the services. Managed by: the engine. As of yesterday: as it is for
    `EffectiveCondition`, which is read together with it (`queries.kept`).
    """

    kept_at = models.DateTimeField()
    services = models.IntegerField()
    spread_to = models.BigIntegerField(default=0)
    digest = PlainText(max_length=32)
    content = models.BinaryField()


class Belated(models.Model):
    """A stretch of the past, ``[since, until)``, in which the effective conditions of everybody
    above ``services`` (numbers, as JSON) have still to be worked out anew, slice by slice: what
    came late changes too much to follow it in one step. ``slice_until`` is where the slice at hand
    ends, ``spread_to`` the service, by number, up to which it is kept. From ``until`` on all is
    right already.

    Seen by: nobody. Managed by: the engine. As of yesterday: not kept; it says what is to be done.
    """

    services = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    slice_until = models.DateTimeField(null=True)
    spread_to = models.BigIntegerField(default=0)


class Followed(models.Model):
    """One row: up to which revision of the catalogue's history conditions follow it, and the
    version that its change made. Without it all conditions are made again from what was said.

    Seen by: operators. Managed by: the engine. As of yesterday: not kept; it is about now.
    """

    revision_id = models.BigIntegerField()
    version = models.BigIntegerField()


class Propagation(models.Model):
    """One row about the engine: ``number`` grows with everything it keeps, so that readers know
    whether what they hold is current; ``seen_at`` is when it last gave a sign of life.

    Seen by: operators. Managed by: the engine. As of yesterday: not kept; it is about now.
    """

    number = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
