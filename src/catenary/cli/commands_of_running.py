"""The commands that make it run, with their options; part of `main`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catenary.cli.options import Data

app = typer.Typer(rich_markup_mode=None)


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on localhost.")] = 8000,
    data: Data = None,
    password: Annotated[
        str, typer.Option(help="What every example person signs in with. [default: generated]")
    ] = "",
    examples: Annotated[Path | None, typer.Option(help="Where the stories are.")] = None,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="List everybody who may sign in; do not serve.")
    ] = False,
    silent: Annotated[
        bool, typer.Option("--silent", help="Nobody has reported anything of any service.")
    ] = False,
) -> None:
    """Load the example stories and serve them on localhost."""
    from catenary.cli.running import run_demo

    run_demo(
        port=port,
        data=data,
        password=password,
        examples=examples,
        everybody=everybody,
        silent=silent,
    )


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8000,
    data: Data = None,
    threads: Annotated[
        int, typer.Option(min=1, max=1000, help="Requests answered at the same time.")
    ] = 16,
    host: Annotated[
        str, typer.Option(help="The address to listen on; others than loopback need a proxy.")
    ] = "127.0.0.1",
) -> None:
    """Serve the web application: on this machine alone, unless --host says otherwise."""
    from catenary.cli.running import run_server

    run_server(port=port, data=data, threads=threads, host=host)


@app.command()
def migrate(data: Data = None) -> None:
    """Create the database, or bring its tables up to this version."""
    from catenary.cli.running import run_migrations

    run_migrations(data=data)
