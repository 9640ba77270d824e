"""Columns that behave the same on SQLite and PostgreSQL, and the catalogue's version."""

from __future__ import annotations

from typing import Any

from django.db import models


class PlainText(models.CharField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A short text compared by code point on every database.

    PostgreSQL would otherwise sort by the cluster's locale, and keyset paging and path ranges
    would answer differently from one installation to the next.
    """

    def db_parameters(self, connection: Any) -> Any:
        """As usual, with the collation that compares bytes."""
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters


class CatalogueVersion(models.Model):
    """One row whose number grows with every change to organizations, services or relations.

    Writers update it first, so they take turns; readers compare it to know whether what they
    hold in memory is still current.
    """

    number = models.BigIntegerField(default=0)
