"""The command about inlets with its options; part of `main`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catenary.cli.options import By, Data, Json

app = typer.Typer(rich_markup_mode=None)


@app.command()
def inlet(
    action: Annotated[
        str, typer.Argument(help="open, list, show, change, renew, close or take-back.")
    ],
    which: Annotated[str, typer.Argument(help="organization/name; list: the organization.")] = "",
    kind: Annotated[str, typer.Option(help="open: alertmanager, webhook, … (see the docs).")] = "",
    proof: Annotated[
        str, typer.Option(help="open: secret, which is sent along, or hmac, which signs.")
    ] = "secret",
    settings: Annotated[
        Path | None, typer.Option(help="open, change: a YAML file with the settings.")
    ] = None,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="close: take back what it said last, too.")
    ] = False,
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Let monitors and other programs report: open an address for one, look at it, close it."""
    from catenary.cli.inlets import run_inlet

    run_inlet(
        action=action,
        which=which,
        kind=kind,
        proof=proof,
        settings=settings,
        take_back=take_back,
        by=by,
        json=json,
        data=data,
    )
