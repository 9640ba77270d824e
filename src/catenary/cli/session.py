"""What every command needs: the product made ready, who asks, and one way to fail."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from catenary import clock
from catenary.cli.exit_codes import FAILED, REFUSED
from catenary.cli.terminal import answer, complain

if TYPE_CHECKING:
    from catenary.apps.portfolio.queries.records import Records
    from catenary.domain.actors import Actor, Viewpoint
    from catenary.domain.refusals import Refusal


def ready(data: Path | None, *, needs_tables: bool = True) -> None:
    """Make the product ready to answer: settings read, database there and up to date."""
    if data is not None:
        os.environ["CATENARY_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catenary.config.settings")
    import django

    try:
        django.setup()
    except OSError as error:
        # Reading the settings makes the data folder and the installation's secret in it.
        fail(
            f"the data folder {data_folder(data)} cannot be used ({error.strerror}): "
            "name another with --data, or make it a folder one may write to"
        )
    if needs_tables:
        from catenary.apps.common.queries import pending_migrations

        pending = pending_migrations()
        if pending:
            fail(
                f"the database is not ready for this version ({pending} migrations to run): "
                "run `catenary migrate` first, with the same --data and DATABASE_URL"
            )


def data_folder(data: Path | None) -> Path:
    """Where everything is kept: as told, else as the environment says, else ``var``."""
    return data or Path(os.environ.get("CATENARY_DATA", "var"))


def actor_by(email: str) -> Actor:
    """The person a command acts as; without one, the operator at this machine."""
    from catenary.apps.organizations.queries import actor_of_person
    from catenary.domain.actors import Actor

    if not email:
        return Actor(is_operator=True, door="command-line")
    actor = actor_of_person(email, door="command-line")
    if actor is None:
        fail(f"there is nobody with the address {email}")
    return actor


def viewpoint_from(actor: Actor, key: str) -> Viewpoint | None:
    """The viewpoint a command was given, or the actor's own; None means everything, which only
    the operator gets."""
    from catenary.apps.organizations.queries import home_viewpoint, viewpoint_of
    from catenary.cli.missing import no_organization, no_place

    if not key:
        if actor.is_operator:
            return None
        viewpoint = home_viewpoint(actor)
        if viewpoint is None:
            no_place(actor)
        return viewpoint
    viewpoint = viewpoint_of(actor, key)
    if viewpoint is None:
        no_organization(key, actor)
    return viewpoint


def records_from(as_of: str) -> Records:
    """Where to read: the present, or the moment a command was given."""
    from catenary.apps.portfolio.queries.past import records_at
    from catenary.apps.portfolio.queries.records import TODAY

    at = moment_from(as_of)
    return TODAY if at is None else records_at(at)


def moment_from(as_of: str) -> datetime | None:
    """The past moment a command was given; none for the present."""
    from catenary.domain.moments import read_moment

    if not as_of:
        return None
    at = read_moment(as_of)
    if at is None:
        fail(f"{as_of} is no ISO date or time, like 2026-03-01 or 2026-03-01T09:30Z")
    return None if at >= clock.now() else at


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Say why on standard error and end."""
    complain(f"catenary: {sentence}")
    raise typer.Exit(code)


def refuse(refusals: Sequence[Refusal], as_json: bool) -> NoReturn:
    """Say every reason why nothing was done, and end with 1."""
    if as_json:
        answer(
            {
                "refused": [
                    {
                        "code": r.code,
                        "reference": r.reference,
                        "path": list(r.path),
                        "sentence": r.sentence,
                        "remedy": r.remedy,
                    }
                    for r in refusals
                ]
            }
        )
    else:
        for refusal in refusals:
            complain(f"{refusal.reference}: {refusal.sentence}")
            if refusal.remedy:
                complain(f"    to mend it: {refusal.remedy}")
        complain("Nothing was changed.")
    raise typer.Exit(REFUSED)
