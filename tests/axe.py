"""What axe finds wrong on a page, told as one sentence each."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

#: Of what is well, axe would describe every element: with names of their own, found one by one,
#: for a good part of its time. Nobody reads that.
ONLY_VIOLATIONS = {"reporter": "no-passes"}


def violations(page: Page, options: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rules that the page breaks, as axe describes them; the page must be free of a policy
    that forbids to put axe into it."""
    page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(options).then(found => found.violations)",
        {**ONLY_VIOLATIONS, **(options or {})},
    )
    return found
