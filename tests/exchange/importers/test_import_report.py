"""The report, and its way into a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.plan import Plan, PlannedAction, PlannedItem
from catenary.exchange.csv_safety import neutralise
from catenary.exchange.importers.account import account_of, with_unchanged
from catenary.exchange.importers.report import Outcome, ReportLine, write_csv_report


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1", "\n=1"],
)
def test_what_would_be_a_formula_is_neutralised(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", ["", "CRM", "-5", "+3.5", "-1,000", "99.9 %", "a=b", "x-y"])
def test_ordinary_texts_and_numbers_stay_as_they_are(text: str) -> None:
    assert neutralise(text) == text


def test_a_formula_in_a_foreign_name_leaves_the_report_as_text() -> None:
    file = io.StringIO()
    name = '=HYPERLINK("http://x.example")'

    write_csv_report([ReportLine("a.csv", 2, name, Outcome.REJECTED, "", "why, so")], file)

    assert list(csv.reader(io.StringIO(file.getvalue()))) == [
        ["source", "line", "item", "outcome", "reference", "reason"],
        ["a.csv", "2", "'" + name, "rejected", "", "why, so"],
    ]


def line(outcome: Outcome, reason: str = "", reference: str = "") -> ReportLine:
    return ReportLine("a.csv", 2, "x", outcome, reference, reason)


def test_an_account_counts_every_row_once_and_groups_the_reasons_that_differ_in_names() -> None:
    lines = [
        line(Outcome.TAKEN),
        line(Outcome.MERGED, "again"),
        line(Outcome.REJECTED, "nobody declared 'GLOW-2'; did you mean 'GLOW'?"),
        line(Outcome.REJECTED, "nobody declared 'T2 (old)'"),
        line(Outcome.REJECTED, "service: there is no service acme/x that you may see"),
        line(Outcome.REJECTED, "service: there is no service acme/y-2 that you may see"),
        line(Outcome.REJECTED, "it isn't a moment: 2026-13-01"),
    ]

    account = account_of(lines, untried=3)

    assert account.read == 10 == sum(account.outcomes.values()) + account.untried
    assert account.outcomes[Outcome.REJECTED] == sum(count for _, count in account.reasons) == 5
    assert account.reasons == (
        ("nobody declared …", 2),
        ("service: there is no service … that you may see", 2),
        ("it isn't a moment: …", 1),
    )


def test_reasons_that_are_rare_are_counted_together() -> None:
    words = "abcdefghijkl"
    lines = [line(Outcome.REJECTED, f"reason {word}") for word in words]

    account = account_of(lines)

    assert account.reasons[-1] == ("other reasons", 4)
    assert sum(count for _, count in account.reasons) == len(words)


def test_what_the_plan_leaves_alone_was_there_already() -> None:
    catalogue = CatalogueDocument(
        organizations=dict.fromkeys(["acme", "buyer"]),  # type: ignore[arg-type]
        consumption=dict.fromkeys([("buyer", "acme/shop")]),  # type: ignore[arg-type]
    )
    plan = Plan((PlannedItem("organization", "acme", PlannedAction.CHANGE),), unchanged=2)
    lines = [
        line(Outcome.TAKEN, reference=reference)
        for reference in ("acme", "buyer", "buyer > acme/shop", "unheard-of")
    ]

    found = with_unchanged(lines, catalogue, plan)

    assert [each.outcome.value for each in found] == ["taken", "unchanged", "unchanged", "taken"]
