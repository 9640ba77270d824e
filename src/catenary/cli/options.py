"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="A folder with catalogue files, or one file.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Where everything is kept. [default: ./var]")
]
By = Annotated[
    str, typer.Option("--by", help="Act as this person (e-mail), with their permissions.")
]
Seen = Annotated[str, typer.Option("--as", help="Seen as this organization. [default: everything]")]
SeenHouse = Annotated[
    str,
    typer.Option("--as", help="Of the top organization of this one. [default: where one belongs]"),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of", help="As of a past moment: an ISO date (its end) or time. [default: now]"
    ),
]
Source = Annotated[
    str,
    typer.Option(
        "--source",
        help="The name under which this folder manages what it defines.",
        show_default="the folder's name",
    ),
]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Also change what another source manages.")
]
Prune = Annotated[
    bool, typer.Option("--prune", help="Remove what this source manages and no longer holds.")
]
