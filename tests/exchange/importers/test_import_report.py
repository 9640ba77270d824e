"""The report, and its way into a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from catenary.exchange.csv_safety import neutralise
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
