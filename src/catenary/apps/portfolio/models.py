"""Tables of services and of the relations between them and those who consume them.

What a service says stands in its current revision (`history.Revision`), whole. The columns and
tables here hold what is searched, sorted, joined or constrained; operations write both at once.
Seen by: see `queries.visibility`. Managed by: catalogue editors of the provider. As of
yesterday: the revisions.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catenary.apps.common.models import PlainText
from catenary.apps.portfolio.choices import (
    SETTLING,
    AnswerKind,
    ConsumptionSource,
    SharingReason,
)
from catenary.domain.documents.shapes import Stage
from catenary.domain.workshop.standing import Side
from catenary.domain.workshop.suggestions import Act, Part


class Service(models.Model):
    """A service of an organization, of whatever kind.

    ``name_key`` is the name as it is sorted. Customer-facing or supporting is no column: it is
    computed from the chain for whoever asks (`domain.estate`).
    """

    reference = PlainText(max_length=210, unique=True)
    name = models.CharField(max_length=200)
    name_key = PlainText(max_length=220)
    description = models.TextField(blank=True)
    provider = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    provider_path = PlainText(max_length=400)
    root = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    owner = models.CharField(max_length=254, blank=True)
    stage = PlainText(max_length=20, choices=[(stage, stage) for stage in Stage])
    restricted = models.BooleanField(default=False)
    assume_operational = models.BooleanField(default=False, db_default=False)
    digest = models.CharField(max_length=32)
    managed_by = models.CharField(max_length=200)
    removed_at = models.DateTimeField(null=True)


class Outcome(models.Model):
    """An outcome of a service, in the customer's words; found by (service, key) for ever."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="outcomes")
    key = PlainText(max_length=100)
    statement = models.TextField()
    position = models.IntegerField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["service", "key"], name="portfolio_outcome_key"),
        ]


class ServiceTag(models.Model):
    """A free label on a service."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="tags")
    tag = PlainText(max_length=100)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tag", "service"], name="portfolio_tagged"),
        ]


class DependencyGroup(models.Model):
    """A threshold gate: the service relies on ``minimum`` of the group's weight, on ``full``
    to be wholly operational; a soft group only degrades it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="relies_on")
    position = models.IntegerField()
    minimum = models.DecimalField(max_digits=18, decimal_places=6)
    full = models.DecimalField(max_digits=18, decimal_places=6)
    soft = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(minimum__gt=0) & Q(full__gte=F("minimum")),
                name="portfolio_threshold_in_order",
            ),
        ]


class Dependency(models.Model):
    """``reliant`` relies on ``supporter`` within a group; ``supporter`` supports ``reliant``."""

    group = models.ForeignKey(DependencyGroup, on_delete=models.CASCADE, related_name="members")
    reliant = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    supporter = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    weight = models.DecimalField(max_digits=18, decimal_places=6, default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["group", "supporter"], name="portfolio_member_once"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="portfolio_weight_positive"),
        ]


class Consumption(models.Model):
    """An organization consumes a service during ``[starts_at, ends_at)``.

    ``known_words`` are the words of ``known_as``, each with a space before it, for searching.
    Declared by hand, by files or by an import here; offered and agreed rows will be written by
    higher rooms through this room's operations, with an opaque reference of theirs.
    """

    consumer = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    consumer_path = PlainText(max_length=400)
    consumer_root = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    known_as = models.CharField(max_length=200, blank=True)
    known_words = PlainText(max_length=420, blank=True)
    source_kind = models.CharField(
        max_length=20, choices=[(kind, kind) for kind in ConsumptionSource]
    )
    source_reference = models.CharField(max_length=210, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32)
    managed_by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["consumer", "service", "source_kind", "source_reference"],
                condition=Q(ends_at__isnull=True),
                name="portfolio_consumes_once",
            ),
        ]


