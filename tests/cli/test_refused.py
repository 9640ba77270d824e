"""What an inlet refused, as the command line tells it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.installation import Installation

FIELDS = "inlet_id, at, since, times, service, reasons, excerpt"


def test_what_was_refused_again_and_again_is_one_line(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text("catenary: 1\norganizations: {acme: {name: Acme}}\n")
    installation.fine("apply", file)
    installation.fine("inlet", "open", "acme/monitor", "--kind", "alertmanager")
    reasons = '[["unknown-service", "there is no such service", "service", "", ""]]'
    for service, last, times in (("acme/a", "05:53:04", 18), ("acme/b", "05:50:00", 1)):
        installation.write(
            f"INSERT INTO monitoring_refuseditem ({FIELDS})"
            f" SELECT id, '2026-11-23 {last}+00:00', '2026-11-23 05:48:12+00:00', {times},"
            f" '{service}', '{reasons}', 'looks so' FROM monitoring_inlet"
        )

    said = installation.fine("inlet", "show", "acme/monitor").out
    plain = json.loads(installation.fine("inlet", "show", "acme/monitor", "--json").out)

    assert "refused 2026-11-23 05:53:04, 18 times since 2026-11-23 05:48:12: looks so" in said
    assert "refused 2026-11-23 05:50:00: looks so" in said
    told = [(row["service"], row["times"], row["since"]) for row in plain["latest-refused"]]
    since = "2026-11-23T05:48:12+00:00"
    assert told == [("acme/a", 18, since), ("acme/b", 1, since)]
