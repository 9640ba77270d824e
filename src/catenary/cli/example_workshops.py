"""The workshops of the example stories: who said and confirmed what, done as those people."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

#: Beside the catalogue files of a story.
FILE = "workshop.json"


def hold_workshops(story: Path, at: datetime) -> None:
    """Do what the file of the story says, at every table where nothing was said yet.

    Raises `Refused` and `NoTable` like the acts themselves: a story that cannot happen is a
    mistake of ours.
    """
    from catenary.apps.organizations.queries import actor_of_person, home_viewpoint
    from catenary.exchange.catalogue.workshop import Desk

    file = story / FILE
    tables = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    for table in tables:
        for number, act in enumerate(table["acts"]):
            actor = actor_of_person(act["who"], door="command-line")
            viewpoint = home_viewpoint(actor) if actor else None
            if actor is None or viewpoint is None:
                break
            desk = Desk(
                actor=actor,
                viewpoint=viewpoint,
                reference=table["service"],
                customer=table["customer"],
            )
            if number == 0 and desk.is_laid:
                break
            _do(desk, act, at)


def _do(desk: Any, act: dict[str, str], at: datetime) -> None:
    from catenary.apps.portfolio.choices import AnswerKind
    from catenary.domain.workshop.standing import Side
    from catenary.domain.workshop.suggestions import Act as Doing
    from catenary.domain.workshop.suggestions import Part, Suggestion

    side = Side(act["side"])
    if act["do"] == "confirm":
        desk.confirm(side=side, version=desk.version, at=at)
    elif act["do"] == "propose":
        suggestion = Suggestion(Part(act["part"]), Doing.ADD, after=act["statement"])
        desk.propose(side=side, suggestion=suggestion, seen="", at=at)
    else:
        desk.answer(
            side=side,
            number=desk.latest,
            kind=AnswerKind(act["do"].replace("say", "said")),
            words=act["words"],
            at=at,
        )
