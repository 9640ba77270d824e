"""What the tests of the API share."""

from __future__ import annotations

from tests.web.access.world import world as world