class Sharing(models.Model):
    """A service may be seen from another top organization, and why. Derived; rebuilt with every
    change of consumption, reliance or publication. Without a root: published to everyone."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    root = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, null=True, related_name="+"
    )
    reason = models.CharField(max_length=20, choices=[(reason, reason) for reason in SharingReason])

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["root", "service"], name="portfolio_shared_with"),
        ]


class GateException(models.Model):
    """A service entered the catalogue without passing the gates, and on whose word.

    Until gates exist there is one reason: it was already in operation.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    stage = PlainText(max_length=20)
    reason = models.CharField(max_length=40)
    change_id = models.BigIntegerField()
    granted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["service", "reason"], name="portfolio_exception_once"),
        ]


class Draft(models.Model):
    """What somebody has typed into a form, or a program has put here for them, and not yet saved.

    ``reference`` is empty for something new; ``digest`` is that of what the writer saw when they
    began. ``document`` is the plain document as far as it goes, as JSON text; supporters its writer
    may not see stand in it as `hidden-1`, numbered as in what they saw. ``state`` is the form it
    was typed into, which also holds what makes no document yet; empty for what a program put here.
    Seen by: whoever typed it, and nobody else, not even
    an operator; that somebody has begun one is told to those who may change the same object.
    Managed by: them; saving the form drops it, and so do thirty days. As of
    yesterday: not at all, because a draft is no part of the catalogue and leaves no history.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=20)
    reference = PlainText(max_length=330, blank=True)
    title = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=32, blank=True)
    state = models.TextField(blank=True)
    document = models.TextField(blank=True, default="", db_default="")
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "kind", "reference"], name="portfolio_draft_once"
            ),
        ]


class BlueprintProposal(models.Model):
    """In the workshop of a service, one side suggests a line of the definition to the other.

    ``subject``, ``before`` and ``after`` are those of `domain.workshop.suggestions.Suggestion`,
    the latter two as JSON text, empty when absent. Who, when and through what stand in ``change``.
    Seen by: people of the provider and of this one consumer (`policies.stands_by`), by no other
    customer. Managed by: nobody; the database refuses to alter or remove a row. As of yesterday:
    the rows up to then.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    consumer = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    change = models.ForeignKey("history.Change", on_delete=models.PROTECT, related_name="+")
    side = PlainText(max_length=20, choices=[(side, side) for side in Side])
    part = PlainText(max_length=40, choices=[(part, part) for part in Part])
    act = PlainText(max_length=20, choices=[(act, act) for act in Act])
    subject = models.TextField(blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["service", "consumer"], name="portfolio_proposed"),
        ]


class BlueprintAnswer(models.Model):
    """A word on a proposal: accepted into the definition (then ``change`` is the change that
    wrote it), declined, withdrawn, or just said.

    Seen by, managed by and read as of yesterday like the proposal it is about.
    """

    proposal = models.ForeignKey(
        BlueprintProposal, on_delete=models.PROTECT, related_name="answers"
    )
    change = models.ForeignKey("history.Change", on_delete=models.PROTECT, related_name="+")
    side = PlainText(max_length=20, choices=[(side, side) for side in Side])
    kind = PlainText(max_length=20, choices=[(kind, kind) for kind in AnswerKind])
    words = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(kind__in=[str(kind) for kind in SETTLING]),
                name="portfolio_settled_once",
            ),
        ]


class BlueprintConfirmation(models.Model):
    """A person confirmed, for one side, the agreed part (`domain.workshop.agreed`) of what the
    service said in ``revision``; ``version`` is its digest.

    Seen by: people of the provider and of this one consumer, by no other customer. Managed by:
    nobody; the database refuses to alter or remove a row. As of yesterday: the rows up to then.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    consumer = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    change = models.ForeignKey("history.Change", on_delete=models.PROTECT, related_name="+")
    side = PlainText(max_length=20, choices=[(side, side) for side in Side])
    version = PlainText(max_length=32)
    revision = models.ForeignKey("history.Revision", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["service", "consumer"], name="portfolio_confirmed"),
        ]
