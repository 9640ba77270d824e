"""The answer to a what-if for programs, the same at every door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from catenary.apps.monitoring.queries.kept import Effective
from catenary.apps.monitoring.queries.status import condition_as_plain
from catenary.apps.monitoring.queries.what_if import Piece, WhatIf


def what_if_as_plain(answer: WhatIf) -> dict[str, Any]:
    """The answer for programs, the same at every door."""
    return {
        "basis": answer.basis,
        "at": _iso(answer.at),
        "supposed": [
            {
                "service": link.reference,
                "condition": one.condition,
                "from": _iso(one.start),
                "until": _iso(one.end),
            }
            for link, one in answer.supposed
        ],
        "pieces": [_piece_as_plain(piece) for piece in answer.pieces],
        "others-not-followed": answer.crosses,
        "more-announced": answer.is_more_announced,
    }


def _piece_as_plain(piece: Piece) -> dict[str, Any]:
    return {
        "from": _iso(piece.start),
        "until": _iso(piece.end),
        "meanwhile": [
            {
                "maintenance": each.key,
                "title": each.title or None,
                "from": _iso(each.start),
                "until": _iso(each.end),
            }
            for each in piece.meanwhile
        ],
        "worse": piece.worse,
        "better": piece.better,
        "services": [
            {
                "reference": change.link.reference,
                "name": change.link.name,
                "provider": change.link.provider.key,
                "before": _plain(change.before),
                "after": _plain(change.after),
                "only-with-others": change.only_with_others,
                "causes": [
                    {
                        # Null stands for what may not be seen.
                        "path": [None if link is None else link.reference for link in one.path],
                        "condition": one.condition,
                        "supposed": one.is_supposed,
                        "announced": one.is_announced,
                    }
                    for one in change.causes
                ],
            }
            for change in piece.changes
        ],
        "organizations": [
            {
                "organization": row.organization.key,
                "name": row.organization.name,
                "condition": row.shown,
                "service-count": row.service_count,
            }
            for row in piece.consuming
        ],
        "organization-count": piece.consuming_count,
    }


def _plain(known: Effective) -> dict[str, Any]:
    told = condition_as_plain(known)
    names = ("condition", "words", "best", "worst", "planned", "at-risk", "next-loss")
    return {name: told[name] for name in names}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
