"""Every role says why, and never more than is true."""

from __future__ import annotations

import pytest

from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.service import RoleReasons, ServiceLink
from catenary.domain.actors import Viewpoint
from catenary.web.marks import because_of

HERE = Viewpoint(1, "hospital-it", "Hospital IT", "0000001/", 1, "hospital-it", "Hospital IT")
WARD = OrganizationRow(2, "ward-3", "Ward 3", "0000002/", 2, None)
IT = OrganizationRow(1, "hospital-it", "Hospital IT", "0000001/", 1, None)
BOARD = ServiceLink("hospital-it/board", "Bed board", IT, "live", "supporting")

CONSUMED = RoleReasons(consumers=(WARD,))
RELIED_ON = RoleReasons(reliants=(BOARD,))
BOTH = RoleReasons(consumers=(WARD,), reliants=(BOARD,))
MANY = RoleReasons(consumers=(WARD, WARD, WARD, WARD), consumers_more=3)
HIDDEN = RoleReasons()


@pytest.mark.parametrize(
    ("role", "reasons", "sentence"),
    [
        ("customer-facing", CONSUMED, "because Ward 3, outside Hospital IT, consumes it"),
        ("customer-facing", RELIED_ON, "because Bed board, outside Hospital IT, relies on it"),
        (
            "customer-facing",
            BOTH,
            "because it is used outside Hospital IT, by Ward 3 and Bed board",
        ),
        (
            "customer-facing",
            MANY,
            "because Ward 3, Ward 3, Ward 3 and 4 more, outside Hospital IT, consume it",
        ),
        ("customer-facing", HIDDEN, "because it is used outside Hospital IT"),
        ("supporting", CONSUMED, "because only Ward 3, inside Hospital IT, consumes it"),
        ("supporting", RELIED_ON, "because only Bed board, inside Hospital IT, relies on it"),
        ("supporting", BOTH, "because it is used only inside Hospital IT, by Ward 3 and Bed board"),
        ("supporting", HIDDEN, "because it is used only inside Hospital IT"),
        ("external", CONSUMED, "because Ward 3 consumes it and somebody else provides it"),
        ("external", RELIED_ON, "because Bed board relies on it and somebody else provides it"),
        (
            "external",
            BOTH,
            "because somebody else provides it, and it is used by Ward 3 and Bed board",
        ),
        ("external", HIDDEN, "because somebody else provides it, and it is used here"),
        ("idle", HIDDEN, "because nobody consumes it and nothing relies on it"),
        (
            "elsewhere",
            HIDDEN,
            "because it is provided outside Hospital IT, which does not use it",
        ),
    ],
)
def test_a_role_says_why(role: str, reasons: RoleReasons, sentence: str) -> None:
    assert str(because_of(role, reasons, HERE)) == sentence
