"""Tables of what is reported of services, and of the conditions that follow from it.

Observations are the truth; both kinds of intervals are derived from them and can be made again.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catenary.apps.common.models import PlainText
from catenary.apps.monitoring.choices import About, Channel, SourceKind

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


class Maintenance(models.Model):
    """Planned windows of some services, found by ``key``, which tells nothing. What is planned
    stands in the last version; ``services`` and ``title`` are of that one, too.

    What is due is said of its services by ``operations.schedule``: ``said_until`` is up to when
    it was, ``due_at`` when there is something to say next (none: nothing more comes).
    Seen by: whoever may see one of its services or a service that it hits. Managed by: who may
    report conditions of all its services. As of yesterday: the versions recorded by then.
    """

    key = PlainText(max_length=20, unique=True)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    version = models.IntegerField(default=1)
    cancelled_at = models.DateTimeField(null=True)
    said_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, db_index=True)


class MaintenanceVersion(models.Model):
    """What was planned from ``recorded_at`` on; the database refuses to alter or delete it.

    ``document`` is JSON text (`domain.maintenance.reading`), empty when it was cancelled then.
    ``note`` says why it was changed. A new row is what notices announce.
    Seen by: members of its top organization who see the maintenance; others see what follows.
    Managed by: nobody; another version replaces it. As of yesterday: what was recorded by then.
    """

    maintenance = models.ForeignKey(Maintenance, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    document = models.TextField(blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar[_Rules] = _once("maintenance_version", "maintenance", "number")


class MaintenanceService(models.Model):
    """A service that maintenance works on, by its last version. Seen by: whoever sees both.
    Managed by: the operations of maintenance. As of yesterday: the versions."""

    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="services")
    service = models.ForeignKey("portfolio.Service", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[_Rules] = _once("maintained_once", "maintenance", "service")


class Inlet(models.Model):
    """Where something outside reports to: an address with a secret, which speaks for an
    organization of what is provided there and below.

    ``public_id`` stands in the address. Of a secret that is shown only the SHA-256 is kept
    (``digest``); one that signs must be known to check a signature, so it is ``sealed`` with the
    installation's secret. ``settings`` is JSON text, as the kind reads it (`connectors`).
    Seen and managed by: who may report of all that the organization provides. As of yesterday:
    rows stay after they are closed, and `InletVersion` says what was set when.
    """

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    key = PlainText(max_length=60)
    public_id = PlainText(max_length=24, unique=True)
    kind = PlainText(max_length=20)
    proof = PlainText(max_length=10)
    digest = models.CharField(max_length=64)
    sealed = models.TextField(blank=True)
    settings = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[_Rules] = [
            models.UniqueConstraint(
                fields=["organization", "key"],
                condition=Q(closed_at__isnull=True),
                name="monitoring_one_inlet_open",
            ),
        ]


class InletVersion(models.Model):
    """What was set for an inlet from ``starts_at`` on, and by whom; rows are only added. Seen by
    and managed with its inlet. As of yesterday: the last one that had begun."""

    inlet = models.ForeignKey(Inlet, on_delete=models.CASCADE, related_name="versions")
    settings = models.TextField()
    starts_at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)


class InletAccount(models.Model):
    """How much came through an inlet; apart from it, so that counting never waits for reading.

    Seen by: who sees the inlet. Managed by: hearing. As of yesterday: not kept; what was recorded
    says when it was.
    """

    inlet = models.OneToOneField(
        Inlet, on_delete=models.CASCADE, related_name="account", primary_key=True
    )
    heard_at = models.DateTimeField(null=True)
    taken = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    passed_over = models.BigIntegerField(default=0)
    corrected = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)


class RefusedItem(models.Model):
    """One of the latest things an inlet could not take: what it began with and why, JSON text.

    Seen by: who sees the inlet. Managed by: hearing, which keeps a few of each inlet. As of
    yesterday: not kept; it is there to be mended.
    """

    inlet = models.ForeignKey(Inlet, on_delete=models.CASCADE, related_name="refusals")
    at = models.DateTimeField()
    reasons = models.TextField()
    excerpt = models.TextField(blank=True)


class Subscription(models.Model):
    """Somebody wants to hear when conditions change of one service, of all that an organization
    consumes or of all it provides, looking from that organization.

    ``channel`` is e-mail to the account or a webhook at ``address``. ``conditions`` are words
    parted by spaces; that it is none of these any more is told, too. From ``quiet_from`` to
    ``quiet_until`` (minutes after midnight in ``time_zone``) nothing is sent. It is never changed:
    another one takes its place.
    Seen by and managed by: its owner alone. As of yesterday: rows stay, with ``ended_at``. What
    its owner may not see when it is sent is not sent.
    """

    public_id = PlainText(max_length=16, unique=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    about = PlainText(max_length=20, choices=[(about, about) for about in About])
    service = models.ForeignKey(
        "portfolio.Service", on_delete=models.PROTECT, related_name="+", null=True
    )
    channel = PlainText(max_length=20, choices=[(channel, channel) for channel in Channel])
    address = models.TextField(blank=True)
    conditions = models.CharField(max_length=60)
    quiet_from = models.SmallIntegerField(null=True)
    quiet_until = models.SmallIntegerField(null=True)
    time_zone = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "created_at"], name="monitoring_subscribed"),
        ]
        constraints: ClassVar[_Rules] = [
            models.CheckConstraint(
                condition=Q(about="service", service__isnull=False)
                | ~Q(about="service") & Q(service__isnull=True),
                name="monitoring_subscribed_to_one",
            ),
        ]


class Told(models.Model):
    """What a subscriber was last told of a service; without a row, nothing. ``tellings`` counts
    how often lately, so that one that comes and goes is told of less and less often.

    Seen by: nobody. Managed by: whoever tells. As of yesterday: not kept; it is about what is to
    be told next.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="told")
    service = models.ForeignKey("portfolio.Service", on_delete=models.CASCADE, related_name="+")
    condition = PlainText(max_length=20)
    told_at = models.DateTimeField()
    tellings = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar[_Rules] = _once("told_once", "subscription", "service")


class ToldMaintenance(models.Model):
    """Which version of maintenance a subscriber was told last; without a row, none, or that it was
    called off. Seen by: nobody. Managed by: whoever tells. As of yesterday: not kept; it is about
    what is to be told next."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="+")
    version = models.IntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[_Rules] = _once(
            "maintenance_told_once", "subscription", "maintenance"
        )


class FeedAddress(models.Model):
    """A secret address at which a feed reader, which cannot sign in, finds what happened to what
    an organization consumes, as far as its owner may see it at that moment. Only the SHA-256 of
    the secret is kept.

    Seen by and managed by: its owner alone. As of yesterday: rows stay, with ``revoked_at``.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    public_id = PlainText(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "created_at"], name="monitoring_feeds_of"),
        ]


class PublicPage(models.Model):
    """How a provider shows itself to everybody: whether at all, and which services under which
    names (JSON: service number and name, in order). Rows are added and never changed; the last
    one counts.

    Seen by: everybody, while ``is_shown``; earlier ones by the provider's administrators and
    operators. Managed by: they. As of yesterday: the last row up to then.
    """

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    is_shown = models.BooleanField()
    services = models.TextField()
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "at"], name="monitoring_shown_by"),
        ]
