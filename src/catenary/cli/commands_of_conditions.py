"""The commands about conditions, each with its options; part of `main`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catenary.cli.options import AsOf, By, Data, Json, Seen

app = typer.Typer(rich_markup_mode=None)


@app.command()
def worker(
    data: Data = None,
    beside: Annotated[
        int, typer.Option(help="End when this process, which began us, is gone.")
    ] = 0,
) -> None:
    """Follow what is reported and keep the conditions of all services; serve does so too."""
    from catenary.cli.worker import run_worker

    run_worker(data=data, beside=beside)


@app.command()
def observe(
    reference: Annotated[str, typer.Argument(help="The service, like organization/service.")],
    condition: Annotated[
        str, typer.Argument(help="operational, degraded, down, unknown, or cleared.")
    ],
    at: Annotated[str, typer.Option(help="When it was true: an ISO time. [default: now]")] = "",
    until: Annotated[
        str,
        typer.Option(help="Until when, past or to come: it worked from then on, or is unknown."),
    ] = "",
    text: Annotated[str, typer.Option(help="What happened, in words.")] = "",
    planned: Annotated[
        bool | None, typer.Option("--planned/--unplanned", help="Whether it was planned.")
    ] = None,
    share: Annotated[str, typer.Option(help="How many are affected, like 30 %.")] = "",
    valid_for: Annotated[
        str, typer.Option(help="After so long the word says unknown, like 5 min.")
    ] = "",
    source: Annotated[
        str, typer.Option(help="A monitor's name, or import:NAME. [default: by hand]")
    ] = "",
    number: Annotated[
        str, typer.Option("--reference", help="Where the source has more, like an incident.")
    ] = "",
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Report in what condition a service is."""
    from catenary.cli.conditions import report

    said = {
        "service": reference,
        "condition": condition,
        "at": at,
        "text": text,
        "planned": planned,
        "share": share,
        "valid-for": valid_for,
        "source": source,
        "reference": number,
    }
    report(said=said, until=until, by=by, json=json, data=data)


@app.command()
def maintenance(
    action: Annotated[str, typer.Argument(help="list, add, cancel or preview.")],
    which: Annotated[
        list[str] | None,
        typer.Argument(help="add, preview: services; cancel: the key of the maintenance."),
    ] = None,
    title: Annotated[str, typer.Option(help="What is done, in a few words.")] = "",
    text: Annotated[str, typer.Option(help="More about it.")] = "",
    start: Annotated[
        str, typer.Option(help="When it begins, like 2026-11-29T02:00; cancel: that time alone.")
    ] = "",
    duration: Annotated[str, typer.Option(help="How long it lasts, like 2 h.")] = "",
    zone: Annotated[str, typer.Option(help="The time zone of its times.")] = "UTC",
    repeats: Annotated[
        str, typer.Option(help="A rule of RFC 5545, like FREQ=WEEKLY;BYDAY=SU.")
    ] = "",
    condition: Annotated[str, typer.Option(help="Meanwhile down or degraded.")] = "down",
    note: Annotated[str, typer.Option(help="Why it is cancelled.")] = "",
    seen: Seen = "",
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Plan maintenance, see what it does and what is planned, or cancel it."""
    from catenary.cli.maintenance import run_maintenance

    said = {
        "title": title,
        "text": text,
        "start": start,
        "duration": duration,
        "zone": zone,
        "repeats": repeats,
        "condition": condition,
    }
    run_maintenance(
        action=action,
        which=which or [],
        said=said,
        note=note,
        seen=seen,
        by=by,
        json=json,
        data=data,
    )


@app.command()
def rebuild(
    check: Annotated[
        bool, typer.Option("--check", help="Keep nothing; fail when something differs.")
    ] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Make all conditions again from what was said, and say what differed."""
    from catenary.cli.rebuilding import rebuild_all

    rebuild_all(check=check, json=json, data=data)


@app.command()
def status(
    reference: Annotated[
        str, typer.Argument(help="One service; without it, all that are not operational.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="List those that are well, too.")] = False,
    seen: Seen = "",
    as_of: AsOf = "",
    known_at: Annotated[
        str,
        typer.Option(help="As it was known at this moment; without --as-of, of that same moment."),
    ] = "",
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Say in what condition services are, and why."""
    from catenary.cli.conditions import show_status

    show_status(
        reference=reference,
        every=every,
        seen=seen,
        as_of=as_of,
        known_at=known_at,
        by=by,
        json=json,
        data=data,
    )


@app.command()
def outbox(
    retry: Annotated[bool, typer.Option("--retry", help="Try again what was given up.")] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Discard for good what was given up.")
    ] = False,
    address: Annotated[
        list[str] | None,
        typer.Option(help="Only what is for this address, as it is listed; several times."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="With --discard: of every address.")
    ] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Say what waits to be sent and what was given up; try that again, or discard it."""
    from catenary.cli.outbox import show_outbox

    show_outbox(
        retry=retry,
        discard=discard,
        addresses=address or [],
        everything=everything,
        json=json,
        data=data,
    )


@app.command("status-page")
def status_page(
    organization: Annotated[str, typer.Argument(help="The organization, by its key.")],
    out: Annotated[Path, typer.Option(help="The folder to write to; made when missing.")],
    language: Annotated[str, typer.Option(help="The language of the page.")] = "en",
    data: Data = None,
) -> None:
    """Write an organization's public page as files that need no server."""
    from catenary.cli.status_page import write_status_page

    write_status_page(organization=organization, out=out, language=language, data=data)
