"""What the tests of pages share."""

from __future__ import annotations

from tests.web.access.world import world as world
