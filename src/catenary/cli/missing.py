"""What every command says of a name that leads nowhere: that there is no such thing to be seen,
what was probably meant, and where names are found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

import typer

from catenary.cli.exit_codes import FAILED
from catenary.cli.terminal import complain

if TYPE_CHECKING:
    from catenary.domain.actors import Actor, Viewpoint


def no_service(references: Sequence[str], actor: Actor, viewpoint: Viewpoint | None) -> NoReturn:
    """End: there are no such services that the actor may see from the viewpoint. Without one, an
    operator sees all."""
    for reference in references:
        meant = service_meant(reference, actor, viewpoint)
        complain(f"catenary: there is no service {reference} that you may see{meant}")
    complain("    to mend it: correct it; `catenary show ORGANIZATION` lists what one provides")
    raise typer.Exit(FAILED)


def service_meant(reference: str, actor: Actor, viewpoint: Viewpoint | None) -> str:
    """The end of a sentence about a service there is not: which was probably meant."""
    from catenary.apps.portfolio.queries.nearest import nearest_services

    near = nearest_services(actor=actor, viewpoint=viewpoint, reference=reference)
    # It may be there today and not at the moment that was asked about.
    return _meant(name for name in near if name != reference)


def no_organization(key: str, actor: Actor) -> NoReturn:
    """End: there is no such organization that the actor may see."""
    from catenary.apps.organizations.queries import organizations_by_key
    from catenary.domain.documents.words import nearest

    rows = organizations_by_key().values()
    keys = [row.key for row in rows if actor.is_operator or row.root_id in actor.root_ids]
    near = nearest(key, keys)
    meant = _meant([near] if near else [])
    complain(f"catenary: there is no organization {key} that you may see{meant}")
    complain("    to mend it: correct the key; `catenary export FOLDER` writes all there are")
    raise typer.Exit(FAILED)


def no_place(actor: Actor) -> NoReturn:
    """End: there is no organization from which the actor could look."""
    who = actor.email or "the operator"
    complain(f"catenary: there is no organization from which {who} could look")
    complain("    to mend it: give them a role in one, or name one with --as")
    raise typer.Exit(FAILED)


def _meant(near: Iterable[str]) -> str:
    names = " or ".join(f'"{name}"' for name in near)
    return f"; did you mean {names}?" if names else ""
