"""Tables of organizations and people."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from catenary.apps.common.models import PlainText
from catenary.apps.organizations.choices import AskedOf
from catenary.domain.documents.shapes import Role


class Organization(models.Model):
    """A company, business unit or team; a top organization when it has no parent.

    ``path`` spells the way from the top (``domain.actors.path_segment``); ``root`` is the top.
    Seen by: members of the same top organization, and by the other side of a consumption.
    Managed by: its administrators and those above. As of yesterday: `history.Revision`.
    """

    key = PlainText(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    root = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+")
    path = PlainText(max_length=400, db_index=True)
    digest = models.CharField(max_length=32)
    managed_by = models.CharField(max_length=200)
    removed_at = models.DateTimeField(null=True)


class Person(models.Model):
    """Somebody who owns, uses, decides or may be asked.

    Seen by: members of the same top organization; as contact of a service by whoever sees it.
    Managed by: administrators of their organization. As of yesterday: `history.Revision`.
    """

    email = PlainText(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="people")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="person"
    )
    digest = models.CharField(max_length=32)
    managed_by = models.CharField(max_length=200)
    removed_at = models.DateTimeField(null=True)


class Membership(models.Model):
    """One role of one person in one organization; part of the person's document."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, choices=[(role, role) for role in Role])

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "organization", "role"], name="organizations_role_once"
            ),
        ]


class SecondFactorRule(models.Model):
    """Of whom a second factor is asked: by a top organization of everybody with a role in it or
    below, or (without an organization) by the installation. ``accepts_provider``: what a provider
    people sign in through vouches for counts as one.

    Seen by: its administrators and operators; whoever it is asked of is told so. Managed by: they
    too, the installation's by operators alone. As of yesterday: rows are added and never changed,
    and the last one up to a moment held then.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_of = models.CharField(max_length=12, choices=[(each, each) for each in AskedOf])
    accepts_provider = models.BooleanField()
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)


class SignOnRole(models.Model):
    """A role that a provider gave somebody by their groups, so that it can take it away again.

    Seen by: nobody; the role itself is a `Membership`. Managed by: signing in through the
    provider, alone. As of yesterday: the person's revisions, whose change names the provider as
    its source.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, choices=[(role, role) for role in Role])
    source = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "organization", "role", "source"],
                name="organizations_sign_on_role_once",
            ),
        ]
