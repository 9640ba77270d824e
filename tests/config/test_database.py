"""How the product opens its database."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a PostgreSQL server decides this for everybody"
)
@pytest.mark.django_db
def test_what_was_saved_survives_that_the_power_fails() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,), "FULL: the disk has it before anybody is told"
    assert "journal_mode=WAL" in settings.DATABASES["default"]["OPTIONS"]["init_command"]
