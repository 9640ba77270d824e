"""Definition checks: what they find in the catalogue, and in what is not saved yet."""

from __future__ import annotations

from bisect import bisect_right
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary.api.answers import Plain, json_answer, page_answer, place_after, place_of
from catenary.api.asking import READING, asking_of
from catenary.api.bodies import read_json
from catenary.api.parameters import Limit, after_in
from catenary.api.problems import pointer
from catenary.api.routes.changes import read_tries
from catenary.apps.portfolio.queries.checks import live_findings
from catenary.apps.portfolio.queries.scoped_checks import findings_about
from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.findings import SEVERITY_ORDER, Finding, Severity

router = Router(tags=["checks"])

Subject = Annotated[
    str, Query(max_length=300, description="reference, key or e-mail address it is about")
]
Rule = Annotated[str, Query(max_length=20, description="code of a rule, such as CAT101")]
How = Annotated[Severity | None, Query(description="how much it matters")]
_Key = tuple[int, str, str, int]


def _is_place(after: str) -> bool:
    match place_of(after):
        case [int(), str(), str(), int()]:
            return True
    return False


After = Annotated[str, after_in(_is_place)]


@router.get("/checks", auth=READING, operation_id="listFindings")
def list_findings(
    request: HttpRequest,
    severity: How = None,
    rule: Rule = "",
    subject: Subject = "",
    after: After = "",
    limit: Limit = 20,
) -> HttpResponse:
    """What the definition checks find in the viewpoint's top organization, the most severe
    first."""
    place = tuple(place_of(after)) if after else None
    viewpoint = asking_of(request).viewpoint
    found: list[Finding] = []
    if viewpoint is not None:
        _, found = live_findings(asking_of(request).actor, viewpoint)
    kept = [
        finding
        for finding in found
        if (severity is None or finding.severity is severity)
        and (not rule or finding.code == rule)
        and (not subject or finding.subject == subject)
    ]
    keys = _keys(kept)
    start = 0 if place is None else bisect_right(keys, place)
    return page_answer(
        request,
        [finding_plain(finding) for finding in kept[start : start + limit]],
        total=len(kept),
        total_is_capped=False,
        after=place_after(keys[start + limit - 1]) if start + limit < len(kept) else None,
    )


@router.post("/check", auth=READING, operation_id="checkDocuments")
def check_documents(request: HttpRequest) -> HttpResponse:
    """What the checks would find in services that are not saved, each looked at with what it
    touches, and every place where a document of any kind is wrong. Nothing is changed."""
    asking = asking_of(request)
    documents, errors = read_tries(asking, read_json(request))
    findings: list[Finding] = []
    if asking.viewpoint is not None:
        for sent in documents:
            if isinstance(sent.document, ServiceDocument):
                findings += findings_about(asking.actor, asking.viewpoint, sent.document, sent.kept)
    return json_answer(
        {
            "findings": [finding_plain(finding) for finding in findings],
            "errors": [error.plain() for error in errors],
        }
    )


def finding_plain(finding: Finding) -> Plain:
    """A finding as it stands in answers; the pointer leads into the document of its subject."""
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "subject": finding.subject,
        "pointer": pointer(finding.path[2:]),
        "sentence": finding.sentence,
        "remedy": finding.remedy,
    }


def _keys(findings: list[Finding]) -> list[_Key]:
    """Where each stands: severity, rule, subject, and its number among those of one subject."""
    keys: list[_Key] = []
    for finding in findings:
        key = (SEVERITY_ORDER[finding.severity], finding.code, finding.subject)
        number = keys[-1][3] + 1 if keys and keys[-1][:3] == key else 0
        keys.append((*key, number))
    return keys
