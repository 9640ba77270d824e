"""Tables of calendars, of the holidays they were made with and of who uses them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from catenary.apps.common.models import PlainText


class HolidayEdition(models.Model):
    """The public holidays of a country or region, as one version of the library knew them.

    ``days`` is JSON text, pairs of date and name from the first day of ``first_year`` to the last
    of ``last_year``. Seen by: everybody, for it is public. Managed by: nobody; a newer library
    makes another edition, and this one stays for what was worked out with it. As of yesterday:
    the row itself, which never changes.
    """

    country = PlainText(max_length=10)
    region = PlainText(max_length=60, blank=True)
    library = PlainText(max_length=40)
    first_year = models.SmallIntegerField()
    last_year = models.SmallIntegerField()
    days = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["country", "region", "library", "first_year", "last_year"],
                name="calendars_edition_once",
            ),
            models.CheckConstraint(
                condition=models.Q(last_year__gte=models.F("first_year")),
                name="calendars_years_in_order",
            ),
        ]


class Calendar(models.Model):
    """Service hours with a name, that services refer to.

    What it says stands in its current revision. ``holidays`` is the edition it was made with,
    ``time_zones`` the version of the IANA database.
    Seen by: members of the same top organization; from another one only when something that is
    seen from there uses it, directly or through a calendar made of it.
    Managed by: catalogue editors of its organization and those above. As of yesterday:
    `history.Revision`; editions stay.
    """

    reference = PlainText(max_length=210, unique=True)
    name = models.CharField(max_length=200)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    holidays = models.ForeignKey(
        HolidayEdition, on_delete=models.PROTECT, null=True, related_name="+"
    )
    time_zones = models.CharField(max_length=40)
    digest = models.CharField(max_length=32)
    managed_by = models.CharField(max_length=200)
    removed_at = models.DateTimeField(null=True)


class CalendarPart(models.Model):
    """``whole`` is made of ``part``. Seen by, managed by and read as of yesterday with ``whole``,
    whose document says the same."""

    whole = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="parts")
    part = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="wholes")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["whole", "part"], name="calendars_part_once"),
        ]


class CalendarUse(models.Model):
    """A service keeps the hours of a calendar; told by the room of the service, which alone
    knows what ``user_id`` is. Seen by: whoever sees the service. Managed by: the operations that
    write services. As of yesterday: what the service said."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="uses")
    kind = PlainText(max_length=20)
    user_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "user_id"], name="calendars_one_for_each"),
        ]


class FeedAddress(models.Model):
    """A secret address under which a calendar program reads a feed, as its account sees it from
    an organization at that moment. ``digest`` is of the secret, which is kept nowhere; ``about``
    is the reference of a calendar, or empty for maintenance.

    Seen by: its account. Managed by: its account, which makes and revokes it; it ends with the
    account. As of yesterday: ``made_at`` and ``revoked_at``.
    """

    digest = PlainText(max_length=64, unique=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    about = PlainText(max_length=210, blank=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
